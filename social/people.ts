import { equalBytes } from '../crypto/index.ts';
import type { Entry, Mounts } from '../files/index.ts';
import { fingerprint, openIdentity, parseName, type Name } from '../wire/index.ts';
import type { Session } from '../vault/index.ts';
import { Circle, notSent, pinSeen, type PeopleInit } from './circle.ts';
import { contactOfRecord, parseContact, type Contact } from './contact.ts';
import { SocialError } from './error.ts';
import { createIdentity, type OwnContact } from './identity.ts';
import { collectBox, type Collection } from './mail.ts';
import { acceptIncoming, askToFollow, declineIncoming, incomingOf, noRequest, ownOf, undecided, type Wanted } from './protocol.ts';
import { receive, type News } from './receive.ts';
import { Sharing, type LinkOptions } from './sharing.ts';
import type { LinkedItem } from './shares.ts';
import { newFriend, type Friend as FriendState, type Incoming, type PeopleState } from './state.ts';

export type FriendStatus = 'requested' | 'unverified' | 'confirmed';

export interface Friend {
  readonly name: Name;
  /** null until the directory has given the record. */
  readonly words: readonly string[] | null;
  /** The contact link that pins these keys; null as `words`. */
  readonly link: string | null;
  /** 'requested': asked, no answer yet; 'unverified': answered, not confirmed yet; 'confirmed': both sides are sure. */
  readonly state: FriendStatus;
  /** Messages for this person that could not be sent so far. */
  readonly waiting: number;
}

export interface Request {
  readonly name: Name;
  readonly words: readonly string[];
  readonly link: string;
  /** Written by whoever sent it: show it as foreign text. */
  readonly note: string | null;
  /** Unix milliseconds. */
  readonly received: number;
}

export interface Collected {
  readonly news: readonly News[];
  /** Envelopes that opened and had no effect: malformed, not authentic, or seen before. */
  readonly ignored: number;
  /** Messages of one's own that could not be sent so far. */
  readonly waiting: number;
  /** The bucket holds more than one collection brings. */
  readonly more: boolean;
}

export interface SharedByMe {
  readonly path: string;
  readonly with: readonly Name[];
  readonly links: number;
}
export interface SharedWithMe {
  readonly from: Name;
  readonly entry: Entry;
  /** Its owner shares it no more; what was saved stays. */
  readonly gone: boolean;
}

export interface LinkInfo {
  readonly id: string;
  readonly path: string;
  readonly link: string;
  readonly password: boolean;
  /** Unix seconds. */
  readonly expires: number | null;
  readonly opens: number | null;
  /** Unix milliseconds. */
  readonly created: number;
}

/** Who reaches an item. */
export interface Access {
  /** Where it was when it was shared last. */
  readonly path: string;
  readonly people: readonly Name[];
  readonly links: readonly LinkInfo[];
}

/** Envelopes of which only the cursor is news; that many are brought twice rather than committed for. */
const CURSOR_WORTH = 128;

/** An account's people: who they are, what was asked, and what is shared between them. One for a session. */
export class People {
  readonly #circle: Circle;
  readonly #sharing: Sharing;
  #sinceCommit = 0;

  constructor(session: Session, init: PeopleInit) {
    this.#circle = new Circle(session, init);
    this.#sharing = new Sharing(this.#circle);
  }

  /** Makes the account's public name. Throws 'name-taken', 'has-identity'. */
  async createIdentity(name: Name): Promise<OwnContact> {
    return createIdentity(this.#circle, name);
  }

  async identity(): Promise<OwnContact | null> {
    const { own } = await this.#circle.people.get();
    return own === null ? null : { ...contactOfRecord(own.record), published: own.published };
  }

  /** What to hand out. Throws 'no-identity'. */
  async contact(): Promise<Contact> {
    return contactOfRecord(ownOf(await this.#circle.people.get()).record);
  }

  /**
   * Asks to be followed back, by a name or a contact link: two round trips. A repeat sends the same request again; where that
   * person has asked already, it says yes. Throws 'unknown-name', 'already-friends', 'fingerprint-mismatch', 'not-sent', 'clock-skew'.
   */
  async follow(nameOrLink: string, options: { note?: string } = {}): Promise<Friend> {
    const wanted = parseContact(nameOrLink);
    const state = await this.#circle.people.get();
    if (undecided(state).some(({ name }) => name === wanted.name)) return this.#accept(wanted);
    const change = (current: PeopleState): PeopleState => askToFollow(current, wanted, options.note ?? null, this.#circle.chance);
    const next = change(state);
    await this.#commitAndCheck(wanted.name, state, next, change);
    await this.#circle.flushOrSay([wanted.name]);
    return this.#friend(wanted.name);
  }

  async requests(): Promise<Request[]> {
    return undecided(await this.#circle.people.get()).map(({ name, record, note, received }) => ({ ...contactOfRecord(record), name, note, received }));
  }

  /**
   * Says yes to a request: two round trips. The answer goes to the keys that the directory (or the link) gives, never to those of
   * the request alone. Throws 'no-request', 'fingerprint-mismatch', 'unknown-name', 'not-sent', 'clock-skew'.
   */
  async accept(nameOrLink: string): Promise<Friend> {
    return this.#accept(parseContact(nameOrLink));
  }

  /** Drops a request; with `tell`, its sender hears of it. Throws 'no-request'. */
  async decline(nameText: string, options: { tell?: boolean } = {}): Promise<void> {
    const { name } = parseContact(nameText);
    const change = (state: PeopleState): PeopleState => declineIncoming(state, name, options.tell === true, this.#circle.chance);
    change(await this.#circle.people.get());
    await this.#circle.people.edit(change);
    if (options.tell === true) await this.#circle.flushOrSay([name]);
  }

  async friends(): Promise<Friend[]> {
    const state = await this.#circle.people.get();
    return [...state.friends.values()].map((friend) => shown(state, friend));
  }

  /**
   * Brings the bucket, acts on what is in it, and sends what waits. Whatever it reports is committed.
   * Throws 'no-identity', or what the network did.
   */
  async collect(): Promise<Collected> {
    const { people, init, chance, session } = this.#circle;
    const own = ownOf(await people.get());
    const [collections] = await Promise.all([
      Promise.all(own.boxes.map(async (box) => collectBox(init.bucket, own, box))),
      this.#circle.flush(),
    ]);
    const arrivals = collections.flatMap((collection) => collection.arrivals);
    this.#sinceCommit += collections.reduce((sum, { envelopes }) => sum + envelopes, 0);
    const settled = people.waiting > 0 || this.#sinceCommit >= CURSOR_WORTH;
    people.later((state) => withCursors(state, collections));
    let result: { news: News[]; ignored: number } = { news: [], ignored: 0 };
    if (arrivals.length > 0 || settled) {
      await people.edit((state) => {
        const received = receive(state, arrivals, { now: session.now(), chance });
        result = received;
        return received.state;
      });
      this.#sinceCommit = 0;
    }
    // What readers could not be told now they are told next time; what has arrived is reported all the same.
    await this.#sharing.renew().catch(() => undefined);
    const unsent = await this.#circle.flush();
    return { ...result, waiting: unsent.length, more: collections.some(({ more }) => more) };
  }

  /** Commits what only waited for the next commit. For before locking; nothing is lost without it but a little work. */
  async settle(): Promise<void> {
    if (this.#circle.people.waiting > 0) await this.#circle.people.edit((state) => state);
  }

  /** Gives a friend an item: one commit, then the envelope. Throws 'not-friends', 'not-sent', 'clock-skew'. */
  async share(path: string, withName: string): Promise<Entry> {
    return this.#sharing.share(path, parseName(withName));
  }

  /** Takes it back: new keys for whoever is left. What the friend has read stays read. Throws 'not-shared', 'not-sent'. */
  async unshare(path: string, withName: string): Promise<void> {
    await this.#sharing.unshare(path, parseName(withName));
  }

  async shared(): Promise<{ byMe: SharedByMe[]; withMe: SharedWithMe[] }> {
    const [state, items, links] = await Promise.all([this.#circle.people.get(), this.#sharing.shares.get(), this.#sharing.links.get()]);
    const byMe = items.map(({ path, with: friends, entry }) => ({ path, with: friends, links: links.filter((link) => link.entry === entry).length }));
    const withMe = [...state.friends.values()].flatMap(({ name, shares }) =>
      shares.flatMap(({ entry, gone }) => (entry === null ? [] : [{ from: name, entry, gone }])));
    return { byMe, withMe };
  }

  /** A link that opens without an account. One commit. Throws 'too-many', or what `Drive.detach` does. */
  async link(path: string, options: LinkOptions = {}): Promise<{ id: string; link: string }> {
    return this.#sharing.link(path, options);
  }

  async links(): Promise<LinkInfo[]> {
    return (await this.#sharing.listLinks()).map(linkInfo);
  }

  /** Who reaches what of this person's, by the item's id, which stays when it is moved. */
  async access(): Promise<Map<string, Access>> {
    const [items, links] = await Promise.all([this.#sharing.shares.get(), this.#sharing.listLinks()]);
    const found = new Map<string, Access>(items.map(({ entry, path, with: people }) => [entry, { path, people, links: [] }]));
    for (const link of links) {
      const { entry, path } = link.item;
      const { people = [], links: others = [] } = found.get(entry) ?? {};
      found.set(entry, { path, people, links: [...others, linkInfo(link)] });
    }
    return found;
  }

  /** Withdraws a link by its id, or all links of a path; the item gets new keys, which friends hear of. Throws 'no-link'. */
  async unlink(idOrPath: string): Promise<void> {
    await this.#sharing.unlink(idOrPath);
  }

  /** What `/@name/…` holds: everything that friends share, what is withdrawn included (reading that says so). */
  readonly mounts: Mounts = {
    list: async () => {
      const state = await this.#circle.people.get();
      this.#notePins(state);
      return [...state.friends.values()].filter(({ shares }) => shares.length > 0).map(({ name, shares }) => ({
        name, entries: shares.flatMap(({ entry }) => (entry === null ? [] : [entry])),
      }));
    },
  };

  async #accept(wanted: Wanted): Promise<Friend> {
    const { name } = wanted;
    const state = await this.#circle.people.get();
    if (state.friends.get(name)?.accepted !== true) {
      const chosen = await this.#choose(state, wanted);
      const change = (current: PeopleState): PeopleState => acceptIncoming(current, chosen, wanted.fingerprint, this.#circle.chance);
      await this.#commitAndCheck(name, state, change(state), change);
    }
    await this.#circle.flushOrSay([name]);
    return this.#friend(name);
  }

  /** Of several records that ask under one name, the one that the link or the directory gives. */
  async #choose(state: PeopleState, { name, fingerprint: promised }: Wanted): Promise<Incoming> {
    const candidates = incomingOf(state, name);
    const [only] = candidates;
    if (only === undefined) throw noRequest();
    if (promised === null && candidates.length === 1) return only;
    const wanted = promised ?? await this.#directoryFingerprint(name, state);
    const fitting = candidates.find(({ record }) => equalBytes(fingerprint(openIdentity(record)), wanted));
    if (fitting === undefined) throw new SocialError('fingerprint-mismatch', 'The request was made with other keys than this person has: somebody pretends to be them. Nothing was sent; decline it.');
    return fitting;
  }

  async #directoryFingerprint(name: Name, state: PeopleState): Promise<Uint8Array> {
    const record = await this.#circle.find(name, state);
    if (record === null) throw new SocialError('unknown-name', 'The directory knows nobody of this name: the request is not from who it says. Decline it.');
    return fingerprint(openIdentity(record));
  }

  /** Commits a change and looks its friend up, side by side, where there is something to commit or to look up. */
  async #commitAndCheck(name: Name, state: PeopleState, next: PeopleState, change: (state: PeopleState) => PeopleState): Promise<void> {
    const checked = next.friends.get(name)?.checked === true;
    const [committed, found] = await Promise.allSettled([
      next === state ? undefined : this.#circle.people.edit(change),
      checked ? undefined : this.#circle.find(name, state),
    ]);
    if (committed.status === 'rejected') throw committed.reason;
    if (found.status === 'rejected') throw notSent(found.reason);
    if (found.value !== undefined) await this.#circle.settle(name, found.value);
  }

  async #friend(name: Name): Promise<Friend> {
    const state = await this.#circle.people.get();
    return shown(state, state.friends.get(name) ?? newFriend(name));
  }

  /** Has friends' spaces go on from where they were seen last, by this session or an earlier one; goes along with the next commit. */
  #notePins(state: PeopleState): void {
    for (const { name, shares } of state.friends.values()) for (const share of shares) {
      const target = share.entry?.target ?? null;
      const pin = target === null ? null : this.#circle.session.space(target, share.pin).pin;
      if (pin !== null && (share.pin === null || pin.sequence > share.pin.sequence)) this.#circle.people.later((current) => pinSeen(current, name, share, pin));
    }
  }
}

function linkInfo({ item: { id, path, password, terms, created }, link }: { item: LinkedItem; link: string }): LinkInfo {
  return { id, path, link, password, ...terms, created };
}

function shown(state: PeopleState, { name, record, pair, asked }: FriendState): Friend {
  const contact = record === null ? null : contactOfRecord(record);
  const status = pair !== null ? 'confirmed' : asked !== null ? 'requested' : 'unverified';
  return { name, words: contact?.words ?? null, link: contact?.link ?? null, state: status, waiting: state.outbox.filter(({ to }) => to === name).length };
}

function withCursors(state: PeopleState, collections: readonly Collection[]): PeopleState {
  if (state.own === null) return state;
  const cursors = new Map(collections.map(({ box }) => [box.bucket, box.cursor]));
  const boxes = state.own.boxes.map((box) => ({ ...box, cursor: Math.max(box.cursor, cursors.get(box.bucket) ?? 0) }));
  return { ...state, own: { ...state.own, boxes } };
}
