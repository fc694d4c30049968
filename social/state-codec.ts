import { fromHex, Secret } from '../crypto/index.ts';
import { encodeEntry } from '../files/index.ts';
import type { SpacePin } from '../node/index.ts';
import {
  BUCKET_NUMBER_MAX, encodeCbor, name, schema, signedIdentitySchema,
  type Fingerprint, type PointerHash, type RecordHash, type Schema,
} from '../wire/index.ts';
import { ENTRY_MAX, NOTE_MAX, type MessageId, type ShareId } from './message.ts';
import type { Pair } from './pair.ts';
import { receivedEntry } from './received.ts';
import { LIMITS, NO_PEOPLE, type Asked, type Friend, type Hold, type Incoming, type Own, type Parcel, type ParcelId, type PeopleState, type ReceivedShare } from './state.ts';

const { bool, bytes, bytesUpTo, list, literal, nullable, record, text, uint } = schema;
const BITS_MAX = 10;
const BODY_MAX = 7053;

const id = bytes<MessageId>(16);
const hash = bytes<RecordHash>(32);

/** 32 secret bytes, held so that nothing prints them. */
export function secretSchema<K extends string>(kind: K): Schema<Secret<K>> {
  return (value, at) => Secret.of(bytes(32)(value, at), kind);
}

const parcelId: Schema<ParcelId> = (value, at) => {
  const found = text(32, 32)(value, at);
  fromHex(found);
  return found as ParcelId;
};
const entry: Schema<ReceivedShare['entry']> = nullable((value, at) => receivedEntry(bytesUpTo(ENTRY_MAX)(value, at)));
const pin: Schema<SpacePin> = record({ sequence: uint(), hash: bytes<PointerHash>(32) });
const hold: Schema<Hold> = record({ kem: secretSchema('kem-seed'), record: hash });
const box = record({ bucket: uint(BUCKET_NUMBER_MAX), cursor: uint() });
const own: Schema<Own> = record({
  name, seed: secretSchema('identity-seed'), record: signedIdentitySchema, published: bool,
  holds: list(hold, LIMITS.holds, 1), boxes: list(box, LIMITS.boxes, 1),
});
const asked: Schema<Asked> = record({ id, secret: secretSchema('request-secret'), mine: hash, note: nullable(text(NOTE_MAX)) });
const pair: Schema<Pair> = record({ key: secretSchema('pair-key'), mine: hash, theirs: hash });
const share: Schema<ReceivedShare> = record({ id: bytes<ShareId>(16), sequence: uint(), entry, gone: bool, pin: nullable(pin) });
const friend: Schema<Friend> = record({
  name, fingerprint: nullable(bytes<Fingerprint>(32)), record: nullable(signedIdentitySchema), checked: bool, asked: nullable(asked), accepted: bool,
  pair: nullable(pair), seen: list(id, LIMITS.seenOfOne), shares: list(share, LIMITS.sharesOfOne),
});
const incoming: Schema<Incoming> = record({
  name, record: signedIdentitySchema, received: uint(), note: nullable(text(NOTE_MAX)),
  requests: list(record({ id, secret: secretSchema('request-secret') }), LIMITS.requestsOfOne, 1),
});
const parcel: Schema<Parcel> = record({ id: parcelId, to: name, record: nullable(signedIdentitySchema), type: uint(255), body: bytesUpTo(BODY_MAX) });
const stateSchema = record({
  v: literal(1), own: nullable(own), bits: uint(BITS_MAX), friends: list(friend, LIMITS.friends),
  incoming: list(incoming, LIMITS.incoming), seen: list(id, LIMITS.seen), outbox: list(parcel, LIMITS.outbox),
});

/** Secrets as bytes, entries as their own format, everything else as it is. */
function plain(value: unknown): unknown {
  if (value instanceof Secret) return value.expose();
  if (value instanceof Uint8Array || value === null || typeof value !== 'object') return value;
  if (Array.isArray(value)) return value.map(plain);
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, plain(inner)]));
}

/** The account's state 'people', as canonical CBOR of exactly these keys. */
export const peopleCodec = {
  encode(state: PeopleState): Uint8Array {
    const friends = [...state.friends.values()].map((friend) => ({
      ...friend,
      shares: friend.shares.map((share) => ({ ...share, entry: share.entry === null ? null : encodeEntry(share.entry) })),
    }));
    return encodeCbor(plain({ v: 1, ...state, friends }));
  },
  /** Throws WireError('malformed'). */
  decode(encoded: Uint8Array): PeopleState {
    const { v: _, friends, ...rest } = schema.parse(stateSchema, encoded, 'people');
    return { ...rest, friends: new Map(friends.map((friend) => [friend.name, friend])) };
  },
  empty: NO_PEOPLE,
};
