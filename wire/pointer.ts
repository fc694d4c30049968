import { parsePublicKey, sign, taggedHash, verify, type Brand, type PublicKey, type Signature, type SigningKey } from '../crypto/index.ts';
import { encodeCbor } from './cbor.ts';
import { WireError } from './errors.ts';
import type { RootHash } from './root.ts';
import { bytes, literal, malformed, nullable, parse, record, uint, type Schema } from './schema.ts';

export type PointerHash = Brand<Uint8Array, 'PointerHash'>;

/** The head of a space. Its writer key is the space's name; sequence 1 has no previous pointer. */
export interface Pointer {
  readonly v: 1;
  readonly writer: PublicKey;
  readonly sequence: number;
  readonly previous: PointerHash | null;
  readonly root: RootHash;
}

/** A pointer's canonical bytes and the writer's signature over them. */
export interface SignedPointer {
  readonly pointer: Uint8Array;
  readonly signature: Signature;
}

export const publicKey: Schema<PublicKey> = (value, at) => {
  const key = bytes(32)(value, at);
  try {
    return parsePublicKey(key);
  } catch {
    throw malformed(at, 'an Ed25519 public key');
  }
};

const pointerSchema: Schema<Pointer> = record({
  v: literal(1),
  writer: publicKey,
  sequence: uint(Number.MAX_SAFE_INTEGER, 1),
  previous: nullable(bytes<PointerHash>(32)),
  root: bytes<RootHash>(32),
});

export const signedPointerSchema: Schema<SignedPointer> = record({
  pointer: (value: unknown, at: string) => {
    if (!(value instanceof Uint8Array) || value.length > 256) throw new WireError('malformed', `Malformed ${at}: expected a pointer.`);
    return value;
  },
  signature: bytes<Signature>(64),
});

export function signPointer(writer: SigningKey, pointer: Omit<Pointer, 'v' | 'writer'>): SignedPointer {
  const encoded = encodeCbor({ v: 1, writer: writer.publicKey, ...pointer });
  return { pointer: encoded, signature: sign(writer, 'underkeep/pointer/1', encoded) };
}

/** The pointer that was signed; throws `malformed` or `bad-signature`. Says nothing about its being the newest. */
export function openPointer(signed: SignedPointer): Pointer {
  const pointer = parse(pointerSchema, signed.pointer, 'pointer');
  if ((pointer.sequence === 1) !== (pointer.previous === null)) throw new WireError('malformed', 'Malformed pointer: only the first has no previous one.');
  if (!verify(pointer.writer, 'underkeep/pointer/1', signed.pointer, signed.signature)) {
    throw new WireError('bad-signature', 'The signature of the pointer does not verify.');
  }
  return pointer;
}

export function pointerHash(signed: SignedPointer): PointerHash {
  return taggedHash('underkeep/pointer/1', signed.pointer) as PointerHash;
}
