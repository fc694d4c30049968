import { concat } from '../crypto/index.ts';
import { decodeCheckpoint, type Checkpoint } from './checkpoint.ts';
import { HiddenError } from './error.ts';
import { FRAME_DATA, type Frame, type WriterId } from './frame.ts';
import { decodePrefix, RECORD_PREFIX } from './record.ts';

/** Puts checkpoints together from their frames, in whatever order they come. */
export class CheckpointFrames {
  readonly #streams = new Map<WriterId, Map<number, Uint8Array>>();

  /** The checkpoint that this frame makes whole; null while frames are missing, and for one of a form not known here. */
  async feed({ writer, sequence, data }: Frame): Promise<Checkpoint | null> {
    const frames = this.#streams.get(writer) ?? new Map<number, Uint8Array>();
    this.#streams.set(writer, frames.set(sequence, data));
    const first = frames.get(0);
    if (first === undefined || first.length < RECORD_PREFIX) return null;
    try {
      const { head, body } = decodePrefix(first.subarray(0, RECORD_PREFIX));
      const wanted = Math.ceil((RECORD_PREFIX + head + body) / FRAME_DATA);
      if (frames.size < wanted) return null;
      const whole = concat(...Array.from({ length: wanted }, (_, index) => frames.get(index) ?? new Uint8Array(0)));
      this.#streams.delete(writer);
      return await decodeCheckpoint(whole);
    } catch (error) {
      if (error instanceof HiddenError) return null;
      throw error;
    }
  }

  clear(): void {
    this.#streams.clear();
  }
}
