import type { Space, StoredCell } from '../node/index.ts';
import { CELL_MAX, type Label, type MapKey, type Root } from '../wire/index.ts';
import type { CellCache } from './cache.ts';
import { CHUNK, chunkLength, contentLength } from './chunks.ts';
import type { Entry } from './entry.ts';
import { FilesError } from './error.ts';
import { Gather } from './gather.ts';
import { chunkPlace, fileSecret } from './keys.ts';
import { Memory } from './memory.ts';
import type { DriveSession } from './session.ts';

export interface ReadFileOptions {
  /** In bytes; past the end there is nothing. */
  readonly offset?: number;
  readonly length?: number;
  readonly signal?: AbortSignal;
}

/** How one download asks: what each request brings, and how many are under way. */
const CHUNKS_A_REQUEST = 2;
const AHEAD = 2;

/** Files that come together with others; in bytes, and less than a block. */
const SMALL = 512 * 1024;

/** A stretch of a file's content, in bytes from its beginning. */
interface Range {
  readonly from: number;
  readonly to: number;
}

/** The bytes of the chunks that one request brings, padding cut off. */
type Batch = readonly Uint8Array[];

/**
 * Content of a file, its first request under way: `started` tells when the newest root is known and proven, before any
 * content is used, so that whoever looked up the entry can see whether it still holds.
 */
export class Download {
  readonly started: Promise<void>;
  readonly #cells: CellCache;
  readonly #space: Space;
  readonly #entry: Entry;
  readonly #range: Range;
  readonly #abort: AbortController;
  readonly #root: Promise<Root>;
  readonly #first: Promise<Batch>;
  readonly #signal: AbortSignal;
  readonly #memory = new Memory(CELL_MAX);
  readonly #take = (length: number): Uint8Array => (length === CELL_MAX ? this.#memory.take() : new Uint8Array(length));

  constructor(session: Pick<DriveSession, 'cells'>, space: Space, entry: Entry, options: ReadFileOptions = {}, prove: readonly MapKey[] = []) {
    if (entry.kind !== 'file') throw new FilesError('not-a-file', 'This is a folder; list it, or read the files in it.');
    const from = Math.min(options.offset ?? 0, entry.size);
    this.#cells = session.cells;
    this.#space = space;
    this.#entry = entry;
    this.#range = { from, to: Math.min(entry.size, from + (options.length ?? entry.size)) };
    this.#abort = new AbortController();
    this.#signal = options.signal === undefined ? this.#abort.signal : AbortSignal.any([options.signal, this.#abort.signal]);
    let tell: (root: Root) => void = () => undefined;
    const told = new Promise<Root>((resolve) => { tell = resolve; });
    this.#first = this.#persist(Math.floor(from / CHUNK), { prove, onRoot: tell });
    this.#root = Promise.race([told, this.#first.then(() => told)]);
    this.started = this.#root.then(() => undefined);
    // Whoever reads is told; nobody may be reading yet.
    this.#first.catch(() => undefined);
    this.started.catch(() => undefined);
  }

  /** Ends the requests under way; for a download that nobody wants any more. */
  close(): void {
    this.#abort.abort();
  }

  /** The bytes, each checked before it is given out; the next requests are under way meanwhile. */
  async *bytes(): AsyncGenerator<Uint8Array> {
    const { from, to } = this.#range;
    const under: Promise<Batch>[] = [this.#first];
    const last = Math.ceil(to / CHUNK);
    let next = Math.floor(from / CHUNK) + CHUNKS_A_REQUEST;
    try {
      const root = await this.#root;
      while (under.length > 0) {
        for (; under.length < 1 + AHEAD && next < last; next += CHUNKS_A_REQUEST) under.push(quiet(this.#persist(next, { root })));
        const batch = await under.shift();
        for (const bytes of batch ?? []) if (bytes.length > 0) yield bytes;
      }
    } finally {
      this.close();
    }
  }

  /** A connection that breaks off is tried again, at the root that was told before: one file is never read at two. */
  async #persist(first: number, at: { readonly root?: Root; readonly onRoot?: (root: Root) => void; readonly prove?: readonly MapKey[] }): Promise<Batch> {
    let told = at.root;
    const onRoot = (root: Root): void => {
      told ??= root;
      at.onRoot?.(root);
    };
    for (let attempt = 1; ; attempt++) {
      try {
        return await this.#fetch(first, told === undefined ? { ...at, onRoot } : { ...at, root: told });
      } catch (error) {
        if (attempt === ATTEMPTS || this.#signal.aborted || !isBroken(error)) throw error;
      }
    }
  }

  async #fetch(first: number, at: { readonly root?: Root; readonly onRoot?: (root: Root) => void; readonly prove?: readonly MapKey[] }): Promise<Batch> {
    const { from, to } = this.#range;
    const secret = fileSecret(this.#entry.secret);
    const indexes = Array.from({ length: CHUNKS_A_REQUEST }, (_, step) => first + step).filter((index) => index * CHUNK < to);
    const places = indexes.map((index) => chunkPlace(secret, index));
    const cells = from >= to && at.root === undefined ? await this.#look(at)
      : this.#isSmall && at.root === undefined && places[0] !== undefined ? [await this.#gathered(places[0].label, at)]
      : await this.#space.read(places.map(({ label }) => label), { ...at, signal: this.#signal, memory: this.#take });
    const jobs = cells.map((cell, index) => {
      const key = places[index]?.key;
      if (cell?.sealed === null || cell === null || key === undefined) throw gone();
      this.#cells.know(cell.label, cell.hash, cell.fragments);
      return { key, cell: cell.sealed };
    });
    const opened = await this.#cells.seals.open(jobs);
    for (const { cell } of jobs) this.#memory.give(cell);
    return opened.map((plaintext, index) => cut(plaintext, this.#entry.size, indexes[index] ?? 0, this.#range));
  }

  /** One cell is all there is, and not a large one. */
  get #isSmall(): boolean {
    return this.#entry.size <= SMALL;
  }

  async #gathered(label: Label, at: { readonly onRoot?: (root: Root) => void; readonly prove?: readonly MapKey[] }): Promise<StoredCell | null> {
    const { cell, root } = await Gather.of(this.#space).read(label, this.#entry.size, at.prove ?? [], this.#signal);
    at.onRoot?.(root);
    return cell;
  }

  /** Nothing is to be read, but whether the entry still holds has to be seen. */
  async #look(at: { readonly onRoot?: (root: Root) => void; readonly prove?: readonly MapKey[] }): Promise<[]> {
    await this.#space.refreshProving(at.prove ?? [], this.#signal);
    const { head } = this.#space;
    if (head !== null) at.onRoot?.(head.root);
    return [];
  }
}

const ATTEMPTS = 3;

/** What the carrier could not do; whatever the node said is an answer. */
function isBroken(error: unknown): boolean {
  const code: unknown = error instanceof Error && 'code' in error ? error.code : null;
  return code === 'unreachable' || code === 'timeout' || code === 'closed';
}

function quiet<T>(promise: Promise<T>): Promise<T> {
  promise.catch(() => undefined);
  return promise;
}

function cut(plaintext: Uint8Array | null, size: number, index: number, { from, to }: Range): Uint8Array {
  if (plaintext === null || plaintext.length !== chunkLength(size, index)) {
    throw new FilesError('corrupt', 'A part of this file is not what its writer should have stored; nothing of that part was given out.');
  }
  const start = index * CHUNK;
  const end = start + contentLength(size, index);
  return plaintext.subarray(Math.max(from, start) - start, Math.max(0, Math.min(to, end) - start));
}

function gone(): FilesError {
  return new FilesError('changed', 'This file was changed or removed by someone else; list its folder and read it again.');
}
