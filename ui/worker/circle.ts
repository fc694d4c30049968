import type { Entry } from '../../files/index.ts';
import type { People } from '../../social/index.ts';
import type { Item, LinkInfo, LinkOptions, Person } from '../contract.ts';
import { itemOf, linkOf, linkUrl } from './items.ts';
import type { Keeper } from './keeper.ts';

/** The account's people, and what is shared with whom. */
export class Circle {
  readonly #keeper: Keeper;

  constructor(keeper: Keeper) {
    this.#keeper = keeper;
  }

  async list(): Promise<Person[]> {
    const people = await this.#keeper.people();
    const [friends, requests, { petnames, verified }] = await Promise.all([people.friends(), people.requests(), this.#keeper.live.remembered.get()]);
    const person = (name: string, link: string | null, words: readonly string[] | null): Omit<Person, 'state' | 'note'> => {
      const compared = verified.get(name);
      return {
        name, petname: petnames.get(name) ?? null, words: words ?? [], fingerprint: link?.slice(link.indexOf('#') + 1) ?? '',
        verified: compared !== undefined && compared === link, changed: compared !== undefined && link !== null && compared !== link,
      };
    };
    return [
      ...requests.map(({ name, link, words, note }): Person => ({ ...person(name, link, words), state: 'incoming', note })),
      ...friends.map(({ name, link, words, state }): Person => ({ ...person(name, link, words), state, note: null })),
    ];
  }

  async follow(nameOrLink: string, note?: string): Promise<void> {
    await this.#change((people) => people.follow(nameOrLink.trim(), note === undefined || note === '' ? {} : { note }));
  }

  async accept(name: string): Promise<void> {
    await this.#change((people) => people.accept(name));
  }

  async decline(name: string): Promise<void> {
    await this.#change((people) => people.decline(name));
  }

  async setPetname(name: string, petname: string | null): Promise<void> {
    await this.#keeper.live.remembered.edit((value) => ({ ...value, petnames: changed(value.petnames, name, petname === '' ? null : petname) }));
    this.#keeper.event({ type: 'people' });
  }

  /** Remembers which keys were compared, so that other keys show later. */
  async markVerified(name: string, yes: boolean): Promise<void> {
    const people = await this.#keeper.people();
    const known = [...await people.friends(), ...await people.requests()].find((person) => person.name === name);
    await this.#keeper.live.remembered.edit((value) => ({ ...value, verified: changed(value.verified, name, yes ? known?.link ?? null : null) }));
    this.#keeper.event({ type: 'people' });
  }

  async collect(): Promise<void> {
    await this.#keeper.working(() => this.#keeper.collect());
  }

  async share(path: string, withName: string): Promise<void> {
    await this.#changeAccess(path, (people) => people.share(path, withName));
  }

  async unshare(path: string, withName: string): Promise<void> {
    await this.#changeAccess(path, (people) => people.unshare(path, withName));
    this.#keeper.refreshSoon();
  }

  async access(path: string): Promise<{ people: string[]; links: LinkInfo[] }> {
    const people = await this.#keeper.people();
    const [entry, access] = await Promise.all([this.#keeper.live.session.drive.stat(path), people.access()]);
    const found = access.get(entry.id);
    return { people: [...found?.people ?? []], links: found?.links.map((link) => linkOf(link, this.#keeper.door.origin)) ?? [] };
  }

  /** Items are found by their ids; one that is not where it was shared from has no `item` here, and can still be taken back by its path. */
  async sharedByMe(): Promise<{ path: string; item: Item | null; people: string[]; links: LinkInfo[] }[]> {
    const people = await this.#keeper.people();
    const { drive } = this.#keeper.live.session;
    const access = await people.access();
    return Promise.all([...access].map(async ([id, found]) => {
      const entry = await drive.stat(found.path).catch(() => null);
      return {
        path: found.path, item: entry?.id === id ? itemOf(entry, access, false) : null,
        people: [...found.people], links: found.links.map((link) => linkOf(link, this.#keeper.door.origin)),
      };
    }));
  }

  async sharedWithMe(): Promise<{ from: string; items: Item[] }[]> {
    const people = await this.#keeper.people();
    return (await people.mounts.list()).map(({ name, entries }) => ({ from: name, items: entries.map((entry: Entry) => itemOf(entry, null, true)) }));
  }

  async link(path: string, options: LinkOptions): Promise<string> {
    const { password, expires, opens } = options;
    const made = await this.#changeAccess(path, (people) => people.link(path, {
      ...(password === undefined || password === '' ? {} : { password }), ...(expires === undefined ? {} : { expires: Math.floor(expires / 1000) }), ...(opens === undefined ? {} : { opens }),
    }));
    return linkUrl(made.link, this.#keeper.door.origin);
  }

  async unlink(id: string): Promise<void> {
    await this.#changeAccess('/', (people) => people.unlink(id));
    this.#keeper.refreshSoon();
  }

  async #change<T>(work: (people: People) => Promise<T>): Promise<T> {
    const result = await this.#keeper.working(async () => work(await this.#keeper.people()));
    this.#keeper.event({ type: 'people' });
    return result;
  }

  async #changeAccess<T>(path: string, work: (people: People) => Promise<T>): Promise<T> {
    const result = await this.#keeper.working(async () => work(await this.#keeper.people()));
    this.#keeper.event({ type: 'changed', path });
    return result;
  }
}

function changed(map: ReadonlyMap<string, string>, name: string, value: string | null): ReadonlyMap<string, string> {
  const copy = new Map(map);
  if (value === null) copy.delete(name);
  else copy.set(name, value);
  return copy;
}
