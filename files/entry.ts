import { fromHex, toHex, utf8, type PublicKey } from '../crypto/index.ts';
import { encodeCbor, publicKey, schema, type Schema } from '../wire/index.ts';
import type { FileSecret, FolderSecret } from './keys.ts';
import { safeFileName } from './name.ts';

/** Access to a space: reading needs its name alone (and the secrets of what is in it), writing its writer key. */
export interface SpaceCapability {
  readonly space: PublicKey;
  /** The writer's seed, 32 bytes; null for reading only. */
  readonly write: Uint8Array | null;
  /** Base URL of the node that holds it; null where it is the node that holds what this capability was found in. */
  readonly node: string | null;
}

/** All there is to know of an item beside its content. The same record is what a share or a link carries. */
export interface Entry {
  /** 16 random bytes in hexadecimal; stays through renaming and moving. */
  readonly id: string;
  readonly name: string;
  readonly kind: 'file' | 'folder';
  /** Bytes of content; 0 for folders. */
  readonly size: number;
  /** Unix milliseconds. */
  readonly modified: number;
  readonly created: number;
  readonly secret: FileSecret | FolderSecret;
  /** A space of its own; null: the folder's. */
  readonly target: SpaceCapability | null;
  /** A former reader knows this secret: to be encrypted anew. */
  readonly exposed: boolean;
}

/** As an entry is stored: its writer seed in the clear (a share that gives writing), or sealed for the space's writers. */
export interface StoredEntry extends Omit<Entry, 'target'> {
  readonly target: StoredTarget | null;
}
export interface StoredTarget {
  readonly space: PublicKey;
  /** 32 bytes in the clear, or a cell of 104 bytes under `innerWriterKey`. */
  readonly write: Uint8Array | null;
  readonly node: string | null;
}

/** Files of up to a PiB. */
export const FILE_SIZE_MAX = 2 ** 50;
const SEALED_SEED = 104;
/** A hostile name is replaced, not refused: it must not hide its neighbours. */
const NAME_BYTES_MAX = 4 * 1024 * 1024;

const seed: Schema<Uint8Array> = (value, at) => {
  if (value instanceof Uint8Array && value.length === SEALED_SEED) return value;
  return schema.bytes(32)(value, at);
};
const time = schema.uint(2 ** 52);
const targetSchema: Schema<StoredTarget> = schema.record({ space: publicKey, write: schema.nullable(seed), node: schema.nullable(schema.text(256)) });
const shape = schema.record({
  v: schema.literal(1),
  id: schema.bytes(16),
  /** UTF-8, as bytes: whatever a foreign writer put there, the entries around it are still read. */
  name: schema.bytesUpTo(NAME_BYTES_MAX),
  kind: schema.oneOf('file', 'folder'),
  size: schema.uint(FILE_SIZE_MAX),
  modified: time,
  created: time,
  secret: schema.bytes<FileSecret | FolderSecret>(32),
  target: schema.nullable(targetSchema),
  exposed: schema.bool,
});

const decoder = new TextDecoder('utf-8', { ignoreBOM: true });

/** An entry out of a decoded value; names that are not fit to be shown come out under a safe one. */
export const entrySchema: Schema<StoredEntry> = (value, at) => {
  const { v: _, id, name, ...rest } = shape(value, at);
  const hex = toHex(id);
  return { id: hex, name: safeFileName(decoder.decode(name), hex), ...rest };
};

/** What CBOR writes for an entry. */
export function entryValue(entry: StoredEntry): unknown {
  return { v: 1, ...entry, id: fromHex(entry.id), name: utf8(entry.name) };
}

export function encodeEntry(entry: Entry): Uint8Array {
  return encodeCbor(entryValue(entry));
}

/** Parses an entry that may come from anyone. Throws WireError('malformed'); a seed that was sealed for others reads as none. */
export function decodeEntry(bytes: Uint8Array): Entry {
  return readable(schema.parse(entrySchema, bytes, 'entry'));
}

export function readable(stored: StoredEntry): Entry {
  const { target } = stored;
  if (target === null) return { ...stored, target: null };
  return { ...stored, target: { ...target, write: target.write?.length === 32 ? target.write : null } };
}

/** The entry as someone else may have it: for reading only, and found at `node`. */
export function readOnly(entry: Entry, node: string | null): Entry {
  return entry.target === null ? entry : { ...entry, target: { ...entry.target, write: null, node } };
}
