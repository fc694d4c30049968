import { equalBytes, portableEngine, randomBytes } from '../../crypto/index.ts';
import { scriptAddress } from '../script-address.ts';
// oxlint-disable-next-line import/default
import sealerUrl from './sealer.ts?worker&url';
import type { SealerAnswer, SealerJob, SealerTask } from './sealer.ts';

interface Thread {
  readonly worker: Worker;
  /** Bytes that it has still to do. */
  load: number;
}

/** A box to be made or opened; `data` is the plaintext or the box. */
export interface PoolJob {
  readonly key: Uint8Array;
  readonly nonce: Uint8Array;
  readonly prefix: Uint8Array;
  readonly data: Uint8Array;
}

const GROUP_BYTES = 1024 * 1024;
const TAG = 16;
const NOTHING = new Uint8Array(0);
const PROOF_LENGTHS = [0, 1, 31, 32, 33, 64, 100, 4040, 70_000];

/** Threads that seal and open. They hold keys only while they use them, and are ended when the session is. */
export class SealPool {
  readonly #threads: Thread[];
  readonly #waiting = new Map<number, { readonly resolve: (results: readonly (Uint8Array | null)[]) => void; readonly reject: (error: Error) => void; readonly thread: Thread; readonly bytes: number }>();
  #next = 0;

  private constructor(workers: readonly Worker[]) {
    this.#threads = workers.map((worker) => ({ worker, load: 0 }));
    for (const { worker } of this.#threads) {
      worker.addEventListener('message', ({ data }: MessageEvent<SealerAnswer>) => { this.#take(data); });
      worker.addEventListener('error', () => { this.end(); });
    }
  }

  /** null where the browser has no WebAssembly (Tor Browser's Safer level), or no threads within threads. */
  static async start(count: number): Promise<SealPool | null> {
    const workers = await Promise.all(Array.from({ length: count }, startOne));
    const ready = workers.filter((worker) => worker !== null);
    if (ready.length === 0) return null;
    const pool = new SealPool(ready);
    if (await pool.#isProven()) return pool;
    pool.end();
    return null;
  }

  /** Each thread seals and opens what noble does, at lengths around its borders, and refuses what was altered. */
  async #isProven(): Promise<boolean> {
    const jobs = PROOF_LENGTHS.map((length) => ({ key: randomBytes(32), nonce: randomBytes(24), plaintext: randomBytes(length), prefix: randomBytes(length % 57) }));
    const expected = await portableEngine.seal(jobs);
    for (const thread of this.#threads) {
      const sealed = await this.#runOn(thread, 'seal', jobs.map(({ plaintext, ...job }) => ({ ...job, data: plaintext })));
      if (!expected.every((box, index) => isSame(box, sealed[index]))) return false;
      const boxes = jobs.map(({ key, nonce, prefix }, index) => ({ key, nonce, prefix: NOTHING, data: (expected[index] ?? NOTHING).subarray(prefix.length) }));
      const opened = await this.#runOn(thread, 'open', boxes);
      if (!jobs.every(({ plaintext }, index) => isSame(plaintext, opened[index]))) return false;
      const altered = boxes.map((box) => ({ ...box, data: box.data.map((byte, at) => (at === box.data.length - 1 ? byte ^ 1 : byte)) }));
      const refused = await this.#runOn(thread, 'open', [...altered, { key: randomBytes(32), nonce: randomBytes(24), prefix: NOTHING, data: new Uint8Array(15) }]);
      if (refused.some((result) => result !== null)) return false;
    }
    return true;
  }

  /** In the order of `jobs`. Each group of them goes to the thread with the least to do. Rejects when the pool is ended meanwhile. */
  async run(op: SealerTask['op'], jobs: readonly PoolJob[]): Promise<(Uint8Array | null)[]> {
    const results = await Promise.all(grouped(jobs).map(async (group) => this.#runOn(this.#idlest(), op, group)));
    return results.flat();
  }

  end(): void {
    for (const { worker } of this.#threads) worker.terminate();
    for (const { reject } of this.#waiting.values()) reject(new Error('the session ended'));
    this.#waiting.clear();
  }

  #idlest(): Thread {
    const [first, ...rest] = this.#threads;
    if (first === undefined) throw new Error('no threads');
    return rest.reduce((least, thread) => (thread.load < least.load ? thread : least), first);
  }

  async #runOn(thread: Thread, op: SealerTask['op'], jobs: readonly PoolJob[]): Promise<readonly (Uint8Array | null)[]> {
    const id = this.#next++;
    const bytes = jobs.reduce((sum, { data }) => sum + data.length, 0);
    thread.load += bytes;
    return new Promise((resolve, reject) => {
      this.#waiting.set(id, { resolve, reject, thread, bytes });
      const own = jobs.map((job) => packed(job, op));
      thread.worker.postMessage({ id, op, jobs: own } satisfies SealerTask, own.map(({ buffer }) => buffer));
    });
  }

  #take(answer: SealerAnswer): void {
    if (!('results' in answer)) return;
    const waiting = this.#waiting.get(answer.id);
    this.#waiting.delete(answer.id);
    if (waiting === undefined) return;
    waiting.thread.load -= waiting.bytes;
    waiting.resolve(answer.results);
  }
}

/** A copy that this thread gives away, with room for the result: a view would take the whole buffer behind it along. */
function packed({ key, nonce, data, prefix }: PoolJob, op: SealerTask['op']): SealerJob {
  const room = op === 'seal' ? prefix.length + TAG : 0;
  const buffer = new ArrayBuffer(room + data.length);
  new Uint8Array(buffer, room).set(data);
  return { key: key.slice(), nonce: nonce.slice(), prefix: prefix.slice(), buffer, room };
}

/** Small jobs together, so that each message is worth its way. */
function grouped(jobs: readonly PoolJob[]): PoolJob[][] {
  const groups: PoolJob[][] = [];
  let bytes = GROUP_BYTES;
  for (const job of jobs) {
    if (bytes >= GROUP_BYTES) {
      groups.push([]);
      bytes = 0;
    }
    groups.at(-1)?.push(job);
    bytes += job.data.length;
  }
  return groups;
}

function isSame(expected: Uint8Array, found: Uint8Array | null | undefined): boolean {
  return found !== null && found !== undefined && equalBytes(expected, found);
}

async function startOne(): Promise<Worker | null> {
  if (typeof WebAssembly === 'undefined' || typeof Worker === 'undefined') return null;
  try {
    const worker = new Worker(scriptAddress(sealerUrl), { type: 'module', name: 'underkeep-sealer' });
    const ready = await new Promise<boolean>((resolve) => {
      worker.addEventListener('message', ({ data }: MessageEvent<SealerAnswer>) => { resolve('ready' in data && data.ready); }, { once: true });
      worker.addEventListener('error', () => { resolve(false); }, { once: true });
    });
    if (!ready) worker.terminate();
    return ready ? worker : null;
  } catch {
    return null;
  }
}
