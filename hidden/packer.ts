import { encodeFrame, FRAME_DATA, newWriter, type Frame, type WriterId } from './frame.ts';

/** What became of the sending of one frame. */
export type Fate =
  /** It is entry number `at` of the log. */
  | { readonly kind: 'committed'; readonly at: number }
  /** The node refused the commit. */
  | { readonly kind: 'refused' }
  /** No answer came. If the commit was taken, it is entry number `at`. */
  | { readonly kind: 'unknown'; readonly at: number };

/** A frame on its way into the log. */
export interface Parcel {
  readonly frame: Frame;
  state: 'waiting' | 'sent' | 'landed';
  /** The number that it has in the log if a sending without an answer was taken after all. */
  expected: number | null;
}

/**
 * Cuts a session's stream into frames as entries come by, and sends again what did not get into the log. Checkpoints
 * are streams of their own, and go first.
 */
export class Packer {
  readonly writer: WriterId = newWriter();
  /** Bytes of the stream that are in no frame yet. */
  #chunks: Uint8Array[] = [];
  #unpacked = 0;
  #sequence = 0;
  #waiting: Parcel[] = [];
  readonly #sent = new Map<string, Parcel>();

  /** Bytes of the stream in no frame yet. */
  get unpackedBytes(): number {
    return this.#unpacked;
  }

  /** Entries that everything waiting needs, checkpoints left out. */
  get frames(): number {
    const own = [...this.#waiting, ...this.#sent.values()].filter(({ frame }) => !frame.checkpoint);
    return own.length + Math.ceil(this.#unpacked / FRAME_DATA);
  }

  /** Whether a checkpoint is on its way. */
  get hasCheckpoint(): boolean {
    return [...this.#waiting, ...this.#sent.values()].some(({ frame }) => frame.checkpoint);
  }

  /** Adds a record to the session's stream. The bytes are kept, not copied. */
  add(record: Uint8Array): void {
    this.#chunks.push(record);
    this.#unpacked += record.length;
  }

  addCheckpoint(record: Uint8Array): void {
    const writer = newWriter();
    for (let at = 0; at < record.length; at += FRAME_DATA) {
      const frame: Frame = { writer, sequence: at / FRAME_DATA, checkpoint: true, data: record.slice(at, at + FRAME_DATA) };
      this.#waiting.push({ frame, state: 'waiting', expected: null });
    }
    this.#sort();
  }

  /** The next frame to send, or null where nothing waits; half-filled where little does. */
  next(): Parcel | null {
    const parcel = this.#waiting.shift() ?? this.#pack();
    if (parcel === null) return null;
    parcel.state = 'sent';
    this.#sent.set(nameOf(parcel.frame), parcel);
    return parcel;
  }

  /** The frame of this session that lies in the log for the first time; null for one of others, or one known to be there. */
  land(frame: Frame): Parcel | null {
    const name = nameOf(frame);
    const parcel = this.#sent.get(name) ?? this.#waiting.find((waiting) => nameOf(waiting.frame) === name);
    if (parcel === undefined) return null;
    this.#sent.delete(name);
    this.#waiting = this.#waiting.filter((waiting) => waiting !== parcel);
    parcel.state = 'landed';
    return parcel;
  }

  /** Sends the frame again, in a new entry. */
  requeue(parcel: Parcel): void {
    if (parcel.state !== 'sent') return;
    parcel.state = 'waiting';
    parcel.expected = null;
    this.#sent.delete(nameOf(parcel.frame));
    this.#waiting.push(parcel);
    this.#sort();
  }

  /** The log's first `seen` entries have been read: what should be among them and is not never got there. */
  resolve(seen: number): void {
    const late = [...this.#sent.values()].filter(({ expected }) => expected !== null && expected < seen);
    for (const parcel of late) this.requeue(parcel);
  }

  wipe(): void {
    for (const { frame } of [...this.#waiting, ...this.#sent.values()]) frame.data.fill(0);
    for (const chunk of this.#chunks) chunk.fill(0);
    this.#waiting = [];
    this.#sent.clear();
    this.#chunks = [];
    this.#unpacked = 0;
  }

  #pack(): Parcel | null {
    if (this.#unpacked === 0) return null;
    const data = new Uint8Array(Math.min(FRAME_DATA, this.#unpacked));
    for (let at = 0; at < data.length;) {
      const [first = data.subarray(at)] = this.#chunks;
      const taken = first.subarray(0, data.length - at);
      data.set(taken, at);
      at += taken.length;
      if (taken.length === first.length) this.#chunks.shift();
      else this.#chunks[0] = first.subarray(taken.length);
    }
    this.#unpacked -= data.length;
    return { frame: { writer: this.writer, sequence: this.#sequence++, checkpoint: false, data }, state: 'waiting', expected: null };
  }

  #sort(): void {
    this.#waiting.sort(({ frame: a }, { frame: b }) => Number(b.checkpoint) - Number(a.checkpoint) || a.sequence - b.sequence);
  }
}

export function nameOf({ writer, sequence }: Frame): string {
  return `${writer} ${sequence}`;
}

/** 4040 bytes for an entry. */
export function plaintextOf({ frame }: Parcel): Uint8Array {
  return encodeFrame(frame);
}
