import { engine } from './current.ts';
import type { ScryptParams } from './engine.ts';
import { CryptoError } from './error.ts';

/** The softest parameters that a login accepts (about 128 MiB, a third of a second natively). */
export const DEFAULT_SCRYPT: ScryptParams = { N: 131_072, r: 8, p: 1, length: 96 };

const HARDEST_N = 2 ** 20;
const HARDEST_P = 4;

/**
 * Returns the parameters when they are at least the default's and at most what a device can be asked for (1 GiB,
 * four times). They come from a server: softer ones would help it guess, harder ones would stall the login.
 * Throws CryptoError('malformed').
 */
export function checkScryptParams(params: ScryptParams): ScryptParams {
  const { N, r, p, length } = params;
  const powerOfTwo = Number.isInteger(N) && Number.isInteger(Math.log2(N));
  const hardEnough = N >= DEFAULT_SCRYPT.N && r === DEFAULT_SCRYPT.r && Number.isInteger(p) && p >= DEFAULT_SCRYPT.p;
  if (!powerOfTwo || !hardEnough || N > HARDEST_N || p > HARDEST_P || length !== DEFAULT_SCRYPT.length) {
    throw new CryptoError('malformed', 'scrypt parameters out of bounds');
  }
  return { N, r, p, length };
}

/** scrypt (RFC 7914) over bytes as they are: nothing is normalised here. Refuses parameters that `checkScryptParams` does. */
export async function scrypt(password: Uint8Array, salt: Uint8Array, params: ScryptParams): Promise<Uint8Array> {
  return engine().scrypt(password, salt, checkScryptParams(params));
}
