import { Drive, FilesError, type Entry } from '../../files/index.ts';
import { openLink } from '../../social/index.ts';
import { Guest } from '../../vault/index.ts';
import { randomBytes, toHex } from '../../crypto/index.ts';
import type { Item } from '../contract.ts';
import type { Source } from './download.ts';
import { WorkerError } from './error.ts';
import { itemOf, joined, namesOf } from './items.ts';
import type { OwnDoor } from './own-door.ts';
import { RangeReader } from './reading.ts';
import { Ways } from './ways.ts';

interface Opened {
  readonly drive: Drive;
  readonly entry: Entry;
  /** Folders that were listed, by path. */
  readonly folders: Map<string, readonly Entry[]>;
}

/** What a public link leads to: read without an account, over ways that nothing else uses. */
export class OpenedLink {
  readonly #door: OwnDoor;
  readonly #ranges = new RangeReader();
  #opened: Opened | null = null;

  constructor(door: OwnDoor) {
    this.#door = door;
  }

  /** `text` is a location's hash, or a whole link. */
  async open(text: string, password?: string): Promise<Item> {
    const ways = new Ways(this.#door, `guest ${toHex(randomBytes(16))}`);
    const entry = await openLink(text.trim().replace(/^#/, ''), ways, { host: this.#door.origin, ...(password === undefined ? {} : { password }) });
    this.#ranges.clear();
    this.#opened = { drive: new Drive(new Guest(ways)), entry, folders: new Map() };
    return itemOf(entry, null, true);
  }

  async list(path: string): Promise<Item[]> {
    return (await this.#children(path)).map((entry) => itemOf(entry, null, true));
  }

  async read(path: string, offset?: number, length?: number): Promise<Uint8Array> {
    const { drive } = this.#live;
    const entry = await this.#find(path);
    if (entry.kind !== 'file') throw new FilesError('not-a-file', 'This is a folder; open it instead.');
    return this.#ranges.read(entry, path, (of, from, count) => drive.readEntry(of, { offset: from, length: count }), offset, length);
  }

  async sources(paths: readonly string[]): Promise<Source[]> {
    const { drive } = this.#live;
    return Promise.all(paths.map(async (path): Promise<Source> => {
      const entry = await this.#find(path);
      const contentOf = (of: Entry) => (signal: AbortSignal): AsyncIterable<Uint8Array> => drive.readEntry(of, { signal });
      return {
        entry,
        content: contentOf(entry),
        async *walk(signal) {
          for await (const { names, entry: inner } of drive.walkEntry(entry, { signal })) yield { names, entry: inner, content: contentOf(inner) };
        },
      };
    }));
  }

  get #live(): Opened {
    if (this.#opened === null) throw new WorkerError('no-link', 'No link is open here.');
    return this.#opened;
  }

  async #find(path: string): Promise<Entry> {
    const names = namesOf(path);
    let found = this.#live.entry;
    for (const [depth, name] of names.entries()) {
      const next = (await this.#children(`/${names.slice(0, depth).join('/')}`)).find((entry) => entry.name === name);
      if (next === undefined) throw new FilesError('not-found', 'There is nothing of this name.');
      found = next;
    }
    return found;
  }

  async #children(path: string): Promise<readonly Entry[]> {
    const { drive, folders } = this.#live;
    const key = joined(path, '');
    const known = folders.get(key);
    if (known !== undefined) return known;
    const entry = await this.#find(path);
    if (entry.kind !== 'folder') throw new FilesError('not-a-folder', 'This is a file.');
    const children = await drive.listEntry(entry);
    folders.set(key, children);
    return children;
  }
}
