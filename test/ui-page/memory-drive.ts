import type { Item, TrashItem } from '../../ui/contract.ts';

/** An entry of the drive in memory; `bytes` null: made up when somebody reads it. */
export interface Entry {
  readonly path: string;
  readonly item: Item;
  readonly bytes: Uint8Array | null;
}

const nameOf = (path: string): string => path.slice(path.lastIndexOf('/') + 1);
const parentOf = (path: string): string => path.slice(0, path.lastIndexOf('/')) || '/';

let made = 0;

/** A drive of the harness: paths and entries, as the page's contract has them. No encryption, no node, no worker. */
export class MemoryDrive {
  readonly #entries = new Map<string, Entry>();
  readonly #trash = new Map<string, { readonly item: TrashItem; readonly entries: readonly Entry[] }>();

  add(path: string, change: Partial<Item> = {}, bytes: Uint8Array | null = null): void {
    const time = change.modified ?? Date.now();
    const size = change.size ?? bytes?.length ?? 0;
    const item: Item = { id: `i${made++}`, name: nameOf(path), kind: 'file', size, modified: time, created: time - 86_400_000, shared: null, exposed: false, readOnly: path.startsWith('/@'), ...change };
    this.#entries.set(path, { path, item, bytes });
  }

  list(folder: string): Item[] {
    const items: Item[] = [];
    for (const { path, item } of this.#entries.values()) if (parentOf(path) === folder && !(folder === '/' && path.startsWith('/@'))) items.push(item);
    return items;
  }

  get(path: string): Entry {
    const entry = this.#entries.get(path);
    if (entry === undefined) throw refusal('not-found');
    return entry;
  }

  has(path: string): boolean {
    return this.#entries.has(path);
  }

  change(path: string, change: Partial<Item>): void {
    const { item, bytes } = this.get(path);
    this.#entries.set(path, { path, item: { ...item, ...change }, bytes });
  }

  move(from: string, to: string, keep = false): void {
    if (this.#entries.has(to)) throw refusal('exists');
    for (const entry of this.#below(from)) {
      const path = to + entry.path.slice(from.length);
      if (!keep) this.#entries.delete(entry.path);
      this.#entries.set(path, { ...entry, path, item: { ...entry.item, name: nameOf(path), id: keep ? `i${made++}` : entry.item.id } });
    }
  }

  remove(path: string): string {
    const { item } = this.get(path);
    const entries = this.#below(path);
    for (const entry of entries) this.#entries.delete(entry.path);
    this.#trash.set(item.id, { item: { id: item.id, item, from: path, removed: Date.now() }, entries });
    return item.id;
  }

  restore(id: string): void {
    const removed = this.#trash.get(id);
    if (removed === undefined) throw refusal('not-found');
    this.#trash.delete(id);
    for (const entry of removed.entries) this.#entries.set(entry.path, entry);
  }

  purge(id?: string): void {
    if (id === undefined) this.#trash.clear();
    else this.#trash.delete(id);
  }

  get trash(): TrashItem[] {
    return [...this.#trash.values()].map(({ item }) => item);
  }

  search(text: string): { path: string; item: Item }[] {
    const wanted = text.toLowerCase();
    return [...this.#entries.values()].filter(({ path, item }) => !path.startsWith('/@') && item.name.toLowerCase().includes(wanted)).map(({ path, item }) => ({ path, item }));
  }

  all(): Entry[] {
    return [...this.#entries.values()];
  }

  #below(path: string): Entry[] {
    return [...this.#entries.values()].filter((entry) => entry.path === path || entry.path.startsWith(`${path}/`));
  }
}

/** A refusal as the worker makes them. */
export const refusal = (code: string, message = `refused: ${code}`): Error => Object.assign(new Error(message), { code });
