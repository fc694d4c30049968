/** Arrays of one size that are used again, so that streaming leaves nothing for the collector. */
export class Memory {
  readonly #size: number;
  readonly #free: ArrayBuffer[] = [];
  readonly #lent = new Set<ArrayBufferLike>();

  constructor(size: number) {
    this.#size = size;
  }

  /** Holds whatever was in it before. */
  take(): Uint8Array {
    const buffer = this.#free.pop() ?? new ArrayBuffer(this.#size);
    this.#lent.add(buffer);
    return new Uint8Array(buffer);
  }

  /** For an array, or a part of one, that nobody looks at any more. What `take` did not give is left alone. */
  give({ buffer }: Uint8Array): void {
    if (this.#lent.delete(buffer) && buffer instanceof ArrayBuffer) this.#free.push(buffer);
  }
}
