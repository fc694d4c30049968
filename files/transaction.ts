import { randomBytes, toHex, type CellKey, type PublicKey } from '../crypto/index.ts';
import { commit, ConflictError, type CellWrite, type Space, type SpaceWrite } from '../node/index.ts';
import { cellHash, fragmentCells, hashText, mapKey, WireError, type Block, type Cid, type CreateAccount, type Label, type MapKey, type Terms } from '../wire/index.ts';
import { FilesError } from './error.ts';
import type { CellPlace } from './keys.ts';
import { mayBeOutdated, Reader, type ReadCellsOptions } from './reader.ts';
import type { DriveSession } from './session.ts';

/** A change that waits for the commit: a plaintext to be sealed, fragments that are sealed already, or a removal. */
type Staged =
  | { readonly kind: 'write'; readonly at: MapKey; readonly label: Label; readonly key: CellKey; readonly plaintext: Uint8Array }
  | { readonly kind: 'refer'; readonly at: MapKey; readonly label: Label; readonly fragments: readonly Cid[] }
  | { readonly kind: 'remove'; readonly at: MapKey };

/** Reads cells and stages writes, which `transact` commits once, all or nothing. */
export class Transaction extends Reader {
  readonly #staged = new Map<Space, Map<string, Staged>>();
  readonly #terms = new Map<Space, Terms>();
  readonly #retired = new Map<string, PublicKey>();
  readonly #blocks: Block[] = [];

  /** As a reader's, but what this transaction has staged comes first. */
  override async readMany(space: Space, places: readonly CellPlace[], options: ReadCellsOptions = {}): Promise<(Uint8Array | null)[]> {
    const staged = this.#staged.get(space);
    if (staged === undefined || staged.size === 0) return super.readMany(space, places, options);
    const own = places.map(({ label }) => staged.get(hashText(mapKey(label))));
    const rest = places.filter((_, index) => !isReadable(own[index]));
    const read = rest.length === 0 ? [] : await super.readMany(space, rest, options);
    let next = 0;
    return own.map((change) => (isReadable(change) ? (change.kind === 'write' ? change.plaintext : null) : read[next++] ?? null));
  }

  /** Stages a cell. `plaintext` is kept: not to be changed afterwards. Throws FilesError('read-only'). */
  write(space: Space, label: Label, key: CellKey, plaintext: Uint8Array): void {
    this.#stage(space, { kind: 'write', at: mapKey(label), label, key, plaintext });
  }

  remove(space: Space, label: Label): void {
    this.removeKey(space, mapKey(label));
  }

  /** As `remove`, for a cell of which only its place in the map is known. */
  removeKey(space: Space, at: MapKey): void {
    this.#stage(space, { kind: 'remove', at });
  }

  /** Stages a cell whose sealed fragments the node has or `add` brings; null removes. */
  refer(space: Space, label: Label, fragments: readonly Cid[] | null): void {
    const at = mapKey(label);
    this.#stage(space, fragments === null ? { kind: 'remove', at } : { kind: 'refer', at, label, fragments });
  }

  /** Has the space in the commit, even when nothing is put into it: so an empty one is made. */
  begin(space: Space): void {
    this.#changes(space);
  }

  /** New blocks that go along with the commit. */
  add(blocks: readonly Block[]): void {
    for (const block of blocks) this.#blocks.push(block);
  }

  /** The space's content stops being served; for ever. */
  retire(space: PublicKey): void {
    this.#retired.set(toHex(space), space);
  }

  /** When a space that this transaction makes ends by itself. */
  terms(space: Space, terms: Terms): void {
    this.#terms.set(space, terms);
    this.#changes(space);
  }

  /** How many cells are staged. */
  get size(): number {
    return [...this.#staged.values()].reduce((sum, changes) => sum + changes.size, 0);
  }

  /** Seals and sends what was staged; returns the blocks that went. For `transact` alone. */
  async commit(held: Set<Cid>, options: TransactOptions): Promise<void> {
    if (this.#staged.size === 0 && this.#retired.size === 0) return;
    const { session } = this;
    const sealed = await this.#sealed();
    const blocks = [...this.#blocks, ...sealed.blocks];
    try {
      await commit({
        client: session.client, account: session.account, writes: sealed.writes, blocks, held, cover: session.cover,
        retire: [...this.#retired.values()], create: options.create ?? null, ...(options.signal === undefined ? {} : { signal: options.signal }),
      });
    } catch (error) {
      if (error instanceof ConflictError) for (const { cid } of blocks) held.add(cid);
      throw error;
    }
    this.#remember(sealed.fragments);
  }

  async #sealed(): Promise<{ writes: SpaceWrite[]; blocks: Block[]; fragments: Map<Staged, readonly Cid[]> }> {
    const written = [...this.#staged.values()].flatMap((changes) => [...changes.values()]).filter((change) => change.kind === 'write');
    const cells = await fragmentCells(await this.session.cells.seals.seal(written));
    const fragments = new Map<Staged, readonly Cid[]>(written.map((change, index) => [change, (cells[index] ?? []).map(({ cid }) => cid)]));
    const writes = [...this.#staged].map(([space, changes]): SpaceWrite => ({
      space,
      changes: [...changes.values()].map((change): CellWrite => ({ key: change.at, fragments: fragmentsOf(change, fragments) })),
      terms: this.#terms.get(space) ?? null,
    }));
    return { writes, blocks: cells.flat(), fragments };
  }

  /** What was just written need not be fetched. */
  #remember(fragments: ReadonlyMap<Staged, readonly Cid[]>): void {
    for (const changes of this.#staged.values()) for (const change of changes.values()) {
      const cids = fragmentsOf(change, fragments);
      if (cids === null || change.kind === 'remove') continue;
      const hash = cellHash(cids);
      if (change.kind === 'write') this.session.cells.put(change.label, hash, change.plaintext);
      this.session.cells.know(change.label, hash, cids);
    }
  }

  #stage(space: Space, change: Staged): void {
    this.#changes(space).set(hashText(change.at), change);
  }

  #changes(space: Space): Map<string, Staged> {
    if (space.key === null) throw new FilesError('read-only', 'This was shared for reading only.');
    const changes = this.#staged.get(space) ?? new Map<string, Staged>();
    this.#staged.set(space, changes);
    return changes;
  }
}

function isReadable(change: Staged | undefined): change is Exclude<Staged, { kind: 'refer' }> {
  return change !== undefined && change.kind !== 'refer';
}

function fragmentsOf(change: Staged, sealed: ReadonlyMap<Staged, readonly Cid[]>): readonly Cid[] | null {
  if (change.kind === 'remove') return null;
  return change.kind === 'refer' ? change.fragments : sealed.get(change) ?? null;
}

export interface TransactOptions {
  /** Opens the account with this commit. */
  readonly create?: CreateAccount;
  readonly signal?: AbortSignal;
}

const ATTEMPTS = 60;

/**
 * Runs `work` and commits what it staged: one round trip when all that it reads is at hand. Where another session wrote
 * first, `work` runs again on the new state (so it must have no effect but through the transaction); blocks that
 * went before stay with the node and are not sent again.
 */
export async function transact<T>(session: DriveSession, work: (tx: Transaction) => Promise<T>, options: TransactOptions = {}): Promise<T> {
  return session.lock.run(async () => {
    const held = new Set<Cid>();
    for (let attempt = 1; ; attempt++) {
      options.signal?.throwIfAborted();
      const tx = new Transaction(session, options.signal);
      try {
        const result = await work(tx);
        if (await tx.holds()) {
          await tx.commit(held, options);
          return result;
        }
      } catch (error) {
        if (attempt === ATTEMPTS || !(await isWorthAnother(tx, error))) throw error;
        if (error instanceof ConflictError) await pause(attempt);
      }
      if (attempt === ATTEMPTS) throw new FilesError('busy', 'Other sessions of this account keep writing at the same place; try again.');
    }
  });
}

async function isWorthAnother(tx: Transaction, error: unknown): Promise<boolean> {
  if (error instanceof ConflictError) return true;
  if (error instanceof WireError && error.code === 'root-gone') {
    await tx.catchUp();
    return true;
  }
  return mayBeOutdated(error) && tx.isOutdated();
}

/** Two sessions that keep getting in each other's way stop doing so when they wait for different times. */
async function pause(attempt: number): Promise<void> {
  const [random = 0] = randomBytes(1);
  await new Promise((resolve) => setTimeout(resolve, (random / 256) * Math.min(200, 4 * 2 ** attempt)));
}
