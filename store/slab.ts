const SIZE = 256 * 1024;

/** Copies of small blocks side by side in large pieces of memory: a thousand buffers of their own would cost more to keep than they hold. */
export class Slab {
  #free = new Uint8Array();

  copy(bytes: Uint8Array): Uint8Array {
    if (bytes.length > this.#free.length) this.#free = new Uint8Array(Math.max(SIZE, bytes.length));
    const copy = this.#free.subarray(0, bytes.length);
    copy.set(bytes);
    this.#free = this.#free.subarray(bytes.length);
    return copy;
  }
}
