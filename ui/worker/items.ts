import type { Entry } from '../../files/index.ts';
import type { Access } from '../../social/index.ts';
import type { Item, LinkInfo } from '../contract.ts';

export const TRASH = '.trash';

export type AccessMap = ReadonlyMap<string, Access>;

/** The names along a path, none for the root. */
export function namesOf(path: string): string[] {
  return path.split('/').filter((name) => name !== '');
}

export function joined(folder: string, name: string): string {
  return `/${[...namesOf(folder), name].join('/')}`;
}

export function parentOf(path: string): string {
  return `/${namesOf(path).slice(0, -1).join('/')}`;
}

export function isForeign(path: string): boolean {
  return namesOf(path)[0]?.startsWith('@') === true;
}

/** What the page sees of an entry: no secret, and no capability. */
export function itemOf(entry: Entry, access: AccessMap | null, readOnly: boolean): Item {
  const found = access?.get(entry.id);
  return {
    id: entry.id, name: entry.name, kind: entry.kind, size: entry.size, modified: entry.modified, created: entry.created,
    shared: found === undefined ? null : { people: [...found.people], links: found.links.length },
    exposed: entry.exposed, readOnly,
  };
}

/** `origin` is where a link of a node without an onion service can be opened: there alone. */
export function linkOf(link: Access['links'][number], origin: string): LinkInfo {
  const { id, path, password, expires, opens, created } = link;
  return { id, path, password, opens, created, url: linkUrl(link.link, origin), expires: expires === null ? null : expires * 1000 };
}

export function linkUrl(link: string, origin: string): string {
  return link.startsWith('v1.') ? `${origin}/#${link}` : link;
}
