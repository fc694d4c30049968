import type { Space, StoredCell } from '../node/index.ts';
import { hashText, PROOFS_MAX, type Label, type MapKey, type Root } from '../wire/index.ts';

/** A cell as the newest state had it. */
export interface Gathered {
  readonly cell: StoredCell | null;
  readonly root: Root;
}

interface Waiting {
  readonly label: Label;
  /** Bytes that the cell may have. */
  readonly size: number;
  readonly prove: readonly MapKey[];
  readonly resolve: (found: Gathered) => void;
  readonly reject: (error: unknown) => void;
}

/** Requests under way at a time; what is asked for meanwhile goes together into the next. */
const UNDER_WAY = 2;
const LABELS_MAX = PROOFS_MAX - 8;
const BYTES_MAX = 8 * 1024 * 1024;
const gathers = new WeakMap<Space, Gather>();

/**
 * Small files that are read side by side come in few answers. A reader that is alone waits for nobody: only what is asked
 * for while requests are under way is put together.
 */
export class Gather {
  readonly #space: Space;
  readonly #waiting: Waiting[] = [];
  #underWay = 0;

  private constructor(space: Space) {
    this.#space = space;
  }

  static of(space: Space): Gather {
    const gather = gathers.get(space) ?? new Gather(space);
    gathers.set(space, gather);
    return gather;
  }

  /** The cell under `label` at the newest state, which the answer is to prove `prove` at too. */
  read(label: Label, size: number, prove: readonly MapKey[], signal?: AbortSignal): Promise<Gathered> {
    return new Promise((resolve, reject) => {
      const abort = (): void => reject(signal?.reason);
      signal?.throwIfAborted();
      signal?.addEventListener('abort', abort, { once: true });
      const done = (): void => signal?.removeEventListener('abort', abort);
      this.#waiting.push({
        label, size, prove,
        resolve: (found) => { done(); resolve(found); },
        reject: (error) => { done(); reject(error); },
      });
      // In a moment: readers that were woken together ask together.
      queueMicrotask(() => this.#send());
    });
  }

  #send(): void {
    if (this.#underWay >= UNDER_WAY || this.#waiting.length === 0) return;
    const batch = this.#next();
    this.#underWay++;
    void this.#ask(batch).finally(() => {
      this.#underWay--;
      this.#send();
    });
  }

  #next(): Waiting[] {
    let bytes = 0;
    let count = 0;
    for (const { size } of this.#waiting) {
      bytes += size;
      if (count > 0 && (bytes > BYTES_MAX || count === LABELS_MAX)) break;
      count++;
    }
    return this.#waiting.splice(0, count);
  }

  async #ask(batch: readonly Waiting[]): Promise<void> {
    try {
      await this.#read(batch);
    } catch (error) {
      // What is wrong with one of them is no reason for the others to fail.
      if (batch.length === 1) batch[0]?.reject(error);
      else await Promise.all(batch.map((one) => this.#ask([one])));
    }
  }

  async #read(batch: readonly Waiting[]): Promise<void> {
    const prove = new Map(batch.flatMap((one) => one.prove.map((key) => [hashText(key), key] as const)));
    let root: Root | null = null;
    const cells = await this.#space.read(batch.map(({ label }) => label), { prove: [...prove.values()], onRoot: (at) => { root ??= at; } });
    for (const [index, one] of batch.entries()) if (root !== null) one.resolve({ cell: cells[index] ?? null, root });
  }
}
