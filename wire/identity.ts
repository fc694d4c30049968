import { sign, taggedHash, verify, type Brand, type PublicKey, type Signature, type SigningKey } from '../crypto/index.ts';
import { encodeCbor } from './cbor.ts';
import { WireError } from './errors.ts';
import { NAME_MAX } from './limits.ts';
import { publicKey } from './pointer.ts';
import { bytes, bytesUpTo, literal, malformed, parse, record, uint, type Schema } from './schema.ts';

/** A public name: 1 to 32 of `a-z 0-9 - _`, beginning with a letter. */
export type Name = Brand<string, 'Name'>;
const NAME = new RegExp(`^[a-z][a-z0-9_-]{0,${NAME_MAX - 1}}$`);

export const name: Schema<Name> = (value, at) => {
  if (typeof value !== 'string' || !NAME.test(value)) throw malformed(at, 'a name of 1 to 32 letters a-z, digits, - or _, beginning with a letter');
  return value as Name;
};

export function parseName(value: string): Name {
  return name(value, 'name');
}

/** The KEM key is X-Wing's (1216 bytes); `pq/` parses it. */
export const KEM_PUBLIC_KEY = 1216;

/** What the directory says about a name. No node address is in it. */
export interface Identity {
  readonly v: 1;
  readonly name: Name;
  readonly ed25519: PublicKey;
  readonly kem: Uint8Array;
  readonly bucket: number;
  readonly sequence: number;
}

export interface SignedIdentity {
  readonly identity: Uint8Array;
  readonly signature: Signature;
}

export type RecordHash = Brand<Uint8Array, 'RecordHash'>;
export type Fingerprint = Brand<Uint8Array, 'Fingerprint'>;

export const BUCKET_NUMBER_MAX = 2 ** 16 - 1;
const identitySchema: Schema<Identity> = record({
  v: literal(1),
  name,
  ed25519: publicKey,
  kem: bytes(KEM_PUBLIC_KEY),
  bucket: uint(BUCKET_NUMBER_MAX),
  sequence: uint(Number.MAX_SAFE_INTEGER, 1),
});

export const signedIdentitySchema: Schema<SignedIdentity> = record({
  identity: bytesUpTo(2048),
  signature: bytes<Signature>(64),
});

export function signIdentity(key: SigningKey, fields: Omit<Identity, 'v' | 'ed25519'>): SignedIdentity {
  const identity = encodeCbor({ v: 1, ed25519: key.publicKey, ...fields });
  return { identity, signature: sign(key, 'underkeep/identity/1', identity) };
}

/** The record that its holder signed; throws `malformed` or `bad-signature`. */
export function openIdentity(signed: SignedIdentity): Identity {
  const identity = parse(identitySchema, signed.identity, 'identity record');
  if (!verify(identity.ed25519, 'underkeep/identity/1', signed.identity, signed.signature)) {
    throw new WireError('bad-signature', 'The signature of the identity record does not verify.');
  }
  return identity;
}

/** What an envelope to this record is bound to. */
export function recordHash(signed: SignedIdentity): RecordHash {
  return taggedHash('underkeep/identity/1', signed.identity) as RecordHash;
}

/** What people compare: the two keys of a person, whatever the record's sequence. 32 bytes. */
export function fingerprint(identity: Identity): Fingerprint {
  return taggedHash('underkeep/fingerprint/1', encodeCbor([identity.name, identity.ed25519, identity.kem])) as Fingerprint;
}

/** The hash by whose prefix the directory is paged. */
export function nameHash(of: Name): Uint8Array {
  return taggedHash('underkeep/name/1', new TextEncoder().encode(of));
}
