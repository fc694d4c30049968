import type { Store } from '../store/index.ts';
import type { DaemonConfig } from './config.ts';
import type { GuessLimit } from './guess-limit.ts';
import type { PageFiles } from './page-files.ts';
import type { PageSessions } from './page-sessions.ts';
import type { SpentWork } from './spent-work.ts';

/** How the carrier stands, as the local doors tell it. */
export interface CarrierStatus {
  readonly carrier: 'tor' | 'none';
  readonly phase: string;
  readonly percent: number;
  readonly summary: string;
  readonly advice: string | null;
  /** Where other nodes are dialled through; null without a carrier. */
  readonly socks: string | null;
  /** The node's URL for others. */
  readonly onion: string | null;
  readonly reachable: boolean | null;
}

/** What the routes work with. */
export interface Services {
  readonly store: Store;
  readonly config: DaemonConfig;
  readonly guesses: GuessLimit;
  readonly spent: SpentWork;
  /** Seed of the oblivious PRF's keys; 32 bytes. */
  readonly secret: Uint8Array;
  readonly version: string;
  /** Unix seconds. */
  readonly now: () => number;
  readonly carrier: () => CarrierStatus;
  /** The page; null where it was not built. */
  readonly page: PageFiles | null;
  readonly pages: PageSessions;
  /** Writes one line to the log. */
  readonly log: (line: string) => void;
}
