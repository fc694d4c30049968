import type { SigningKey } from '../crypto/index.ts';
import type { CoverSource, Mutex, NodeClient, Space } from '../node/index.ts';
import type { CellCache } from './cache.ts';
import type { SpaceCapability } from './entry.ts';
import type { FolderSecret } from './keys.ts';

/** What this room needs of an unlocked session. */
export interface DriveSession {
  readonly client: NodeClient;
  readonly account: SigningKey;
  readonly home: Space;
  readonly cover: CoverSource;
  readonly rootSecret: FolderSecret;
  /** Transactions run under it, one at a time. */
  readonly lock: Mutex;
  /** New bytes that one commit of a big write holds at most. */
  readonly commitBytes: number;
  readonly cells: CellCache;
  /** The one cached view of a space; picks node and circuit. */
  space(capability: SpaceCapability): Space;
  /** Unix milliseconds. */
  now(): number;
}
