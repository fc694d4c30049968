import type { PublicKey } from '../crypto/index.ts';
import { WireError, type Label } from '../wire/index.ts';
import type { Entry } from './entry.ts';
import { FilesError } from './error.ts';
import { placeOf, type Folder } from './folder.ts';
import { FolderEdits } from './folder-edit.ts';
import { locate } from './locate.ts';
import type { Reader } from './reader.ts';
import type { DriveSession } from './session.ts';
import { REMOVALS_MAX, sweepLater } from './sweep.ts';
import { transact, type Transaction } from './transaction.ts';
import { fileLabels, folderLabels, surveyItem, type Tree } from './tree.ts';

/** Spaces that one commit can end. */
const RETIRED_MAX = 16;

/**
 * Removes an item with all that is in it, and ends the spaces in it. Its entry goes with one commit; what is more than that
 * commit can remove is noted down, and swept afterwards. Throws FilesError('not-empty') without `recursive`.
 */
export async function removeItem(session: DriveSession, names: readonly string[], recursive: boolean): Promise<void> {
  for (;;) {
    const tooMany = await transact(session, async (tx) => {
      const { parent, entry } = await locate(tx, names);
      const trees = await treesOf(tx, parent, entry);
      if (!recursive && (trees[0]?.tree.folders[0]?.entries.length ?? 0) > 0) {
        throw new FilesError('not-empty', 'This folder is not empty; remove it with all that is in it, recursively.');
      }
      const spaces = trees.flatMap(({ own }) => (own === null ? [] : [own]));
      // Innermost first: where this is interrupted, what is left is still reached.
      if (spaces.length > RETIRED_MAX) return spaces.reverse();
      await removeEntry(tx, parent, entry);
      for (const space of spaces) tx.retire(space);
      if (entry.target === null) await discardTree(tx, parent, entry, trees[0]?.tree);
      return null;
    });
    if (tooMany === null) return;
    await transact(session, async (tx) => {
      for (const space of tooMany.slice(0, RETIRED_MAX)) tx.retire(space);
    });
  }
}

async function removeEntry(tx: Transaction, parent: Folder, entry: Entry): Promise<void> {
  const edits = new FolderEdits(tx);
  await edits.of(parent).remove(entry);
  edits.flush();
}

interface OwnedTree {
  readonly tree: Tree;
  /** The item's own space, where it has one that is ours; null for what is in its folder's. */
  readonly own: PublicKey | null;
}

/** The item's tree, and those of the spaces in it that are ours and are still there. */
async function treesOf(reader: Reader, parent: Folder, entry: Entry): Promise<OwnedTree[]> {
  if (entry.target !== null && entry.target.write === null) return [];
  const place = placeOf(reader.session, parent, entry);
  const own = entry.target?.space ?? null;
  try {
    const tree = await surveyItem(reader, place, entry);
    const out: OwnedTree[] = [{ tree, own }];
    for (const item of tree.inner) out.push(...await treesOf(reader, item.within.folder, item.entry));
    return out;
  } catch (error) {
    if (own !== null && error instanceof WireError && error.code === 'retired') return [];
    // What cannot be walked through can still be removed; cells that are left behind are for `check` to find.
    if (error instanceof FilesError && UNREADABLE.has(error.code)) return [{ tree: { space: place.space, folders: [], files: [], inner: [] }, own }];
    throw error;
  }
}

const UNREADABLE: ReadonlySet<string> = new Set(['corrupt', 'too-deep', 'too-large']);

async function discardTree(tx: Transaction, parent: Folder, entry: Entry, tree: Tree | undefined): Promise<void> {
  if (tree === undefined) return;
  const labels: Label[] = [...folderLabels(tree)];
  for (const label of fileLabels(tree)) {
    labels.push(label);
    if (labels.length > REMOVALS_MAX) return sweepLater(tx, parent, entry);
  }
  for (const label of labels) tx.remove(parent.space, label);
}
