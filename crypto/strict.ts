import { equalBytes } from './bytes.ts';
import { fromHex } from './text.ts';

// Little-endian, as they stand in keys and signatures.
const FIELD_PRIME = fromHex('edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f');
const GROUP_ORDER = fromHex('edd3f55c1a631258d69cf7a2def9de1400000000000000000000000000000010');

/** The y coordinates of the eight points whose order divides 8, canonically encoded and without the sign bit. */
const SMALL_ORDER = [
  '0000000000000000000000000000000000000000000000000000000000000000',
  '0100000000000000000000000000000000000000000000000000000000000000',
  'ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f',
  '26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05',
  'c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a',
].map(fromHex);

function below(number: Uint8Array, limit: Uint8Array): boolean {
  for (let i = limit.length - 1; i >= 0; i--) {
    const difference = (number[i] ?? 0) - (limit[i] ?? 0);
    if (difference !== 0) return difference < 0;
  }
  return false;
}

function canonicalPoint(bytes: Uint8Array): Uint8Array | null {
  const y = Uint8Array.from(bytes);
  y[31] = (y[31] ?? 0) & 0x7f;
  return below(y, FIELD_PRIME) ? y : null;
}

/** Whether 32 bytes encode a y coordinate canonically, and of no point of small order (the two with x = 0 included). */
export function admissiblePublicKey(bytes: Uint8Array): boolean {
  if (bytes.length !== 32) return false;
  const y = canonicalPoint(bytes);
  return y !== null && !SMALL_ORDER.some((small) => equalBytes(small, y));
}

/**
 * The checks that libraries differ in, made before each engine's own: key and R canonical, key not of small order,
 * S below the group order (RFC 8032, section 5.1.7). What passes is judged by the cofactorless equation
 * `R = [S]B - [k]A`, compared as bytes.
 */
export function admissibleSignature(publicKey: Uint8Array, signature: Uint8Array): boolean {
  return signature.length === 64
    && admissiblePublicKey(publicKey)
    && canonicalPoint(signature.subarray(0, 32)) !== null
    && below(signature.subarray(32), GROUP_ORDER);
}
