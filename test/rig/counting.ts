import { engine, portableEngine, useEngine } from '../../crypto/index.ts';

/**
 * Runs `work` with random bytes that count 00 01 02 … ff 00 …, one draw going on where the last one ended, so that what it
 * seals is the same each time. For written-down examples only.
 */
export async function withCountingBytes<T>(work: () => Promise<T>): Promise<T> {
  const before = engine();
  let drawn = 0;
  await useEngine({ ...portableEngine, name: 'counting', randomBytes: (length) => Uint8Array.from({ length }, () => drawn++) });
  drawn = 0;
  try {
    return await work();
  } finally {
    await useEngine(before);
  }
}
