import { COVER_ENTRY, leafHash, WireError, type Block, type Cid, type LogHash } from '../wire/index.ts';
import type { Blocks } from './blocks.ts';
import type { CheckedCommit } from './commit-check.ts';
import type { Arrived } from './commit-plan.ts';
import { INLINE_MAX, type StoredBlock } from './rows.ts';
import { Slab } from './slab.ts';

/** Large blocks on their way to the disk at once: what keeps it busy, and bounds the memory of one upload. */
const WRITES_MAX = 4;
/** Small blocks are kept for the commit's own transaction up to this many bytes. */
const BUFFER_MAX = 4 * 1024 * 1024;

export interface IntakeHost {
  readonly blocks: Blocks;
  /** Makes room for a new block of the account, or throws `quota-full`. Holds the block back from collection. */
  readonly reserve: (cid: Cid, size: number) => Promise<void>;
  /** The block is written: its memory can be used again. */
  readonly giveBack: (bytes: Uint8Array) => void;
  /** Moves small blocks into the waiting room early; false where the account is not there yet. */
  readonly spill: (blocks: readonly StoredBlock[]) => Promise<boolean>;
}

/** Takes the blocks of one commit as they come in. */
export class Intake {
  readonly #checked: CheckedCommit;
  readonly #host: IntakeHost;
  readonly #stored = new Map<Cid, StoredBlock>();
  readonly #leaves = new Map<Cid, LogHash[]>();
  readonly #writes = new Set<Promise<void>>();
  readonly #slab = new Slab();
  #failure: { readonly error: unknown } | null = null;
  #visible = 0;
  #buffered = 0;

  constructor(checked: CheckedCommit, host: IntakeHost) {
    this.#checked = checked;
    this.#host = host;
  }

  /** Throws `malformed` for a block that the record does not name, `quota-full`, `disk-full`. */
  async take({ cid, bytes }: Block): Promise<void> {
    if (this.#failure !== null) throw this.#failure.error;
    const fragment = this.#checked.fragments.has(cid);
    if (!fragment && !this.#checked.segments.has(cid)) throw new WireError('malformed', 'Malformed commit: it brings a block that it does not name.');
    if (this.#stored.has(cid)) throw new WireError('malformed', 'Malformed commit: it brings a block twice.');
    if (bytes.length === 0) throw new WireError('malformed', 'Malformed commit: it brings an empty block.');
    if (fragment) this.#visible += bytes.length;
    else this.#leaves.set(cid, leavesOf(bytes));
    this.#stored.set(cid, { cid, size: bytes.length, bytes: null });
    await this.#host.reserve(cid, bytes.length);
    if (bytes.length <= INLINE_MAX) await this.#buffer(cid, bytes);
    else await this.#write(cid, bytes);
  }

  /** All blocks, durable or in hand. */
  async finish(): Promise<Arrived & { readonly blocks: StoredBlock[] }> {
    await Promise.all(this.#writes);
    if (this.#failure !== null) throw this.#failure.error;
    await this.#host.blocks.settle(this.files());
    return { blocks: [...this.#stored.values()], visible: this.#visible, leaves: this.#leaves };
  }

  /** Waits until nothing is being written any more. */
  async stop(): Promise<void> {
    await Promise.all(this.#writes);
  }

  files(): Cid[] {
    return [...this.#stored.values()].filter(({ size }) => size > INLINE_MAX).map(({ cid }) => cid);
  }

  async #buffer(cid: Cid, bytes: Uint8Array): Promise<void> {
    // A copy: the view would keep a whole network buffer alive.
    this.#stored.set(cid, { cid, size: bytes.length, bytes: this.#slab.copy(bytes) });
    this.#buffered += bytes.length;
    if (this.#buffered <= BUFFER_MAX) return;
    const inHand = [...this.#stored.values()].filter((block) => block.bytes !== null);
    if (!(await this.#host.spill(inHand))) return;
    for (const block of inHand) this.#stored.set(block.cid, { ...block, bytes: null });
    this.#buffered = 0;
  }

  async #write(cid: Cid, bytes: Uint8Array): Promise<void> {
    if (this.#writes.size >= WRITES_MAX) await Promise.race(this.#writes);
    const write: Promise<void> = this.#host.blocks.put(cid, bytes)
      .catch((error: unknown) => { this.#failure ??= { error }; })
      .finally(() => {
        this.#writes.delete(write);
        this.#host.giveBack(bytes);
      });
    this.#writes.add(write);
  }
}

function leavesOf(segment: Uint8Array): LogHash[] {
  if (segment.length % COVER_ENTRY !== 0) throw new WireError('malformed', 'Malformed commit: cover is made of whole entries.');
  return Array.from({ length: segment.length / COVER_ENTRY }, (_, index) => leafHash(segment.subarray(index * COVER_ENTRY, (index + 1) * COVER_ENTRY)));
}
