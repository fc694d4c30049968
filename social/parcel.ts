import { toHex } from '../crypto/index.ts';
import { encodeEntry, type Entry } from '../files/index.ts';
import { recordHash, type Name, type SignedIdentity } from '../wire/index.ts';
import { SocialError } from './error.ts';
import { authenticate, encodeBody, outward, TYPE, type Kind, type MessageId, type ShareId } from './message.ts';
import { answerSecret, requestKey, type Pair } from './pair.ts';
import { LIMITS, type Asked, type Incoming, type Own, type Parcel, type ParcelId, type PeopleState } from './state.ts';

/** Gives `length` random bytes; tests give their own. */
export type Chance = (length: number) => Uint8Array;

const messageId = (chance: Chance): MessageId => chance(16) as MessageId;

function parcel(kind: Kind, id: MessageId, to: Name, body: Uint8Array, record: SignedIdentity | null = null): Parcel {
  return { id: toHex(id) as ParcelId, to, record, type: TYPE[kind], body };
}

export function requestParcel(own: Own, to: Name, asked: Asked): Parcel {
  const { id, secret, note } = asked;
  return parcel('request', id, to, encodeBody('request', { v: 1, id, record: own.record, secret: secret.expose(), note }));
}

type Request = Incoming['requests'][number];

/** The answer to one request, sealed to whoever holds the name's key: a pretender cannot open it. */
export function answerParcel(own: Own, asker: { readonly name: Name; readonly record: SignedIdentity }, request: Request, chance: Chance): Parcel {
  const id = messageId(chance);
  const [mine, theirs] = [recordHash(own.record), recordHash(asker.record)];
  const secret = answerSecret(own.seed, { id: request.id, secret: request.secret.expose() }, { name: asker.name, record: theirs }, mine);
  const body = { v: 1, id, re: request.id, record: own.record, secret } as const;
  return parcel('answer', id, asker.name, authenticate('answer', body, requestKey(request.secret.expose()), { sender: mine, recipient: theirs }));
}

export function declineParcel(own: Own, { name, record }: Pick<Incoming, 'name' | 'record'>, request: Request, chance: Chance): Parcel {
  const id = messageId(chance);
  const direction = { sender: recordHash(own.record), recipient: recordHash(record) };
  return parcel('decline', id, name, authenticate('decline', { v: 1, id, re: request.id }, requestKey(request.secret.expose()), direction), record);
}

export function confirmParcel(own: Own, to: Name, asked: Asked, pair: Pair, chance: Chance): Parcel {
  const id = messageId(chance);
  const { sender, recipient } = outward(pair);
  const body = { v: 1, id, re: asked.id, from: own.name, secret: asked.secret.expose(), sender, recipient } as const;
  return parcel('confirm', id, to, authenticate('confirm', body, pair.key, outward(pair)));
}

export interface ShareMark {
  readonly id: ShareId;
  readonly sequence: number;
}

export function shareParcel(from: Name, to: Name, pair: Pair, mark: ShareMark, entry: Entry, chance: Chance): Parcel {
  const id = messageId(chance);
  const body = { v: 1, id, from, share: mark.id, sequence: mark.sequence, entry: encodeEntry(entry) } as const;
  return parcel('share', id, to, authenticate('share', body, pair.key, outward(pair)));
}

export function unshareParcel(from: Name, to: Name, pair: Pair, mark: ShareMark, chance: Chance): Parcel {
  const id = messageId(chance);
  const body = { v: 1, id, from, share: mark.id, sequence: mark.sequence } as const;
  return parcel('unshare', id, to, authenticate('unshare', body, pair.key, outward(pair)));
}

export function hasRoom(state: PeopleState, more = 1): boolean {
  return state.outbox.length + more <= LIMITS.outbox;
}

/** Puts parcels up to be sent; one that is there already is not doubled. Throws 'too-many'. */
export function post(state: PeopleState, ...parcels: readonly Parcel[]): PeopleState {
  const fresh = parcels.filter(({ id }) => state.outbox.every((waiting) => waiting.id !== id));
  if (!hasRoom(state, fresh.length)) throw new SocialError('too-many', 'Too many messages wait to be sent; see that the network is reached, then try again.');
  return { ...state, outbox: [...state.outbox, ...fresh] };
}
