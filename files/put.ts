import { randomBytes, toHex } from '../crypto/index.ts';
import type { Space } from '../node/index.ts';
import { fragmentCells, mapKey, WireError, type Block, type Cid, type MapKey } from '../wire/index.ts';
import { CHUNK, chunkLength, contentLength } from './chunks.ts';
import { FilesError } from './error.ts';
import { FolderEdits } from './folder-edit.ts';
import { chunkPlace, fileSecret, fingerprintHash, folderPlace, generateFileSecret, type CellPlace } from './keys.ts';
import { locateFolder } from './locate.ts';
import { Memory } from './memory.ts';
import { readPending } from './pending.ts';
import { SecretPool } from './pool.ts';
import { PutPlaces } from './put-place.ts';
import { planPut, PlannedFolder, type Planned, type PlannedFile } from './put-plan.ts';
import type { Progress, PutSource } from './put-source.ts';
import { glance } from './reader.ts';
import type { DriveSession } from './session.ts';
import { transact } from './transaction.ts';

export interface PutOptions {
  /** The name at the destination, for a single source. */
  readonly rename?: string;
  readonly progress?: (progress: Progress) => void;
  readonly signal?: AbortSignal;
}

export interface PutResult {
  readonly files: number;
  readonly bytes: number;
  /** Bytes really sent: what was there already, or was sent before an interruption, is not. */
  readonly sent: number;
  /** Under which the sources now stand in the folder. */
  readonly names: string[];
}

/** A chunk to be sealed; without one, what only tells that its file is complete. */
interface Job {
  readonly file: PlannedFile;
  readonly index: number;
  readonly plaintext: Promise<Uint8Array> | null;
  readonly last: boolean;
}

/** What one commit takes. */
interface Batch {
  readonly chunks: { readonly file: PlannedFile; readonly index: number; readonly place: CellPlace; readonly fragments: readonly Cid[] }[];
  readonly blocks: Block[];
  readonly folders: PlannedFolder[];
  readonly files: Set<PlannedFile>;
  readonly finished: PlannedFile[];
  bytes: number;
  done: number;
}

const MIB = 1024 * 1024;
/** Sealed together, so that the thread is never kept for long, and read side by side. */
const SEAL_BYTES = 10 * MIB;
const SEAL_JOBS = 64;
/** Left for folder cells beside the chunks of a commit. */
const STRUCTURE_BYTES = MIB;
/** What is on its way and what is being made ready: twice this is what a put holds in memory. */
const BATCH_BYTES = 30 * MIB;
const BATCH_CHUNKS = 2000;
/** What an entry, or a folder's first cell, adds to a commit. */
const ENTRY_BYTES = 256;
const FOLDER_BYTES = 4352;
/** Chunks of a large file whose proofs are asked for ahead. */
const PROVEN_AHEAD = 32;

const emptyBatch = (): Batch => ({ chunks: [], blocks: [], folders: [], files: new Set(), finished: [], bytes: 0, done: 0 });

/** One put: reads, seals and sends side by side, in a chain of commits, each file's entry after its chunks. */
export class Put {
  readonly #session: DriveSession;
  readonly #base: readonly string[];
  readonly #options: PutOptions;
  readonly #limit: number;
  #batch = emptyBatch();
  #jobs: Job[] = [];
  #jobBytes = 0;
  #sending: Promise<void> = Promise.resolve();
  #expected: () => void = () => undefined;
  #files = 0;
  #bytes = 0;
  #total = 0;
  #done = 0;
  #sent = 0;
  readonly #top: (() => string)[] = [];
  readonly #memory = new Memory(CHUNK);

  constructor(session: DriveSession, base: readonly string[], options: PutOptions) {
    this.#session = session;
    this.#base = base;
    this.#options = options;
    this.#limit = Math.min(BATCH_BYTES, session.commitBytes - STRUCTURE_BYTES);
  }

  async run(sources: readonly PutSource[]): Promise<PutResult> {
    const { rename } = this.#options;
    if (rename !== undefined && sources.length !== 1) throw new FilesError('bad-name', 'One name is given for several items; put them into a folder instead.');
    const existing = await glance(this.#session, (reader) => locateFolder(reader, this.#base), this.#options.signal);
    if (existing.space.key === null || existing.node !== null) throw new FilesError('read-only', 'This folder was shared for reading only.');
    const base = new PlannedFolder(null, '', 0, existing);
    this.#total = sources.reduce((sum, { size }) => sum + size, 0);
    try {
      for await (const planned of planPut(sources, base, rename, (work) => glance(this.#session, work, this.#options.signal))) await this.#take(planned, base);
      await this.#seal();
      await this.#flush();
      await this.#sending;
    } finally {
      this.#expected();
      await this.#sending.catch(() => undefined);
    }
    return { files: this.#files, bytes: this.#bytes, sent: this.#sent, names: this.#top.map((name) => name()) };
  }

  async #take({ folder, file, same }: Planned, base: PlannedFolder): Promise<void> {
    this.#options.signal?.throwIfAborted();
    if (folder !== undefined) {
      this.#batch.folders.push(folder);
      this.#batch.bytes += FOLDER_BYTES;
      if (folder.above === base) this.#top.push(() => folder.name);
      if (this.#batch.folders.length >= BATCH_CHUNKS) await this.#flushAll();
    }
    if (same !== undefined) this.#skip(same.source, same.folder === base ? same.name : null, same.folder !== base);
    if (file !== undefined) await this.#file(file, base);
  }

  #skip(source: PutSource, top: string | null, below: boolean): void {
    if (top !== null) this.#top.push(() => top);
    if (below) this.#total += source.size;
    this.#files++;
    this.#bytes += source.size;
    this.#advance(source.size, source.name);
  }

  async #file(planned: Omit<PlannedFile, 'secret'>, base: PlannedFolder): Promise<void> {
    const large = planned.chunks * CHUNK > this.#limit;
    const secret = large ? generateFileSecret() : SecretPool.of(planned.space).take();
    const file: PlannedFile = { ...planned, secret };
    if (file.folder === base) this.#top.push(() => file.placed);
    else this.#total += file.source.size;
    this.#files++;
    this.#bytes += file.source.size;
    if (large) await this.#resume(file);
    if (file.chunks === 0) await this.#queue({ file, index: 0, plaintext: null, last: true }, 0);
    for (let index = 0; index < file.chunks; index++) {
      const last = index === file.chunks - 1;
      const length = chunkLength(file.source.size, index);
      if (large && index % PROVEN_AHEAD === 0) this.#expect(file, index);
      if (file.stored.has(index)) {
        this.#advance(contentLength(file.source.size, index), file.name);
        if (last) await this.#queue({ file, index, plaintext: null, last }, 0);
      } else {
        await this.#queue({ file, index, plaintext: quiet(readChunk(file.source, index, this.#memory)), last }, length);
      }
    }
  }

  /** The same content was on its way before: takes up its secret, and asks which chunks are there. */
  async #resume(file: PlannedFile): Promise<void> {
    const { session } = { session: this.#session };
    const { fingerprint, size } = file.source;
    if (fingerprint === undefined) return;
    const hash = toHex(fingerprintHash(session.rootSecret, fingerprint));
    const { uploads } = await glance(session, readPending, this.#options.signal);
    const found = uploads.find((upload) => toHex(upload.fingerprint) === hash && upload.size === size && toHex(upload.space) === toHex(file.space.writer));
    if (found === undefined) return;
    file.secret = fileSecret(found.secret);
    file.noted = true;
    const labels = Array.from({ length: file.chunks }, (_, index) => chunkPlace(file.secret, index).label);
    const cells = await file.space.read(labels, { bytes: 0, ...(this.#options.signal === undefined ? {} : { signal: this.#options.signal }) });
    for (const [index, cell] of cells.entries()) if (cell !== null) file.stored.set(index, cell.fragments);
  }

  /** Proofs for the next chunks of a large file come with the answers before they are needed. */
  #expect(file: PlannedFile, from: number): void {
    const until = Math.min(file.chunks, from + 2 * PROVEN_AHEAD);
    const keys: MapKey[] = [];
    for (let index = from; index < until; index++) if (!file.stored.has(index)) keys.push(mapKey(chunkPlace(file.secret, index).label));
    this.#expected();
    this.#expected = SecretPool.of(file.space).expect(keys);
  }

  async #queue(job: Job, bytes: number): Promise<void> {
    this.#jobs.push(job);
    this.#jobBytes += bytes;
    if (this.#jobBytes >= SEAL_BYTES || this.#jobs.length >= SEAL_JOBS) await this.#seal();
  }

  async #seal(): Promise<void> {
    const jobs = this.#jobs;
    this.#jobs = [];
    this.#jobBytes = 0;
    const full: { place: CellPlace; plaintext: Uint8Array }[] = [];
    for (const { file, index, plaintext } of jobs) if (plaintext !== null) full.push({ place: chunkPlace(file.secret, index), plaintext: await plaintext });
    const sealed = await this.#session.cells.seals.seal(full.map(({ place, plaintext }) => ({ key: place.key, plaintext })));
    for (const { plaintext } of full) this.#memory.give(plaintext);
    const cells = await fragmentCells(sealed);
    let next = 0;
    for (const job of jobs) {
      const at = job.plaintext === null ? null : next++;
      const place = at === null ? undefined : full[at]?.place;
      await this.#add(job, place, at === null ? [] : cells[at] ?? []);
    }
  }

  async #add({ file, index, last }: Job, place: CellPlace | undefined, blocks: readonly Block[]): Promise<void> {
    const bytes = blocks.reduce((sum, block) => sum + block.bytes.length, 0) + (last ? ENTRY_BYTES : 0);
    if (this.#batch.bytes + bytes > this.#limit || this.#batch.chunks.length >= BATCH_CHUNKS) await this.#flush();
    const batch = this.#batch;
    batch.bytes += bytes;
    batch.files.add(file);
    if (place !== undefined) {
      const fragments = blocks.map(({ cid }) => cid);
      batch.chunks.push({ file, index, place, fragments });
      batch.blocks.push(...blocks);
      batch.done += contentLength(file.source.size, index);
      if (file.chunks > 1) file.stored.set(index, fragments);
    }
    if (last) batch.finished.push(file);
  }

  async #flushAll(): Promise<void> {
    await this.#seal();
    await this.#flush();
  }

  /** Hands the batch over to be sent once the one before has arrived; proofs that are missing are asked for meanwhile. */
  async #flush(): Promise<void> {
    const batch = this.#batch;
    if (batch.files.size + batch.folders.length === 0) return;
    this.#batch = emptyBatch();
    const proofs = quiet(this.#proofs(batch));
    await this.#sending;
    this.#sending = quiet(proofs.then(() => this.#commit(batch)));
  }

  async #proofs(batch: Batch): Promise<void> {
    const wanted = new Map<Space, MapKey[]>();
    const want = (space: Space, key: MapKey): void => {
      if (!space.shows(key)) wanted.set(space, [...wanted.get(space) ?? [], key]);
    };
    for (const { file, place } of batch.chunks) want(file.space, mapKey(place.label));
    for (const folder of batch.folders) if (folder.existing === null) want(spaceOf(folder), mapKey(folderPlace(folder.secret).label));
    try {
      await Promise.all([...wanted].map(([space, keys]) => space.prove(keys, this.#options.signal)));
    } catch (error) {
      // The state seen last may be long gone: the commit finds that out, and asks again at the newest.
      if (!(error instanceof WireError) || error.code !== 'root-gone') throw error;
    }
  }

  async #commit(batch: Batch): Promise<void> {
    const made = await transact(this.#session, async (tx) => {
      const edits = new FolderEdits(tx);
      const places = new PutPlaces(edits, this.#base);
      await places.warm(batch.folders);
      for (const folder of batch.folders) await places.edit(folder);
      for (const { file, place, fragments } of batch.chunks) tx.refer((await places.placeOf(file)).space, place.label, fragments);
      for (const file of batch.files) if (file.stored.size > 0) await places.follow(file);
      for (const file of batch.files) if (!batch.finished.includes(file) && !file.noted) await places.note(this.#record(file));
      for (const file of batch.finished) await places.finish(file);
      edits.flush();
      tx.add(batch.blocks);
      return places.made;
    }, this.#options.signal === undefined ? {} : { signal: this.#options.signal });
    for (const folder of made) folder.made = true;
    const finished = new Set(batch.finished);
    for (const file of batch.files) file.noted = !finished.has(file);
    this.#sent += batch.blocks.reduce((sum, { bytes }) => sum + bytes.length, 0);
    this.#advance(batch.done, batch.chunks.at(-1)?.file.name);
  }

  #record(file: PlannedFile): Parameters<PutPlaces['note']>[0] {
    const { rootSecret } = this.#session;
    const fingerprint = file.source.fingerprint === undefined ? randomBytes(32) : fingerprintHash(rootSecret, file.source.fingerprint);
    return { fingerprint, space: file.space.writer, secret: file.secret, size: file.source.size, since: this.#session.now() };
  }

  #advance(bytes: number, name: string | undefined): void {
    this.#done += bytes;
    this.#options.progress?.({ done: this.#done, total: this.#total, ...(name === undefined ? {} : { name }) });
  }
}

function spaceOf(folder: PlannedFolder): Space {
  for (let at: PlannedFolder | null = folder; at !== null; at = at.above) if (at.existing !== null) return at.existing.space;
  throw new FilesError('not-found', 'The folder to put into is not there.');
}

/** One chunk of a source, with its padding. */
async function readChunk(source: PutSource, index: number, memory: Memory): Promise<Uint8Array> {
  const length = contentLength(source.size, index);
  const whole = chunkLength(source.size, index);
  if (source.readInto !== undefined && whole === CHUNK) {
    const chunk = memory.take();
    await source.readInto(index * CHUNK, chunk.subarray(0, length));
    return chunk.fill(0, length);
  }
  const content = length === 0 ? new Uint8Array() : await source.read(index * CHUNK, length);
  if (content.length !== length) throw new FilesError('changed', 'A file changed while it was read; put it again.');
  if (length === whole) return content;
  const padded = new Uint8Array(whole);
  padded.set(content);
  return padded;
}

function quiet<T>(promise: Promise<T>): Promise<T> {
  promise.catch(() => undefined);
  return promise;
}
