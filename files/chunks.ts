import { CELL_OVERHEAD, padme } from '../crypto/index.ts';
import { CELL_MAX, type Label } from '../wire/index.ts';
import type { Entry } from './entry.ts';
import { chunkPlace, fileSecret, type FileSecret } from './keys.ts';

/** Plaintext bytes of a full chunk: sealed, it is exactly five blocks. */
export const CHUNK = CELL_MAX - CELL_OVERHEAD;

/** How many chunks a file of `size` bytes has, padded; none for an empty one. */
export function chunkCount(size: number): number {
  return Math.ceil(padme(size) / CHUNK);
}

/** Plaintext bytes of chunk `index`, padding included. */
export function chunkLength(size: number, index: number): number {
  return Math.min(CHUNK, padme(size) - index * CHUNK);
}

/** Bytes of content, without padding, in chunk `index`. */
export function contentLength(size: number, index: number): number {
  return Math.max(0, Math.min(CHUNK, size - index * CHUNK));
}

/** The labels of all chunks of a file. */
export function* chunkLabels(entry: Pick<Entry, 'secret' | 'size'>): Generator<Label> {
  const secret: FileSecret = fileSecret(entry.secret);
  for (let index = 0; index < chunkCount(entry.size); index++) yield chunkPlace(secret, index).label;
}
