import { sha256, signingKey, toHex, useEngine, utf8, type PublicKey } from '../../crypto/index.ts';
import { nodeEngine } from '../../engines/index.ts';
import type { Entry, FolderSecret } from '../../files/index.ts';
import { parseName, type Name, type SignedIdentity } from '../../wire/index.ts';
import { makeOwn } from '../../social/identity.ts';
import { TYPE, type Kind } from '../../social/message.ts';
import type { Chance } from '../../social/parcel.ts';
import { acceptIncoming, askToFollow, delivered, incomingOf, ownOf, recordFound } from '../../social/protocol.ts';
import { receive, type News } from '../../social/receive.ts';
import { peopleCodec } from '../../social/state-codec.ts';
import { NO_PEOPLE, type Own, type Parcel, type PeopleState } from '../../social/state.ts';
import type { Random } from '../rig/random.ts';

await useEngine(nodeEngine());

export const NOW = 1_800_000_000_000;

/** One side of the protocol without clock, network or envelopes: bodies go from outbox to `receive`. */
export class Person {
  state: PeopleState;
  readonly name: Name;
  readonly chance: Chance;

  constructor(name: string, random: Random) {
    this.name = parseName(name);
    this.chance = (length) => random.bytes(length);
    this.state = { ...NO_PEOPLE, own: { ...makeOwn(this.name, 0, this.chance), published: true } };
  }

  get own(): Own {
    return ownOf(this.state);
  }
  get record(): SignedIdentity {
    return this.own.record;
  }

  asks(other: Person, note: string | null = null): Parcel {
    this.state = askToFollow(this.state, { name: other.name, fingerprint: null }, note, this.chance);
    this.state = recordFound(this.state, other.name, other.record);
    return this.takes('request', other.name);
  }

  accepts(other: Person): Parcel[] {
    const [chosen] = incomingOf(this.state, other.name);
    if (chosen === undefined) throw new Error('no such request');
    this.state = acceptIncoming(this.state, chosen, null, this.chance);
    this.state = recordFound(this.state, other.name, other.record);
    return this.empties();
  }

  receives(...parcels: readonly Pick<Parcel, 'type' | 'body'>[]): { news: News[]; ignored: number } {
    const { state, ...rest } = receive(this.state, parcels, { now: NOW, chance: this.chance });
    // What is kept must survive being written and read.
    this.state = peopleCodec.decode(peopleCodec.encode(state));
    return rest;
  }

  /** All that waits to be sent, taken out. */
  empties(): Parcel[] {
    const { outbox } = this.state;
    this.state = delivered(this.state, new Set(outbox.map(({ id }) => id)));
    return [...outbox];
  }

  takes(kind: Kind, to: Name): Parcel {
    const found = this.state.outbox.find((parcel) => parcel.type === TYPE[kind] && parcel.to === to);
    if (found === undefined) throw new Error(`no ${kind} waits`);
    this.state = delivered(this.state, new Set([found.id]));
    return found;
  }

  status(other: Person): 'none' | 'requested' | 'unverified' | 'confirmed' {
    const friend = this.state.friends.get(other.name);
    if (friend === undefined) return 'none';
    return friend.pair !== null ? 'confirmed' : friend.asked !== null ? 'requested' : 'unverified';
  }
}

export function befriend(a: Person, b: Person): void {
  b.receives(a.asks(b));
  a.receives(...b.accepts(a));
  b.receives(...a.empties());
}

export function entryOf(name: string, node: string | null): Entry {
  const space: PublicKey = signingKey(sha256(utf8(name))).publicKey;
  return {
    id: toHex(sha256(utf8(name)).slice(0, 16)), name, kind: 'folder', size: 0, modified: NOW, created: NOW,
    secret: sha256(utf8(`secret of ${name}`)) as FolderSecret, target: { space, write: null, node }, exposed: false,
  };
}

export const ONION = `http://${'a'.repeat(56)}.onion`;
