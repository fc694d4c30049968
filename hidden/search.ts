import { CheckpointFrames } from './checkpoint-frames.ts';
import type { Checkpoint } from './checkpoint.ts';
import { openEntries, recognise, type Found } from './entries.ts';
import type { Frame, WriterId } from './frame.ts';
import { Journal } from './journal.ts';
import type { HiddenKeys } from './keys.ts';
import { holds, type LogCopy } from './log-copy.ts';
import { pause } from './pause.ts';

/** Entries looked at in one go. */
export const CHUNK = 256;
/** Chunks between two pauses. */
export const CHUNKS_AT_ONCE = 4;
/** Frames kept open between finding and replaying them; more are opened twice. */
const KEPT = 8192;

/** Those of the entries `from` to `to - 1` that are the vault's, opened, ascending. */
export async function look(keys: HiddenKeys, copy: LogCopy, from: number, to: number): Promise<Found[]> {
  const own = await recognise(keys, await copy.heads(from, to - from));
  return own.length === 0 ? [] : openEntries(keys, copy, own.map((index) => from + index));
}

/** What opening a vault comes to: its journal, and the entries of the frames replayed on top of a checkpoint. */
export interface Opened {
  readonly journal: Journal;
  readonly fed: number[];
  readonly covers: number;
}

/**
 * Looks through a copy from `anchor` down, newest first, for the newest checkpoint that can be used, or the log's
 * beginning. May be continued when more of the copy is there.
 */
export class Search {
  readonly anchor: number;
  readonly #keys: HiddenKeys;
  readonly #copy: LogCopy;
  readonly #checkpoints = new CheckpointFrames();
  #candidates: Checkpoint[] = [];
  /** Entries from here up to the anchor have been looked at. */
  #low: number;
  /** The vault's entries among them, descending, and their frames as far as they are kept. */
  readonly #hits: number[] = [];
  readonly #frames = new Map<number, Frame>();

  constructor(keys: HiddenKeys, copy: LogCopy, anchor: number) {
    this.#keys = keys;
    this.#copy = copy;
    this.anchor = anchor;
    this.#low = anchor;
  }

  /** Looks down to entry `floor`, all of the copy up to the anchor being held. null while that is not far enough. */
  async run(floor: number, own: WriterId): Promise<Opened | null> {
    for (let chunks = 1; this.#low > floor && this.#base() === null; chunks++) {
      const from = Math.max(floor, this.#low - CHUNK);
      const found = await look(this.#keys, this.#copy, from, this.#low);
      for (const one of found.reverse()) await this.#note(one);
      this.#low = from;
      if (chunks % CHUNKS_AT_ONCE === 0) await pause();
    }
    const base = this.#base();
    if (base === null && this.#low > 0) return null;
    return this.#replay(base, own);
  }

  async #note({ entry, frame }: Found): Promise<void> {
    if (frame === null) return;
    if (frame.checkpoint) {
      const whole = await this.#checkpoints.feed(entry, frame);
      if (whole !== null) this.#candidates.push(whole);
      return;
    }
    this.#hits.push(entry);
    if (this.#frames.size < KEPT) this.#frames.set(entry, frame);
  }

  /** The newest checkpoint with everything at hand that it builds on. */
  #base(): Checkpoint | null {
    if (this.#candidates.length === 0) return null;
    const held = this.#copy.held();
    const usable = this.#candidates.filter(({ covers, writers }) => covers >= this.#low
      && writers.every(({ frames }) => frames.every(([, entry]) => holds(held, { from: entry, to: entry + 1 }))));
    return usable.sort((a, b) => b.covers - a.covers)[0] ?? null;
  }

  async #replay(base: Checkpoint | null, own: WriterId): Promise<Opened> {
    const journal = base === null ? Journal.empty(own) : await Journal.from(base, own);
    const covers = base?.covers ?? 0;
    const early = base?.writers.flatMap(({ frames }) => frames.map(([, entry]) => entry)) ?? [];
    const late = this.#hits.filter((entry) => entry >= covers);
    const entries = [...new Set([...early, ...late])].sort((a, b) => a - b);
    const fed: number[] = [];
    for (let at = 0; at < entries.length; at += CHUNK) {
      for (const { entry, frame } of await this.#open(entries.slice(at, at + CHUNK))) {
        if (frame === null || frame.checkpoint) continue;
        if (journal.feed(entry, frame, Math.max(entry + 1, covers)) && entry >= covers) fed.push(entry);
      }
      if (at % (CHUNK * CHUNKS_AT_ONCE) === 0) await pause();
    }
    this.#checkpoints.clear();
    this.#frames.clear();
    return { journal, fed, covers };
  }

  async #open(entries: readonly number[]): Promise<Found[]> {
    const missing = entries.filter((entry) => !this.#frames.has(entry));
    const opened = missing.length === 0 ? [] : await openEntries(this.#keys, this.#copy, missing);
    const kept = entries.flatMap((entry): Found[] => {
      const frame = this.#frames.get(entry);
      return frame === undefined ? [] : [{ entry, frame }];
    });
    return [...kept, ...opened].sort((a, b) => a.entry - b.entry);
  }
}
