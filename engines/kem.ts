import { decapsulate, diffieHellman, encapsulate } from 'node:crypto';
import type { MlKem768, X25519 } from '../crypto/index.ts';
import { plain } from './bytes.ts';
import { privateKey, publicKey, rawPublicKey } from './raw-key.ts';

/** Node's ML-KEM-768 (OpenSSL 3.5 and later); undefined in a Node that was built without it. */
export const nativeMlKem768: MlKem768 | undefined = typeof encapsulate !== 'function' ? undefined : {
  fromSeed(seed) {
    const key = privateKey('ml-kem-768', seed);
    return { publicKey: rawPublicKey(key), decapsulate: (ciphertext) => plain(decapsulate(key, ciphertext)) };
  },
  encapsulate(key) {
    const { sharedKey, ciphertext } = encapsulate(publicKey('ml-kem-768', key));
    return { ciphertext: plain(ciphertext), sharedSecret: plain(sharedKey) };
  },
};

/** OpenSSL refuses shares of low order, as RFC 7748 lets it and X-Wing's callers here expect. */
export const nativeX25519: X25519 = {
  publicKey: (secret) => rawPublicKey(privateKey('x25519', secret)),
  sharedSecret: (secret, peer) =>
    plain(diffieHellman({ privateKey: privateKey('x25519', secret), publicKey: publicKey('x25519', peer) })),
};
