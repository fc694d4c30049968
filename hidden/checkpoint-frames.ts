import { concat } from '../crypto/index.ts';
import { decodeCheckpoint, type Checkpoint } from './checkpoint.ts';
import { HiddenError } from './error.ts';
import { FRAME_DATA, type Frame, type WriterId } from './frame.ts';
import { decodePrefix, RECORD_PREFIX } from './record.ts';

interface Piece {
  readonly entry: number;
  readonly data: Uint8Array;
}

/** Puts checkpoints together from their frames, in whatever order they come. */
export class CheckpointFrames {
  readonly #streams = new Map<WriterId, Map<number, Piece>>();

  /** The checkpoint that this frame makes whole; null while frames are missing, and for one of a form not known here. */
  async feed(entry: number, { writer, sequence, data }: Frame): Promise<Checkpoint | null> {
    const frames = this.#streams.get(writer) ?? new Map<number, Piece>();
    this.#streams.set(writer, frames.set(sequence, { entry, data }));
    const first = frames.get(0)?.data;
    if (first === undefined || first.length < RECORD_PREFIX) return null;
    try {
      const { head, body } = decodePrefix(first.subarray(0, RECORD_PREFIX));
      const wanted = Math.ceil((RECORD_PREFIX + head + body) / FRAME_DATA);
      if (frames.size < wanted) return null;
      const pieces = Array.from({ length: wanted }, (_, index) => frames.get(index) ?? { entry: 0, data: new Uint8Array(0) });
      this.#streams.delete(writer);
      const checkpoint = await decodeCheckpoint(concat(...pieces.map((piece) => piece.data)));
      // It was made before it was sent: it says nothing of its own entries, nor of later ones.
      return pieces.every((piece) => checkpoint.covers <= piece.entry) ? checkpoint : null;
    } catch (error) {
      if (error instanceof HiddenError) return null;
      throw error;
    }
  }

  clear(): void {
    this.#streams.clear();
  }
}
