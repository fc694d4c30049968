import type { Entry } from './entry.ts';
import { FilesError } from './error.ts';
import { folderSecret } from './keys.ts';
import { enter, rootFolder, type Folder } from './folder.ts';
import { findIn, notFound, step, type Located } from './locate.ts';
import { freeName } from './name.ts';
import type { Reader } from './reader.ts';
import type { DriveSession } from './session.ts';

/** What other people share: shown under `/@name/…`. Each entry has a target. */
export interface Mounts {
  list(): Promise<readonly { readonly name: string; readonly entries: readonly Entry[] }[]>;
}

export const isMounted = (names: readonly string[]): boolean => names[0]?.startsWith('@') === true;

/** The folders that `/@` shows: one a person. They stand for nothing that could be opened as it is. */
export async function listPeople(mounts: Mounts): Promise<Entry[]> {
  return (await mounts.list()).map(({ name }) => ({
    id: '0'.repeat(32), name: `@${name}`, kind: 'folder', size: 0, modified: 0, created: 0, secret: folderSecret(new Uint8Array(32)), target: null, exposed: false,
  }));
}

/** What one person shares; equal names are told apart by a number. */
export async function listShared(mounts: Mounts, person: string): Promise<Entry[]> {
  const found = (await mounts.list()).find(({ name }) => `@${name}` === person);
  if (found === undefined) throw new FilesError('not-found', 'Nobody of this name shares anything with you.');
  const taken = new Set<string>();
  return found.entries.map((entry) => {
    const name = freeName(entry.name, (tried) => taken.has(tried));
    taken.add(name);
    return { ...entry, name };
  });
}

/** The item at the end of a path such as `/@alice/photos/2024`. */
export async function locateShared(reader: Reader, mounts: Mounts, names: readonly string[]): Promise<Located> {
  const [person = '', first, ...rest] = names;
  const entry = (await listShared(mounts, person)).find(({ name }) => name === first);
  if (entry === undefined) throw notFound();
  let located: Located = { parent: nowhere(reader.session), entry, way: [nowhere(reader.session)] };
  for (const name of rest) {
    const folder = step(reader, located.way, located.entry);
    const found = await findIn(reader, folder, name);
    if (found === null) throw notFound();
    located = { parent: folder, entry: found, way: [...located.way, folder] };
  }
  return located;
}

/** The folder that a share or link stands for; `entry` has a target, or is this account's own. */
export function folderOfShare(session: DriveSession, entry: Entry): Folder {
  return enter(session, nowhere(session), entry);
}

/** What shares are "in": it is never read, since each has a space of its own. */
export function nowhere(session: DriveSession): Folder {
  return { ...rootFolder(session), secret: folderSecret(new Uint8Array(32)) };
}
