import { createPrivateKey, createPublicKey } from 'node:crypto';
import type { KeyObject } from 'node:crypto';
import { plain } from './bytes.ts';

type RawKeyType = 'ed25519' | 'x25519' | 'ml-kem-768';

interface RawKeyInput {
  readonly key: Uint8Array;
  readonly format: 'raw-private' | 'raw-public' | 'raw-seed';
  readonly asymmetricKeyType: RawKeyType;
}

// Node 24 imports and exports raw keys; its type declarations do not have them yet.
const importPrivate = createPrivateKey as unknown as (input: RawKeyInput) => KeyObject;
const importPublic = createPublicKey as unknown as (input: RawKeyInput | KeyObject) => KeyObject;

/** A 32-byte secret, or for ML-KEM-768 a 64-byte seed. Throws for any other length. */
export function privateKey(type: RawKeyType, key: Uint8Array): KeyObject {
  return importPrivate({ key, format: type === 'ml-kem-768' ? 'raw-seed' : 'raw-private', asymmetricKeyType: type });
}

/** Throws where the bytes are no such key. */
export function publicKey(type: RawKeyType, key: Uint8Array): KeyObject {
  return importPublic({ key, format: 'raw-public', asymmetricKeyType: type });
}

/** The raw public key that belongs to a private one. */
export function rawPublicKey(key: KeyObject): Uint8Array {
  const owner = importPublic(key) as unknown as { export(options: { readonly format: 'raw-public' }): Buffer };
  return plain(owner.export({ format: 'raw-public' }));
}
