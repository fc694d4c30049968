import { FRAME_DATA } from './frame.ts';

/** What an open vault is held to; tests choose smaller ones. */
export interface Limits {
  /** A new checkpoint comes after so many frames that opening would have to replay, at least. */
  readonly checkpointEvery: number;
  /** And takes at most one frame in so many of what the vault writes. */
  readonly checkpointShare: number;
  /** What was replaced within so many entries before a checkpoint is listed in it, for what other sessions still base on it. */
  readonly remembered: number;
  /** A vault may hold this much however short the log is, in bytes. */
  readonly liveFloor: number;
  /** What one session holds in memory for entries to come by, in bytes. */
  readonly waitingMax: number;
}

export const LIMITS: Limits = {
  checkpointEvery: 512,
  checkpointShare: 24,
  remembered: 2048,
  liveFloor: 16 * 1024 * 1024,
  waitingMax: 64 * 1024 * 1024,
};

/**
 * How much a vault may hold: half of what the log can carry. The rest is for history, for other vaults, and for filler,
 * so that a vault that has grown large still drains.
 */
export function liveLimit(entries: number, { liveFloor }: Limits): number {
  return Math.max(liveFloor, Math.floor((entries * FRAME_DATA) / 2));
}

/** One is also worth writing when the last lies so far back that a new device would wait long for it, in entries (16 MiB). */
const FAR = 4096;

/** Whether a checkpoint of `frames` frames is due: `replayed` frames have come since the last one, `entries` entries of the log. */
export function checkpointDue(replayed: number, entries: number, frames: number, { checkpointEvery, checkpointShare }: Limits): boolean {
  const least = checkpointShare * frames;
  return replayed >= Math.max(checkpointEvery, least) || (replayed > 0 && entries >= Math.max(FAR, least));
}
