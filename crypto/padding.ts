import { CryptoError } from './error.ts';

function safeLength(length: number): number {
  if (!Number.isSafeInteger(length) || length < 0) throw new CryptoError('malformed', 'not a length');
  return length;
}

/**
 * PADMÉ (Nikitin et al., "Reducing Metadata Leakage from Encrypted Files", PETS 2019): the padded length in bytes.
 * Adds at most 12 %, and lets a length of n bits leak O(log n) of them. Throws CryptoError('malformed') where the
 * result is not a safe integer.
 */
export function padme(length: number): number {
  if (safeLength(length) < 2) return length;
  const exponent = length.toString(2).length - 1;
  const kept = exponent.toString(2).length;
  const unit = 2 ** (exponent - kept);
  return safeLength(unit <= 1 ? length : Math.ceil(length / unit) * unit);
}

/** The next multiple of `step` bytes, at least one step. */
export function padToStep(length: number, step = 4096): number {
  return safeLength(Math.max(1, Math.ceil(safeLength(length) / step)) * step);
}
