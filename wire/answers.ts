import type { Brand } from '../crypto/index.ts';
import { encodeCbor } from './cbor.ts';
import type { Block } from './cell.ts';
import { cidOf, toLink, type Cid } from './cid.ts';
import { scryptCostSchema, type ScryptCost } from './commit.ts';
import { isErrorCode, WireError } from './errors.ts';
import { signedIdentitySchema, type SignedIdentity } from './identity.ts';
import { COMMIT_SPACES_MAX, COVER_ENTRY, COVER_SEGMENT_ENTRIES, FRAGMENTS_MAX, HEADER_ITEM, LOG_SEGMENTS_MAX, PROOFS_MAX } from './limits.ts';
import { frontierSchema, type Frontier, type LogHash } from './log.ts';
import { signedPointerSchema, type SignedPointer } from './pointer.ts';
import { ENVELOPE, PREFIX_BITS_MAX } from './requests.ts';
import { rootSchema, type Root } from './root.ts';
import { bytes, bytesUpTo, cid, list, literal, malformed, nullable, parse, record, text, uint, bool, type Schema } from './schema.ts';

/** A map node is 16 hashes at most. */
const proofSchema = list(bytesUpTo(640), PROOFS_MAX * 24);

/** Where a space stands, and proofs at that root. `frontiers` come with home spaces. */
export interface SpaceState {
  readonly pointer: SignedPointer;
  readonly root: Root;
  readonly frontiers: { readonly entries: Frontier; readonly lane: Frontier } | null;
  readonly proof: readonly Uint8Array[];
}
const stateFields = {
  pointer: signedPointerSchema,
  root: rootSchema,
  frontiers: nullable(record({ entries: frontierSchema, lane: frontierSchema })),
  proof: proofSchema,
};
const spaceStateSchema: Schema<SpaceState> = record(stateFields);

/** The answer to a commit, and the `detail` of its `conflict`: one state a space, in the order of the record. */
export interface CommitAnswer {
  readonly v: 1;
  readonly spaces: readonly SpaceState[];
}
const commitAnswerSchema: Schema<CommitAnswer> = record({ v: literal(1), spaces: list(spaceStateSchema, COMMIT_SPACES_MAX) });
export const encodeCommitAnswer = (answer: CommitAnswer): Uint8Array => encodeCbor(answer);
export const decodeCommitAnswer = (body: Uint8Array): CommitAnswer => parse(commitAnswerSchema, body, 'commit answer');

/** The first block of the CAR that answers a read: the fragments of each label (null: no such cell); blocks of the first `included` labels follow. With a pinned root, `root` is that one. */
export interface CellsAnswer extends SpaceState {
  readonly v: 1;
  readonly cells: readonly (readonly Cid[] | null)[];
  readonly included: number;
}
const cellsAnswerSchema: Schema<CellsAnswer> = record({
  v: literal(1),
  ...stateFields,
  cells: list(nullable(list(cid, FRAGMENTS_MAX, 1)), PROOFS_MAX),
  included: uint(PROOFS_MAX),
});
export function encodeCellsAnswer(answer: CellsAnswer): Block {
  const encoded = encodeCbor({ ...answer, cells: answer.cells.map((cell) => (cell === null ? null : cell.map(toLink))) });
  return { bytes: encoded, cid: cidOf('dag-cbor', encoded) };
}
export const decodeCellsAnswer = (encoded: Uint8Array): CellsAnswer => parse(cellsAnswerSchema, encoded, 'cells answer');

/**
 * The answer to `op: 'spine'`: where the home space stands, the root of each complete segment of 256 entries, and the leaf hashes
 * of the entries behind them. `spineFrontier` makes of these the log that the root signs, or they are false.
 */
export interface SpineAnswer extends SpaceState {
  readonly v: 1;
  readonly segments: readonly LogHash[];
  readonly tail: readonly LogHash[];
}
const spineAnswerSchema: Schema<SpineAnswer> = record({
  v: literal(1),
  ...stateFields,
  segments: list(bytes<LogHash>(32), LOG_SEGMENTS_MAX),
  tail: list(bytes<LogHash>(32), COVER_SEGMENT_ENTRIES - 1),
});
export const encodeSpineAnswer = (answer: SpineAnswer): Uint8Array => encodeCbor(answer);
export const decodeSpineAnswer = (body: Uint8Array): SpineAnswer => parse(spineAnswerSchema, body, 'spine');

/** The answer to `op: 'segment'`: 1 to 256 whole entries, behind one another. */
export interface SegmentAnswer {
  readonly v: 1;
  readonly entries: Uint8Array;
}
const segmentAnswerSchema: Schema<SegmentAnswer> = record({ v: literal(1), entries: bytesUpTo(COVER_SEGMENT_ENTRIES * COVER_ENTRY, COVER_ENTRY) });
export const encodeSegmentAnswer = (answer: SegmentAnswer): Uint8Array => encodeCbor(answer);
export function decodeSegmentAnswer(body: Uint8Array): SegmentAnswer {
  const answer = parse(segmentAnswerSchema, body, 'segment');
  if (answer.entries.length % COVER_ENTRY !== 0) throw malformed('segment.entries', `entries of ${COVER_ENTRY} bytes`);
  return answer;
}

/** An unknown login name gets `known: false`, a PRF answer of its own all the same, and the default cost: sign-up needs them. */
export interface LoginAnswer {
  readonly v: 1;
  readonly known: boolean;
  readonly evaluated: Uint8Array;
  readonly scrypt: ScryptCost;
  /** Items from the offset asked for, 256 bytes each, to `size` or to the answer's limit. */
  readonly lane: Uint8Array;
  readonly size: number;
}
export const LANE_ANSWER_MAX = 16 * 1024 * 1024;
const loginAnswerSchema: Schema<LoginAnswer> = record({
  v: literal(1), known: bool, evaluated: bytes(32), scrypt: scryptCostSchema, lane: bytesUpTo(LANE_ANSWER_MAX), size: uint(2 ** 40),
});
export const encodeLoginAnswer = (answer: LoginAnswer): Uint8Array => encodeCbor(answer);
export function decodeLoginAnswer(body: Uint8Array): LoginAnswer {
  const answer = parse(loginAnswerSchema, body, 'login answer');
  if (answer.lane.length % HEADER_ITEM !== 0) throw malformed('login answer.lane', `items of ${HEADER_ITEM} bytes`);
  return answer;
}

/** `bits` is the prefix length at which pages are served now. */
export interface DirectoryPage {
  readonly v: 1;
  readonly bits: number;
  readonly records: readonly SignedIdentity[];
  /** Buckets are `nameHash` cut to this many bits. */
  readonly bucketBits: number;
}
const pageSchema: Schema<DirectoryPage> = record({ v: literal(1), bits: uint(PREFIX_BITS_MAX), records: list(signedIdentitySchema, 4096), bucketBits: uint(16) });
export const encodeDirectoryPage = (page: DirectoryPage): Uint8Array => encodeCbor(page);
export const decodeDirectoryPage = (body: Uint8Array): DirectoryPage => parse(pageSchema, body, 'directory page');

export interface CollectedEnvelope {
  readonly epoch: number;
  readonly envelope: Uint8Array;
}
/** `cursor` is where the next collection begins; `more` says that there is more now. */
export interface Collected {
  readonly v: 1;
  readonly cursor: number;
  readonly more: boolean;
  readonly envelopes: readonly CollectedEnvelope[];
}
export const COLLECT_MAX = 512;
const collectedSchema: Schema<Collected> = record({
  v: literal(1), cursor: uint(), more: bool, envelopes: list(record({ epoch: uint(2 ** 32), envelope: bytes(ENVELOPE) }), COLLECT_MAX),
});
export const encodeCollected = (collected: Collected): Uint8Array => encodeCbor(collected);
export const decodeCollected = (body: Uint8Array): Collected => parse(collectedSchema, body, 'bucket answer');

/** The body of a request that has nothing to say but that it is done. */
export const encodeDone = (): Uint8Array => encodeCbor({ v: 1 });
const doneSchema = record({ v: literal(1) });
export const decodeDone = (body: Uint8Array): void => { parse(doneSchema, body, 'answer'); };

export type EncodedError = Brand<Uint8Array, 'EncodedError'>;
const errorSchema = record({ code: text(64), message: text(1024), detail: nullable(bytesUpTo(4 * 1024 * 1024)) });

/** `{code, message, detail}`. */
export function encodeError(error: WireError): EncodedError {
  return encodeCbor({ code: error.code, message: error.message, detail: error.detail }) as EncodedError;
}

/** A node's refusal as an error; an unknown code is `internal`. Its message is the node's: show it as foreign text. */
export function decodeError(body: Uint8Array): WireError {
  const { code, message, detail } = parse(errorSchema, body, 'error');
  return new WireError(isErrorCode(code) ? code : 'internal', message, detail);
}

/** `detail` of `work-required`: how many leading zero bits are asked. */
export const encodeWorkDetail = (bits: number): Uint8Array => encodeCbor({ bits });
const workDetailSchema = record({ bits: uint(64) });
export const decodeWorkDetail = (detail: Uint8Array): number => parse(workDetailSchema, detail, 'work detail').bits;

/** `detail` of `prefix-too-short`: how many bits a page needs now. */
export const encodePrefixDetail = encodeWorkDetail;
export const decodePrefixDetail = decodeWorkDetail;
