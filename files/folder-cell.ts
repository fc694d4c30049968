import { encodeCbor, schema, WireError, type Schema } from '../wire/index.ts';
import { entrySchema, entryValue, type StoredEntry } from './entry.ts';
import { FilesError } from './error.ts';
import { padded, unpadded } from './padded.ts';

/**
 * One cell of a folder's tree: a leaf with entries in the order of their ids, or a branch, whose entries are in the
 * sixteen cells one nibble further. `{v: 1, entries: [entry…] | null}`, padded.
 */
export type FolderCell = { readonly kind: 'leaf'; readonly entries: readonly StoredEntry[] } | { readonly kind: 'branch' };

/** A leaf whose CBOR is longer is split. */
export const LEAF_MAX = 256 * 1024;
const ENTRIES_MAX = 64 * 1024;

const shape: Schema<{ v: 1; entries: StoredEntry[] | null }> = schema.record({ v: schema.literal(1), entries: schema.nullable(schema.list(entrySchema, ENTRIES_MAX)) });

/** Parsed leaves, by the very plaintext that the session's cache holds. */
const parsed = new WeakMap<Uint8Array, FolderCell>();

export const encodeBranch = (): Uint8Array => padded(encodeCbor({ v: 1, entries: null }));

/** null where the entries need more than one leaf holds. */
export function encodeLeaf(entries: Iterable<StoredEntry>): Uint8Array | null {
  const sorted = [...entries].sort((a, b) => (a.id < b.id ? -1 : 1));
  const encoded = encodeCbor({ v: 1, entries: sorted.map(entryValue) });
  return encoded.length > LEAF_MAX && sorted.length > 1 ? null : padded(encoded);
}

/** Parses what any writer of the space may have put there. Throws FilesError('corrupt'). */
export function decodeFolderCell(plaintext: Uint8Array): FolderCell {
  const known = parsed.get(plaintext);
  if (known !== undefined) return known;
  const cell = parseCell(unpadded(plaintext));
  parsed.set(plaintext, cell);
  return cell;
}

function parseCell(bytes: Uint8Array): FolderCell {
  let entries: StoredEntry[] | null;
  try {
    ({ entries } = schema.parse(shape, bytes, 'folder'));
  } catch (error) {
    throw error instanceof WireError ? corrupt() : error;
  }
  if (entries === null) return { kind: 'branch' };
  const ordered = entries.every(({ id }, index) => index === 0 || (entries[index - 1]?.id ?? '') < id);
  if (!ordered) throw corrupt();
  return { kind: 'leaf', entries };
}

function corrupt(): FilesError {
  return new FilesError('corrupt', 'A folder\'s cell is malformed: who wrote it wrote something else.');
}
