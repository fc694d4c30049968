import { equalBytes, type PublicKey } from '../crypto/index.ts';
import { encodeCbor, publicKey, schema, WireError, type Schema } from '../wire/index.ts';
import { FILE_SIZE_MAX } from './entry.ts';
import { FilesError } from './error.ts';
import { pendingPlace, type FileSecret, type FolderSecret } from './keys.ts';
import { padded, unpadded } from './padded.ts';
import type { Reader } from './reader.ts';
import type { Transaction } from './transaction.ts';

/** A large file of which some chunks are stored and no entry speaks yet. */
export interface PendingUpload {
  /** Of the source, 32 bytes: the same content again goes on where it stopped. */
  readonly fingerprint: Uint8Array;
  readonly space: PublicKey;
  readonly secret: FileSecret;
  readonly size: number;
  /** Unix milliseconds. */
  readonly since: number;
}

/** Cells that nothing leads to any more, and that are still to be removed. */
export interface PendingSweep {
  /** null: the home space. */
  readonly space: { readonly space: PublicKey; readonly write: Uint8Array } | null;
  readonly kind: 'file' | 'folder';
  readonly secret: FileSecret | FolderSecret;
  readonly size: number;
}

/** Work that an interruption must not lose: one cell of the home space, so that no device needs a journal. */
export interface Pending {
  readonly uploads: readonly PendingUpload[];
  readonly sweeps: readonly PendingSweep[];
}

const ITEMS_MAX = 1024;
const NONE: Pending = { uploads: [], sweeps: [] };
const size = schema.uint(FILE_SIZE_MAX);

const shape: Schema<{ v: 1; uploads: PendingUpload[]; sweeps: PendingSweep[] }> = schema.record({
  v: schema.literal(1),
  uploads: schema.list(schema.record({
    fingerprint: schema.bytes(32), space: publicKey, secret: schema.bytes<FileSecret>(32), size, since: schema.uint(2 ** 52),
  }), ITEMS_MAX),
  sweeps: schema.list(schema.record({
    space: schema.nullable(schema.record({ space: publicKey, write: schema.bytes(32) })),
    kind: schema.oneOf('file', 'folder'), secret: schema.bytes<FileSecret | FolderSecret>(32), size,
  }), ITEMS_MAX),
});

export const encodePending = (pending: Pending): Uint8Array => padded(encodeCbor({ v: 1, uploads: pending.uploads, sweeps: pending.sweeps }));

/** Throws FilesError('corrupt'). */
export function decodePending(plaintext: Uint8Array): Pending {
  try {
    const { uploads, sweeps } = schema.parse(shape, unpadded(plaintext), 'pending work');
    return { uploads, sweeps };
  } catch (error) {
    throw error instanceof WireError ? new FilesError('corrupt', 'The record of interrupted work is malformed.') : error;
  }
}

export async function readPending(reader: Reader): Promise<Pending> {
  const { label, key } = pendingPlace(reader.session.rootSecret);
  const cell = await reader.read(reader.session.home, label, key);
  return cell === null ? NONE : decodePending(cell);
}

/** Stages what `change` makes of the record; one in which nothing is left is removed. */
export async function changePending(tx: Transaction, change: (pending: Pending) => Pending): Promise<void> {
  const before = await readPending(tx);
  const after = change(before);
  if (after === before) return;
  const { home, rootSecret } = tx.session;
  const { label, key } = pendingPlace(rootSecret);
  if (after.uploads.length + after.sweeps.length > 0) tx.write(home, label, key, encodePending(after));
  else if (before.uploads.length + before.sweeps.length > 0) tx.remove(home, label);
}

/** The record without what concerns `secret`. */
export function without(pending: Pending, secret: Uint8Array): Pending {
  const others = (item: { readonly secret: Uint8Array }): boolean => !equalBytes(item.secret, secret);
  const uploads = pending.uploads.filter(others);
  const sweeps = pending.sweeps.filter(others);
  return uploads.length + sweeps.length === pending.uploads.length + pending.sweeps.length ? pending : { uploads, sweeps };
}
