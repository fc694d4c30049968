import { concat, u32be } from '../crypto/index.ts';
import { CELL_MAX, encodeCbor, schema, WireError, type Infer, type Schema } from '../wire/index.ts';
import { corrupt } from './error.ts';
import { writerBytes, writerId, type WriterId } from './frame.ts';
import { SPLICES_MAX } from './splice.ts';

/** `length u32be ‖ head length u32be ‖ head ‖ body`; the length counts head and body. */
export const RECORD_PREFIX = 8;
export const HEAD_MAX = 8 * 1024 * 1024;
export const RECORD_MAX = 256 * 1024 * 1024;

/** One write of one batch of one session; sessions count their batches from 0. */
export interface VersionId {
  readonly writer: WriterId;
  readonly counter: number;
  readonly index: number;
}

export interface BatchId {
  readonly writer: WriterId;
  readonly counter: number;
}

export interface WriteHead {
  /** 32 bytes. */
  readonly label: Uint8Array;
  /** The versions that the writer had seen. */
  readonly replaces: readonly VersionId[];
  /** All bytes; changes of the one version replaced; or none, the cell being deleted. */
  readonly form: 'whole' | 'delta' | 'gone';
  /** Bytes of the content. A whole form leaves out the zeros that it ends with. */
  readonly size: number;
  /** Bytes of the body that are this write's. */
  readonly length: number;
  /** Of a delta: position, bytes cut, bytes inserted. The insertions make up its body. */
  readonly splices: readonly Span[];
}

export interface Span {
  readonly at: number;
  readonly cut: number;
  readonly length: number;
}

/** Writes that are seen together or not at all. */
export interface BatchHead {
  readonly counter: number;
  /** The newest batches that the writer had seen, one a writer at most. */
  readonly parents: readonly BatchId[];
  readonly writes: readonly WriteHead[];
}

const { bytes, list, literal, oneOf, uint } = schema;
const U32 = 0xffff_ffff;
const WRITES_MAX = 65_536;
const PARENTS_MAX = 65_536;

/** An array of exactly these items. */
export function tuple<S extends readonly Schema<unknown>[]>(...items: S): Schema<{ -readonly [K in keyof S]: Infer<S[K]> }> {
  return (value, at) => {
    if (!Array.isArray(value) || value.length !== items.length) throw schema.malformed(at, `${items.length} items`);
    return items.map((item, index) => item(value[index], `${at}[${index}]`)) as { -readonly [K in keyof S]: Infer<S[K]> };
  };
}

const storedVersion = tuple(bytes(8), uint(U32), uint(U32));
const shape = schema.record({
  v: literal(1),
  counter: uint(U32),
  parents: list(tuple(bytes(8), uint(U32)), PARENTS_MAX),
  writes: list(schema.record({
    label: bytes(32),
    replaces: list(storedVersion, WRITES_MAX),
    form: oneOf('whole', 'delta', 'gone'),
    size: uint(CELL_MAX),
    length: uint(CELL_MAX),
    splices: list(tuple(uint(CELL_MAX), uint(CELL_MAX), uint(CELL_MAX)), SPLICES_MAX),
  }), WRITES_MAX, 1),
});

export function encodeBatch({ counter, parents, writes }: BatchHead): Uint8Array {
  return encodeCbor({
    v: 1,
    counter,
    parents: parents.map((parent) => [writerBytes(parent.writer), parent.counter]),
    writes: writes.map(({ label, replaces, form, size, length, splices }) => ({
      label,
      replaces: replaces.map((id) => [writerBytes(id.writer), id.counter, id.index]),
      form,
      size,
      length,
      splices: splices.map((splice) => [splice.at, splice.cut, splice.length]),
    })),
  });
}

/** Throws HiddenError('corrupt') for anything that `encodeBatch` does not make of a batch whose body has `bodyLength` bytes. */
export function decodeBatch(encoded: Uint8Array, bodyLength: number): BatchHead {
  const { counter, parents, writes } = parsed(shape, encoded, 'batch');
  const head: BatchHead = {
    counter,
    parents: parents.map(([writer, last]) => ({ writer: writerId(writer), counter: last })),
    writes: writes.map((write) => ({
      ...write,
      replaces: write.replaces.map(([writer, batch, index]) => ({ writer: writerId(writer), counter: batch, index })),
      splices: write.splices.map(([at, cut, length]) => ({ at, cut, length })),
    })),
  };
  if (!head.writes.every(isSound) || head.writes.reduce((sum, { length }) => sum + length, 0) !== bodyLength) throw corrupt('batch');
  return head;
}

function isSound({ form, size, length, splices, replaces }: WriteHead): boolean {
  if (form === 'gone') return size === 0 && length === 0 && splices.length === 0;
  if (form === 'whole') return length <= size && splices.length === 0;
  return replaces.length === 1 && splices.reduce((sum, splice) => sum + splice.length, 0) === length;
}

export function parsed<T>(of: Schema<T>, encoded: Uint8Array, what: string): T {
  try {
    return schema.parse(of, encoded, what);
  } catch (error) {
    throw error instanceof WireError ? corrupt(what) : error;
  }
}

export function encodeRecord(head: Uint8Array, bodies: readonly Uint8Array[]): Uint8Array {
  const length = bodies.reduce((sum, body) => sum + body.length, head.length);
  if (head.length > HEAD_MAX || length > RECORD_MAX) throw new RangeError('a record of a hidden vault has at most 256 MiB');
  return concat(u32be(length), u32be(head.length), head, ...bodies);
}

/** Throws HiddenError('corrupt') for lengths that no record has. */
export function decodePrefix(prefix: Uint8Array): { head: number; body: number } {
  const view = new DataView(prefix.buffer, prefix.byteOffset, RECORD_PREFIX);
  const [length, head] = [view.getUint32(0), view.getUint32(4)];
  if (head < 1 || head > HEAD_MAX || head > length || length > RECORD_MAX) throw corrupt('record');
  return { head, body: length - head };
}

export function versionName({ writer, counter, index }: VersionId): string {
  return `${writer}.${counter}.${index}`;
}
