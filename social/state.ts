import type { Brand, Secret } from '../crypto/index.ts';
import type { Entry } from '../files/index.ts';
import type { SpacePin } from '../node/index.ts';
import type { Fingerprint, Name, RecordHash, SignedIdentity } from '../wire/index.ts';
import type { MessageId, ShareId } from './message.ts';
import type { Pair } from './pair.ts';

/** A key under which envelopes may still arrive, and the record that they are bound to. */
export interface Hold {
  readonly kem: Secret<'kem-seed'>;
  readonly record: RecordHash;
}
/** A bucket that envelopes may be in, and where its next collection begins. */
export interface Box {
  readonly bucket: number;
  readonly cursor: number;
}

/** The public identity of this account: its seeds stay here and nowhere else. */
export interface Own {
  readonly name: Name;
  readonly seed: Secret<'identity-seed'>;
  readonly record: SignedIdentity;
  readonly published: boolean;
  /** The present one first; earlier ones stay for a while, so that what was sealed to them still opens. */
  readonly holds: readonly Hold[];
  readonly boxes: readonly Box[];
}

export type RequestSecret = Secret<'request-secret'>;

/** A request that waits for its answer. */
export interface Asked {
  readonly id: MessageId;
  readonly secret: RequestSecret;
  /** One's own record as it was sent. */
  readonly mine: RecordHash;
  readonly note: string | null;
}

/** Something that a friend shared. */
export interface ReceivedShare {
  readonly id: ShareId;
  /** Grows with each envelope about this share: an older one never undoes a newer. */
  readonly sequence: number;
  /** As it came last; null where the end of a share came and nothing before it. */
  readonly entry: Entry | null;
  /** Its owner shares it no more. */
  readonly gone: boolean;
  /** The highest pointer of its space that was seen here. */
  readonly pin: SpacePin | null;
}

/** Somebody whom this person follows, or whose request was accepted. */
export interface Friend {
  readonly name: Name;
  /** What a contact link promised; the record must fit it. */
  readonly fingerprint: Fingerprint | null;
  /** The record that was seen first, or one that its holder has put in its place since. */
  readonly record: SignedIdentity | null;
  /** Whether the directory, or a link, has given that record: nothing is sealed to it before. */
  readonly checked: boolean;
  readonly asked: Asked | null;
  /** Whether requests from this very record are answered without asking again. */
  readonly accepted: boolean;
  /** Set once both secrets came back confirmed. */
  readonly pair: Pair | null;
  /** Ids of what came lately, oldest first. */
  readonly seen: readonly MessageId[];
  readonly shares: readonly ReceivedShare[];
}

/** Requests of one record that nobody has decided on; a name may have several, of which the directory knows one. */
export interface Incoming {
  readonly name: Name;
  readonly record: SignedIdentity;
  /** Unix milliseconds. */
  readonly received: number;
  readonly note: string | null;
  readonly requests: readonly { readonly id: MessageId; readonly secret: RequestSecret }[];
}

/** A message that is to be sealed and sent; it stays until it was. */
export interface Parcel {
  readonly id: ParcelId;
  readonly to: Name;
  /** For somebody who is no friend; null: the friend's record, once it is checked. */
  readonly record: SignedIdentity | null;
  readonly type: number;
  readonly body: Uint8Array;
}
/** The message's id in hexadecimal. */
export type ParcelId = Brand<string, 'ParcelId'>;

export interface PeopleState {
  readonly own: Own | null;
  /** The prefix length at which the directory gave its last page. */
  readonly bits: number;
  readonly friends: ReadonlyMap<Name, Friend>;
  readonly incoming: readonly Incoming[];
  /** Ids of requests that came lately, oldest first. */
  readonly seen: readonly MessageId[];
  readonly outbox: readonly Parcel[];
}

export const LIMITS = {
  friends: 512,
  incoming: 256,
  requestsOfOne: 4,
  seen: 1024,
  seenOfOne: 64,
  sharesOfOne: 256,
  /** Of all friends together: the whole state stays below what one cell holds, whatever friends send. */
  shares: 2048,
  outbox: 256,
  holds: 8,
  boxes: 4,
} as const;

export const NO_PEOPLE: PeopleState = { own: null, bits: 0, friends: new Map(), incoming: [], seen: [], outbox: [] };

export function newFriend(name: Name): Friend {
  return { name, fingerprint: null, record: null, checked: false, asked: null, accepted: false, pair: null, seen: [], shares: [] };
}

export function withFriend(state: PeopleState, friend: Friend): PeopleState {
  return { ...state, friends: new Map(state.friends).set(friend.name, friend) };
}

export function withoutFriend(state: PeopleState, name: Name): PeopleState {
  const friends = new Map(state.friends);
  friends.delete(name);
  return { ...state, friends, outbox: state.outbox.filter(({ to }) => to !== name) };
}

/** The list with `item` behind it, its oldest dropped past `max`. */
export function remember<T>(list: readonly T[], item: T, max: number): T[] {
  return [...list, item].slice(-max);
}
