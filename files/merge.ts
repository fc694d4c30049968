import { sha256, toHex, utf8 } from '../crypto/index.ts';
import { entryValue, type StoredEntry } from './entry.ts';
import { decodeFolderCell, encodeLeaf } from './folder-cell.ts';
import { encodeCbor } from '../wire/index.ts';
import { compareText, entriesOf } from './folder.ts';

type Entries = ReadonlyMap<string, StoredEntry>;

/**
 * Merges what several sessions wrote into one folder cell at the same time, three-way by entry id: what one added or
 * changed stays, what one removed and no other touched goes, and of an entry that two changed both stay. The result
 * does not depend on the order of `values`. Throws FilesError('corrupt') for what is no folder cell.
 */
export function mergeFolderCells(values: readonly Uint8Array[], ancestor: Uint8Array | null): Uint8Array {
  const cells = values.map(decodeFolderCell);
  const branch = cells.findIndex(({ kind }) => kind === 'branch');
  const found = values[branch];
  // A tree that one of them split takes over: its leaves are merged as cells of their own.
  if (found !== undefined) return found;
  const sides = cells.map((cell) => byId(cell.kind === 'leaf' ? cell.entries : []));
  const before = ancestor === null ? null : decodeFolderCell(ancestor);
  const base = byId(before?.kind === 'leaf' ? before.entries : []);
  // Equal names are told apart for good, so that each can be asked for by the name that is shown.
  const merged = entriesOf([{ prefix: new Uint8Array(), cell: { kind: 'leaf', entries: mergeEntries(sides, base) } }]);
  return encodeLeaf(merged) ?? values[0] ?? new Uint8Array();
}

function byId(entries: readonly StoredEntry[]): Entries {
  return new Map(entries.map((entry) => [entry.id, entry]));
}

function mergeEntries(sides: readonly Entries[], base: Entries): StoredEntry[] {
  const ids = new Set(sides.flatMap((side) => [...side.keys()]));
  return [...ids].flatMap((id) => mergeEntry(sides.map((side) => side.get(id) ?? null), base.get(id) ?? null));
}

function mergeEntry(sides: readonly (StoredEntry | null)[], base: StoredEntry | null): StoredEntry[] {
  const original = base === null ? null : textOf(base);
  const changed = new Map<string, StoredEntry>();
  for (const entry of sides) if (entry !== null && textOf(entry) !== original) changed.set(textOf(entry), entry);
  const removed = sides.some((entry) => entry === null);
  if (changed.size === 0) return base === null || removed ? [] : [base];
  const versions = [...changed.values()].sort((a, b) => b.modified - a.modified || compareText(textOf(a), textOf(b)));
  return versions.map((entry, index) => (index === 0 ? entry : { ...entry, id: otherId(entry) }));
}

function textOf(entry: StoredEntry): string {
  return toHex(encodeCbor(entryValue(entry)));
}

/** The same on every device, so that merging twice makes no third. */
function otherId(entry: StoredEntry): string {
  return toHex(sha256(utf8(textOf(entry))).subarray(0, 16));
}
