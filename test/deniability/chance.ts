/** Randomness and scrypt of the simulator: the real engine, drawing from seeded streams where a pair of runs is to be alike. */
import { AsyncLocalStorage } from 'node:async_hooks';
import { createCipheriv, createHash, type Cipheriv } from 'node:crypto';
import { useEngine, type Engine } from '../../crypto/index.ts';
import { nodeEngine } from '../../engines/index.ts';

/** What randomness is drawn for. What fills cover, and hidden work, draw apart, so that they do not move what visible work draws. */
export type Purpose = 'visible' | 'cover' | 'hidden';

interface Drawer {
  readonly process: string;
  readonly purpose: Purpose;
}

const native = nodeEngine();
const drawing = new AsyncLocalStorage<Drawer>();
const AHEAD = 4096;

/** AES-256 in counter mode under a hash of seed and drawer. */
class Stream {
  readonly #cipher: Cipheriv;
  #ahead: Uint8Array = new Uint8Array(0);

  constructor(name: string) {
    const key = createHash('sha256').update(name).digest();
    this.#cipher = createCipheriv('aes-256-ctr', key, Buffer.alloc(16));
  }

  take(length: number): Uint8Array {
    if (length > AHEAD) return new Uint8Array(this.#cipher.update(Buffer.alloc(length)));
    if (this.#ahead.length < length) this.#ahead = new Uint8Array(this.#cipher.update(Buffer.alloc(AHEAD)));
    const out = this.#ahead.slice(0, length);
    this.#ahead = this.#ahead.subarray(length);
    return out;
  }
}

const scrypts = new Map<string, Promise<Uint8Array>>();
let seed: number | null = null;
let streams = new Map<string, Stream>();
let scryptCalls = 0;
let working = 0;

/** From now on all randomness follows from this number; null makes it real again. */
export function reseed(next: number | null): void {
  seed = next;
  streams = new Map();
  scryptCalls = 0;
}

const drawer = (): Drawer => drawing.getStore() ?? { process: 'world', purpose: 'visible' };

/** The process, as the simulator has it, in which the present code runs. */
export function currentProcess(): string {
  return drawer().process;
}

/** Everything in `work`, and whatever it sets off, belongs to this process. */
export function inProcess<T>(process: string, work: () => T): T {
  return drawing.run({ process, purpose: 'visible' }, work);
}

/** Whatever `work` draws comes from the stream of this purpose. */
export function drawnFor<T>(purpose: Purpose, work: () => T): T {
  return drawing.run({ ...drawer(), purpose }, work);
}

/** Calls of scrypt so far that were not hidden work's own, whether computed or remembered. */
export function scryptsCalled(): number {
  return scryptCalls;
}

/** Whether scrypt is being computed on another thread. */
export function computing(): boolean {
  return working > 0;
}

function randomBytes(length: number): Uint8Array {
  if (seed === null) return native.randomBytes(length);
  const { process, purpose } = drawer();
  const name = `${seed} ${process} ${purpose}`;
  const stream = streams.get(name) ?? new Stream(name);
  streams.set(name, stream);
  return stream.take(length);
}

/** Computed once for each password, salt and cost: the answer is the same, and half a second is saved. */
const scrypt: Engine['scrypt'] = async (password, salt, params) => {
  if (drawer().purpose !== 'hidden') scryptCalls++;
  const name = [Buffer.from(password).toString('hex'), Buffer.from(salt).toString('hex'), params.N, params.r, params.p, params.length].join(' ');
  const found = scrypts.get(name);
  if (found !== undefined) return (await found).slice();
  working++;
  const made = native.scrypt(password, salt, params).finally(() => { working--; });
  scrypts.set(name, made);
  return (await made).slice();
};

/** Digests stay on this thread, so that the order of events does not hang on others. */
const digest: Engine['digest'] = async (data) => data.map((one) => native.sha256(one));

// It chooses an engine of its own when it is loaded: before this one.
await import('../rig/drive-session.ts');
await useEngine({ ...native, name: 'simulator', randomBytes, scrypt, digest });
