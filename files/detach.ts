import { generateSigningKey, toHex } from '../crypto/index.ts';
import type { Space } from '../node/index.ts';
import type { Label } from '../wire/index.ts';
import type { Entry, SpaceCapability } from './entry.ts';
import { FilesError } from './error.ts';
import { conceal, reveal, type Folder } from './folder.ts';
import { encodeLeaf } from './folder-cell.ts';
import { FolderEdits } from './folder-edit.ts';
import { folderPlace } from './keys.ts';
import { locate } from './locate.ts';
import { fragmentsOf, referAll, REFERENCES_MAX } from './refer.ts';
import type { DriveSession } from './session.ts';
import { sweepLater } from './sweep.ts';
import { transact, type Transaction } from './transaction.ts';
import { fileLabels, surveyItem, type Tree, type TreeFolder } from './tree.ts';

export type Also = (tx: Transaction, entry: Entry) => Promise<void>;

/** A space that is about to be made, with its writer key. */
export interface NewSpace {
  readonly capability: SpaceCapability;
  readonly space: Space;
}

export function newSpace(session: DriveSession): NewSpace {
  const key = generateSigningKey();
  const capability = { space: key.publicKey, write: key.seed.expose().slice(), node: null };
  key.seed.wipe();
  const space = session.space(capability);
  space.beginUnborn();
  return { capability, space };
}

/**
 * Makes an item a space of its own: its cells are referred to there, under the labels that they have, and its entry
 * leads there; what stays behind is swept afterwards. One commit. An item that is one already only gets `also`.
 */
export async function detach(session: DriveSession, names: readonly string[], also: Also = async () => undefined): Promise<Entry> {
  const made = newSpace(session);
  /** Chunks that are too many for one commit go before; nothing leads to them until the last one. */
  const sent = new Set<string>();
  for (;;) {
    const outcome = await transact(session, async (tx): Promise<{ entry: Entry } | { tree: Tree; rest: Label[] }> => {
      const { parent, entry } = await locate(tx, names);
      if (parent.space.key === null || parent.node !== null) throw new FilesError('read-only', 'This was shared for reading only, and cannot be shared on.');
      if (entry.target !== null) {
        await also(tx, entry);
        return { entry };
      }
      const tree = await surveyItem(tx, parent, entry);
      const rest = [...fileLabels(tree)].filter((label) => !sent.has(toHex(label)));
      if (tree.folders.length + rest.length > REFERENCES_MAX) return { tree, rest };
      const moved = await moveOut(tx, parent, entry, tree, rest, made);
      await also(tx, moved);
      return { entry: moved };
    });
    if ('entry' in outcome) return outcome.entry;
    await referAll(session, outcome.tree.space, made.space, outcome.rest);
    for (const label of outcome.rest) sent.add(toHex(label));
  }
}

async function moveOut(tx: Transaction, parent: Folder, entry: Entry, tree: Tree, chunks: readonly Label[], { capability, space }: NewSpace): Promise<Entry> {
  const { session } = tx;
  tx.begin(space);
  const fragments = await fragmentsOf(session, tree.space, chunks);
  for (const [index, label] of chunks.entries()) tx.refer(space, label, fragments[index] ?? null);
  for (const folder of tree.folders) await moveFolder(tx, folder, space);
  const moved: Entry = { ...entry, target: capability };
  const edits = new FolderEdits(tx);
  await edits.of(parent).put(moved);
  edits.flush();
  await sweepLater(tx, parent, entry);
  return moved;
}

/** A folder's cells go as they are, but for those that hold writer keys: these are sealed for the writers of the new space. */
async function moveFolder(tx: Transaction, { folder, parts }: TreeFolder, space: Space): Promise<void> {
  const moved: Folder = { ...folder, space };
  const plain = parts.filter(({ cell }) => cell.kind === 'branch' || cell.entries.every(({ target }) => target === null));
  const labels = plain.map(({ prefix }) => folderPlace(folder.secret, prefix).label);
  const fragments = await fragmentsOf(tx.session, folder.space, labels);
  for (const [index, label] of labels.entries()) tx.refer(space, label, fragments[index] ?? null);
  for (const { prefix, cell } of parts) {
    if (cell.kind === 'branch' || cell.entries.every(({ target }) => target === null)) continue;
    const entries = await reveal(folder, cell.entries);
    const leaf = encodeLeaf(await Promise.all(entries.map((entry) => conceal(moved, entry))));
    const { label, key } = folderPlace(folder.secret, prefix);
    if (leaf !== null) tx.write(space, label, key, leaf);
  }
}
