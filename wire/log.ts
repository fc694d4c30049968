import { concat, equalBytes, sha256, type Brand } from '../crypto/index.ts';
import { WireError } from './errors.ts';
import { COVER_ENTRY, COVER_SEGMENT_ENTRIES } from './limits.ts';
import { bytes, list, record, uint, type Schema } from './schema.ts';

/**
 * An append-only Merkle log as RFC 9162, section 2.1: leaf hash `sha256(0x00 ‖ entry)`, node `sha256(0x01 ‖ left ‖ right)`,
 * the empty log's root `sha256("")`.
 */
export type LogHash = Brand<Uint8Array, 'LogHash'>;

/** A log's size in entries and its root. */
export interface LogHead {
  readonly size: number;
  readonly root: LogHash;
}

/** The roots of the perfect subtrees that make up a log, largest first: all that appending needs. */
export interface Frontier {
  readonly size: number;
  readonly peaks: readonly LogHash[];
}

/** 2^40 entries of 4 KiB are 4 PiB. */
const SIZE_MAX = 2 ** 40;
export const logHeadSchema: Schema<LogHead> = record({ size: uint(SIZE_MAX), root: bytes<LogHash>(32) });
export const frontierSchema: Schema<Frontier> = record({ size: uint(SIZE_MAX), peaks: list(bytes<LogHash>(32), 40) });

export const EMPTY_FRONTIER: Frontier = { size: 0, peaks: [] };

export function leafHash(entry: Uint8Array): LogHash {
  return sha256(concat(Uint8Array.of(0), entry)) as LogHash;
}

function nodeHash(left: LogHash, right: LogHash): LogHash {
  return sha256(concat(Uint8Array.of(1), left, right)) as LogHash;
}

function isPowerOfTwoSet(size: number, power: number): boolean {
  return Math.floor(size / 2 ** power) % 2 === 1;
}

/** Appends leaf hashes: a binary counter over perfect subtrees. */
export function append(frontier: Frontier, leaves: Iterable<LogHash>): Frontier {
  const peaks = [...frontier.peaks];
  let { size } = frontier;
  for (const leaf of leaves) {
    let hash = leaf;
    for (let power = 0; isPowerOfTwoSet(size, power); power++) {
      const left = peaks.pop();
      if (left === undefined) throw new WireError('malformed', 'Malformed log frontier: too few peaks for its size.');
      hash = nodeHash(left, hash);
    }
    peaks.push(hash);
    size++;
  }
  return { size, peaks };
}

export function logRoot(frontier: Frontier): LogHash {
  const last = frontier.peaks.at(-1);
  if (last === undefined) return sha256(new Uint8Array()) as LogHash;
  return frontier.peaks.slice(0, -1).reduceRight((right, left) => nodeHash(left, right), last);
}

/** The leaf hashes of whole entries behind one another. */
export function leavesOf(entries: Uint8Array): LogHash[] {
  return Array.from({ length: Math.floor(entries.length / COVER_ENTRY) }, (_, index) => leafHash(entries.subarray(index * COVER_ENTRY, (index + 1) * COVER_ENTRY)));
}

/** The frontier of a log of which the roots of complete segments of 256 entries are known, and the leaf hashes behind them. */
export function spineFrontier(segments: readonly LogHash[], tail: readonly LogHash[]): Frontier {
  const { peaks } = append(EMPTY_FRONTIER, segments);
  return { size: segments.length * COVER_SEGMENT_ENTRIES + tail.length, peaks: [...peaks, ...append(EMPTY_FRONTIER, tail).peaks] };
}

export function logHead(frontier: Frontier): LogHead {
  return { size: frontier.size, root: logRoot(frontier) };
}

/** Throws `bad-proof` unless the frontier is the one behind `head`. */
export function checkFrontier(frontier: Frontier, head: LogHead): void {
  let peaks = 0;
  for (let power = 0; 2 ** power <= frontier.size; power++) if (isPowerOfTwoSet(frontier.size, power)) peaks++;
  if (frontier.size !== head.size || frontier.peaks.length !== peaks || !equalBytes(logRoot(frontier), head.root)) {
    throw new WireError('bad-proof', 'The log that the node shows is not the one that was signed.');
  }
}

/** The root over all leaves. */
export function rootOfLeaves(leaves: Iterable<LogHash>): LogHash {
  return logRoot(append(EMPTY_FRONTIER, leaves));
}

function largestPowerBelow(size: number): number {
  let power = 1;
  while (power * 2 < size) power *= 2;
  return power;
}

/** RFC 9162, 2.1.4.1: PROOF(m, D[n]), what shows that the log of `from` leaves is a prefix of the one given. */
export function consistencyProof(leaves: readonly LogHash[], from: number): LogHash[] {
  if (from < 1 || from >= leaves.length) return [];
  return subProof(leaves, from, true);
}

function subProof(leaves: readonly LogHash[], from: number, whole: boolean): LogHash[] {
  if (from === leaves.length) return whole ? [] : [rootOfLeaves(leaves)];
  const split = largestPowerBelow(leaves.length);
  const left = leaves.slice(0, split);
  const right = leaves.slice(split);
  if (from <= split) return [...subProof(left, from, whole), rootOfLeaves(right)];
  return [...subProof(right, from - split, false), rootOfLeaves(left)];
}

/** RFC 9162, 2.1.4.2. Throws `bad-proof` unless `proof` shows that `older` is a prefix of `newer`. */
export function checkConsistency(older: LogHead, newer: LogHead, proof: readonly LogHash[]): void {
  if (!isConsistent(older, newer, proof)) {
    throw new WireError('bad-proof', 'The node shows a log that does not continue the one seen before.');
  }
}

function isConsistent(older: LogHead, newer: LogHead, proof: readonly LogHash[]): boolean {
  if (older.size > newer.size) return false;
  if (older.size === newer.size) return proof.length === 0 && equalBytes(older.root, newer.root);
  if (older.size === 0) return proof.length === 0 && equalBytes(older.root, logRoot(EMPTY_FRONTIER));
  const steps = Number.isInteger(Math.log2(older.size)) ? [older.root, ...proof] : [...proof];
  const start = steps.shift();
  if (start === undefined) return false;
  let fn = older.size - 1;
  let sn = newer.size - 1;
  while (fn % 2 === 1) [fn, sn] = [Math.floor(fn / 2), Math.floor(sn / 2)];
  let oldRoot = start;
  let newRoot = start;
  for (const step of steps) {
    if (sn === 0) return false;
    if (fn % 2 === 1 || fn === sn) {
      oldRoot = nodeHash(step, oldRoot);
      newRoot = nodeHash(step, newRoot);
      while (fn % 2 === 0 && fn !== 0) [fn, sn] = [Math.floor(fn / 2), Math.floor(sn / 2)];
    } else {
      newRoot = nodeHash(newRoot, step);
    }
    [fn, sn] = [Math.floor(fn / 2), Math.floor(sn / 2)];
  }
  return sn === 0 && equalBytes(oldRoot, older.root) && equalBytes(newRoot, newer.root);
}
