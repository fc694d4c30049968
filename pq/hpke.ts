import { chacha20poly1305 } from '@noble/ciphers/chacha.js';
import { concat, hkdfExpand, hkdfExtract, utf8 } from '../crypto/index.ts';
import { PqError } from './error.ts';
import type { KemKey, KemPublicKey } from './key.ts';
import { XWING_CIPHERTEXT_BYTES, encapsulateXWing, holdXWing } from './xwing.ts';
import type { XWingHolder } from './xwing.ts';

// HPKE (RFC 9180), base mode, one message a context: KEM 0x647a (X-Wing), KDF 0x0001 (HKDF-SHA256), AEAD 0x0003.
const SUITE = concat(utf8('HPKE'), Uint8Array.of(0x64, 0x7a, 0x00, 0x01, 0x00, 0x03));
const VERSION = utf8('HPKE-v1');
const BASE_MODE = Uint8Array.of(0);
const EMPTY = new Uint8Array(0);

function labeledExtract(salt: Uint8Array, label: string, secret: Uint8Array): Uint8Array {
  return hkdfExtract(salt, concat(VERSION, SUITE, utf8(label), secret));
}

function labeledExpand(key: Uint8Array, label: string, info: Uint8Array, length: number): Uint8Array {
  return hkdfExpand(key, concat(Uint8Array.of(length >>> 8, length & 0xff), VERSION, SUITE, utf8(label), info), length);
}

/** RFC 9180, section 5.1, without a pre-shared key: AEAD key 32 and base nonce 12 bytes, which is the first message's nonce. */
export function keySchedule(sharedSecret: Uint8Array, info: Uint8Array): { readonly key: Uint8Array; readonly nonce: Uint8Array } {
  const context = concat(BASE_MODE, labeledExtract(EMPTY, 'psk_id_hash', EMPTY), labeledExtract(EMPTY, 'info_hash', info));
  const secret = labeledExtract(sharedSecret, 'secret', EMPTY);
  return { key: labeledExpand(secret, 'key', context, 32), nonce: labeledExpand(secret, 'base_nonce', context, 12) };
}

/**
 * Seals one message: `enc` is 1120 bytes, the ciphertext 16 bytes longer than the plaintext. Throws
 * PqError('malformed') where the key's X25519 part has low order: nobody could hold it.
 */
export async function hpkeSeal(
  publicKey: KemPublicKey, info: Uint8Array, aad: Uint8Array, plaintext: Uint8Array,
): Promise<{ readonly enc: Uint8Array; readonly ciphertext: Uint8Array }> {
  const encapsulated = encapsulateXWing(publicKey);
  if (encapsulated === null) throw new PqError('an X-Wing public key of low order');
  const { key, nonce } = keySchedule(encapsulated.sharedSecret, info);
  return { enc: encapsulated.ciphertext, ciphertext: chacha20poly1305(key, nonce, aad).encrypt(plaintext) };
}

/** null where the message is not this key's, was changed, or was sealed with other `info` or `aad`. */
export async function hpkeOpen(
  key: KemKey, enc: Uint8Array, info: Uint8Array, aad: Uint8Array, ciphertext: Uint8Array,
): Promise<Uint8Array | null> {
  return openWith(holdXWing(key.seed.expose()), enc, info, aad, ciphertext);
}

/** As `hpkeOpen`, with a key that was expanded before. */
export function openWith(
  holder: XWingHolder, enc: Uint8Array, info: Uint8Array, aad: Uint8Array, ciphertext: Uint8Array,
): Uint8Array | null {
  if (enc.length !== XWING_CIPHERTEXT_BYTES) return null;
  const sharedSecret = holder.decapsulate(enc);
  if (sharedSecret === null) return null;
  const { key, nonce } = keySchedule(sharedSecret, info);
  try {
    return chacha20poly1305(key, nonce, aad).decrypt(ciphertext);
  } catch {
    return null;
  }
}
