import { createHmac, hash, randomFillSync, scrypt, sign, verify } from 'node:crypto';
import { admissibleSignature, portableEngine } from '../crypto/index.ts';
import type { Engine, ScryptParams } from '../crypto/index.ts';
import { plain } from './bytes.ts';
import { nativeMlKem768, nativeX25519 } from './kem.ts';
import { privateKey, publicKey, rawPublicKey } from './raw-key.ts';
import { secretbox } from './secretbox.ts';

/** Below this, setting up an OpenSSL HMAC costs more than noble's whole computation. */
const NATIVE_HMAC_BYTES = 4096;

const sha256 = (data: Uint8Array): Uint8Array => plain(hash('sha256', data, 'buffer'));

function hmac(key: Uint8Array, data: Uint8Array): Uint8Array {
  if (data.length < NATIVE_HMAC_BYTES) return portableEngine.hmac(key, data);
  return plain(createHmac('sha256', key).update(data).digest());
}

function scryptOnPool(password: Uint8Array, salt: Uint8Array, { N, r, p, length }: ScryptParams): Promise<Uint8Array> {
  const maxmem = 128 * r * (N + p + 2);
  return new Promise((resolve, reject) => {
    scrypt(password, salt, length, { N, r, p, maxmem }, (error, key) => (error === null ? resolve(plain(key)) : reject(error)));
  });
}

/** OpenSSL alone would take non-canonical keys and keys of small order. */
function verifySignature(key: Uint8Array, message: Uint8Array, signature: Uint8Array): boolean {
  if (!admissibleSignature(key, signature)) return false;
  try {
    return verify(null, message, publicKey('ed25519', key), signature);
  } catch {
    return false;
  }
}

/** Node's own primitives and libsodium's secretbox, for `useEngine` at a process's start. */
export function nodeEngine(): Engine {
  const { name, seal, open } = secretbox();
  return {
    name: `node with ${name}`,
    randomBytes: (length) => randomFillSync(new Uint8Array(length)),
    sha256,
    // In this thread: handing a block to another costs more in copies than hashing it.
    digest: async (data) => data.map(sha256),
    hmac,
    // Beside short inputs, setting up OpenSSL costs more than it saves.
    hmacs: portableEngine.hmacs,
    seal,
    open,
    scrypt: scryptOnPool,
    ed25519PublicKey: (seed) => rawPublicKey(privateKey('ed25519', seed)),
    ed25519Sign: (seed, message) => plain(sign(null, message, privateKey('ed25519', seed))),
    ed25519Verify: verifySignature,
    ...(nativeMlKem768 === undefined ? {} : { mlkem768: nativeMlKem768 }),
    x25519: nativeX25519,
  };
}
