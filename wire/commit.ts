import { sign, verify, type PublicKey, type Signature, type SigningKey } from '../crypto/index.ts';
import { carHeader, encodeCar, sectionHead } from './car.ts';
import { encodeCbor } from './cbor.ts';
import type { Block } from './cell.ts';
import { cidOf, toLink, type Cid } from './cid.ts';
import { WireError } from './errors.ts';
import { name, type Name } from './identity.ts';
import { COMMIT_CHANGES_MAX, COMMIT_RECORD_MAX, COMMIT_SPACES_MAX, COVER_SEGMENT_ENTRIES, FRAGMENTS_MAX, HEADER_ITEM, PROOFS_MAX } from './limits.ts';
import type { MapKey } from './map-node.ts';
import { publicKey, signedPointerSchema, type SignedPointer } from './pointer.ts';
import { rootSchema, type Root } from './root.ts';
import { bool, bytes, bytesUpTo, cid, list, literal, malformed, nullable, pair, parse, record, uint, type Schema } from './schema.ts';

/** One change of a map: the fragments of the cell, which the commit or the node's store holds, or null to delete. */
export type CellChange = readonly [key: MapKey, fragments: readonly Cid[] | null];

/** What a commit appends to the logs of a home space; `segments` are raw blocks of up to 256 entries each. */
export interface CoverAppend {
  readonly header: Uint8Array;
  readonly entries: number;
  readonly segments: readonly Cid[];
}

/** When a link's space stops being served: at a time (unix seconds) or after so many reads. */
export interface Terms {
  readonly expires: number | null;
  readonly opens: number | null;
}

/** The account key's word that a new writer key belongs to the account. Goes with sequence 1 and no other. */
export interface Authority {
  readonly home: boolean;
  readonly terms: Terms | null;
  readonly signature: Signature;
}

export interface SpaceCommit {
  readonly pointer: SignedPointer;
  readonly root: Root;
  readonly changes: readonly CellChange[];
  readonly cover: CoverAppend | null;
  readonly authority: Authority | null;
  /** Keys whose proofs, at the new root (or the current one after a conflict), come with the answer. */
  readonly prove: readonly MapKey[];
}

export interface Retire {
  readonly space: PublicKey;
  readonly signature: Signature;
}

export interface ScryptCost {
  readonly N: number;
  readonly r: number;
  readonly p: number;
}

/** Opens an account with this commit, which must make its home space. */
export interface CreateAccount {
  readonly login: Name;
  readonly invitation: Uint8Array | null;
  readonly scrypt: ScryptCost;
  readonly signature: Signature;
}

export interface CommitRecord {
  readonly v: 1;
  readonly account: PublicKey;
  readonly create: CreateAccount | null;
  readonly spaces: readonly SpaceCommit[];
  readonly retire: readonly Retire[];
}

const termsSchema: Schema<Terms> = record({ expires: nullable(uint()), opens: nullable(uint(2 ** 32, 1)) });
export const scryptCostSchema: Schema<ScryptCost> = record({ N: uint(2 ** 24), r: uint(64), p: uint(64) });

const spaceCommitSchema: Schema<SpaceCommit> = record({
  pointer: signedPointerSchema,
  root: rootSchema,
  changes: list(pair(bytes<MapKey>(32), nullable(list(cid, FRAGMENTS_MAX, 1))), COMMIT_CHANGES_MAX),
  cover: nullable(record({ header: bytes(HEADER_ITEM), entries: uint(64 * COVER_SEGMENT_ENTRIES), segments: list(cid, 64) })),
  authority: nullable(record({ home: bool, terms: nullable(termsSchema), signature: bytes<Signature>(64) })),
  prove: list(bytes<MapKey>(32), PROOFS_MAX),
});

const commitSchema: Schema<CommitRecord> = record({
  v: literal(1),
  account: publicKey,
  create: nullable(record({ login: name, invitation: nullable(bytesUpTo(64)), scrypt: scryptCostSchema, signature: bytes<Signature>(64) })),
  spaces: list(spaceCommitSchema, COMMIT_SPACES_MAX),
  retire: list(record({ space: publicKey, signature: bytes<Signature>(64) }), COMMIT_SPACES_MAX),
});

/** The first block of a commit's CAR. Throws `too-large` past 1 MiB or 8192 changes: cut the commit in a chain. */
export function encodeCommit(commit: CommitRecord): Block {
  if (countChanges(commit) > COMMIT_CHANGES_MAX) throw new WireError('too-large', `A commit holds at most ${COMMIT_CHANGES_MAX} changes.`);
  const encoded = encodeCbor({ ...commit, spaces: commit.spaces.map(linked) });
  if (encoded.length > COMMIT_RECORD_MAX) throw new WireError('too-large', 'The commit record is larger than 1 MiB.');
  return { bytes: encoded, cid: cidOf('dag-cbor', encoded) };
}

function linked(space: SpaceCommit): unknown {
  return {
    ...space,
    changes: space.changes.map(([key, fragments]) => [key, fragments === null ? null : fragments.map(toLink)]),
    cover: space.cover === null ? null : { ...space.cover, segments: space.cover.segments.map(toLink) },
  };
}

/** Parses a commit record; signatures, proofs and limits of an account are the node's to check. */
export function decodeCommit(encoded: Uint8Array): CommitRecord {
  const commit = parse(commitSchema, encoded, 'commit');
  if (countChanges(commit) > COMMIT_CHANGES_MAX) throw malformed('commit', `at most ${COMMIT_CHANGES_MAX} changes`);
  return commit;
}

function countChanges({ spaces }: CommitRecord): number {
  return spaces.reduce((sum, { changes }) => sum + changes.length, 0);
}

/** The body of `POST /v1/commit`, and its length in bytes. */
export function commitBody(record: Block, blocks: readonly Block[]): { length: number; pieces: () => Iterable<Uint8Array> } {
  let length = carHeader(record.cid).length;
  for (const block of [record, ...blocks]) length += sectionHead(block.cid, block.bytes.length).length + block.bytes.length;
  return { length, pieces: () => encodeCar(record, blocks) };
}

function authorityBytes(space: PublicKey, authority: Omit<Authority, 'signature'>): Uint8Array {
  return encodeCbor({ space, home: authority.home, terms: authority.terms });
}

export function signAuthority(account: SigningKey, space: PublicKey, authority: Omit<Authority, 'signature'>): Authority {
  return { ...authority, signature: sign(account, 'underkeep/space/1', authorityBytes(space, authority)) };
}

export function checkAuthority(account: PublicKey, space: PublicKey, authority: Authority): boolean {
  return verify(account, 'underkeep/space/1', authorityBytes(space, authority), authority.signature);
}

export function signRetire(account: SigningKey, space: PublicKey): Retire {
  return { space, signature: sign(account, 'underkeep/retire/1', space) };
}

export function checkRetire(account: PublicKey, retire: Retire): boolean {
  return verify(account, 'underkeep/retire/1', retire.space, retire.signature);
}

function createBytes(account: PublicKey, create: Omit<CreateAccount, 'signature'>): Uint8Array {
  return encodeCbor({ account, login: create.login, invitation: create.invitation, scrypt: create.scrypt });
}

export function signCreate(account: SigningKey, create: Omit<CreateAccount, 'signature'>): CreateAccount {
  return { ...create, signature: sign(account, 'underkeep/account/1', createBytes(account.publicKey, create)) };
}

export function checkCreate(account: PublicKey, create: CreateAccount): boolean {
  return verify(account, 'underkeep/account/1', createBytes(account, create), create.signature);
}
