import { equalBytes, randomBytes } from '../crypto/index.ts';
import type { NodeClient } from '../node/index.ts';
import type { Session } from '../vault/index.ts';
import { WireError, type Name, type SignedIdentity } from '../wire/index.ts';
import { lookUp } from './directory.ts';
import { SocialError } from './error.ts';
import { deposit } from './mail.ts';
import type { Chance } from './parcel.ts';
import { PeopleCell } from './people-cell.ts';
import { delivered, forgetUnknown, recordFound, takeBack } from './protocol.ts';
import { peopleCodec } from './state-codec.ts';
import { withFriend, type Parcel, type PeopleState, type ReceivedShare } from './state.ts';

export interface PeopleInit {
  /** The directory's node, on a circuit of its own. */
  readonly directory: NodeClient;
  /** The buckets' node, on a circuit of its own: where this person collects. */
  readonly bucket: NodeClient;
  /** A circuit for one envelope, so that nothing ties it to the next or to the collecting; without it, `bucket` serves. */
  readonly envelope?: () => NodeClient;
  /** The home node's onion URL `http://….onion`; null where it has none: then only its other accounts can be shared with. */
  readonly hostUrl: () => Promise<string | null>;
}

/** What could not be sent, and why. */
export interface Unsent {
  readonly parcel: Parcel;
  readonly reason: unknown;
}

/** Driver of the state 'people': runs its look-ups and sends what its outbox holds. */
export class Circle {
  readonly session: Session;
  readonly init: PeopleInit;
  readonly people: PeopleCell;
  readonly chance: Chance = randomBytes;

  constructor(session: Session, init: PeopleInit) {
    this.session = session;
    this.init = init;
    this.people = new PeopleCell(session.state('people', peopleCodec));
  }

  /**
   * The record that the directory has for a name; null: nobody has it. Remembers how long a prefix served. The state is handed
   * in: reading it would wait for a commit that is under way.
   */
  async find(name: Name, { bits }: PeopleState): Promise<SignedIdentity | null> {
    const found = await lookUp(this.init.directory, name, bits);
    if (found.bits !== bits) this.people.later((state) => ({ ...state, bits: found.bits }));
    return found.record;
  }

  /** Takes over what the directory said of a friend. Throws 'unknown-name' or 'fingerprint-mismatch' after taking back what depended on it. */
  async settle(name: Name, found: SignedIdentity | null): Promise<void> {
    const state = await this.people.get();
    if (found === null) {
      await this.#undo(state, (current) => forgetUnknown(takeBack(current, name), name));
      throw new SocialError('unknown-name', 'The directory knows nobody of this name; check the spelling.');
    }
    try {
      recordFound(state, name, found);
    } catch (error) {
      await this.#undo(state, (current) => (current.friends.get(name)?.accepted === true ? takeBack(current, name) : forgetUnknown(current, name)));
      throw error;
    }
    this.people.later((current) => recorded(current, name, found));
  }

  /** Sends what waits for these people, or for all: each person's in order, all persons side by side. */
  async flush(names?: readonly Name[]): Promise<readonly Unsent[]> {
    const { outbox } = await this.people.get();
    const due = outbox.filter(({ to }) => names === undefined || names.includes(to));
    const unsent = await Promise.all([...Map.groupBy(due, ({ to }) => to)].map(async ([to, parcels]) => this.#sendAll(to, parcels)));
    return unsent.flat();
  }

  /** As `flush`; throws 'not-sent' (or 'clock-skew', 'fingerprint-mismatch', 'unknown-name') where something could not be sent. */
  async flushOrSay(names: readonly Name[]): Promise<void> {
    const [first] = await this.flush(names);
    if (first !== undefined) throw notSent(first.reason);
  }

  async #sendAll(to: Name, parcels: readonly Parcel[]): Promise<Unsent[]> {
    for (const [index, parcel] of parcels.entries()) {
      try {
        const record = parcel.record ?? await this.#checkedRecord(to);
        const client = this.init.envelope?.() ?? this.init.bucket;
        await deposit(client, record, parcel, this.session.now());
        this.people.later((state) => delivered(state, new Set([parcel.id])));
      } catch (reason) {
        return parcels.slice(index).map((rest) => ({ parcel: rest, reason }));
      }
    }
    return [];
  }

  async #checkedRecord(name: Name): Promise<SignedIdentity> {
    const state = await this.people.get();
    const known = state.friends.get(name);
    if (known?.checked !== true || known.record === null) await this.settle(name, await this.find(name, state));
    const record = (await this.people.get()).friends.get(name)?.record ?? null;
    if (record === null) throw new SocialError('not-friends', 'This person was removed meanwhile; nothing was sent.');
    return record;
  }

  async #undo(state: PeopleState, change: (state: PeopleState) => PeopleState): Promise<void> {
    if (change(state) !== state) await this.people.edit(change);
  }
}

/** As `recordFound`, but a record that does not fit (any more) changes nothing. */
function recorded(state: PeopleState, name: Name, found: SignedIdentity): PeopleState {
  try {
    return recordFound(state, name, found);
  } catch {
    return state;
  }
}

/** The sentence for what was kept but did not leave. */
export function notSent(reason: unknown): unknown {
  if (reason instanceof SocialError) return reason;
  const why = reason instanceof WireError ? 'the node refused it' : 'the network was not reached';
  const detail = reason instanceof Error ? ` (${reason.message})` : '';
  return new SocialError('not-sent', `This was kept, but not sent yet: ${why}${detail}. Repeat the command to send it.`, { cause: reason });
}

/** Keeps the highest pointer seen of a friend's space. */
export function pinSeen(state: PeopleState, name: Name, share: ReceivedShare, pin: NonNullable<ReceivedShare['pin']>): PeopleState {
  const friend = state.friends.get(name);
  const held = friend?.shares.find(({ id, sequence }) => sequence === share.sequence && equalBytes(id, share.id));
  if (friend === undefined || held === undefined || (held.pin !== null && held.pin.sequence >= pin.sequence)) return state;
  return withFriend(state, { ...friend, shares: friend.shares.map((other) => (other === held ? { ...held, pin } : other)) });
}
