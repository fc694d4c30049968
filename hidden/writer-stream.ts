import { HiddenError } from './error.ts';
import type { Frame } from './frame.ts';
import { addPlace, type Place } from './place.ts';
import { decodeBatch, decodePrefix, RECORD_PREFIX, type BatchHead } from './record.ts';

/** A point between two bytes of a stream. */
export interface Position {
  readonly sequence: number;
  readonly offset: number;
}

export const BEGINNING: Position = { sequence: 0, offset: 0 };

/** A batch all of whose bytes are in the log: its head, and where each write's body lies. */
export interface Arrived {
  /** null for a record of a form that is not known here. */
  readonly head: BatchHead | null;
  readonly bodies: readonly (readonly Place[])[];
}

interface Piece {
  readonly entry: number;
  readonly used: number;
  /** null once nothing but bodies is left of it. */
  data: Uint8Array | null;
}

/** What of the present record has been walked over. */
type Stage =
  | { readonly at: 'prefix' | 'head'; readonly bytes: Uint8Array; have: number; readonly body: number }
  | { readonly at: 'body'; readonly head: BatchHead | null; readonly lengths: readonly number[]; readonly bodies: Place[][]; write: number; left: number };

/**
 * One writer's stream as its frames come by, in any order. Records show one after the other, each once every byte up to
 * its end has come; bodies are not kept, only where they lie.
 */
export class WriterStream {
  readonly #pieces = new Map<number, Piece>();
  #start: Position;
  #sequence: number;
  #offset: number;
  #stage: Stage = beginning();
  #ready: Arrived | null = null;
  #broken = false;

  /** `start` is where a record begins, those before it being known already. */
  constructor(start: Position = BEGINNING) {
    this.#start = start;
    this.#sequence = start.sequence;
    this.#offset = start.offset;
  }

  /** The next record, or null while bytes of it are missing. */
  get ready(): Arrived | null {
    return this.#ready;
  }

  /** What stands here is no record, so that nothing behind it can be told. */
  get broken(): boolean {
    return this.#broken;
  }

  /** Where the next record begins, and the frames from there on that have come: `[sequence, entry]`, ascending. */
  get tail(): { readonly start: Position; readonly frames: readonly (readonly [number, number])[] } {
    const frames = [...this.#pieces].filter(([sequence]) => sequence >= this.#start.sequence).map(([sequence, { entry }]) => [sequence, entry] as const);
    return { start: this.#start, frames: frames.sort(([a], [b]) => a - b) };
  }

  /** Keeps the frame's data while it may hold heads. False for a frame that has come before. */
  feed(entry: number, { sequence, data }: Frame): boolean {
    const known = this.#broken || sequence < this.#sequence || this.#pieces.has(sequence);
    if (known) return false;
    this.#pieces.set(sequence, { entry, used: data.length, data });
    this.#walk();
    return true;
  }

  /** The record that was ready has been dealt with. */
  take(): void {
    this.#ready = null;
    this.#start = { sequence: this.#sequence, offset: this.#offset };
    for (const sequence of this.#pieces.keys()) if (sequence < this.#sequence) this.#pieces.delete(sequence);
    this.#stage = beginning();
    this.#walk();
  }

  #walk(): void {
    while (this.#ready === null && !this.#broken) {
      const piece = this.#pieces.get(this.#sequence);
      if (piece === undefined) return;
      this.#offset += this.#step(piece, piece.used - this.#offset);
      if (this.#offset < piece.used) continue;
      piece.data = null;
      this.#sequence++;
      this.#offset = 0;
    }
  }

  /** Walks over at most `available` bytes of the piece; says how many. */
  #step(piece: Piece, available: number): number {
    const stage = this.#stage;
    if (stage.at === 'body') {
      const taken = Math.min(available, stage.left);
      const places = stage.bodies[stage.write];
      if (taken > 0 && places !== undefined) addPlace(places, piece.entry, this.#offset, taken);
      stage.left -= taken;
      this.#settleBody(stage);
      return taken;
    }
    const taken = Math.min(available, stage.bytes.length - stage.have);
    stage.bytes.set((piece.data ?? new Uint8Array(0)).subarray(this.#offset, this.#offset + taken), stage.have);
    stage.have += taken;
    if (stage.have === stage.bytes.length) this.#advance(stage.at, stage.bytes, stage.body);
    return taken;
  }

  #advance(at: 'prefix' | 'head', bytes: Uint8Array, body: number): void {
    if (at === 'head') {
      const head = batchOrNull(bytes, body);
      const lengths = head?.writes.map(({ length }) => length) ?? [body];
      const stage: Stage = { at: 'body', head, lengths, bodies: lengths.map(() => []), write: -1, left: 0 };
      this.#stage = stage;
      this.#settleBody(stage);
      return;
    }
    try {
      const lengths = decodePrefix(bytes);
      this.#stage = { at: 'head', bytes: new Uint8Array(lengths.head), have: 0, body: lengths.body };
    } catch (error) {
      if (!(error instanceof HiddenError)) throw error;
      this.#broken = true;
      this.#pieces.clear();
    }
  }

  #settleBody(stage: Extract<Stage, { at: 'body' }>): void {
    while (stage.left === 0) {
      stage.write++;
      const next = stage.lengths[stage.write];
      if (next === undefined) {
        this.#ready = { head: stage.head, bodies: stage.bodies };
        return;
      }
      stage.left = next;
    }
  }
}

function beginning(): Stage {
  return { at: 'prefix', bytes: new Uint8Array(RECORD_PREFIX), have: 0, body: 0 };
}

function batchOrNull(head: Uint8Array, body: number): BatchHead | null {
  try {
    return decodeBatch(head, body);
  } catch (error) {
    if (error instanceof HiddenError) return null;
    throw error;
  }
}
