import { equalBytes } from '../crypto/index.ts';
import { driveSource } from './drive-source.ts';
import type { Entry } from './entry.ts';
import { FilesError } from './error.ts';
import { placeOf, rootFolder, type Folder } from './folder.ts';
import { FolderEdits } from './folder-edit.ts';
import { findIn, locate, step, type Located } from './locate.ts';
import { checkFileName } from './name.ts';
import { Put, type PutOptions } from './put.ts';
import { glance, type Reader } from './reader.ts';
import { removeItem } from './remove.ts';
import type { DriveSession } from './session.ts';
import { discardFile } from './sweep.ts';
import { transact, type Transaction } from './transaction.ts';

/** Where something goes: a folder, the name in it, and what is there under that name now. */
interface Destination {
  readonly folder: Folder;
  readonly names: readonly string[];
  readonly name: string;
  readonly there: Entry | null;
  readonly way: readonly Folder[];
}

/** As `cp` and `mv` read their last argument: a folder to go into, or a new name. */
async function destinationOf(reader: Reader, names: readonly string[], name: string): Promise<Destination> {
  const root = rootFolder(reader.session);
  const last = names.at(-1);
  if (last === undefined) return { folder: root, names: [], name, there: await findIn(reader, root, name), way: [root] };
  const before = names.slice(0, -1);
  const found = before.length === 0 ? { parent: root, way: [root] } : await parentOf(reader, before);
  const there = await findIn(reader, found.parent, last);
  if (there?.kind !== 'folder') return { folder: found.parent, names: before, name: checkFileName(last), there, way: found.way };
  const folder = step(reader, found.way, there);
  return { folder, names, name, there: await findIn(reader, folder, name), way: [...found.way, folder] };
}

async function parentOf(reader: Reader, names: readonly string[]): Promise<{ parent: Folder; way: readonly Folder[] }> {
  const { entry, way } = await locate(reader, names);
  const folder = step(reader, way, entry);
  return { parent: folder, way: [...way, folder] };
}

function checkDestination({ entry }: Located, { there, way, folder, name, names }: Destination): void {
  if (folder.space.key === null) throw new FilesError('read-only', 'The destination was shared for reading only.');
  if (names.length === 0 && name.startsWith('@')) throw atName();
  if (entry.kind === 'folder' && way.some(({ secret }) => equalBytes(secret, entry.secret))) throw new FilesError('bad-path', 'A folder cannot go into itself.');
  if (there !== null && there.id !== entry.id && (there.kind === 'folder' || entry.kind === 'folder')) throw new FilesError('exists', 'There is something of this name at the destination already.');
}

export function atName(): FilesError {
  return new FilesError('bad-name', 'Names in the root folder do not begin with "@": what others share is shown there.');
}

/**
 * Within a space, and for what is a space of its own: one commit, nothing but entries. Into another space: a copy under new
 * secrets, since who could read the one must not read the other by that.
 */
export async function moveItem(session: DriveSession, from: readonly string[], to: readonly string[], options: PutOptions): Promise<void> {
  const moved = await transact(session, async (tx) => {
    const item = await locate(tx, from);
    if (item.parent.space.key === null) throw new FilesError('read-only', 'This was shared for reading only; copy it instead.');
    const destination = await destinationOf(tx, to, item.entry.name);
    checkDestination(item, destination);
    const within = item.entry.target !== null || destination.folder.space === item.parent.space;
    if (within) await moveEntry(tx, item, destination);
    return within;
  });
  if (moved) return;
  await copyItem(session, from, to, options);
  await removeItem(session, from, true);
}

async function moveEntry(tx: Transaction, { parent, entry }: Located, { folder, name, there }: Destination): Promise<void> {
  const edits = new FolderEdits(tx);
  await edits.of(parent).remove(entry);
  if (there !== null && there.id !== entry.id) {
    await edits.of(folder).remove(there);
    if (there.target === null) await discardFile(tx, placeOf(tx.session, folder, there), there);
    else if (there.target.write !== null) tx.retire(there.target.space);
  }
  await edits.of(folder).put({ ...entry, name });
  edits.flush();
}

/** Everything under new secrets, so that neither depends on the other: read, and sealed again. */
export async function copyItem(session: DriveSession, from: readonly string[], to: readonly string[], options: PutOptions, found?: Located): Promise<void> {
  const { item, destination } = await glance(session, async (reader) => {
    const located = found ?? await locate(reader, from);
    const place = await destinationOf(reader, to, located.entry.name);
    checkDestination(located, place);
    return { item: located, destination: place };
  }, options.signal);
  if (destination.there?.id === item.entry.id) throw new FilesError('exists', 'A file cannot be copied onto itself.');
  await new Put(session, destination.names, { ...options, rename: destination.name }).run([driveSource(session, item.parent, item.entry)]);
}

