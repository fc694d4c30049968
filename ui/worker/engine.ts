import { scryptAsync } from '@noble/hashes/scrypt.js';
import { portableEngine, type Engine } from '../../crypto/index.ts';
import type { SealPool } from './seal-pool.ts';

/** Below this, in all, the way to another thread costs more than the work. */
const WORTH_A_THREAD = 64 * 1024;
/** Known answers are computed at lower costs, and nobody waits for them. */
const WORTH_TELLING = 2 ** 15;
const TELL_MS = 100;
const NOTHING = new Uint8Array(0);

export interface ScryptProgress {
  /** From 0 to 1, and the seconds that are left by the pace so far. */
  (fraction: number, seconds: number | null): void;
}

/**
 * The browser's engine: noble and Web Crypto, as the portable one, with libsodium's WebAssembly in other threads for large
 * boxes, and a scrypt that tells how far it is, since it takes half a minute where a browser compiles no script.
 */
export function browserEngine(pool: () => SealPool | null, progress: ScryptProgress): Engine {
  return {
    ...portableEngine,
    name: 'browser',
    seal: async (jobs) => {
      const threads = isWorthIt(jobs.map(({ plaintext }) => plaintext)) ? pool() : null;
      if (threads === null) return portableEngine.seal(jobs);
      return wholly(await threads.run('seal', jobs.map(({ key, nonce, plaintext, prefix }) => ({ key, nonce, data: plaintext, prefix }))));
    },
    open: async (jobs) => {
      const threads = isWorthIt(jobs.map(({ box }) => box)) ? pool() : null;
      if (threads === null) return portableEngine.open(jobs);
      return threads.run('open', jobs.map(({ key, nonce, box }) => ({ key, nonce, data: box, prefix: NOTHING })));
    },
    scrypt: async (password, salt, { N, r, p, length }) => {
      const started = performance.now();
      let told = started;
      const onProgress = (fraction: number): void => {
        const now = performance.now();
        if (N < WORTH_TELLING || (now - told < TELL_MS && fraction < 1)) return;
        told = now;
        const elapsed = (now - started) / 1000;
        progress(fraction, fraction > 0.02 ? (elapsed / fraction) * (1 - fraction) : null);
      };
      return scryptAsync(password, salt, { N, r, p, dkLen: length, maxmem: 2 ** 31, onProgress });
    },
  };
}

function isWorthIt(data: readonly Uint8Array[]): boolean {
  return data.reduce((sum, { length }) => sum + length, 0) >= WORTH_A_THREAD;
}

function wholly(results: readonly (Uint8Array | null)[]): Uint8Array[] {
  return results.map((result) => {
    if (result === null) throw new Error('a box was not made');
    return result;
  });
}
