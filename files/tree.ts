import { equalBytes, toHex } from '../crypto/index.ts';
import type { Space } from '../node/index.ts';
import type { Label } from '../wire/index.ts';
import { chunkLabels } from './chunks.ts';
import type { Entry } from './entry.ts';
import { FilesError } from './error.ts';
import { enter, entriesOf, readFolder, reveal, warm, type Folder, type FolderPart } from './folder.ts';
import { folderPlace } from './keys.ts';
import { DEPTH_MAX } from './name.ts';
import type { Reader } from './reader.ts';

/** A folder of a tree with its own cells. */
export interface TreeFolder {
  readonly folder: Folder;
  /** null for the tree's top. */
  readonly entry: Entry | null;
  readonly above: TreeFolder | null;
  readonly parts: readonly FolderPart[];
  readonly entries: readonly Entry[];
}

/** All of a tree that is in one space. */
export interface Tree {
  readonly space: Space;
  /** Each after the one that it is in. */
  readonly folders: readonly TreeFolder[];
  readonly files: readonly { readonly entry: Entry; readonly within: TreeFolder }[];
  /** Items with a space of their own: what is in them is not part of the tree. */
  readonly inner: readonly { readonly entry: Entry; readonly within: TreeFolder }[];
}

/**
 * Reads the tree below a folder, as far as it is in the folder's space: one round trip a level. A folder that is met twice
 * was put there twice by a hostile writer: FilesError('too-deep'), so that no walk is endless.
 */
export async function surveyFolder(reader: Reader, top: Folder): Promise<Tree> {
  const folders: TreeFolder[] = [];
  const files: { entry: Entry; within: TreeFolder }[] = [];
  const inner: { entry: Entry; within: TreeFolder }[] = [];
  const met = new Set<string>();
  let level: { folder: Folder; entry: Entry | null; above: TreeFolder | null }[] = [{ folder: top, entry: null, above: null }];
  for (let depth = 0; level.length > 0; depth++) {
    if (depth > DEPTH_MAX) throw endless();
    for (const { folder } of level) meet(met, folder);
    await warm(reader, level.map(({ folder }) => folder));
    const read = await Promise.all(level.map((place) => readTreeFolder(reader, place)));
    folders.push(...read);
    level = [];
    for (const within of read) for (const entry of within.entries) {
      if (entry.target !== null) inner.push({ entry, within });
      else if (entry.kind === 'file') files.push({ entry, within });
      else level.push({ folder: enter(reader.session, within.folder, entry), entry, above: within });
    }
  }
  return { space: top.space, folders, files, inner };
}

async function readTreeFolder(reader: Reader, place: { folder: Folder; entry: Entry | null; above: TreeFolder | null }): Promise<TreeFolder> {
  const parts = await readFolder(reader, place.folder, { lazy: true });
  return { ...place, parts, entries: await reveal(place.folder, entriesOf(parts)) };
}

function meet(met: Set<string>, { space, secret }: Folder): void {
  const name = toHex(space.writer) + toHex(secret);
  if (met.has(name)) throw endless();
  met.add(name);
}

function endless(): FilesError {
  return new FilesError('too-deep', 'This folder leads back into itself, or has no bottom: its writer made it so.');
}

/** The tree of one item whose cells are in `folder`'s space: for a file, its chunks alone. */
export async function surveyItem(reader: Reader, parent: Pick<Folder, 'space' | 'node'>, entry: Entry): Promise<Tree> {
  if (entry.kind === 'folder') return surveyFolder(reader, { ...parent, secret: entry.secret as Folder['secret'] });
  const within: TreeFolder = { folder: { ...parent, secret: entry.secret as unknown as Folder['secret'] }, entry: null, above: null, parts: [], entries: [] };
  return { space: parent.space, folders: [], files: [{ entry, within }], inner: [] };
}

/** The labels of a tree's folder cells. */
export function* folderLabels(tree: Tree): Generator<Label> {
  for (const { folder, parts } of tree.folders) for (const { prefix } of parts) yield folderPlace(folder.secret, prefix).label;
}

/** The labels of all chunks of a tree's files. */
export function* fileLabels(tree: Tree): Generator<Label> {
  for (const { entry } of tree.files) yield* chunkLabels(entry);
}

export function sameFolder(a: Folder, b: Folder): boolean {
  return equalBytes(a.secret, b.secret) && equalBytes(a.space.writer, b.space.writer);
}
