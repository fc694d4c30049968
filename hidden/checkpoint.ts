import { toHex } from '../crypto/index.ts';
import { CELL_MAX, encodeCbor, schema, type Infer } from '../wire/index.ts';
import { corrupt } from './error.ts';
import { FRAME_DATA, writerBytes, writerId, type WriterId } from './frame.ts';
import { pause } from './pause.ts';
import type { Place } from './place.ts';
import { decodePrefix, encodeRecord, parsed, RECORD_PREFIX, tuple, versionName, type BatchId, type Span, type VersionId } from './record.ts';
import { SPLICES_MAX } from './splice.ts';
import type { HeldVersion, Layer } from './version.ts';
import type { Position } from './writer-stream.ts';

/** How far one writer's stream has been taken in. */
export interface WriterState {
  readonly writer: WriterId;
  /** Of its last batch; -1 for none. */
  readonly counter: number;
  /** Where its next record begins. */
  readonly start: Position;
  /** The frames from there on that have come, `[sequence, entry]`, ascending. */
  readonly frames: readonly (readonly [number, number])[];
}

/** All that the log's first `covers` entries say, so that they need not be opened again. */
export interface Checkpoint {
  readonly covers: number;
  readonly writers: readonly WriterState[];
  readonly heads: readonly BatchId[];
  readonly versions: readonly HeldVersion[];
}

/** Versions in one page: small enough that coding a page delays nobody. */
const PAGE = 128;
const PAGES_AT_ONCE = 4;
const ENTRIES_MAX = 2 ** 40;
const U32 = 0xffff_ffff;
const MANY = 2 ** 24;

const { bytes, list, literal, nullable, uint } = schema;
/** Writer by its place in the head's list, counter, index. */
const storedId = tuple(uint(MANY), uint(U32), uint(U32));
const storedLayer = tuple(
  storedId,
  uint(CELL_MAX),
  uint(CELL_MAX),
  nullable(list(tuple(uint(CELL_MAX), uint(CELL_MAX), uint(CELL_MAX)), SPLICES_MAX)),
  list(tuple(uint(ENTRIES_MAX), uint(FRAME_DATA), uint(CELL_MAX)), MANY),
);
const storedVersion = tuple(uint(1), bytes(32), list(storedId, MANY), nullable(storedId), list(storedLayer, MANY, 1));
const page = list(storedVersion, PAGE);
/** Runs of frames: first sequence, first entry, how many. */
const storedRun = tuple(uint(U32), uint(ENTRIES_MAX), uint(MANY, 1));
const head = schema.record({
  v: literal(1),
  covers: uint(ENTRIES_MAX),
  writers: list(tuple(bytes(8), uint(U32 + 1), uint(U32), uint(FRAME_DATA), list(storedRun, MANY)), MANY),
  heads: list(tuple(uint(MANY), uint(U32)), MANY),
  pages: list(uint(), MANY),
});

/** A whole record, which the frames of a checkpoint's stream carry. */
export async function encodeCheckpoint(checkpoint: Checkpoint): Promise<Uint8Array> {
  const { covers, writers, heads, versions } = checkpoint;
  const places = new Map(writers.map(({ writer }, index) => [writer, index]));
  const at = (writer: WriterId): number => {
    const known = places.get(writer);
    if (known === undefined) throw new Error('a version of a writer that has no stream');
    return known;
  };
  const { listed, named } = await listing(versions);
  const pages: Uint8Array[] = [];
  for (let from = 0; from < listed.length; from += PAGE) {
    pages.push(encodeCbor(listed.slice(from, from + PAGE).map((version) => versionValue(version, at, named))));
    if (pages.length % PAGES_AT_ONCE === 0) await pause();
  }
  const encoded = encodeCbor({
    v: 1,
    covers,
    writers: writers.map(({ writer, counter, start, frames }) => [writerBytes(writer), counter + 1, start.sequence, start.offset, runsOf(frames)]),
    heads: heads.map(({ writer, counter }) => [at(writer), counter]),
    pages: pages.map(({ length }) => length),
  });
  return encodeRecord(encoded, pages);
}

/** The versions without those that another was made of by changes, which has them in its layers; and the names of all. */
async function listing(versions: readonly HeldVersion[]): Promise<{ listed: HeldVersion[]; named: Set<string> }> {
  const within = new Set<string>();
  const named = new Set<string>();
  for (const [index, { name, layers }] of versions.entries()) {
    for (const { id } of layers.slice(0, -1)) within.add(versionName(id));
    named.add(name);
    if (index % (PAGE * PAGES_AT_ONCE) === 0) await pause();
  }
  for (const name of within) named.add(name);
  return { listed: versions.filter(({ name, replaced }) => replaced !== 'log' || !within.has(name)), named };
}

function versionValue({ label, replaced, replaces, base, layers }: HeldVersion, at: (writer: WriterId) => number, named: ReadonlySet<string>): unknown {
  const id = (of: VersionId): number[] => [at(of.writer), of.counter, of.index];
  const known = replaces.filter((name) => named.has(name)).map(parseName);
  return [replaced === 'log' ? 1 : 0, label, known.map(id), base === null ? null : id(base), layers.map((layer) => [
    id(layer.id),
    layer.size,
    layer.length,
    layer.splices === null ? null : layer.splices.map((splice) => [splice.at, splice.cut, splice.length]),
    layer.content.places.map(({ entry, offset, length }) => [entry, offset, length]),
  ])];
}

function parseName(name: string): VersionId {
  const [writer = '', counter = '', index = ''] = name.split('.');
  return { writer: writer as WriterId, counter: Number(counter), index: Number(index) };
}

function runsOf(frames: readonly (readonly [number, number])[]): number[][] {
  const runs: [number, number, number][] = [];
  for (const [sequence, entry] of frames) {
    const last = runs.at(-1);
    if (last !== undefined && last[0] + last[2] === sequence && last[1] + last[2] === entry) last[2]++;
    else runs.push([sequence, entry, 1]);
  }
  return runs;
}

/** Throws HiddenError('corrupt') for anything that `encodeCheckpoint` does not make. */
export async function decodeCheckpoint(record: Uint8Array): Promise<Checkpoint> {
  if (record.length < RECORD_PREFIX) throw corrupt('checkpoint');
  const lengths = decodePrefix(record);
  const pagesAt = RECORD_PREFIX + lengths.head;
  if (record.length !== pagesAt + lengths.body) throw corrupt('checkpoint');
  const { covers, writers, heads, pages } = parsed(head, record.subarray(RECORD_PREFIX, pagesAt), 'checkpoint');
  if (pages.reduce((sum, length) => sum + length, 0) !== lengths.body) throw corrupt('checkpoint');
  const states = writers.map(([writer, counter, sequence, offset, runs]): WriterState => ({
    writer: writerId(writer), counter: counter - 1, start: { sequence, offset }, frames: runs.flatMap(framesOf),
  }));
  const name = (index: number): WriterId => {
    const known = states[index];
    if (known === undefined) throw corrupt('checkpoint');
    return known.writer;
  };
  const versions: HeldVersion[] = [];
  let from = pagesAt;
  for (const [index, length] of pages.entries()) {
    for (const value of parsed(page, record.subarray(from, from + length), 'checkpoint')) versions.push(versionOf(value, name));
    from += length;
    if (index % PAGES_AT_ONCE === PAGES_AT_ONCE - 1) await pause();
  }
  return { covers, writers: states, heads: heads.map(([index, counter]) => ({ writer: name(index), counter })), versions };
}

function framesOf([sequence, entry, count]: readonly number[]): [number, number][] {
  return Array.from({ length: count ?? 0 }, (_, index) => [(sequence ?? 0) + index, (entry ?? 0) + index]);
}

function versionOf([dead, label, replaces, base, stored]: Infer<typeof storedVersion>, name: (index: number) => WriterId): HeldVersion {
  const id = ([writer, counter, index]: readonly [number, number, number]): VersionId => ({ writer: name(writer), counter, index });
  const layers = stored.map(([of, size, length, splices, places]): Layer => ({
    id: id(of),
    size,
    length,
    splices: splices === null ? null : splices.map(([at, cut, inserted]): Span => ({ at, cut, length: inserted })),
    content: { bytes: null, places: places.map(([entry, offset, bytesIn]): Place => ({ entry, offset, length: bytesIn })) },
  }));
  const top = layers.at(-1);
  if (top === undefined) throw corrupt('checkpoint');
  return {
    id: top.id,
    name: versionName(top.id),
    label,
    cell: toHex(label),
    size: top.size,
    durable: true,
    replaced: dead === 1 ? 'log' : 'no',
    replaces: replaces.map(id).map(versionName),
    layers,
    base: base === null ? null : id(base),
  };
}
