import { sign, verify, type PublicKey, type Signature, type SigningKey } from '../crypto/index.ts';
import { encodeCbor } from './cbor.ts';
import type { Label } from './cell.ts';
import { BUCKET_NUMBER_MAX, name, signedIdentitySchema, type Name, type SignedIdentity } from './identity.ts';
import { CELLS_ANSWER_MAX, COVER_SEGMENT_ENTRIES, LOG_SEGMENTS_MAX, PROOFS_MAX } from './limits.ts';
import type { MapKey } from './map-node.ts';
import { publicKey } from './pointer.ts';
import type { RootHash } from './root.ts';
import { bytes, list, literal, malformed, nullable, parse, record, text, uint, type Schema } from './schema.ts';

/** Bodies of requests, each canonical CBOR. Answers are in `answers.ts`. */

/** `POST /v1/login`. `lane` is the number of header items already held. `work` answers `work-required`. */
export interface LoginRequest {
  readonly v: 1;
  readonly login: Name;
  readonly blinded: Uint8Array;
  readonly lane: number;
  readonly work: Uint8Array | null;
}
const loginSchema: Schema<LoginRequest> = record({ v: literal(1), login: name, blinded: bytes(32), lane: uint(2 ** 40), work: nullable(bytes(8)) });

/** What proof of work for a login is done over. */
export function loginChallenge(request: Pick<LoginRequest, 'login' | 'blinded'>): Uint8Array {
  return encodeCbor([request.login, request.blinded]);
}

/**
 * `POST /v1/cells`. The cells under `labels` and proofs for them and for `prove`, at most 64 together. `root` pins the
 * answer to a root seen before (the node keeps replaced ones for an hour; then `root-gone`). `bytes` bounds the blocks
 * that come along, whole cells in the order of `labels`.
 */
export interface CellsRequest {
  readonly v: 1;
  readonly space: PublicKey;
  readonly root: RootHash | null;
  readonly labels: readonly Label[];
  readonly prove: readonly MapKey[];
  readonly bytes: number;
}
const cellsShape: Schema<CellsRequest> = record({
  v: literal(1),
  space: publicKey,
  root: nullable(bytes<RootHash>(32)),
  labels: list(bytes<Label>(32), PROOFS_MAX),
  prove: list(bytes<MapKey>(32), PROOFS_MAX),
  bytes: uint(CELLS_ANSWER_MAX),
});
const cellsSchema: Schema<CellsRequest> = (value, at) => {
  const request = cellsShape(value, at);
  if (request.labels.length + request.prove.length > PROOFS_MAX) throw malformed(at, `at most ${PROOFS_MAX} labels and keys`);
  return request;
};

/** `POST /v1/directory`: a page of records whose name hash begins with `bits` bits of `prefix`, or a record to publish. */
export type DirectoryRequest =
  | { readonly v: 1; readonly op: 'page'; readonly bits: number; readonly prefix: Uint8Array }
  | { readonly v: 1; readonly op: 'publish'; readonly record: SignedIdentity };
export const PREFIX_BITS_MAX = 32;
const pageSchema = record({ v: literal(1), op: literal('page'), bits: uint(PREFIX_BITS_MAX), prefix: bytes(4) });
const publishSchema = record({ v: literal(1), op: literal('publish'), record: signedIdentitySchema });

/** `POST /v1/bucket`: an envelope for a bucket in an epoch (days since 1970), with work where the node asked for it, or everything after a cursor. */
export type BucketRequest =
  | { readonly v: 1; readonly op: 'put'; readonly bucket: number; readonly epoch: number; readonly envelope: Uint8Array }
  | { readonly v: 1; readonly op: 'worked'; readonly bucket: number; readonly epoch: number; readonly envelope: Uint8Array; readonly work: Uint8Array }
  | { readonly v: 1; readonly op: 'collect'; readonly bucket: number; readonly after: number };
export const ENVELOPE = 8192;
export const EPOCH_SECONDS = 86_400;
const putSchema = record({ v: literal(1), op: literal('put'), bucket: uint(BUCKET_NUMBER_MAX), epoch: uint(2 ** 32), envelope: bytes(ENVELOPE) });
const workedSchema = record({
  v: literal(1), op: literal('worked'), bucket: uint(BUCKET_NUMBER_MAX), epoch: uint(2 ** 32), envelope: bytes(ENVELOPE), work: bytes(8),
});
const collectSchema = record({ v: literal(1), op: literal('collect'), bucket: uint(BUCKET_NUMBER_MAX), after: uint() });

export type Drop = Omit<Extract<BucketRequest, { op: 'put' }>, 'v' | 'op'>;
/** What proof of work for an envelope is done over: the request to put it without work. */
export function dropChallenge({ bucket, epoch, envelope }: Drop): Uint8Array {
  return encodeCbor({ v: 1, op: 'put', bucket, epoch, envelope });
}

/**
 * `POST /v1/log`: the cover log of a home space. Its `spine` shows the whole log by the hashes of its segments of 256 entries;
 * a `segment` is the entries of one of them behind its first `from`, the last one being as long as the log is.
 */
export type LogRequest =
  | { readonly v: 1; readonly op: 'spine'; readonly space: PublicKey }
  | { readonly v: 1; readonly op: 'segment'; readonly space: PublicKey; readonly index: number; readonly from: number };
const spineSchema = record({ v: literal(1), op: literal('spine'), space: publicKey });
const segmentSchema = record({ v: literal(1), op: literal('segment'), space: publicKey, index: uint(LOG_SEGMENTS_MAX), from: uint(COVER_SEGMENT_ENTRIES - 1) });

/** `POST /v1/mirror`: a CAR of a whole space, for whoever shows its writer's signature over a time of now. */
export interface MirrorRequest {
  readonly v: 1;
  readonly space: PublicKey;
  readonly at: number;
  readonly signature: Signature;
}
const mirrorSchema: Schema<MirrorRequest> = record({ v: literal(1), space: publicKey, at: uint(), signature: bytes<Signature>(64) });

function byOp<T extends { op: string }>(schemas: { readonly [K in T['op']]: Schema<Extract<T, { op: K }>> }): Schema<T> {
  return (value, at) => {
    const op: unknown = value instanceof Map ? value.get('op') : undefined;
    if (typeof op !== 'string' || !Object.hasOwn(schemas, op)) throw malformed(`${at}.op`, Object.keys(schemas).join(' or '));
    return schemas[op as T['op']](value, at);
  };
}
const directorySchema = byOp<DirectoryRequest>({ page: pageSchema, publish: publishSchema });
const bucketSchema = byOp<BucketRequest>({ put: putSchema, worked: workedSchema, collect: collectSchema });
const logSchema = byOp<LogRequest>({ spine: spineSchema, segment: segmentSchema });

export const decodeLogin = (body: Uint8Array): LoginRequest => parse(loginSchema, body, 'login request');
export const decodeCells = (body: Uint8Array): CellsRequest => parse(cellsSchema, body, 'cells request');
export const decodeDirectory = (body: Uint8Array): DirectoryRequest => parse(directorySchema, body, 'directory request');
export const decodeBucket = (body: Uint8Array): BucketRequest => parse(bucketSchema, body, 'bucket request');
export const decodeLog = (body: Uint8Array): LogRequest => parse(logSchema, body, 'log request');
export const decodeMirror = (body: Uint8Array): MirrorRequest => parse(mirrorSchema, body, 'mirror request');

export function encodeRequest(request: LoginRequest | CellsRequest | DirectoryRequest | BucketRequest | LogRequest | MirrorRequest): Uint8Array {
  return encodeCbor(request);
}

function mirrorBytes(space: PublicKey, at: number): Uint8Array {
  return encodeCbor({ space, at });
}
export function signMirror(writer: SigningKey, at: number): MirrorRequest {
  return { v: 1, space: writer.publicKey, at, signature: sign(writer, 'underkeep/mirror/1', mirrorBytes(writer.publicKey, at)) };
}
export function checkMirror(request: MirrorRequest): boolean {
  return verify(request.space, 'underkeep/mirror/1', mirrorBytes(request.space, request.at), request.signature);
}

/** `GET /v1/node`: what a node says of itself. `directory` is null where the node is the directory of its network. */
export interface NodeInfo {
  readonly v: 1;
  readonly software: string;
  /** Unix seconds, so that a client can tell that its clock is far off. */
  readonly time: number;
  readonly signUp: 'open' | 'invitation';
  readonly directory: string | null;
  readonly onion: string | null;
}
const nodeInfoSchema: Schema<NodeInfo> = record({
  v: literal(1),
  software: text(64),
  time: uint(),
  signUp: (value, at) => (value === 'open' || value === 'invitation' ? value : malformedChoice(at)),
  directory: nullable(text(128)),
  onion: nullable(text(128)),
});
function malformedChoice(at: string): never {
  throw malformed(at, 'open or invitation');
}
export const encodeNodeInfo = (info: NodeInfo): Uint8Array => encodeCbor(info);
export const decodeNodeInfo = (body: Uint8Array): NodeInfo => parse(nodeInfoSchema, body, 'node information');
