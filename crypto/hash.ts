import type { DomainLabel } from './brand.ts';
import { concat } from './bytes.ts';
import { engine } from './current.ts';
import { CryptoError } from './error.ts';
import { utf8 } from './text.ts';

const SHA256_BYTES = 32;

/** For short inputs; bulk data goes through `engine().digest`. */
export function sha256(data: Uint8Array): Uint8Array {
  return engine().sha256(data);
}

/** HMAC-SHA256 (RFC 2104), 32 bytes. */
export function hmacSha256(key: Uint8Array, data: Uint8Array): Uint8Array {
  return engine().hmac(key, data);
}

/** sha256(utf8(label) ‖ data). */
export function taggedHash(label: DomainLabel, data: Uint8Array): Uint8Array {
  return engine().sha256(concat(utf8(label), data));
}

/**
 * HKDF-SHA256 (RFC 5869) with an empty salt and info = utf8(label) ‖ 0x00 ‖ context: the only derivation.
 * `length` is in bytes, at most 8160; throws CryptoError('malformed') beyond.
 */
export function hkdf(secret: Uint8Array, label: DomainLabel, context: Uint8Array, length: number): Uint8Array {
  return hkdfExpand(hkdfExtract(new Uint8Array(0), secret), concat(utf8(label), Uint8Array.of(0), context), length);
}

/** RFC 5869, section 2.2. */
export function hkdfExtract(salt: Uint8Array, secret: Uint8Array): Uint8Array {
  return engine().hmac(salt, secret);
}

/** RFC 5869, section 2.3. */
export function hkdfExpand(key: Uint8Array, info: Uint8Array, length: number): Uint8Array {
  if (!Number.isInteger(length) || length < 0 || length > 255 * SHA256_BYTES) {
    throw new CryptoError('malformed', 'HKDF gives at most 8160 bytes');
  }
  const output = new Uint8Array(length);
  let block = new Uint8Array(0);
  for (let at = 0, counter = 1; at < length; at += SHA256_BYTES, counter++) {
    block = Uint8Array.from(engine().hmac(key, concat(block, info, Uint8Array.of(counter))));
    output.set(block.subarray(0, length - at), at);
  }
  return output;
}
