import type { Entry } from '../../files/index.ts';
import { WorkerError } from './error.ts';

/** Content that one stored chunk holds: reading along these borders brings no chunk twice. */
const PIECE = 5 * 1024 * 1024 - 72;
const PIECES_KEPT = 6;
/** What one call may bring. */
const READ_MAX = 512 * 1024 * 1024;

export type ReadEntry = (entry: Entry, offset: number, length: number) => AsyncIterable<Uint8Array>;

/** Reads ranges for previews and players, which ask for small stretches side by side: the last few chunks are kept. */
export class RangeReader {
  readonly #pieces = new Map<string, Promise<Uint8Array>>();

  /** What lies between `offset` and the end of the file, at most `length` bytes. */
  async read(entry: Entry, key: string, readEntry: ReadEntry, offset = 0, length = entry.size): Promise<Uint8Array> {
    if (!Number.isSafeInteger(offset) || !Number.isSafeInteger(length) || offset < 0 || length < 0) throw new WorkerError('bad-range', 'This stretch of a file cannot be read.');
    const end = Math.min(entry.size, offset + length);
    if (end - offset > READ_MAX) throw new WorkerError('too-large', 'This is too large to be shown here; download it.');
    const out = new Uint8Array(Math.max(0, end - offset));
    for (let at = offset; at < end; ) {
      const index = Math.floor(at / PIECE);
      const piece = await this.#piece(entry, `${key} ${entry.id} ${entry.modified} ${entry.size} ${index}`, readEntry, index);
      const from = at - index * PIECE;
      const part = piece.subarray(from, Math.min(piece.length, from + end - at));
      if (part.length === 0) throw new WorkerError('corrupt', 'A file is shorter than its folder says.');
      out.set(part, at - offset);
      at += part.length;
    }
    return out;
  }

  clear(): void {
    this.#pieces.clear();
  }

  #piece(entry: Entry, name: string, readEntry: ReadEntry, index: number): Promise<Uint8Array> {
    const known = this.#pieces.get(name);
    if (known !== undefined) return known;
    const piece = whole(readEntry(entry, index * PIECE, PIECE));
    this.#pieces.set(name, piece);
    piece.catch(() => { this.#pieces.delete(name); });
    for (const oldest of this.#pieces.keys()) {
      if (this.#pieces.size <= PIECES_KEPT) break;
      this.#pieces.delete(oldest);
    }
    return piece;
  }
}

async function whole(pieces: AsyncIterable<Uint8Array>): Promise<Uint8Array> {
  const parts: Uint8Array[] = [];
  let length = 0;
  for await (const part of pieces) {
    parts.push(part);
    length += part.length;
  }
  const [only] = parts;
  if (parts.length === 1 && only !== undefined) return only;
  const out = new Uint8Array(length);
  let at = 0;
  for (const part of parts) {
    out.set(part, at);
    at += part.length;
  }
  return out;
}
