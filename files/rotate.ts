import { toHex, type PublicKey } from '../crypto/index.ts';
import type { Space } from '../node/index.ts';
import type { Label } from '../wire/index.ts';
import { newSpace, type NewSpace } from './detach.ts';
import type { Entry } from './entry.ts';
import { FilesError } from './error.ts';
import { placeOf, type Folder } from './folder.ts';
import { FolderEdits } from './folder-edit.ts';
import { generateFolderSecret, type FolderSecret } from './keys.ts';
import { locate } from './locate.ts';
import { fragmentsOf, referAll, REFERENCES_MAX } from './refer.ts';
import type { DriveSession } from './session.ts';
import { transact, type Transaction } from './transaction.ts';
import { fileLabels, surveyItem, type Tree } from './tree.ts';

/** A space inside a rotated one that was made anew with it: its other readers need the new capability. */
export interface Rotated {
  readonly from: PublicKey;
  readonly entry: Entry;
}
export type AlsoRotated = (tx: Transaction, entry: Entry, inner: readonly Rotated[]) => Promise<void>;

/** Spaces that one commit may make beside the one that it changes. */
const SPACES_MAX = 14;

/** What a rotation draws once, however often its transaction runs. */
class Renewal {
  readonly session: DriveSession;
  readonly #spaces = new Map<string, NewSpace>();
  readonly #secrets = new Map<string, FolderSecret>();
  /** Chunks that went before, by new space and label. */
  readonly sent = new Set<string>();

  constructor(session: DriveSession) {
    this.session = session;
  }

  space(old: Space): NewSpace {
    const name = toHex(old.writer);
    const made = this.#spaces.get(name) ?? newSpace(this.session);
    this.#spaces.set(name, made);
    return made;
  }

  secret(old: Uint8Array): FolderSecret {
    const name = toHex(old);
    const made = this.#secrets.get(name) ?? generateFolderSecret();
    this.#secrets.set(name, made);
    return made;
  }
}

/** One space on its way into a new one. */
interface Move {
  readonly from: Space;
  readonly to: Space;
  readonly labels: readonly Label[];
}

/**
 * Takes an item away from whoever could read it: a new space, new secrets for all its folders, and for the spaces inside
 * it likewise; the old spaces end with the same commit. Its files keep their secrets, which a former reader may know but
 * cannot use any more, and are marked for `refresh`. An item that is not a space of its own only gets `also`.
 */
export async function rotate(session: DriveSession, names: readonly string[], also: AlsoRotated = async () => undefined): Promise<Entry> {
  const renewal = new Renewal(session);
  for (;;) {
    const outcome = await transact(session, async (tx): Promise<{ entry: Entry } | { moves: Move[] }> => {
      const { parent, entry } = await locate(tx, names);
      if (entry.target === null) {
        await also(tx, entry, []);
        return { entry };
      }
      if (entry.target.write === null || parent.space.key === null) throw new FilesError('read-only', 'This was shared for reading only: only who shared it can take it back.');
      const rotation = new Rotation(tx, renewal);
      const renewed = await rotation.item(parent, entry);
      if (rotation.tooLarge) return { moves: rotation.moves };
      const edits = new FolderEdits(tx);
      await edits.of(parent).put(renewed);
      edits.flush();
      await also(tx, renewed, rotation.inner);
      return { entry: renewed };
    });
    if ('entry' in outcome) return outcome.entry;
    for (const { from, to, labels } of outcome.moves) {
      await referAll(session, from, to, labels);
      for (const label of labels) renewal.sent.add(toHex(to.writer) + toHex(label));
    }
  }
}

class Rotation {
  readonly #tx: Transaction;
  readonly #renewal: Renewal;
  readonly moves: Move[] = [];
  readonly inner: Rotated[] = [];
  #spaces = 0;

  constructor(tx: Transaction, renewal: Renewal) {
    this.#tx = tx;
    this.#renewal = renewal;
  }

  /** Whether chunks have to be referred to in commits of their own, before this one. */
  get tooLarge(): boolean {
    return this.moves.reduce((sum, { labels }) => sum + labels.length, 0) > REFERENCES_MAX;
  }

  /** Stages the new space of an item, and gives the entry that leads there. */
  async item(parent: Folder, entry: Entry): Promise<Entry> {
    if (++this.#spaces > SPACES_MAX) throw new FilesError('too-large', `More than ${SPACES_MAX} shared items are in this one; unshare those first.`);
    const old = placeOf(this.#renewal.session, parent, entry);
    const tree = await surveyItem(this.#tx, old, entry);
    const { capability, space } = this.#renewal.space(old.space);
    this.#tx.begin(space);
    await this.#chunks(tree, space);
    const secret = entry.kind === 'folder' ? await this.#folders(tree, { space, node: null }) : entry.secret;
    this.#tx.retire(old.space.writer);
    return { ...entry, secret, target: capability, exposed: entry.kind === 'file' };
  }

  async #chunks(tree: Tree, space: Space): Promise<void> {
    const labels = [...fileLabels(tree)].filter((label) => !this.#renewal.sent.has(toHex(space.writer) + toHex(label)));
    this.moves.push({ from: tree.space, to: space, labels });
    if (this.tooLarge) return;
    const fragments = await fragmentsOf(this.#renewal.session, tree.space, labels);
    for (const [index, label] of labels.entries()) this.#tx.refer(space, label, fragments[index] ?? null);
  }

  /** Every folder of the tree under a new secret; gives that of the top. */
  async #folders(tree: Tree, place: Pick<Folder, 'space' | 'node'>): Promise<FolderSecret> {
    const edits = new FolderEdits(this.#tx);
    for (const { folder, entries } of tree.folders) {
      const edit = edits.of({ ...place, secret: this.#renewal.secret(folder.secret) }, true);
      for (const entry of entries) await edit.put(await this.#renewed(folder, entry));
    }
    if (!this.tooLarge) edits.flush();
    const [top] = tree.folders;
    return this.#renewal.secret(top?.folder.secret ?? new Uint8Array(32));
  }

  async #renewed(folder: Folder, entry: Entry): Promise<Entry> {
    if (entry.target !== null) {
      // What is somebody else's cannot be taken back.
      if (entry.target.write === null) return entry;
      const renewed = await this.item(folder, entry);
      this.inner.push({ from: entry.target.space, entry: renewed });
      return renewed;
    }
    return entry.kind === 'folder' ? { ...entry, secret: this.#renewal.secret(entry.secret) } : { ...entry, exposed: true };
  }
}
