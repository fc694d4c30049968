import { equalBytes, Secret, signingKey } from '../crypto/index.ts';
import { kemKey } from '../pq/index.ts';
import { recordHash, signIdentity, WireError, type Name, type SignedIdentity } from '../wire/index.ts';
import type { Circle } from './circle.ts';
import { contactOfRecord, type Contact } from './contact.ts';
import { bucketOf, lookUp } from './directory.ts';
import { SocialError } from './error.ts';
import type { Chance } from './parcel.ts';
import type { Own, PeopleState } from './state.ts';

export interface OwnContact extends Contact {
  /** Whether the directory has the record. */
  readonly published: boolean;
}

/** New seeds and a first record, not yet published. */
export function makeOwn(name: Name, bucket: number, chance: Chance): Own {
  const [seed, kem] = [chance(32), chance(32)];
  const record = signIdentity(signingKey(seed), { name, kem: kemKey(kem).publicKey, bucket, sequence: 1 });
  return {
    name, record, seed: Secret.of(seed, 'identity-seed'), published: false,
    holds: [{ kem: Secret.of(kem, 'kem-seed'), record: recordHash(record) }], boxes: [{ bucket, cursor: 0 }],
  };
}

const same = (a: SignedIdentity, b: SignedIdentity): boolean => equalBytes(recordHash(a), recordHash(b));

/**
 * Makes the public name, once an account. The seeds are committed before the record is published; a repeat goes on where it
 * broke off. Throws 'name-taken', 'has-identity'.
 */
export async function createIdentity(circle: Circle, name: Name): Promise<OwnContact> {
  const before = await circle.people.get();
  if (before.own !== null && before.own.name !== name && before.own.published) {
    throw new SocialError('has-identity', 'This account has a public name already, and keeps it.');
  }
  const found = await lookUp(circle.init.directory, name, before.bits);
  const own = before.own?.name === name ? before.own : makeOwn(name, bucketOf(name, found.bucketBits), circle.chance);
  if (found.record !== null && !same(found.record, own.record)) throw nameTaken();
  if (own !== before.own) await circle.people.edit((state) => withOwn({ ...state, bits: found.bits }, own));
  if (found.record === null) await publish(circle, own.record);
  if (!own.published) await circle.people.edit((state) => published(state, own));
  return { ...contactOfRecord(own.record), published: true };
}

async function publish({ init }: Circle, record: SignedIdentity): Promise<void> {
  try {
    await init.directory.publishIdentity(record);
  } catch (error) {
    if (error instanceof WireError && error.code === 'name-taken') throw nameTaken();
    throw error;
  }
}

/** Two sessions may make an identity at once: the one that was committed first stays, unless it is another, unpublished name. */
function withOwn(state: PeopleState, own: Own): PeopleState {
  const replaces = state.own === null || (!state.own.published && state.own.name !== own.name);
  if (!replaces) throw new SocialError('has-identity', 'Another session of this account made a public name at the same time; repeat the command.');
  return { ...state, own };
}

function published(state: PeopleState, own: Own): PeopleState {
  return state.own !== null && same(state.own.record, own.record) ? { ...state, own: { ...state.own, published: true } } : state;
}

function nameTaken(): SocialError {
  return new SocialError('name-taken', 'This name is taken in the directory; choose another.');
}
