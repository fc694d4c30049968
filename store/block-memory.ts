import { BLOCK_MAX } from '../wire/index.ts';

/** A section of a CAR with the largest block. */
const SIZE = BLOCK_MAX + 64;
const KEPT = 8;

/** Memory for large blocks on their way to the disk, used again and again: fresh megabytes come faster than they are collected. */
export class BlockMemory {
  readonly #free: ArrayBuffer[] = [];

  readonly allocate = (length: number): Uint8Array => {
    if (length <= SIZE / 2 || length > SIZE) return new Uint8Array(length);
    return new Uint8Array(this.#free.pop() ?? new ArrayBuffer(SIZE), 0, length);
  };

  /** Takes back the memory behind a view; nobody may look at it any more. */
  giveBack({ buffer }: Uint8Array): void {
    if (buffer instanceof ArrayBuffer && buffer.byteLength === SIZE && this.#free.length < KEPT) this.#free.push(buffer);
  }
}
