import { sha3_256, shake256 } from '@noble/hashes/sha3.js';
import { concat, expectLength, randomBytes, utf8 } from '../crypto/index.ts';
import { mlKem768, x25519 } from './parts.ts';

// X-Wing (draft-connolly-cfrg-xwing-kem): ML-KEM-768 and X25519, safe while either is. Seed and shared secret: 32 bytes.
export const XWING_SEED_BYTES = 32;
const MLKEM_PUBLIC_KEY_BYTES = 1184;
const MLKEM_CIPHERTEXT_BYTES = 1088;
const X25519_BYTES = 32;
export const XWING_PUBLIC_KEY_BYTES = MLKEM_PUBLIC_KEY_BYTES + X25519_BYTES;
export const XWING_CIPHERTEXT_BYTES = MLKEM_CIPHERTEXT_BYTES + X25519_BYTES;

const LABEL = utf8('\\.//^\\');

/** A decapsulation key, expanded once for any number of ciphertexts. */
export interface XWingHolder {
  readonly publicKey: Uint8Array;
  /** null where the X25519 share has low order; a pseudorandom secret where the ciphertext is another key's. */
  decapsulate(ciphertext: Uint8Array): Uint8Array | null;
}

function combine(kemSecret: Uint8Array, xSecret: Uint8Array, xShare: Uint8Array, xPublicKey: Uint8Array): Uint8Array {
  return sha3_256(concat(kemSecret, xSecret, xShare, xPublicKey, LABEL));
}

/** X25519's result, or null for a share of low order, whose result would be zero for everybody. */
function exchange(secret: Uint8Array, peer: Uint8Array): Uint8Array | null {
  try {
    return x25519().sharedSecret(secret, peer);
  } catch {
    return null;
  }
}

export function holdXWing(seed: Uint8Array): XWingHolder {
  const expanded = shake256(expectLength(seed, XWING_SEED_BYTES, 'an X-Wing seed'), { dkLen: 96 });
  const kem = mlKem768().fromSeed(expanded.subarray(0, 64));
  const xSecret = expanded.slice(64);
  expanded.fill(0);
  const xPublicKey = x25519().publicKey(xSecret);
  return {
    publicKey: concat(kem.publicKey, xPublicKey),
    decapsulate(ciphertext) {
      const xShare = expectLength(ciphertext, XWING_CIPHERTEXT_BYTES, 'an X-Wing ciphertext').subarray(MLKEM_CIPHERTEXT_BYTES);
      const xSecretShared = exchange(xSecret, xShare);
      if (xSecretShared === null) return null;
      return combine(kem.decapsulate(ciphertext.subarray(0, MLKEM_CIPHERTEXT_BYTES)), xSecretShared, xShare, xPublicKey);
    },
  };
}

/** null where the public key's X25519 part has low order. The ML-KEM part must have passed its modulus check. */
export function encapsulateXWing(publicKey: Uint8Array): { readonly ciphertext: Uint8Array; readonly sharedSecret: Uint8Array } | null {
  const xPublicKey = publicKey.subarray(MLKEM_PUBLIC_KEY_BYTES);
  const ephemeral = randomBytes(X25519_BYTES);
  const xShared = exchange(ephemeral, xPublicKey);
  if (xShared === null) return null;
  const xShare = x25519().publicKey(ephemeral);
  const kem = mlKem768().encapsulate(publicKey.subarray(0, MLKEM_PUBLIC_KEY_BYTES));
  ephemeral.fill(0);
  return { ciphertext: concat(kem.ciphertext, xShare), sharedSecret: combine(kem.sharedSecret, xShared, xShare, xPublicKey) };
}

/** FIPS 203, section 7.2: the first 1152 bytes are 768 numbers of 12 bits, each below 3329. */
export function canonicalMlKemKey(publicKey: Uint8Array): boolean {
  for (let at = 0; at < MLKEM_PUBLIC_KEY_BYTES - 32; at += 3) {
    const [low = 0, middle = 0, high = 0] = publicKey.subarray(at, at + 3);
    if ((low | ((middle & 0x0f) << 8)) >= 3329 || ((middle >>> 4) | (high << 4)) >= 3329) return false;
  }
  return true;
}
