import { randomBytes, Secret } from '../crypto/index.ts';
import type { Brand } from '../crypto/index.ts';
import { PqError } from './error.ts';
import { XWING_PUBLIC_KEY_BYTES, XWING_SEED_BYTES, canonicalMlKemKey, holdXWing } from './xwing.ts';

/** X-Wing, 1216 bytes: ML-KEM-768 1184 ‖ X25519 32. */
export type KemPublicKey = Brand<Uint8Array, 'KemPublicKey'>;

export interface KemKey {
  readonly publicKey: KemPublicKey;
  /** 32 bytes, as draft-connolly-cfrg-xwing-kem has it (the HPKE draft derives key pairs otherwise: never store its ikm). */
  readonly seed: Secret<'kem-seed'>;
}

/** Throws PqError('malformed') where the length is wrong or a number in the ML-KEM part is not reduced. */
export function parseKemPublicKey(bytes: Uint8Array): KemPublicKey {
  if (bytes.length !== XWING_PUBLIC_KEY_BYTES || !canonicalMlKemKey(bytes)) throw new PqError('not an X-Wing public key');
  return bytes as KemPublicKey;
}

/** The key pair of a 32-byte seed, which is copied. */
export function kemKey(seed: Uint8Array): KemKey {
  if (seed.length !== XWING_SEED_BYTES) throw new PqError('an X-Wing seed must be 32 bytes');
  return { publicKey: holdXWing(seed).publicKey as KemPublicKey, seed: Secret.of(seed, 'kem-seed') };
}

export function generateKemKey(): KemKey {
  const seed = randomBytes(XWING_SEED_BYTES);
  const key = kemKey(seed);
  seed.fill(0);
  return key;
}
