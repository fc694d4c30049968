import { engine, openBoxes } from '../crypto/index.ts';
import { COVER_ENTRY } from '../wire/index.ts';
import { decodeFrame, ENTRY_HEAD, type Frame } from './frame.ts';
import type { HiddenKeys } from './keys.ts';
import { holds, type LogCopy, type Range } from './log-copy.ts';

const NONCE = 24;
const TAG = ENTRY_HEAD - NONCE;

/** A frame and the number of the entry that holds it; null for one that opens but is of no form known here. */
export interface Found {
  readonly entry: number;
  readonly frame: Frame | null;
}

/** Which of the entries are the vault's: their indices, from their heads (40 bytes each). */
export async function recognise(keys: HiddenKeys, heads: Uint8Array): Promise<number[]> {
  const nonces = Array.from({ length: Math.floor(heads.length / ENTRY_HEAD) }, (_, index) => heads.subarray(index * ENTRY_HEAD, index * ENTRY_HEAD + NONCE));
  const tags = await engine().hmacs(keys.tag, nonces);
  const own: number[] = [];
  for (const [index, tag] of tags.entries()) if (hasTag(heads, index * ENTRY_HEAD + NONCE, tag)) own.push(index);
  return own;
}

function hasTag(heads: Uint8Array, at: number, tag: Uint8Array): boolean {
  let difference = 0;
  for (let i = 0; i < TAG; i++) difference |= (heads[at + i] ?? 0) ^ (tag[i] ?? 0);
  return difference === 0;
}

/** Entries between two wanted ones that are read along, rather than in a read of their own. */
const GAP = 16;
/** Entries in one read. */
const READ = 256;

/** Opens entries of the vault, given by ascending numbers; leaves out those that do not open after all. */
export async function openEntries(keys: HiddenKeys, copy: LogCopy, numbers: readonly number[]): Promise<Found[]> {
  const found: Found[] = [];
  for (const run of runs(numbers, copy.held())) {
    const first = run[0] ?? 0;
    const bytes = await copy.read(first, (run.at(-1) ?? first) - first + 1);
    // What stands behind nonce and tag is the box; openBoxes wants the nonce right before it.
    const opened = await openBoxes(run.map((number) => ({ key: keys.entry, box: boxOf(bytes, (number - first) * COVER_ENTRY) })));
    for (const [index, plaintext] of opened.entries()) {
      if (plaintext !== null) found.push({ entry: run[index] ?? 0, frame: frameOrNull(plaintext) });
    }
  }
  return found;
}

function boxOf(bytes: Uint8Array, at: number): Uint8Array {
  const box = new Uint8Array(COVER_ENTRY - TAG);
  box.set(bytes.subarray(at, at + NONCE));
  box.set(bytes.subarray(at + ENTRY_HEAD, at + COVER_ENTRY), NONCE);
  return box;
}

function frameOrNull(plaintext: Uint8Array): Frame | null {
  try {
    return decodeFrame(plaintext);
  } catch {
    return null;
  }
}

function* runs(numbers: readonly number[], held: readonly Range[]): Generator<number[]> {
  let run: number[] = [];
  for (const number of numbers) {
    const [first, last] = [run[0], run.at(-1)];
    if (first !== undefined && last !== undefined && (number - first >= READ || !joins(last, number, held))) {
      yield run;
      run = [];
    }
    run.push(number);
  }
  if (run.length > 0) yield run;
}

function joins(last: number, next: number, held: readonly Range[]): boolean {
  return next - last === 1 || (next - last <= GAP && holds(held, { from: last, to: next }));
}
