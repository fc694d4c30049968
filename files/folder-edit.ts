import { toHex } from '../crypto/index.ts';
import { nibble } from '../wire/index.ts';
import type { Entry, StoredEntry } from './entry.ts';
import { conceal, partFor, readFolder, revealOne, type Folder } from './folder.ts';
import { encodeBranch, encodeLeaf } from './folder-cell.ts';
import { folderPlace, nameHash } from './keys.ts';
import { freeName } from './name.ts';
import type { Transaction } from './transaction.ts';

/** A leaf under change. */
interface Leaf {
  readonly prefix: Uint8Array;
  readonly entries: Map<string, StoredEntry>;
  /** Ids by name. */
  readonly names: Map<string, string>;
  /** Whether the cell was there before. */
  readonly there: boolean;
  dirty: boolean;
}

/** Changes to one folder within one transaction; `flush` stages the cells that they touch. */
export class FolderEdit {
  readonly folder: Folder;
  readonly #tx: Transaction;
  readonly #leaves = new Map<string, Leaf>();
  /** A folder that this transaction makes: there is nothing to read. */
  readonly #fresh: boolean;

  constructor(tx: Transaction, folder: Folder, fresh: boolean) {
    this.#tx = tx;
    this.folder = folder;
    this.#fresh = fresh;
  }

  /** The entry of this name, or null. */
  async find(name: string): Promise<Entry | null> {
    const stored = await this.#stored(name);
    return stored === null ? null : revealOne(this.folder, stored);
  }

  /** Adds an entry, or replaces the one with its id in the same place. Whoever adds looks first whether the name is free. */
  async put(entry: Entry): Promise<void> {
    const leaf = await this.#leafFor(entry.name);
    const stored = await conceal(this.folder, entry);
    drop(leaf, entry.id);
    leaf.entries.set(entry.id, stored);
    leaf.names.set(entry.name, entry.id);
    leaf.dirty = true;
  }

  async remove(entry: Pick<Entry, 'id' | 'name'>): Promise<void> {
    const leaf = await this.#leafFor(entry.name);
    if (!drop(leaf, entry.id)) return this.#removeMisplaced(entry.id);
    leaf.dirty = true;
  }

  /** `name`, or the first of `name (2)`, `name (3)`… that is not taken. */
  async freeName(name: string): Promise<string> {
    const taken = new Set<string>();
    for (;;) {
      const candidate = freeName(name, (tried) => taken.has(tried));
      if ((await this.#stored(candidate)) === null) return candidate;
      taken.add(candidate);
    }
  }

  /** Stages what has changed. */
  flush(): void {
    for (const leaf of this.#leaves.values()) {
      if (leaf.dirty) this.#write(leaf.prefix, [...leaf.entries.values()], leaf.there);
      leaf.dirty = false;
    }
  }

  async #stored(name: string): Promise<StoredEntry | null> {
    const leaf = await this.#leafFor(name);
    const id = leaf.names.get(name);
    return id === undefined ? null : leaf.entries.get(id) ?? null;
  }

  async #leafFor(name: string): Promise<Leaf> {
    const part = this.#fresh
      ? { prefix: new Uint8Array(), cell: { kind: 'leaf' as const, entries: [] }, there: false }
      : await partFor(this.#tx, this.folder, name);
    const text = toHex(part.prefix);
    // Looked up again after the reading: two look-ups at a time must end with one leaf.
    const known = this.#leaves.get(text);
    if (known !== undefined) return known;
    const entries = part.cell.kind === 'leaf' ? part.cell.entries : [];
    const leaf = leafOf(part.prefix, entries, part.there);
    this.#leaves.set(text, leaf);
    return leaf;
  }

  /** An entry under a replaced name is not where its name says. */
  async #removeMisplaced(id: string): Promise<void> {
    for (const { prefix, cell } of await readFolder(this.#tx, this.folder)) {
      if (cell.kind !== 'leaf' || !cell.entries.some((entry) => entry.id === id)) continue;
      const text = toHex(prefix);
      const leaf = this.#leaves.get(text) ?? leafOf(prefix, cell.entries, true);
      this.#leaves.set(text, leaf);
      drop(leaf, id);
      leaf.dirty = true;
    }
  }

  #write(prefix: Uint8Array, entries: readonly StoredEntry[], there: boolean): void {
    const { space, secret } = this.folder;
    const { label, key } = folderPlace(secret, prefix);
    if (entries.length === 0) {
      if (there) this.#tx.remove(space, label);
      return;
    }
    const leaf = encodeLeaf(entries);
    this.#tx.write(space, label, key, leaf ?? encodeBranch());
    if (leaf !== null) return;
    const groups = Map.groupBy(entries, ({ name }) => nibble(nameHash(secret, name), prefix.length));
    for (const [next, group] of groups) this.#write(Uint8Array.of(...prefix, next), group, false);
  }
}

function leafOf(prefix: Uint8Array, entries: readonly StoredEntry[], there: boolean): Leaf {
  const names = new Map<string, string>();
  for (const { id, name } of entries) if (!names.has(name)) names.set(name, id);
  return { prefix, entries: new Map(entries.map((entry) => [entry.id, entry])), names, there, dirty: false };
}

/** Whether it was there. */
function drop(leaf: Leaf, id: string): boolean {
  const entry = leaf.entries.get(id);
  if (entry !== undefined && leaf.names.get(entry.name) === id) leaf.names.delete(entry.name);
  return leaf.entries.delete(id);
}

/** The folders that one transaction changes, each once. */
export class FolderEdits {
  readonly tx: Transaction;
  readonly #edits = new Map<string, FolderEdit>();

  constructor(tx: Transaction) {
    this.tx = tx;
  }

  /** `fresh`: the folder is made by this transaction. */
  of(folder: Folder, fresh = false): FolderEdit {
    const name = toHex(folder.space.writer) + toHex(folder.secret);
    const edit = this.#edits.get(name) ?? new FolderEdit(this.tx, folder, fresh);
    this.#edits.set(name, edit);
    return edit;
  }

  flush(): void {
    for (const edit of this.#edits.values()) edit.flush();
  }
}
