// The names are libsodium's.
// oxlint-disable no-underscore-dangle
import load from 'libsodium';

/** A thread of its own that seals and opens secretboxes with libsodium's WebAssembly. It ends with the session. */
export type SealerTask = {
  readonly id: number;
  readonly op: 'seal' | 'open';
  readonly jobs: readonly SealerJob[];
};
/** `data` begins `room` bytes into a buffer of its own, which comes back with the result in it: the prefix and the tag go before the data. */
export interface SealerJob {
  readonly key: Uint8Array;
  readonly nonce: Uint8Array;
  readonly prefix: Uint8Array;
  readonly buffer: ArrayBuffer;
  readonly room: number;
}
export type SealerAnswer = { readonly id: number; readonly results: readonly (Uint8Array | null)[] } | { readonly id: -1; readonly ready: boolean };

const TAG = 16;
const send = (answer: SealerAnswer, transfer: Transferable[] = []): void => {
  (globalThis as unknown as { postMessage(message: SealerAnswer, transfer: Transferable[]): void }).postMessage(answer, transfer);
};

type Sodium = Awaited<ReturnType<typeof load>>;

/** One stretch of WebAssembly memory, used again and again and overwritten after each use. */
class Heap {
  readonly #sodium: Sodium;
  #at = 0;
  #size = 0;

  constructor(sodium: Sodium) {
    this.#sodium = sodium;
  }

  /** Addresses of key, nonce and data, with room for `length` bytes of data. */
  room(length: number): { readonly key: number; readonly nonce: number; readonly data: number } {
    const needed = 64 + length;
    if (needed > this.#size) {
      this.#size = Math.max(needed, 8 * 1024 * 1024);
      this.#at = this.#sodium._malloc(this.#size);
      if (this.#at === 0) throw new RangeError('no memory');
    }
    return { key: this.#at, nonce: this.#at + 32, data: this.#at + 64 };
  }

  /** Always asked for anew: the memory may have grown, and moved. */
  get bytes(): Uint8Array {
    return this.#sodium.HEAPU8;
  }

  wipe(length: number): void {
    this.bytes.fill(0, this.#at, this.#at + 64 + length);
  }
}

function seal(sodium: Sodium, heap: Heap, { key, nonce, prefix, buffer, room }: SealerJob): Uint8Array {
  const data = new Uint8Array(buffer, room);
  const at = heap.room(data.length + TAG);
  heap.bytes.set(key, at.key);
  heap.bytes.set(nonce, at.nonce);
  heap.bytes.set(data, at.data + TAG);
  sodium._crypto_secretbox_easy(at.data, at.data + TAG, data.length, 0, at.nonce, at.key);
  const out = new Uint8Array(buffer);
  out.set(prefix);
  out.set(heap.bytes.subarray(at.data, at.data + TAG + data.length), prefix.length);
  heap.wipe(0);
  return out;
}

function open(sodium: Sodium, heap: Heap, { key, nonce, buffer }: SealerJob): Uint8Array | null {
  const box = new Uint8Array(buffer);
  if (box.length < TAG) return null;
  const at = heap.room(box.length);
  heap.bytes.set(key, at.key);
  heap.bytes.set(nonce, at.nonce);
  heap.bytes.set(box, at.data);
  const failed = sodium._crypto_secretbox_open_easy(at.data, at.data, box.length, 0, at.nonce, at.key) !== 0;
  const out = box.subarray(0, box.length - TAG);
  if (!failed) out.set(heap.bytes.subarray(at.data, at.data + out.length));
  heap.wipe(box.length);
  return failed ? null : out;
}

async function start(): Promise<void> {
  const sodium = await load();
  sodium._sodium_init();
  const heap = new Heap(sodium);
  addEventListener('message', ({ data: { id, op, jobs } }: MessageEvent<SealerTask>) => {
    const results = jobs.map((job) => (op === 'seal' ? seal(sodium, heap, job) : open(sodium, heap, job)));
    send({ id, results }, jobs.map(({ buffer }) => buffer));
  });
  send({ id: -1, ready: true });
}

// Without WebAssembly the pool does without this thread.
start().catch(() => { send({ id: -1, ready: false }); });
