import { CID } from 'multiformats/cid';
import { create as createDigest } from 'multiformats/hashes/digest';
import { fromBase32, toBase32, type Brand, sha256 } from '../crypto/index.ts';
import { WireError } from './errors.ts';

/** A CIDv1 with sha2-256 in lower-case base32 (`bafkrei…` raw, `bafyrei…` dag-cbor). Always 59 characters. */
export type Cid = Brand<string, 'Cid'>;
export type Codec = 'raw' | 'dag-cbor';

const SHA2_256 = 0x12;
const CODE: Record<Codec, number> = { raw: 0x55, 'dag-cbor': 0x71 };
const CID_BYTES = 36;
const CID_TEXT = 59;

export function cidOfDigest(codec: Codec, digest: Uint8Array): Cid {
  return `b${toBase32(prefixed(codec, digest))}` as Cid;
}

export function cidOf(codec: Codec, block: Uint8Array): Cid {
  return cidOfDigest(codec, sha256(block));
}

function prefixed(codec: Codec, digest: Uint8Array): Uint8Array {
  if (digest.length !== 32) throw new WireError('malformed', 'A CID needs a sha2-256 digest of 32 bytes.');
  const bytes = new Uint8Array(CID_BYTES);
  bytes.set([1, CODE[codec], SHA2_256, 32]);
  bytes.set(digest, 4);
  return bytes;
}

/** Parses the text form; throws `malformed` for any other version, codec, hash or spelling. */
export function parseCid(text: string): Cid {
  if (text.length !== CID_TEXT || !text.startsWith('b')) throw notOurs();
  let bytes: Uint8Array;
  try {
    bytes = fromBase32(text.slice(1));
  } catch {
    throw notOurs();
  }
  return cidFromBytes(bytes);
}

/** Parses the 36-byte binary form. */
export function cidFromBytes(bytes: Uint8Array): Cid {
  const codec = bytes[1] === CODE.raw ? 'raw' : 'dag-cbor';
  if (bytes.length !== CID_BYTES || bytes[0] !== 1 || bytes[1] !== CODE[codec] || bytes[2] !== SHA2_256 || bytes[3] !== 32) throw notOurs();
  return `b${toBase32(bytes)}` as Cid;
}

export function cidBytes(cid: Cid): Uint8Array {
  return fromBase32(cid.slice(1));
}

export function cidCodec(cid: Cid): Codec {
  return cidBytes(cid)[1] === CODE.raw ? 'raw' : 'dag-cbor';
}

export function cidDigest(cid: Cid): Uint8Array {
  return cidBytes(cid).subarray(4);
}

/** The CBOR link (tag 42) for a CID. */
export function toLink(cid: Cid): unknown {
  return CID.createV1(CODE[cidCodec(cid)], createDigest(SHA2_256, cidDigest(cid)));
}

/** The CID behind a decoded CBOR link, or null for anything else. */
export function fromLink(value: unknown): Cid | null {
  const link = CID.asCID(value as CID);
  return link === null ? null : cidFromBytes(link.bytes);
}

function notOurs(): WireError {
  return new WireError('malformed', 'Not a CIDv1 with sha2-256 and a raw or dag-cbor codec.');
}
