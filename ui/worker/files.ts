import { FilesError, type Entry } from '../../files/index.ts';
import type { Item } from '../contract.ts';
import { WorkerError } from './error.ts';
import { isForeign, itemOf, joined, namesOf, parentOf, TRASH, type AccessMap } from './items.ts';
import type { Keeper, Open } from './keeper.ts';
import { RangeReader } from './reading.ts';
import { Trash } from './trash.ts';

const FOUND_MAX = 500;

/** Folders and files of the account, and of what others share under `/@name`. */
export class Files {
  readonly #keeper: Keeper;
  readonly #ranges = new RangeReader();
  #search = new AbortController();

  constructor(keeper: Keeper) {
    this.#keeper = keeper;
  }

  async list(path: string): Promise<Item[]> {
    const [entries, access] = await Promise.all([this.#open.session.drive.list(path), this.#access(path)]);
    const shown = namesOf(path).length === 0 ? entries.filter(({ name }) => name !== TRASH) : entries;
    return shown.map((entry) => itemOf(entry, access, isForeign(path)));
  }

  async stat(path: string): Promise<Item> {
    const [entry, access] = await Promise.all([this.#open.session.drive.stat(path), this.#access(path)]);
    return itemOf(entry, access, isForeign(path));
  }

  async mkdir(path: string): Promise<void> {
    await this.#change(parentOf(path), (open) => open.session.drive.mkdir(path));
  }

  /** `to` is the whole new path. Throws 'exists' where there is something: nothing is replaced unasked. */
  async move(from: string, to: string): Promise<void> {
    await this.#mustBeFree(to);
    await this.#change(parentOf(to), (open) => open.session.drive.move(from, to));
    this.#keeper.event({ type: 'changed', path: parentOf(from) });
  }

  async copy(from: string, to: string): Promise<void> {
    await this.#mustBeFree(to);
    await this.#change(parentOf(to), (open) => open.session.drive.copy(from, to));
  }

  async remove(path: string): Promise<{ id: string }> {
    const id = await this.#change(parentOf(path), (open) => new Trash(open).discard(path));
    return { id };
  }

  trash(): ReturnType<Trash['list']> {
    return new Trash(this.#open).list();
  }

  async restore(id: string): Promise<void> {
    const to = await this.#keeper.working(() => new Trash(this.#open).restore(id));
    this.#keeper.event({ type: 'changed', path: parentOf(to) });
  }

  async purge(id?: string): Promise<void> {
    await this.#change('/', (open) => new Trash(open).purge(id));
  }

  async read(path: string, offset?: number, length?: number): Promise<Uint8Array> {
    const { drive } = this.#open.session;
    const entry = await drive.stat(path);
    if (entry.kind !== 'file') throw new FilesError('not-a-file', 'This is a folder; open it instead.');
    const read = (_: Entry, from: number, count: number): AsyncIterable<Uint8Array> => later(async () => (await drive.read(path, { offset: from, length: count })).bytes);
    return this.#ranges.read(entry, path, read, offset, length);
  }

  /** Names that hold the text, whatever the case and accents; a new search ends the one before. */
  async search(text: string, from = '/'): Promise<{ path: string; item: Item }[]> {
    const wanted = folded(text.trim());
    this.#search.abort();
    this.#search = new AbortController();
    const { signal } = this.#search;
    if (wanted === '') return [];
    const access = await this.#access(from);
    const found: { path: string; item: Item }[] = [];
    for await (const { names, entry } of this.#open.session.drive.walk(from, { signal })) {
      const path = joined(from, names.join('/'));
      if (namesOf(path)[0] === TRASH || !folded(entry.name).includes(wanted)) continue;
      found.push({ path, item: itemOf(entry, access, isForeign(path)) });
      if (found.length >= FOUND_MAX) break;
    }
    return found;
  }

  /** For when the session ends. */
  clear(): void {
    this.#ranges.clear();
    this.#search.abort();
  }

  get #open(): Open {
    return this.#keeper.live;
  }

  /** Without people (no public name, no directory) nothing is shared, and listing works all the same. */
  async #access(path: string): Promise<AccessMap | null> {
    if (isForeign(path)) return null;
    try {
      return await (await this.#keeper.people()).access();
    } catch {
      return null;
    }
  }

  async #mustBeFree(path: string): Promise<void> {
    try {
      await this.#open.session.drive.stat(path);
    } catch (error) {
      if (error instanceof FilesError && error.code === 'not-found') return;
      throw error;
    }
    throw new WorkerError('exists', 'There is something of this name already.');
  }

  async #change<T>(path: string, work: (open: Open) => Promise<T>): Promise<T> {
    const result = await this.#keeper.working(() => work(this.#open));
    this.#keeper.event({ type: 'changed', path });
    return result;
  }
}

async function* later(start: () => Promise<AsyncIterable<Uint8Array>>): AsyncGenerator<Uint8Array> {
  yield* await start();
}

/** Without case and accents, so that "resume" finds "Résumé". */
function folded(text: string): string {
  return text.normalize('NFKD').replace(/\p{M}/gu, '').toLowerCase();
}
