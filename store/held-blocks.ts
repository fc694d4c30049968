import { checkBlock, WireError, type Cid } from '../wire/index.ts';
import { BlockMemory } from './block-memory.ts';
import type { Blocks } from './blocks.ts';
import type { Rows } from './rows.ts';

/** Blocks wherever they lie, and the peace between those being written and those being dropped. */
export class HeldBlocks {
  readonly #rows: Rows;
  readonly #blocks: Blocks;
  /** How many uploads bring a block just now. */
  readonly #arriving = new Map<Cid, number>();
  /** Set while files are being dropped. */
  #dropping: { readonly cids: ReadonlySet<Cid>; readonly done: Promise<void> } | null = null;

  /** Of blocks that are read only to be sent. */
  readonly memory = new BlockMemory();

  constructor(rows: Rows, blocks: Blocks) {
    this.#rows = rows;
    this.#blocks = blocks;
  }

  /** The block, checked against its CID, in memory that `allocate` may give; null where the node has none. Throws `corrupt-block`. */
  async read(cid: Cid, allocate?: (length: number) => Uint8Array): Promise<Uint8Array | null> {
    const stored = await this.#rows.block(cid);
    if (stored === null) return null;
    const bytes = stored.bytes ?? await this.#blocks.get(cid, allocate);
    if (bytes === null) throw new WireError('corrupt-block', 'A block is missing from the disk of the node: send it again to mend it.');
    try {
      await checkBlock(cid, bytes);
    } catch {
      throw new WireError('corrupt-block', 'A block is damaged on the disk of the node: send it again to mend it.');
    }
    return bytes;
  }

  /** Holds the block back from being dropped until `release`. */
  async arrive(cid: Cid): Promise<void> {
    this.#arriving.set(cid, (this.#arriving.get(cid) ?? 0) + 1);
    while (this.#dropping?.cids.has(cid) === true) await this.#dropping.done;
  }

  release(cids: Iterable<Cid>): void {
    for (const cid of cids) {
      const left = (this.#arriving.get(cid) ?? 1) - 1;
      if (left === 0) this.#arriving.delete(cid);
      else this.#arriving.set(cid, left);
    }
  }

  readonly isArriving = (cid: Cid): boolean => this.#arriving.has(cid);

  /** Drops files that no row speaks of and no upload brings. */
  async dropUnknown(cids: Iterable<Cid>): Promise<void> {
    const unknown: Cid[] = [];
    for (const cid of cids) if (!this.isArriving(cid) && (await this.#rows.block(cid)) === null) unknown.push(cid);
    await this.drop(unknown);
  }

  async drop(cids: readonly Cid[]): Promise<void> {
    while (this.#dropping !== null) await this.#dropping.done;
    const free = new Set(cids.filter((cid) => !this.isArriving(cid)));
    if (free.size === 0) return;
    const done = this.#blocks.drop(free).finally(() => { this.#dropping = null; });
    this.#dropping = { cids: free, done };
    await done;
  }

  /** The blocks of a crash: files without rows. */
  async sweep(): Promise<void> {
    await this.#blocks.sweep();
    const strays: Cid[] = [];
    for await (const cid of this.#blocks.list()) if ((await this.#rows.block(cid)) === null) strays.push(cid);
    await this.#blocks.drop(strays);
  }
}

