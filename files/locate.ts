import { equalBytes } from '../crypto/index.ts';
import type { Entry } from './entry.ts';
import { FilesError } from './error.ts';
import { enter, entriesOf, partFor, readFolder, reveal, revealOne, rootFolder, type Folder } from './folder.ts';
import { DEPTH_MAX } from './name.ts';
import type { Reader } from './reader.ts';

/** An item, and the folder that it is in. */
export interface Located {
  readonly parent: Folder;
  readonly entry: Entry;
  /** Every folder on the way, the root first and `parent` last. */
  readonly way: readonly Folder[];
}

/** The entry of this name in a folder, or null. */
export async function findIn(reader: Reader, folder: Folder, name: string): Promise<Entry | null> {
  const { cell } = await partFor(reader, folder, name);
  const stored = cell.kind === 'leaf' ? cell.entries.find((entry) => entry.name === name) : undefined;
  if (stored !== undefined) return revealOne(folder, stored);
  // Where others write, an entry may be shown under another name than the one that it was filed under.
  if (folder.space.key !== null) return null;
  const shown = entriesOf(await readFolder(reader, folder)).find((entry) => entry.name === name);
  return shown === undefined ? null : revealOne(folder, shown);
}

/** All entries of a folder, by name. */
export async function listFolder(reader: Reader, folder: Folder, options: { readonly fresh?: boolean } = {}): Promise<Entry[]> {
  return reveal(folder, entriesOf(await readFolder(reader, folder, options)));
}

/** The folder at the end of `names`, from `start`. Throws FilesError('not-found' | 'not-a-folder' | 'too-deep'). */
export async function locateFolder(reader: Reader, names: readonly string[], start: Folder = rootFolder(reader.session)): Promise<Folder> {
  return (await follow(reader, names, start)).at(-1) ?? start;
}

/** The item at the end of `names`, which is not empty. Throws FilesError('not-found' | 'not-a-folder' | 'too-deep'). */
export async function locate(reader: Reader, names: readonly string[], start: Folder = rootFolder(reader.session)): Promise<Located> {
  const last = names.at(-1);
  if (last === undefined) throw new FilesError('bad-path', 'This cannot be done to the root folder.');
  const way = await follow(reader, names.slice(0, -1), start);
  const parent = way.at(-1) ?? start;
  const entry = await findIn(reader, parent, last);
  if (entry === null) throw notFound();
  return { parent, entry, way };
}

async function follow(reader: Reader, names: readonly string[], start: Folder): Promise<Folder[]> {
  const way = [start];
  for (const name of names) {
    const entry = await findIn(reader, way.at(-1) ?? start, name);
    if (entry === null) throw notFound();
    way.push(step(reader, way, entry));
  }
  return way;
}

/** The folder below the last of `way`. A folder that is its own ancestor, as only a hostile writer makes one, is refused. */
export function step(reader: Reader, way: readonly Folder[], entry: Entry): Folder {
  const parent = way.at(-1);
  if (parent === undefined) throw notFound();
  const folder = enter(reader.session, parent, entry);
  if (way.length > DEPTH_MAX || way.some(({ secret }) => equalBytes(secret, folder.secret))) {
    throw new FilesError('too-deep', 'This folder leads back into itself, or has no bottom: its writer made it so.');
  }
  return folder;
}

export function notFound(): FilesError {
  return new FilesError('not-found', 'There is nothing of this name here; list the folder to see what is.');
}
