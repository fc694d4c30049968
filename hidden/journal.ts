import type { Checkpoint, WriterState } from './checkpoint.ts';
import type { Frame, WriterId } from './frame.ts';
import { Versions } from './versions.ts';
import { WriterStream } from './writer-stream.ts';

/** Replaced versions that a checkpoint lists at most. */
const RECENT_MAX = 512;

/**
 * A vault's log as far as it has been read: the streams of all its writers, and the cells that their batches make.
 * A batch shows once it is whole and all earlier ones of its writer are. Its parents have shown before: what a session
 * had seen when it wrote lies before what it sent.
 */
export class Journal {
  readonly versions: Versions;
  readonly #streams = new Map<WriterId, WriterStream>();
  #unknown = 0;

  private constructor(versions: Versions) {
    this.versions = versions;
  }

  /** From the log's beginning. `keep` is how many replaced versions are remembered. */
  static empty(own: WriterId | null = null, keep?: number): Journal {
    return new Journal(new Versions(own, keep));
  }

  /** From a checkpoint on; the frames that it lists as come must then be fed again. */
  static async from({ writers, heads, versions, covers }: Checkpoint, own: WriterId | null): Promise<Journal> {
    const journal = Journal.empty(own);
    await journal.versions.restore(versions, new Map(writers.map(({ writer, counter }) => [writer, counter])), heads, covers);
    for (const { writer, start } of writers) journal.#streams.set(writer, new WriterStream(start));
    return journal;
  }

  /** Records that authenticate but are of no form known here: a newer version wrote them, and they are left out. */
  get unknown(): number {
    return this.#unknown;
  }

  /** Takes in a frame of a session's stream that lies at `entry`, the log's first `seen` entries being known. False for one that came before. */
  feed(entry: number, frame: Frame, seen: number): boolean {
    const stream = this.#streams.get(frame.writer) ?? new WriterStream();
    this.#streams.set(frame.writer, stream);
    if (!stream.feed(entry, frame)) return false;
    for (let ready = stream.ready; ready !== null; ready = stream.ready) {
      if (ready.head === null) this.#unknown++;
      else this.versions.apply(frame.writer, ready.head, ready.bodies, seen);
      stream.take();
    }
    return true;
  }

  /** What is in the log's first `covers` entries, and of one's own beyond them; with what was replaced since `since`. */
  checkpoint(covers: number, since: number): Checkpoint {
    const writers = [...this.#streams].map(([writer, stream]): WriterState => ({ writer, counter: this.versions.counter(writer), ...stream.tail }));
    return { covers, writers, ...this.versions.inLog(since, RECENT_MAX) };
  }

  wipe(): void {
    this.versions.wipe();
    this.#streams.clear();
  }
}
