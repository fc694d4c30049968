import { type Brand } from '../crypto/index.ts';
import { encodeCbor, schema, signedIdentitySchema, WireError, type Infer, type RecordHash, type Schema, name } from '../wire/index.ts';
import { checkMac, messageMac, type Direction, type Pair } from './pair.ts';
import type { Secret } from '../crypto/index.ts';

/**
 * What envelopes mean: `type` is the envelope's byte, the body canonical CBOR of exactly these keys. Nothing is signed but
 * the identity records, which are public anyway: whoever got a message could have made each byte of it.
 */
export const TYPE = { request: 1, answer: 2, confirm: 3, decline: 4, share: 5, unshare: 6 } as const;
export type Kind = keyof typeof TYPE;

/** 16 random bytes. */
export type MessageId = Brand<Uint8Array, 'MessageId'>;
export type ShareId = Brand<Uint8Array, 'ShareId'>;

export const NOTE_MAX = 280;
/** A name of 255 bytes and all else that an entry holds take less. */
export const ENTRY_MAX = 1024;

const { bytes, bytesUpTo, literal, nullable, record, text, uint } = schema;
const id = bytes<MessageId>(16);
const shareId = bytes<ShareId>(16);
const secret = bytes(32);
const mac = bytes(32);
const hash = bytes<RecordHash>(32);

const SCHEMAS = {
  /** Asks to be followed back. The sender is who the record says only once the answer comes back confirmed. */
  request: record({ v: literal(1), id, record: signedIdentitySchema, secret, note: nullable(text(NOTE_MAX)) }),
  /** `mac` under the request's secret. */
  answer: record({ v: literal(1), id, re: id, record: signedIdentitySchema, secret, mac }),
  /** Repeats the request, so that the answerer need not have kept it. `mac` under the pair key, as in all that follow. */
  confirm: record({ v: literal(1), id, re: id, from: name, secret, sender: hash, recipient: hash, mac }),
  /** `mac` under the request's secret. */
  decline: record({ v: literal(1), id, re: id, mac }),
  share: record({ v: literal(1), id, from: name, share: shareId, sequence: uint(Number.MAX_SAFE_INTEGER, 1), entry: bytesUpTo(ENTRY_MAX, 1), mac }),
  unshare: record({ v: literal(1), id, from: name, share: shareId, sequence: uint(Number.MAX_SAFE_INTEGER, 1), mac }),
};

export type Body<K extends Kind> = Infer<(typeof SCHEMAS)[K]>;
export type Message = { readonly [K in Kind]: { readonly kind: K; readonly body: Body<K> } }[Kind];

/** Throws WireError('malformed'); null for a type that this version does not know. */
export function decodeMessage(type: number, bytes: Uint8Array): Message | null {
  const found = (Object.keys(TYPE) as Kind[]).find((kind) => TYPE[kind] === type);
  if (found === undefined) return null;
  const parseBody: Schema<unknown> = SCHEMAS[found];
  return { kind: found, body: schema.parse(parseBody, bytes, found) } as Message;
}

export function encodeBody<K extends Kind>(_kind: K, body: Body<K>): Uint8Array {
  return encodeCbor(body);
}

type Authentic = Exclude<Kind, 'request'>;

/** The body with the MAC that the two of the pair, and they alone, can make. */
export function authenticate<K extends Authentic>(kind: K, body: Omit<Body<K>, 'mac'>, key: Secret<'pair-key'>, direction: Direction): Uint8Array {
  return encodeCbor({ ...body, mac: messageMac(key, TYPE[kind], direction, encodeCbor(body)) });
}

export function isAuthentic<K extends Authentic>(kind: K, body: Body<K>, key: Secret<'pair-key'>, direction: Direction): boolean {
  const { mac: given, ...fields } = body as Body<K> & { mac: Uint8Array };
  return checkMac(key, TYPE[kind], direction, encodeCbor(fields), given);
}

export const outward = ({ mine, theirs }: Pair): Direction => ({ sender: mine, recipient: theirs });
export const inward = ({ mine, theirs }: Pair): Direction => ({ sender: theirs, recipient: mine });

export function isMalformed(error: unknown): boolean {
  return error instanceof WireError && (error.code === 'malformed' || error.code === 'bad-signature');
}
