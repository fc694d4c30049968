import { equalBytes, Secret, toHex } from '../crypto/index.ts';
import type { Entry } from '../files/index.ts';
import { parseKemPublicKey } from '../pq/index.ts';
import { openIdentity, recordHash, type Name } from '../wire/index.ts';
import { decodeMessage, inward, isAuthentic, type Body, type Kind, type Message, type MessageId } from './message.ts';
import { answerSecret, pairKey, requestKey, type Pair } from './pair.ts';
import { answerParcel, confirmParcel, hasRoom, post, type Chance } from './parcel.ts';
import { pinRecord } from './pin.ts';
import { answersFirst, delivered, ownOf } from './protocol.ts';
import { receivedEntry } from './received.ts';
import { LIMITS, remember, withFriend, withoutFriend, type Friend, type Incoming, type PeopleState, type ReceivedShare } from './state.ts';

/** What has happened, for a person to read. */
export type News =
  | { readonly kind: 'request'; readonly from: Name; readonly note: string | null }
  | { readonly kind: 'friend'; readonly from: Name }
  | { readonly kind: 'declined'; readonly from: Name }
  | { readonly kind: 'share'; readonly from: Name; readonly entry: Entry }
  | { readonly kind: 'unshare'; readonly from: Name; readonly name: string };

/** An envelope that opened. */
export interface Arrival {
  readonly type: number;
  readonly body: Uint8Array;
}

export interface Receiving {
  /** Unix milliseconds. */
  readonly now: number;
  readonly chance: Chance;
}

interface Step {
  readonly state: PeopleState;
  readonly news: News | null;
}
/** null: not for us, not authentic, seen before, or of no use any more. */
type Handler<K extends Kind> = (state: PeopleState, body: Body<K>, context: Receiving) => Step | null;

const RANK: { readonly [K in Kind]: number } = { request: 0, answer: 1, confirm: 1, decline: 1, share: 2, unshare: 2 };

/**
 * Takes what arrived into the state. Pure: it runs again where somebody else wrote meanwhile. Answers that are due are in the
 * outbox of the new state; `ignored` counts what had no effect. Nothing that arrives can make it throw.
 */
export function receive(state: PeopleState, arrivals: readonly Arrival[], context: Receiving): { state: PeopleState; news: News[]; ignored: number } {
  const messages = arrivals.map(parsed).filter((message) => message !== null);
  const ordered = messages.toSorted((a, b) => RANK[a.kind] - RANK[b.kind]);
  let ignored = arrivals.length - messages.length;
  let current = state;
  const news: News[] = [];
  for (const message of ordered) {
    const step = attempt(() => handle(current, message, context));
    if (step === null) ignored++;
    else current = step.state;
    if (step !== null && step.news !== null) news.push(step.news);
  }
  return { state: current, news, ignored };
}

/** Whatever a stranger can cause by bytes counts as "ignored". */
function attempt<T>(run: () => T | null): T | null {
  try {
    return run();
  } catch {
    return null;
  }
}

function parsed({ type, body }: Arrival): Message | null {
  return attempt(() => decodeMessage(type, body));
}

function handle(state: PeopleState, message: Message, context: Receiving): Step | null {
  if (message.kind === 'request') return onRequest(state, message.body, context);
  if (message.kind === 'answer') return onAnswer(state, message.body, context);
  if (message.kind === 'confirm') return onConfirm(state, message.body, context);
  if (message.kind === 'decline') return onDecline(state, message.body, context);
  if (message.kind === 'share') return onShare(state, message.body, context);
  return onUnshare(state, message.body, context);
}

const holds = (ids: readonly MessageId[], id: MessageId): boolean => ids.some((seen) => equalBytes(seen, id));

const onRequest: Handler<'request'> = (before, body, context) => {
  const own = ownOf(before);
  const { name, kem } = openIdentity(body.record);
  parseKemPublicKey(kem);
  if (name === own.name || holds(before.seen, body.id)) return null;
  const state = { ...before, seen: remember(before.seen, body.id, LIMITS.seen) };
  const friend = state.friends.get(name);
  if (friend !== undefined && friend.pair !== null) return { state, news: null };
  const known = friend?.record ?? null;
  if (friend === undefined || known === null || !equalBytes(recordHash(known), recordHash(body.record))) return listRequest(state, name, body, context);
  if (!friend.accepted && !answersFirst(own, known)) return { state, news: null };
  return { state: answerAgain(state, friend, body, context), news: null };
};

/** From somebody whom this person follows, or accepted: the answer goes to the record that was checked, so a pretender gains nothing. */
function answerAgain(state: PeopleState, friend: Friend, body: Body<'request'>, { chance }: Receiving): PeopleState {
  const waiting = state.outbox.filter(({ to }) => to === friend.name).length;
  if (waiting >= LIMITS.requestsOfOne || !hasRoom(state)) return state;
  const request = { id: body.id, secret: Secret.of(body.secret, 'request-secret') };
  const answer = answerParcel(ownOf(state), { name: friend.name, record: body.record }, request, chance);
  return post(withFriend(state, { ...friend, accepted: true }), answer);
}

function listRequest(state: PeopleState, name: Name, body: Body<'request'>, { now }: Receiving): Step | null {
  const request = { id: body.id, secret: Secret.of(body.secret, 'request-secret') };
  const same = state.incoming.find((other) => equalBytes(recordHash(other.record), recordHash(body.record)));
  if (same !== undefined) {
    if (same.requests.length >= LIMITS.requestsOfOne) return { state, news: null };
    const grown = { ...same, requests: [...same.requests, request] };
    return { state: { ...state, incoming: state.incoming.map((other) => (other === same ? grown : other)) }, news: null };
  }
  if (state.incoming.length >= LIMITS.incoming) return null;
  const incoming: Incoming = { name, record: body.record, received: now, note: body.note, requests: [request] };
  return { state: { ...state, incoming: [...state.incoming, incoming] }, news: { kind: 'request', from: name, note: body.note } };
}

function askedWith(state: PeopleState, re: MessageId): Friend & { readonly asked: NonNullable<Friend['asked']> } | null {
  for (const friend of state.friends.values()) if (friend.asked !== null && equalBytes(friend.asked.id, re)) return { ...friend, asked: friend.asked };
  return null;
}

const onAnswer: Handler<'answer'> = (state, body, { chance }) => {
  const friend = askedWith(state, body.re);
  if (friend === null) return null;
  const { asked } = friend;
  const theirs = recordHash(body.record);
  if (!isAuthentic('answer', body, requestKey(asked.secret.expose()), { sender: theirs, recipient: asked.mine })) return null;
  const pinned = pinRecord(friend, body.record);
  const pair: Pair = { key: pairKey(asked.secret.expose(), body.secret, [asked.mine, theirs]), mine: asked.mine, theirs };
  const next = withFriend(state, { ...pinned, asked: null, accepted: true, pair, seen: remember(friend.seen, body.id, LIMITS.seenOfOne) });
  const settled = delivered(next, new Set([toHex(asked.id)]));
  const incoming = settled.incoming.filter(({ name }) => name !== friend.name);
  return { state: post({ ...settled, incoming }, confirmParcel(ownOf(state), friend.name, asked, pair, chance)), news: { kind: 'friend', from: friend.name } };
};

const onConfirm: Handler<'confirm'> = (state, body) => {
  const friend = state.friends.get(body.from);
  if (friend === undefined || !friend.accepted || friend.pair !== null) return null;
  const { seed } = ownOf(state);
  const secret = answerSecret(seed, { id: body.re, secret: body.secret }, { name: body.from, record: body.sender }, body.recipient);
  const key = pairKey(body.secret, secret, [body.sender, body.recipient]);
  if (!isAuthentic('confirm', body, key, body)) return null;
  const pair: Pair = { key, mine: body.recipient, theirs: body.sender };
  const confirmed = { ...friend, checked: true, asked: null, pair, seen: remember(friend.seen, body.id, LIMITS.seenOfOne) };
  const next = withFriend(state, confirmed);
  const outbox = next.outbox.filter(({ to }) => to !== body.from);
  return { state: { ...next, outbox, incoming: next.incoming.filter(({ name }) => name !== body.from) }, news: { kind: 'friend', from: body.from } };
};

const onDecline: Handler<'decline'> = (state, body) => {
  const friend = askedWith(state, body.re);
  if (friend === null || friend.record === null) return null;
  const direction = { sender: recordHash(friend.record), recipient: friend.asked.mine };
  if (!isAuthentic('decline', body, requestKey(friend.asked.secret.expose()), direction)) return null;
  return { state: withoutFriend(state, friend.name), news: { kind: 'declined', from: friend.name } };
};

type FromFriend = Body<'share'> | Body<'unshare'>;

/** The friend whom this authentic, new message is from. */
function senderOf(state: PeopleState, kind: 'share' | 'unshare', body: FromFriend): (Friend & { readonly pair: Pair }) | null {
  const friend = state.friends.get(body.from);
  if (friend === undefined || friend.pair === null || holds(friend.seen, body.id)) return null;
  if (!isAuthentic(kind, body, friend.pair.key, inward(friend.pair))) return null;
  return { ...friend, pair: friend.pair };
}

/** The friend with this share as it is now; null where a newer word about it came before, or there is no room but what live ones take. */
function withShare(state: PeopleState, friend: Friend, body: FromFriend, share: ReceivedShare): Friend | null {
  const before = friend.shares.find(({ id }) => equalBytes(id, body.share));
  if (before !== undefined && before.sequence >= body.sequence) return null;
  const others = friend.shares.filter((other) => other !== before);
  const ended = others.findIndex(({ gone }) => gone);
  const full = before === undefined && (others.length >= LIMITS.sharesOfOne || countShares(state) >= LIMITS.shares);
  if (full && ended === -1) return null;
  const kept = full ? others.toSpliced(ended, 1) : others;
  return { ...friend, shares: [...kept, share], seen: remember(friend.seen, body.id, LIMITS.seenOfOne) };
}

function countShares({ friends }: PeopleState): number {
  return [...friends.values()].reduce((sum, { shares }) => sum + shares.length, 0);
}

const onShare: Handler<'share'> = (state, body) => {
  const friend = senderOf(state, 'share', body);
  if (friend === null) return null;
  const entry = receivedEntry(body.entry);
  const before = friend.shares.find(({ id }) => equalBytes(id, body.share));
  const sameSpace = before?.entry?.target !== undefined && before.entry.target !== null && entry.target !== null && equalBytes(before.entry.target.space, entry.target.space);
  const next = withShare(state, friend, body, { id: body.share, sequence: body.sequence, entry, gone: false, pin: sameSpace ? before.pin : null });
  return next === null ? null : { state: withFriend(state, next), news: { kind: 'share', from: friend.name, entry } };
};

const onUnshare: Handler<'unshare'> = (state, body) => {
  const friend = senderOf(state, 'unshare', body);
  if (friend === null) return null;
  const before = friend.shares.find(({ id }) => equalBytes(id, body.share));
  const entry = before?.entry ?? null;
  const next = withShare(state, friend, body, { id: body.share, sequence: body.sequence, entry, gone: true, pin: before?.pin ?? null });
  const news: News | null = entry === null || before?.gone === true ? null : { kind: 'unshare', from: friend.name, name: entry.name };
  return next === null ? null : { state: withFriend(state, next), news };
};
