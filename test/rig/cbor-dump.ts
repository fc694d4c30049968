import { concat, fromUtf8 } from '../../crypto/index.ts';
import { decodeCbor } from '../../wire/index.ts';
import { hexLine } from './hex-line.ts';

/** The head of one item: major type, argument, and the bytes of both. */
interface Head {
  readonly major: number;
  readonly argument: number;
  readonly bytes: Uint8Array;
}

const TAG = 6;
const SIMPLE = new Map([[20, 'false'], [21, 'true'], [22, 'null']]);

/** Canonical CBOR as annotated hex, one line an item, keys before their values. Throws for what is not canonical. */
export function cborDump(bytes: Uint8Array): string {
  decodeCbor(bytes);
  const lines: string[] = [];
  dump({ bytes, at: 0, lines }, 0, [], '');
  return lines.join('\n');
}

/** The keys of a map, or null for another value. */
export function cborFields(bytes: Uint8Array): string[] | null {
  const value = decodeCbor(bytes);
  return value instanceof Map ? [...(value as Map<string, unknown>).keys()] : null;
}

interface Cursor {
  readonly bytes: Uint8Array;
  at: number;
  readonly lines: string[];
}

function takeHead(cursor: Cursor): Head {
  const start = cursor.at;
  const first = cursor.bytes[start] ?? 0;
  const short = first & 31;
  const extra = short < 24 ? 0 : 2 ** (short - 24);
  cursor.at += 1 + extra;
  const argument = cursor.bytes.subarray(start + 1, cursor.at).reduce((sum, byte) => sum * 256 + byte, 0);
  return { major: first >> 5, argument: extra === 0 ? short : argument, bytes: cursor.bytes.subarray(start, cursor.at) };
}

function take(cursor: Cursor, length: number): Uint8Array {
  cursor.at += length;
  return cursor.bytes.subarray(cursor.at - length, cursor.at);
}

/** `before` are bytes to show on the same line (a key), `name` what the item is to its parent. */
function dump(cursor: Cursor, indent: number, before: readonly Uint8Array[], name: string): void {
  const head = takeHead(cursor);
  const label = (what: string): string => (name === '' ? what : `${name}: ${what}`);
  const line = (payload: Uint8Array, what: string): void => { cursor.lines.push(hexLine(indent, payload, label(what), ...before, head.bytes)); };
  const none = new Uint8Array();
  if (head.major === 2) return line(take(cursor, head.argument), `${head.argument} bytes`);
  if (head.major === 3) return textLine(cursor, head, line);
  if (head.major === 4) return dumpList(cursor, indent, head, line);
  if (head.major === 5) return dumpMap(cursor, indent, head, line);
  if (head.major === TAG) return linkLine(cursor, line);
  line(none, head.major === 0 ? String(head.argument) : SIMPLE.get(head.argument) ?? String(-1 - head.argument));
}

type Line = (payload: Uint8Array, what: string) => void;

function textLine(cursor: Cursor, head: Head, line: Line): void {
  const bytes = take(cursor, head.argument);
  line(bytes, JSON.stringify(fromUtf8(bytes)));
}

/** Tag 42 over `00 ‖ CID`. */
function linkLine(cursor: Cursor, line: Line): void {
  const inner = takeHead(cursor);
  line(concat(inner.bytes, take(cursor, inner.argument)), 'link');
}

function dumpList(cursor: Cursor, indent: number, head: Head, line: Line): void {
  line(new Uint8Array(), `list of ${head.argument}`);
  for (let index = 0; index < head.argument; index++) dump(cursor, indent + 2, [], `[${index}]`);
}

function dumpMap(cursor: Cursor, indent: number, head: Head, line: Line): void {
  line(new Uint8Array(), `map of ${head.argument}`);
  for (let index = 0; index < head.argument; index++) {
    const start = cursor.at;
    const key = take(cursor, takeHead(cursor).argument);
    dump(cursor, indent + 2, [cursor.bytes.subarray(start, cursor.at)], fromUtf8(key));
  }
}
