import type { PublicKey } from '../crypto/index.ts';
import type { LogCopy } from '../hidden/index.ts';
import type { Meter, NodeClient, SpacePin } from '../node/index.ts';
import type { LogHead, Name } from '../wire/index.ts';

/** The pin of a space that is not the home space. */
export interface OtherPin {
  readonly space: PublicKey;
  readonly pin: SpacePin;
}

/** What may stay on the device between sessions: pins and ciphertext, no key and no name of anything within. */
export interface Device {
  /** The highest pointer that this device has seen of the home space. */
  loadPin(home: PublicKey): Promise<SpacePin | null>;
  savePin(home: PublicKey, pin: SpacePin): Promise<void>;
  /** The same for other spaces of the account, behind the one home space; where a device keeps them. */
  loadOtherPins?(home: PublicKey): Promise<readonly OtherPin[]>;
  saveOtherPins?(home: PublicKey, pins: readonly OtherPin[]): Promise<void>;
  /** The copy of a home space's cover log; where a device keeps none, a session holds one in memory. */
  log?(home: PublicKey): Promise<LogCopy>;
  /** The newest head of that log of which it was checked that it continues the one before. */
  loadLogHead?(home: PublicKey): Promise<LogHead | null>;
  saveLogHead?(home: PublicKey, head: LogHead): Promise<void>;
  /** Items of the header lane from its beginning on, 256 bytes each: what need not be sent again. */
  loadLane(login: Name): Promise<Uint8Array>;
  saveLane(login: Name, bytes: Uint8Array): Promise<void>;
}

/** The ways to nodes that a session gets from its composition root. */
export interface Connect {
  /** The account's home node, on a circuit of its own. */
  readonly home: NodeClient;
  /** Another node, or the home node under another purpose: a circuit for each (account, purpose, peer). */
  node(url: string, purpose: string): NodeClient;
  /** Bytes of one commit at most: more on a local door than over a carrier. */
  readonly commitBytes: number;
  readonly meter: Meter;
  /** Unix milliseconds. */
  now(): number;
}
