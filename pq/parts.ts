import { x25519 as nobleCurve } from '@noble/curves/ed25519.js';
import { ml_kem768 } from '@noble/post-quantum/ml-kem.js';
import { engine } from '../crypto/index.ts';
import type { MlKem768, X25519 } from '../crypto/index.ts';

const nobleMlKem768: MlKem768 = {
  fromSeed(seed) {
    const { publicKey, secretKey } = ml_kem768.keygen(seed);
    return { publicKey, decapsulate: (ciphertext) => ml_kem768.decapsulate(ciphertext, secretKey) };
  },
  encapsulate(publicKey) {
    const { cipherText, sharedSecret } = ml_kem768.encapsulate(publicKey, engine().randomBytes(32));
    return { ciphertext: cipherText, sharedSecret };
  },
};

const nobleX25519: X25519 = {
  publicKey: (secret) => nobleCurve.getPublicKey(secret),
  sharedSecret: (secret, peer) => nobleCurve.getSharedSecret(secret, peer),
};

/** The engine's native parts where it has them, noble's otherwise: the same bytes either way. */
export const mlKem768 = (): MlKem768 => engine().mlkem768 ?? nobleMlKem768;
export const x25519 = (): X25519 => engine().x25519 ?? nobleX25519;
