import { compareBytes, equalBytes, Secret, toHex } from '../crypto/index.ts';
import { fingerprint, openIdentity, recordHash, type Fingerprint, type Name, type SignedIdentity } from '../wire/index.ts';
import { SocialError } from './error.ts';
import type { MessageId } from './message.ts';
import { answerParcel, declineParcel, post, requestParcel, type Chance } from './parcel.ts';
import { mismatch, pinRecord } from './pin.ts';
import { LIMITS, newFriend, withFriend, withoutFriend, type Asked, type Friend, type Incoming, type Own, type PeopleState } from './state.ts';

const NOTHING = new Uint8Array(0);

/** What a person decides, as changes of the state: no clock, no network, no randomness but what is handed in. */

export function ownOf(state: PeopleState): Own {
  if (state.own === null) throw new SocialError('no-identity', 'This account has no public name yet; "underkeep sign-up NAME --login LOGIN" takes one.');
  return state.own;
}

export interface Wanted {
  readonly name: Name;
  readonly fingerprint: Fingerprint | null;
}

function checkPromise(friend: Friend, promised: Fingerprint | null): void {
  if (promised === null) return;
  const known = friend.fingerprint ?? (friend.record === null ? null : fingerprint(openIdentity(friend.record)));
  if (known !== null && !equalBytes(known, promised)) throw mismatch();
}

/** A new request, or the same one again while it waits for its answer. Throws 'already-friends', 'fingerprint-mismatch', 'too-many'. */
export function askToFollow(state: PeopleState, wanted: Wanted, note: string | null, chance: Chance): PeopleState {
  const own = ownOf(state);
  const { name, fingerprint: promised } = wanted;
  if (name === own.name) throw new SocialError('already-friends', 'This is your own name.');
  const friend = state.friends.get(name) ?? newFriend(name);
  checkPromise(friend, promised);
  if (friend.pair !== null) throw new SocialError('already-friends', 'You are friends already.');
  if (friend.accepted && friend.asked === null) return state;
  if (!state.friends.has(name) && state.friends.size >= LIMITS.friends) throw new SocialError('too-many', `An account has at most ${LIMITS.friends} friends.`);
  if (friend.asked !== null && promised === null && state.outbox.some(({ id }) => id === toHex(friend.asked?.id ?? NOTHING))) return state;
  const asked = friend.asked ?? newRequest(own, note, chance);
  const next = withFriend(state, { ...friend, asked, fingerprint: friend.fingerprint ?? promised });
  return post(next, requestParcel(own, name, asked));
}

function newRequest(own: Own, note: string | null, chance: Chance): Asked {
  return { id: chance(16) as MessageId, secret: Secret.of(chance(32), 'request-secret'), mine: recordHash(own.record), note };
}

/** Nobody has this name: the request that was to go there is taken back. */
export function forgetUnknown(state: PeopleState, name: Name): PeopleState {
  const friend = state.friends.get(name);
  return friend === undefined || friend.checked || friend.accepted || friend.pair !== null ? state : withoutFriend(state, name);
}

export function incomingOf(state: PeopleState, name: Name): readonly Incoming[] {
  return state.incoming.filter((request) => request.name === name);
}

/** The requests that wait for a decision. */
export function undecided(state: PeopleState): readonly Incoming[] {
  return state.incoming.filter(({ name }) => state.friends.get(name)?.accepted !== true);
}

/**
 * Says yes to the requests of one record. Answers are put up, but none goes out before the record is checked against the
 * directory, unless a link has promised its fingerprint already.
 */
export function acceptIncoming(state: PeopleState, chosen: Incoming, promised: Fingerprint | null, chance: Chance): PeopleState {
  const own = ownOf(state);
  const { name, record, requests } = chosen;
  const before = state.friends.get(name) ?? newFriend(name);
  if (!state.friends.has(name) && state.friends.size >= LIMITS.friends) throw new SocialError('too-many', `An account has at most ${LIMITS.friends} friends.`);
  checkPromise(before, promised);
  const pinned = pinRecord({ ...before, fingerprint: before.fingerprint ?? promised }, record);
  const friend = { ...pinned, checked: promised !== null || (before.checked && before.record === pinned.record), accepted: true };
  const answers = requests.map((request) => answerParcel(own, { name, record }, request, chance));
  return settleChecked(post(withFriend(state, friend), ...answers), name);
}

/** Once a friend's record is checked, what others asked under the same name is void. */
function settleChecked(state: PeopleState, name: Name): PeopleState {
  const friend = state.friends.get(name);
  if (friend?.checked !== true || !friend.accepted) return state;
  return { ...state, incoming: state.incoming.filter((request) => request.name !== name) };
}

/** The directory has given this record for the friend. Throws 'fingerprint-mismatch'. */
export function recordFound(state: PeopleState, name: Name, found: SignedIdentity): PeopleState {
  const friend = state.friends.get(name);
  if (friend === undefined) return state;
  return settleChecked(withFriend(state, pinRecord(friend, found)), name);
}

/** An accepted request turned out to be of another than the name's holder: nothing was sent, the request waits again. */
export function takeBack(state: PeopleState, name: Name): PeopleState {
  const friend = state.friends.get(name);
  if (friend === undefined || friend.checked || friend.pair !== null) return state;
  if (friend.asked === null) return withoutFriend(state, name);
  const kept = withFriend(state, { ...friend, record: null, accepted: false });
  const requestId = toHex(friend.asked.id);
  return { ...kept, outbox: kept.outbox.filter(({ to, id }) => to !== name || id === requestId) };
}

/** Drops a name's requests; with `tell`, each gets a word that only its sender can read. Throws 'no-request'. */
export function declineIncoming(state: PeopleState, name: Name, tell: boolean, chance: Chance): PeopleState {
  const refused = undecided(state).filter((request) => request.name === name);
  if (refused.length === 0) throw noRequest();
  const rest = { ...state, incoming: state.incoming.filter((request) => request.name !== name) };
  if (!tell) return rest;
  const own = ownOf(state);
  return post(rest, ...refused.flatMap((from) => from.requests.map((request) => declineParcel(own, from, request, chance))));
}

export function noRequest(): SocialError {
  return new SocialError('no-request', 'There is no request from this name; "underkeep requests" lists those that there are.');
}

/** When two ask each other at the same time, the one with the lower fingerprint answers. */
export function answersFirst(own: Own, other: SignedIdentity): boolean {
  return compareBytes(fingerprint(openIdentity(own.record)), fingerprint(openIdentity(other))) < 0;
}

export function delivered(state: PeopleState, ids: ReadonlySet<string>): PeopleState {
  return { ...state, outbox: state.outbox.filter(({ id }) => !ids.has(id)) };
}
