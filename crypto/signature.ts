import type { Brand, DomainLabel } from './brand.ts';
import { concat } from './bytes.ts';
import { engine } from './current.ts';
import { CryptoError, expectLength } from './error.ts';
import { Secret } from './secret.ts';
import { admissiblePublicKey } from './strict.ts';
import { utf8 } from './text.ts';

/** Ed25519 (RFC 8032), 32 bytes, canonical and not of small order. */
export type PublicKey = Brand<Uint8Array, 'PublicKey'>;
/** Ed25519, 64 bytes: R ‖ S. */
export type Signature = Brand<Uint8Array, 'Signature'>;

export interface SigningKey {
  readonly publicKey: PublicKey;
  readonly seed: Secret<'signing-seed'>;
}

/** Throws CryptoError('malformed') where the bytes are not a canonical key, or one of small order. */
export function parsePublicKey(bytes: Uint8Array): PublicKey {
  expectLength(bytes, 32, 'an Ed25519 public key');
  if (!admissiblePublicKey(bytes)) throw new CryptoError('malformed', 'not an Ed25519 public key');
  return bytes as PublicKey;
}

/** Checks the length alone: whether it is a signature of anything is for `verify` to say. */
export function parseSignature(bytes: Uint8Array): Signature {
  return expectLength(bytes, 64, 'an Ed25519 signature') as Signature;
}

/** The key pair of a 32-byte seed, which is copied. */
export function signingKey(seed: Uint8Array): SigningKey {
  expectLength(seed, 32, 'a signing seed');
  return { publicKey: parsePublicKey(engine().ed25519PublicKey(seed)), seed: Secret.of(seed, 'signing-seed') };
}

export function generateSigningKey(): SigningKey {
  const seed = engine().randomBytes(32);
  const key = signingKey(seed);
  seed.fill(0);
  return key;
}

function labelled(label: DomainLabel, message: Uint8Array): Uint8Array {
  return concat(utf8(label), Uint8Array.of(0), message);
}

/** Signs utf8(label) ‖ 0x00 ‖ message, so that no signature counts under another label. */
export function sign(key: SigningKey, label: DomainLabel, message: Uint8Array): Signature {
  return parseSignature(engine().ed25519Sign(key.seed.expose(), labelled(label, message)));
}

/** Strict verification, the same verdict in every engine; false for whatever is not this key's, malformed bytes included. */
export function verify(publicKey: PublicKey, label: DomainLabel, message: Uint8Array, signature: Uint8Array): boolean {
  return engine().ed25519Verify(publicKey, labelled(label, message), signature);
}
