import type { Cid } from '../wire/index.ts';

/**
 * Large blocks: untrusted bytes by CID. SQLite's neighbour is a folder of files; an object store fits as well. The rows
 * say which of them exist, and are written only after `settle`.
 */
export interface Blocks {
  /** Writes one block, whole or not at all; the bytes are durable when it resolves, the name once `settle` has. Writing again mends a damaged block. Throws `disk-full`. */
  put(cid: Cid, bytes: Uint8Array): Promise<void>;
  /** Makes the names of these blocks durable. */
  settle(cids: Iterable<Cid>): Promise<void>;
  /** The bytes as they are on the disk, unchecked, in memory that `allocate` gives; null where there are none. */
  get(cid: Cid, allocate?: (length: number) => Uint8Array): Promise<Uint8Array | null>;
  /** Removes blocks; those that are not there are passed over. */
  drop(cids: Iterable<Cid>): Promise<void>;
  /** Every block that is held, for the sweep after a crash. */
  list(): AsyncIterable<Cid>;
  /** Removes what interrupted writes left behind. */
  sweep(): Promise<void>;
}
