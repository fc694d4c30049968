import { equalBytes, Secret, signingKey, toHex } from '../crypto/index.ts';
import { FilesError, readOnly, transact, type Drive, type Entry, type Rotated, type Transaction } from '../files/index.ts';
import type { Space } from '../node/index.ts';
import type { StateCell } from '../vault/index.ts';
import { WireError, type Name, type Terms } from '../wire/index.ts';
import type { Circle } from './circle.ts';
import { SocialError } from './error.ts';
import { parseHost, type HostUrl } from './host.ts';
import { formatLink, linkCell, linkContent } from './link.ts';
import { TYPE, type ShareId } from './message.ts';
import type { Pair } from './pair.ts';
import { post, shareParcel, unshareParcel } from './parcel.ts';
import { ownOf } from './protocol.ts';
import { Moved, NOBODY, spaceOf, type Changed, type Ended } from './moved.ts';
import { linksCodec, LINKS_MAX, LINKS_OF_ONE, markOf, SHARES_MAX, sharesCodec, type LinkedItem, type SharedItem } from './shares.ts';
import type { Parcel, PeopleState } from './state.ts';

type AlsoTold = (tx: Transaction, entry: Entry, inner: readonly Rotated[]) => Promise<void>;

export interface LinkOptions {
  readonly password?: string;
  /** Unix seconds. */
  readonly expires?: number;
  readonly opens?: number;
}

/** What one's own items are shared as: friends by envelopes, links by cells in spaces of their own. */
export class Sharing {
  readonly #circle: Circle;
  readonly #drive: Drive;
  readonly shares: StateCell<readonly SharedItem[]>;
  readonly links: StateCell<readonly LinkedItem[]>;

  constructor(circle: Circle) {
    this.#circle = circle;
    this.#drive = circle.session.drive;
    this.shares = circle.session.state('shares', sharesCodec);
    this.links = circle.session.state('links', linksCodec);
  }

  /** One commit, then the envelope. Said again, it sends what was not sent. Throws 'not-friends', 'not-sent', or what `Drive.detach` does. */
  async share(path: string, to: Name): Promise<Entry> {
    pairOf(await this.#circle.people.get(), to);
    const host = await this.#host();
    const committed: (() => void)[] = [];
    const entry = await this.#drive.detach(path, async (tx, entry) => {
      const items = await this.shares.get(tx);
      const before = items.find((item) => item.entry === entry.id);
      if (before?.with.includes(to) === true) return;
      if (before === undefined && items.length >= SHARES_MAX) throw tooMany(`An account shares at most ${SHARES_MAX} items.`);
      const item = this.#grown(before, entry, path, to);
      await this.shares.update(tx, (all) => [...all.filter((other) => other !== before && other.entry !== entry.id), item]);
      committed.push(await this.#circle.people.update(tx, (state) => post(state, this.#shareParcel(state, item, entry, to, host))));
    });
    committed.at(-1)?.();
    await this.#circle.flushOrSay([to]);
    return entry;
  }

  /** Gives the item new keys in a new space: whoever is left gets them, and the friend reads nothing new. Throws 'not-shared', 'not-sent'. */
  async unshare(path: string, from: Name): Promise<void> {
    const items = await this.shares.get();
    const id = (await this.#entryAt(path))?.id ?? null;
    const item = items.find((other) => (id === null ? other.path === path : other.entry === id));
    if (item?.with.includes(from) === true) {
      const touched = id === null ? await this.#endShare(item) : await this.#rotate(path, { from, links: new Set() });
      await this.#circle.flushOrSay([...touched, from]);
      return;
    }
    const waits = (await this.#circle.people.get()).outbox.some(({ to, type }) => to === from && type === TYPE.unshare);
    if (!waits) throw new SocialError('not-shared', 'This item is not shared with that person; "underkeep shared" lists what is.');
    await this.#circle.flushOrSay([from]);
  }

  /** A link for anybody who has its text. One commit. Throws 'too-many', 'malformed', or what `Drive.detach` does. */
  async link(path: string, options: LinkOptions = {}): Promise<{ id: string; link: string }> {
    const { chance, session } = this.#circle;
    const terms = termsOf(options);
    const key = chance(32);
    const [host, place] = await Promise.all([this.#host(), linkCell(key, options.password ?? null)]);
    const id = toHex(chance(8));
    const writer = signingKey(chance(32));
    const space = session.space({ space: writer.publicKey, write: writer.seed.expose(), node: null });
    space.beginUnborn();
    let made: LinkedItem | null = null;
    await this.#drive.detach(path, async (tx, entry) => {
      const links = await this.links.get(tx);
      if (links.length >= LINKS_MAX || links.filter((other) => other.entry === entry.id).length >= LINKS_OF_ONE) {
        throw tooMany(`An item has at most ${LINKS_OF_ONE} links, and an account ${LINKS_MAX}; withdraw one with "underkeep unlink".`);
      }
      tx.write(space, place.label, place.cell, linkContent(entry));
      tx.terms(space, terms);
      made = {
        id, entry: entry.id, path, item: spaceOf(entry), writer: writer.seed, space: writer.publicKey, linkKey: Secret.of(key, 'link-key'),
        ...place, password: options.password !== undefined, terms, told: markOf(entry), created: session.now(),
      };
      const added: LinkedItem = made;
      await this.links.update(tx, (all) => [...all, added]);
    });
    if (made === null) throw new SocialError('no-link', 'The link was not made.');
    return { id, link: linkText(made, host) };
  }

  async listLinks(): Promise<{ item: LinkedItem; link: string }[]> {
    const [host, items] = await Promise.all([this.#host(), this.links.get()]);
    return items.map((item) => ({ item, link: linkText(item, host) }));
  }

  /** Withdraws one link by its id, or all links of the item at a path. Others keep their access. Throws 'no-link'. */
  async unlink(idOrPath: string): Promise<void> {
    const links = await this.links.get();
    const byId = links.find(({ id }) => id === idOrPath);
    const entry = byId?.entry ?? (await this.#drive.stat(idOrPath)).id;
    const ended = new Set(links.filter((link) => (byId === undefined ? link.entry === entry : link === byId)).map(({ id }) => id));
    if (ended.size === 0) throw new SocialError('no-link', 'There is no such link; "underkeep links" lists those that there are.');
    const path = byId === undefined ? idOrPath : await this.#whereIs(byId);
    if (path === null) await this.#dropLinks(links.filter(({ id }) => ended.has(id)));
    else await this.#circle.flushOrSay(await this.#rotate(path, { from: null, links: ended }));
  }

  #grown(before: SharedItem | undefined, entry: Entry, path: string, to: Name): SharedItem {
    const space = spaceOf(entry);
    if (before === undefined) return { entry: entry.id, path, space, share: this.#circle.chance(16) as ShareId, sequence: 1, with: [to], told: markOf(entry) };
    return { ...before, path, space, sequence: before.sequence + 1, with: [...before.with, to], told: markOf(entry) };
  }

  #shareParcel(state: PeopleState, item: SharedItem, entry: Entry, to: Name, host: HostUrl | null): Parcel {
    const mark = { id: item.share, sequence: item.sequence };
    return shareParcel(ownOf(state).name, to, pairOf(state, to), mark, readOnly({ ...entry, exposed: false }, host), this.#circle.chance);
  }

  /**
   * Puts up news of shared files that have another version, name or secret than their readers know. Folders need none: what is
   * in them is read where it is.
   */
  async renew(): Promise<void> {
    const [items, links] = await Promise.all([this.shares.get(), this.links.get()]);
    const files = new Map([...items, ...links].filter(({ told }) => told.kind === 'file').map((item) => [item.entry, item]));
    for (const { entry: id, path, told } of files.values()) {
      const entry = await this.#entryAt(path);
      if (entry === null || entry.id !== id || entry.target === null || equalBytes(markOf(entry).hash, told.hash)) continue;
      await this.#withoutSpentLinks(async () => this.#tell(async (also) => transact(this.#circle.session, async (tx) => also(tx, entry, [])), NOBODY));
    }
  }

  /** Rotates, tells everybody who keeps access, and gives their names. */
  async #rotate(path: string, ended: Ended): Promise<readonly Name[]> {
    return this.#withoutSpentLinks(async () => this.#tell(async (also) => this.#drive.rotate(path, also), ended));
  }

  /** Links that the node serves no more cannot be written anew: where it says so, they are dropped and the work done again. */
  async #withoutSpentLinks<T>(work: () => Promise<T>): Promise<T> {
    try {
      return await work();
    } catch (error) {
      if (!isSpent(error)) throw error;
      await this.#dropLinks(await this.#spentLinks());
      return work();
    }
  }

  /** In the commit that changes an entry: the states, its links, and messages to all who are to know. Gives their names. */
  async #tell(commit: (also: AlsoTold) => Promise<unknown>, ended: Ended): Promise<readonly Name[]> {
    const host = await this.#host();
    const done: { touched: readonly Name[]; committed: () => void }[] = [];
    await commit(async (tx, entry, inner) => {
      const moved = new Moved(entry, inner);
      const changed = (await this.shares.get(tx)).flatMap((item) => moved.share(item, ended.from));
      await this.shares.update(tx, (items) => items.flatMap((item) => moved.after(item, ended.from)));
      const committed = await this.#circle.people.update(tx, (state) => post(state, ...changed.flatMap((change) => this.#parcels(state, change, ended.from, host))));
      await this.#rewriteLinks(tx, moved, ended.links);
      done.push({ committed, touched: [...new Set(changed.flatMap(({ after }) => after.with))] });
    });
    const last = done.at(-1);
    last?.committed();
    return last?.touched ?? [];
  }

  #parcels(state: PeopleState, { before, after, entry }: Changed, from: Name | null, host: HostUrl | null): Parcel[] {
    const shares = after.with.map((to) => this.#shareParcel(state, after, entry, to, host));
    if (from === null || !before.with.includes(from) || after.with.includes(from)) return shares;
    const mark = { id: after.share, sequence: after.sequence };
    return [...shares, unshareParcel(ownOf(state).name, from, pairOf(state, from), mark, this.#circle.chance)];
  }

  async #rewriteLinks(tx: Transaction, moved: Moved, ended: ReadonlySet<string>): Promise<void> {
    const now = this.#circle.session.now();
    const kept = (await this.links.get(tx)).flatMap((link) => {
      const entry = moved.entryOf(link.entry, link.item);
      if (ended.has(link.id) || (entry !== null && isOver(link, now))) {
        tx.retire(link.space);
        return [];
      }
      if (entry === null) return [link];
      tx.write(this.#linkSpace(link), link.label, link.cell, linkContent(entry));
      return [{ ...link, item: spaceOf(entry), told: markOf(entry) }];
    });
    await this.links.update(tx, () => kept);
  }

  #linkSpace({ space, writer }: LinkedItem): Space {
    return this.#circle.session.space({ space, write: writer.expose(), node: null });
  }

  async #spentLinks(): Promise<LinkedItem[]> {
    const links = await this.links.get();
    const spent = await Promise.all(links.map(async (link) => {
      try {
        await this.#linkSpace(link).refresh();
        return false;
      } catch (error) {
        if (isSpent(error)) return true;
        throw error;
      }
    }));
    return links.filter((_, index) => spent[index] === true);
  }

  async #dropLinks(ended: readonly LinkedItem[]): Promise<void> {
    const ids = new Set(ended.map(({ id }) => id));
    await transact(this.#circle.session, async (tx) => {
      for (const { space } of ended) tx.retire(space);
      await this.links.update(tx, (links) => links.filter(({ id }) => !ids.has(id)));
    });
  }

  /** What lies at a path now; null: nothing does. */
  async #entryAt(path: string): Promise<Entry | null> {
    try {
      return await this.#drive.stat(path);
    } catch (error) {
      if (error instanceof FilesError && error.code === 'not-found') return null;
      throw error;
    }
  }

  /** Of an item that was removed: its space ends, and everybody whom it was shared with hears of it. */
  async #endShare(item: SharedItem): Promise<readonly Name[]> {
    const mark = { id: item.share, sequence: item.sequence + 1 };
    const committed = await transact(this.#circle.session, async (tx) => {
      tx.retire(item.space);
      await this.shares.update(tx, (items) => items.filter(({ entry }) => entry !== item.entry));
      return this.#circle.people.update(tx, (state) => post(state, ...item.with.map((to) => unshareParcel(ownOf(state).name, to, pairOf(state, to), mark, this.#circle.chance))));
    });
    committed();
    return item.with;
  }

  /** The present path of a linked item; null where it is no more. */
  async #whereIs({ entry, path }: LinkedItem): Promise<string | null> {
    return (await this.#entryAt(path))?.id === entry ? path : findEntry(this.#drive, entry);
  }

  async #host(): Promise<HostUrl | null> {
    const url = await this.#circle.init.hostUrl();
    return url === null ? null : parseHost(url);
  }
}

const FOLDERS_SEARCHED = 4096;

async function findEntry(drive: Drive, id: string): Promise<string | null> {
  const folders = [''];
  for (let next = 0; next < folders.length && next < FOLDERS_SEARCHED; next++) {
    const folder = folders[next] ?? '';
    const entries = await drive.list(folder === '' ? '/' : folder);
    const found = entries.find((entry) => entry.id === id);
    if (found !== undefined) return `${folder}/${found.name}`;
    folders.push(...entries.filter(({ kind }) => kind === 'folder').map(({ name }) => `${folder}/${name}`));
  }
  return null;
}

function termsOf(options: LinkOptions): Terms {
  const [expires, opens] = [options.expires ?? null, options.opens ?? null];
  const whole = (value: number | null, min: number, max: number): boolean => value === null || (Number.isSafeInteger(value) && value >= min && value <= max);
  if (whole(expires, 0, Number.MAX_SAFE_INTEGER) && whole(opens, 1, 2 ** 32)) return { expires, opens };
  throw new SocialError('malformed', 'A link ends at a time in whole seconds since 1970, or after a whole number of openings, one or more.');
}

function isSpent(error: unknown): boolean {
  return error instanceof WireError && ['link-spent', 'retired', 'unknown-space'].includes(error.code);
}

function isOver({ terms }: LinkedItem, now: number): boolean {
  return terms.expires !== null && terms.expires * 1000 <= now;
}

function linkText(item: LinkedItem, host: HostUrl | null): string {
  return formatLink({ host, space: item.space, key: item.linkKey.expose(), password: item.password });
}

/** The key that is shared with a confirmed friend. Throws 'not-friends'. */
export function pairOf(state: PeopleState, name: Name): Pair {
  const friend = state.friends.get(name);
  if (friend === undefined) throw new SocialError('not-friends', 'You are not friends with anybody of this name; "underkeep follow NAME" asks.');
  if (friend.pair === null) throw new SocialError('not-friends', 'This person has not confirmed yet: the answer is on its way, or is not given. Share when "underkeep friends" shows it as confirmed.');
  return friend.pair;
}

function tooMany(message: string): SocialError {
  return new SocialError('too-many', message);
}

