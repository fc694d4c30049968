import { concat } from '../crypto/index.ts';
import { COVER_ENTRY } from '../wire/index.ts';
import { arriving } from './error.ts';
import { ENTRY_HEAD } from './frame.ts';

/** Entries `from` to `to - 1`. */
export interface Range {
  readonly from: number;
  readonly to: number;
}

/**
 * The device's copy of an account's cover log: ciphertext and offsets, nothing else. It may be filled in any order,
 * newest first included, and says which entries it holds. What it holds never changes.
 */
export interface LogCopy {
  /** The entries held, ascending, with gaps between any two ranges. */
  held(): readonly Range[];
  /** `count` entries of 4096 bytes. Throws HiddenError('arriving') where one of them is not held. */
  read(from: number, count: number): Promise<Uint8Array>;
  /** The first 40 bytes of each of `count` entries, which is what telling them takes. Throws as `read` does. */
  heads(from: number, count: number): Promise<Uint8Array>;
  /** Takes whole entries in; durable as far as the copy is, before it returns. */
  write(from: number, entries: Uint8Array): Promise<void>;
}

/** The ranges with one more range in them, joined where they touch. */
export function withRange(ranges: readonly Range[], added: Range): Range[] {
  if (added.to <= added.from) return [...ranges];
  const apart = ranges.filter(({ from, to }) => to < added.from || from > added.to);
  const touching = ranges.filter(({ from, to }) => to >= added.from && from <= added.to);
  const joined = { from: Math.min(added.from, ...touching.map(({ from }) => from)), to: Math.max(added.to, ...touching.map(({ to }) => to)) };
  return [...apart, joined].sort((a, b) => a.from - b.from);
}

/** Whether all of `wanted` is held. */
export function holds(ranges: readonly Range[], wanted: Range): boolean {
  return wanted.to <= wanted.from || ranges.some(({ from, to }) => from <= wanted.from && to >= wanted.to);
}

/** A copy that ends with the process. */
export class MemoryLog implements LogCopy {
  readonly #entries = new Map<number, Uint8Array>();
  #held: Range[] = [];

  held(): readonly Range[] {
    return this.#held;
  }

  async read(from: number, count: number): Promise<Uint8Array> {
    return concat(...this.#each(from, count));
  }

  async heads(from: number, count: number): Promise<Uint8Array> {
    return concat(...this.#each(from, count).map((entry) => entry.subarray(0, ENTRY_HEAD)));
  }

  async write(from: number, entries: Uint8Array): Promise<void> {
    const count = entries.length / COVER_ENTRY;
    if (!Number.isInteger(count)) throw new RangeError('a log copy takes whole entries');
    const own = entries.slice();
    for (let index = 0; index < count; index++) {
      if (!this.#entries.has(from + index)) this.#entries.set(from + index, own.subarray(index * COVER_ENTRY, (index + 1) * COVER_ENTRY));
    }
    this.#held = withRange(this.#held, { from, to: from + count });
  }

  #each(from: number, count: number): Uint8Array[] {
    return Array.from({ length: count }, (_, index) => {
      const entry = this.#entries.get(from + index);
      if (entry === undefined) throw arriving();
      return entry;
    });
  }
}
