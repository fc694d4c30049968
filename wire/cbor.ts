import { decode as cborDecode, encode as cborEncode } from 'cborg';
import { decodeOptions, encodeOptions } from '@ipld/dag-cbor';
import { compareBytes } from '../crypto/index.ts';
import { WireError } from './errors.ts';

/**
 * Canonical DAG-CBOR (https://ipld.io/specs/codecs/dag-cbor/spec/): one value, one encoding. Maps decode to `Map`, so
 * that a key such as `__proto__` is only a key.
 */
export function encodeCbor(value: unknown): Uint8Array {
  const encoded = cborEncode(value, encodeOptions);
  // Under Node the encoder at times gives a Buffer out of a pool: its slice() would be no copy, and it would keep the pool alive.
  const own = Object.getPrototypeOf(encoded) === Uint8Array.prototype && encoded.byteLength === encoded.buffer.byteLength;
  return own ? encoded : new Uint8Array(encoded);
}

/** Decodes exactly one canonical value; anything else (another form of it included) throws `malformed`. */
export function decodeCbor(bytes: Uint8Array, what = 'value'): unknown {
  let value: unknown;
  let again: Uint8Array;
  try {
    value = cborDecode(bytes, { ...decodeOptions, useMaps: true, allowBigInt: false, coerceUndefinedToNull: false, allowUndefined: false });
    again = encodeCbor(value);
  } catch {
    throw new WireError('malformed', `The ${what} is not canonical CBOR.`);
  }
  if (compareBytes(bytes, again) !== 0) throw new WireError('malformed', `The ${what} is not canonical CBOR.`);
  return value;
}
