import type { Store } from '../store/index.ts';
import type { DaemonConfig } from './config.ts';
import type { GuessLimit } from './guess-limit.ts';

/** How the carrier stands, as the local doors tell it. */
export interface CarrierStatus {
  readonly carrier: 'tor' | 'none';
  readonly phase: string;
  readonly percent: number;
  readonly summary: string;
  readonly advice: string | null;
  readonly onion: string | null;
  readonly reachable: boolean | null;
}

/** What the routes work with. */
export interface Services {
  readonly store: Store;
  readonly config: DaemonConfig;
  readonly guesses: GuessLimit;
  /** Seed of the oblivious PRF's keys; 32 bytes. */
  readonly secret: Uint8Array;
  readonly version: string;
  /** Unix seconds. */
  readonly now: () => number;
  readonly carrier: () => CarrierStatus;
  /** Writes one line to the log. */
  readonly log: (line: string) => void;
}
