import { scryptAsync } from '@noble/hashes/scrypt.js';
import { portableEngine, type Engine, type OpenJob, type SealJob } from '../../crypto/index.ts';
import type { SealPool } from './seal-pool.ts';

/** Below this the way to another thread costs more than the work. */
const WORTH_A_THREAD = 64 * 1024;
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
    seal: async (jobs) => split(jobs, ({ plaintext }) => plaintext.length, portableEngine.seal, async (large) => {
      const threads = pool();
      if (threads === null) return portableEngine.seal(large);
      return wholly(await threads.run('seal', large.map(({ key, nonce, plaintext, prefix }) => ({ key, nonce, data: plaintext, prefix }))));
    }),
    open: async (jobs) => split<OpenJob, Uint8Array | null>(jobs, ({ box }) => box.length, portableEngine.open, async (large) => {
      const threads = pool();
      if (threads === null) return portableEngine.open(large);
      return threads.run('open', large.map(({ key, nonce, box }) => ({ key, nonce, data: box, prefix: NOTHING })));
    }),
    scrypt: async (password, salt, { N, r, p, length }) => {
      const started = performance.now();
      const onProgress = (fraction: number): void => {
        const elapsed = (performance.now() - started) / 1000;
        progress(fraction, fraction > 0.02 ? (elapsed / fraction) * (1 - fraction) : null);
      };
      return scryptAsync(password, salt, { N, r, p, dkLen: length, maxmem: 2 ** 31, onProgress });
    },
  };
}

async function split<J extends SealJob | OpenJob, R>(
  jobs: readonly J[], size: (job: J) => number, here: (jobs: readonly J[]) => Promise<R[]>, elsewhere: (jobs: readonly J[]) => Promise<R[]>,
): Promise<R[]> {
  const isLarge = (job: J): boolean => size(job) >= WORTH_A_THREAD;
  const away = elsewhere(jobs.filter(isLarge));
  away.catch(() => undefined);
  const near = await here(jobs.filter((job) => !isLarge(job)));
  const far = await away;
  let [nextNear, nextFar] = [0, 0];
  return jobs.map((job) => (isLarge(job) ? far[nextFar++] : near[nextNear++]) as R);
}

function wholly(results: readonly (Uint8Array | null)[]): Uint8Array[] {
  return results.map((result) => {
    if (result === null) throw new Error('a box was not made');
    return result;
  });
}
