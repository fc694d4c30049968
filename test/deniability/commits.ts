/** What a node that looks closely finds in the bodies of requests and answers. */
import { decodeCommit, decodeLoginAnswer, decodeLogin, HEADER_ITEM, COVER_ENTRY, WireError } from '../../wire/index.ts';
import type { Exchange } from './transcript.ts';

/** The parts of one commit's body, as it was sent. */
export interface SentCommit {
  readonly headers: readonly Uint8Array[];
  readonly entries: readonly Uint8Array[];
  /** Bytes of all blocks that are not cover. */
  readonly visible: number;
}

const CID_BYTES = 36;

function readVarint(bytes: Uint8Array, at: number): { value: number; next: number } {
  let value = 0;
  for (let next = at, factor = 1; ; next++, factor *= 128) {
    const byte = bytes[next] ?? 0;
    value += (byte & 127) * factor;
    if (byte < 128) return { value, next: next + 1 };
  }
}

/** The blocks of a CAR by the hexadecimal of their CIDs, the first one apart. Hashes are not checked. */
function sections(car: Uint8Array): { first: Uint8Array; blocks: Map<string, Uint8Array> } {
  const blocks = new Map<string, Uint8Array>();
  let first: Uint8Array | null = null;
  const header = readVarint(car, 0);
  for (let at = header.next + header.value; at < car.length; ) {
    const { value, next } = readVarint(car, at);
    const content = car.subarray(next + CID_BYTES, next + value);
    if (first === null) first = content;
    else blocks.set(Buffer.from(car.subarray(next + CID_BYTES - 32, next + CID_BYTES)).toString('hex'), content);
    at = next + value;
  }
  return { first: first ?? new Uint8Array(0), blocks };
}

/** Cuts what a commit appends to the cover log out of its body. Cover segments are found by their size and place: the last blocks. */
export function readCommit(body: Uint8Array): SentCommit {
  const { first, blocks } = sections(body);
  const appended = decodeCommit(first).spaces.flatMap(({ cover }) => (cover === null ? [] : [cover]));
  const count = appended.reduce((sum, { segments }) => sum + segments.length, 0);
  const all = [...blocks.values()];
  const segments = count === 0 ? [] : all.slice(-count);
  const entries = segments.flatMap((segment) => cut(segment, COVER_ENTRY));
  if (entries.length !== appended.reduce((sum, cover) => sum + cover.entries, 0)) throw new Error('a commit whose cover is not where it was thought to be');
  return { headers: appended.map(({ header }) => header), entries, visible: all.slice(0, all.length - count).reduce((sum, { length }) => sum + length, 0) };
}

export function cut(bytes: Uint8Array, size: number): Uint8Array[] {
  return Array.from({ length: Math.floor(bytes.length / size) }, (_, index) => bytes.subarray(index * size, (index + 1) * size));
}

/** Items of the header lane as an answer gave them, from item number `from` on. */
export function readLane({ request, answer }: Exchange): { readonly from: number; readonly items: readonly Uint8Array[] } {
  if (request === null || answer === null) return { from: 0, items: [] };
  try {
    return { from: decodeLogin(request).lane, items: cut(decodeLoginAnswer(answer).lane, HEADER_ITEM) };
  } catch (error) {
    if (error instanceof WireError) return { from: 0, items: [] };
    throw error;
  }
}

export function isCommit({ path }: Exchange): boolean {
  return path === '/v1/commit';
}

export function isLogin({ path }: Exchange): boolean {
  return path === '/v1/login';
}
