import { openCells, sealCell, type CellKey } from '../crypto/index.ts';
import type { Space } from '../node/index.ts';
import { nibble } from '../wire/index.ts';
import { readable, type Entry, type SpaceCapability, type StoredEntry } from './entry.ts';
import { FilesError } from './error.ts';
import { decodeFolderCell, type FolderCell } from './folder-cell.ts';
import { folderPlace, folderSecret, innerWriterKey, nameHash, type CellPlace, type FolderSecret } from './keys.ts';
import { freeName } from './name.ts';
import type { Reader } from './reader.ts';
import type { DriveSession } from './session.ts';

/** A folder, and where it is. */
export interface Folder {
  readonly space: Space;
  readonly secret: FolderSecret;
  /** Base URL of the space's node; null: the session's own. */
  readonly node: string | null;
}

/** One cell of a folder's tree that is there, and the nibbles that lead to it. */
export interface FolderPart {
  readonly prefix: Uint8Array;
  readonly cell: FolderCell;
}

const ROOT = new Uint8Array();
const CHILDREN = 16;
/** 16^5 leaves of 1500 entries: past that, a folder's tree is a trap. */
const PREFIX_MAX = 6;
const PARTS_MAX = 8192;
/** How deep a look-up by name asks ahead. */
const AHEAD = 4;

export function rootFolder(session: DriveSession): Folder {
  return { space: session.home, secret: session.rootSecret, node: null };
}

/** The folder that an entry of `parent` stands for. */
export function enter(session: DriveSession, parent: Folder, entry: Entry): Folder {
  if (entry.kind !== 'folder') throw new FilesError('not-a-folder', 'A file was used as a folder.');
  const secret = folderSecret(entry.secret);
  return { ...placeOf(session, parent, entry), secret };
}

/** Where an item's cells are: its own space, or its folder's. */
export function placeOf(session: DriveSession, parent: Pick<Folder, 'space' | 'node'>, { target }: Entry): Pick<Folder, 'space' | 'node'> {
  return target === null ? { space: parent.space, node: parent.node } : { space: session.space(target), node: target.node };
}

/** The capability for a folder's space as this session has it. */
export function capabilityOf({ space, node }: Pick<Folder, 'space' | 'node'>): SpaceCapability {
  return { space: space.writer, write: space.key?.seed.expose().slice() ?? null, node };
}

/** What a session reads when it opens: with these at hand, and fresh, the root folder lists without a request. */
export function rootPlaces(root: FolderSecret): CellPlace[] {
  return firstPlaces(root);
}

/** The 17 cells that a listing asks for at once: the root and all that stand one nibble below. */
export function firstPlaces(secret: FolderSecret): CellPlace[] {
  return [ROOT, ...childPrefixes(ROOT)].map((prefix) => folderPlace(secret, prefix));
}

export function childPrefixes(prefix: Uint8Array): Uint8Array[] {
  return Array.from({ length: CHILDREN }, (_, next) => Uint8Array.of(...prefix, next));
}

/**
 * All cells of a folder. One round trip for up to some 20,000 entries; `lazy` asks for the root alone first, which is
 * less to prove where many small folders are read. Throws FilesError('too-large') for a tree that has no end.
 */
export async function readFolder(reader: Reader, folder: Folder, options: { readonly fresh?: boolean; readonly lazy?: boolean } = {}): Promise<FolderPart[]> {
  const parts: FolderPart[] = [];
  let asked = options.lazy === true ? [ROOT] : [ROOT, ...childPrefixes(ROOT)];
  for (let fresh = options.fresh === true; asked.length > 0; fresh = false) {
    const cells = await readParts(reader, folder, asked, fresh);
    // Cells below a leaf are leftovers: its entries are all there are.
    const reached = cells.filter(({ prefix }) => prefix.length === 0 || isBranch(parts.concat(cells), prefix.subarray(0, -1)));
    parts.push(...reached);
    const seen = new Set(asked.map(String));
    asked = reached.filter(({ cell }) => cell.kind === 'branch').flatMap(({ prefix }) => childPrefixes(prefix)).filter((prefix) => !seen.has(String(prefix)));
    if (parts.length > PARTS_MAX || asked.some((prefix) => prefix.length > PREFIX_MAX)) throw new FilesError('too-large', 'This folder\'s tree of cells is larger than any folder needs: its writer made it so.');
  }
  return parts;
}

function isBranch(parts: readonly FolderPart[], prefix: Uint8Array): boolean {
  const text = String(prefix);
  return parts.some((part) => part.cell.kind === 'branch' && String(part.prefix) === text);
}

async function readParts(reader: Reader, folder: Folder, prefixes: readonly Uint8Array[], fresh = false): Promise<FolderPart[]> {
  const cells = await reader.readMany(folder.space, prefixes.map((prefix) => folderPlace(folder.secret, prefix)), { fresh });
  return prefixes.flatMap((prefix, index) => {
    const plaintext = cells[index] ?? null;
    return plaintext === null ? [] : [{ prefix, cell: decodeFolderCell(plaintext) }];
  });
}

/** Brings the root cells of many folders at once. */
export async function warm(reader: Reader, folders: readonly Folder[]): Promise<void> {
  const bySpace = Map.groupBy(folders, ({ space }) => space);
  await Promise.all([...bySpace].map(([space, group]) => reader.readMany(space, group.map(({ secret }) => folderPlace(secret)))));
}

/** The part that an entry of this name is in, or would be; its cell is an empty leaf where there is none yet. */
export async function partFor(reader: Reader, folder: Folder, name: string): Promise<FolderPart & { readonly there: boolean }> {
  const hash = nameHash(folder.secret, name);
  const prefixes = Array.from({ length: PREFIX_MAX + 1 }, (_, length) => Uint8Array.from({ length }, (__, depth) => nibble(hash, depth)));
  for (const [depth, prefix] of prefixes.entries()) {
    const ahead = reader.has(folder.space, folderPlace(folder.secret, prefix)) ? [prefix] : prefixes.slice(depth, depth + AHEAD);
    const part = (await readParts(reader, folder, ahead)).find((found) => found.prefix.length === depth);
    if (part === undefined) return { prefix, cell: { kind: 'leaf', entries: [] }, there: false };
    if (part.cell.kind === 'leaf') return { ...part, there: true };
  }
  throw new FilesError('too-large', 'This folder\'s tree of cells is deeper than any folder needs: its writer made it so.');
}

/** The entries of all parts, by name; equal names (which only a foreign writer leaves) are told apart by a number. */
export function entriesOf(parts: readonly FolderPart[]): StoredEntry[] {
  const taken = new Set<string>();
  const all = parts.flatMap(({ cell }) => (cell.kind === 'leaf' ? cell.entries : []));
  const sorted = all.sort((a, b) => compareText(a.name, b.name) || a.created - b.created || compareText(a.id, b.id));
  return sorted.map((entry) => {
    const name = freeName(entry.name, (candidate) => taken.has(candidate));
    taken.add(name);
    return name === entry.name ? entry : { ...entry, name };
  });
}

export function compareText(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

/** Entries as this session may use them: with the writer keys that are sealed for the writers of the folder's space. */
export async function reveal(folder: Folder, stored: readonly StoredEntry[]): Promise<Entry[]> {
  const jobs = stored.flatMap(({ target }) => {
    const key = target === null ? null : seedKey(folder, target.space);
    return key === null || target?.write?.length !== SEALED_SEED ? [] : [{ key, cell: target.write }];
  });
  const opened = jobs.length === 0 ? [] : await openCells(jobs);
  let next = 0;
  return stored.map((entry) => {
    const { target } = entry;
    if (target === null) return readable(entry);
    const sealed = target.write?.length === SEALED_SEED && folder.space.key !== null;
    // A seed in the clear counts only where it was handed over in person: in a share or link, never in a folder.
    const write = sealed ? opened[next++] ?? null : null;
    return { ...entry, target: { ...target, write, node: nodeWithin(folder, target.node) } };
  });
}

/**
 * What lies in a folder of somebody else's lies on the folder's own node. Nobody shares on what is elsewhere, so another address could
 * only lead this machine to doors of its own, or have it visit any number of onion services of the writer's choice.
 */
function nodeWithin(folder: Folder, node: string | null): string | null {
  return node !== null && folder.space.key !== null ? node : folder.node;
}

export async function revealOne(folder: Folder, stored: StoredEntry): Promise<Entry> {
  const [entry] = await reveal(folder, [stored]);
  return entry as Entry;
}

const SEALED_SEED = 104;

/** The entry as `folder` may hold it: the folder's readers learn no writer key. */
export async function conceal(folder: Folder, entry: Entry): Promise<StoredEntry> {
  const { target } = entry;
  if (target === null) return { ...entry, target };
  const key = seedKey(folder, target.space);
  const write = target.write === null || key === null ? null : await sealCell(key, target.write);
  return { ...entry, target: { space: target.space, write, node: target.node === folder.node ? null : target.node } };
}

function seedKey({ space }: Folder, target: Uint8Array): CellKey | null {
  return space.key === null ? null : innerWriterKey(space.key.seed.expose(), target);
}
