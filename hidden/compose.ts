import { equalBytes, toHex } from '../crypto/index.ts';
import { CELL_MAX } from '../wire/index.ts';
import { encodeBatch, encodeRecord, RECORD_PREFIX, type BatchHead, type WriteHead } from './record.ts';
import { splicesOf, SPLICES_MAX, type Splice } from './splice.ts';
import { weightOf, type HeldVersion, type Version } from './version.ts';

/** A new value of one cell. */
export interface HiddenWrite {
  /** 32 bytes. */
  readonly label: Uint8Array;
  /** At most 5 MiB; null deletes the cell. */
  readonly content: Uint8Array | null;
  /** The versions that were read before: they give way to this one. Others that appeared since stay beside it. */
  readonly replaces: readonly Version[];
}

export interface Composed {
  readonly writes: readonly WriteHead[];
  /** What each write makes of its cell; null where it deletes it. */
  readonly contents: readonly (Uint8Array | null)[];
  readonly replaced: readonly HeldVersion[];
  /** What the new versions will take of the log. */
  readonly weight: number;
  /** The record, and each write's body within it. */
  seal(head: BatchHead): { readonly record: Uint8Array; readonly bodies: readonly Uint8Array[] };
}

interface Looking {
  version(of: Version): HeldVersion;
  /** null where it is not at hand. */
  content(of: HeldVersion): Promise<Uint8Array | null>;
}

interface Part {
  readonly write: WriteHead;
  readonly body: Uint8Array;
  readonly content: Uint8Array | null;
  readonly weight: number;
}

/** Contents above this are written whole. */
const DELTA_MAX = 1024 * 1024;
const LAYERS_MAX = 32;
/** What a splice takes of the head, roughly. */
const SPLICE_COST = 16;

/** Works out in which form each cell is best written; leaves out writes that change nothing. */
export async function composeBatch(writes: readonly HiddenWrite[], look: Looking): Promise<Composed> {
  if (new Set(writes.map(({ label }) => toHex(label))).size !== writes.length) throw new RangeError('a batch writes a cell once');
  const parts: Part[] = [];
  const replaced: HeldVersion[] = [];
  for (const write of writes) {
    const versions = write.replaces.map((version) => look.version(version));
    const part = await partOf(write, versions, look);
    if (part === null) continue;
    parts.push(part);
    replaced.push(...versions);
  }
  const bodies = parts.map(({ body }) => body);
  return {
    writes: parts.map(({ write }) => write),
    contents: parts.map(({ content }) => content),
    replaced,
    weight: parts.reduce((sum, { weight }) => sum + weight, 0),
    seal: (head) => sealed(encodeBatch(head), bodies),
  };
}

function sealed(head: Uint8Array, bodies: readonly Uint8Array[]): { record: Uint8Array; bodies: Uint8Array[] } {
  const record = encodeRecord(head, bodies);
  let from = RECORD_PREFIX + head.length;
  return { record, bodies: bodies.map(({ length }) => record.subarray(from, from += length)) };
}

async function partOf({ label, content, replaces }: HiddenWrite, versions: readonly HeldVersion[], look: Looking): Promise<Part | null> {
  if (label.length !== 32 || versions.some((version) => !equalBytes(version.label, label))) throw new RangeError('a write replaces versions of its own cell');
  const common = { label: label.slice(), replaces: replaces.map(({ id }) => id), splices: [] };
  if (content === null) {
    const write: WriteHead = { ...common, form: 'gone', size: 0, length: 0 };
    return versions.length === 0 ? null : { write, body: new Uint8Array(0), content: null, weight: 0 };
  }
  if (content.length > CELL_MAX) throw new RangeError('a cell of a hidden vault has at most 5 MiB');
  const body = withoutZeros(content);
  const [base] = versions;
  const splices = base !== undefined && versions.length === 1 && content.length <= DELTA_MAX ? await changes(base, content, look) : null;
  const inserted = splices?.reduce((sum, { insert }) => sum + insert.length, 0) ?? 0;
  if (splices?.length === 0) return null;
  if (base === undefined || splices === null || !isWorth(base, splices.length, inserted, body.length)) {
    return { write: { ...common, form: 'whole', size: content.length, length: body.length }, body, content, weight: body.length };
  }
  const spans = splices.map(({ at, cut, insert }) => ({ at, cut, length: insert.length }));
  const write: WriteHead = { ...common, form: 'delta', size: content.length, length: inserted, splices: spans };
  return { write, body: joined(splices, inserted), content, weight: weightOf(base) + inserted };
}

async function changes(base: HeldVersion, content: Uint8Array, look: Looking): Promise<Splice[] | null> {
  if (base.size > DELTA_MAX) return null;
  const before = await look.content(base);
  return before === null ? null : splicesOf(before, content);
}

/** Changes pay while they are small beside the whole, few in number, and cheap to read back. */
function isWorth(base: HeldVersion, splices: number, inserted: number, whole: number): boolean {
  const upon = base.layers.slice(1).reduce((sum, { length }) => sum + length, 0);
  return splices <= SPLICES_MAX && base.layers.length < LAYERS_MAX && inserted + SPLICE_COST * splices < whole / 2 && upon + inserted <= Math.max(whole, 4096);
}

function joined(splices: readonly Splice[], length: number): Uint8Array {
  const out = new Uint8Array(length);
  let to = 0;
  for (const { insert } of splices) {
    out.set(insert, to);
    to += insert.length;
  }
  return out;
}

/** Padding is not worth sending: a version knows its size. */
function withoutZeros(content: Uint8Array): Uint8Array {
  let end = content.length;
  while (end > 0 && content[end - 1] === 0) end--;
  return content.subarray(0, end);
}
