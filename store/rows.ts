import type { PublicKey } from '../crypto/index.ts';
import type { CellHash, Cid, Frontier, LogHash, Name, NodeDelta, NodeHash, PointerHash, Root, RootHash, ScryptCost, SignedIdentity, SignedPointer, Terms } from '../wire/index.ts';

/** An opaque row number. */
export type Id = number;

export interface Account {
  readonly id: Id;
  readonly key: PublicKey;
  readonly scrypt: ScryptCost;
  /** Bytes: the sum of the sizes of the distinct blocks that the account holds or has waiting. */
  readonly quota: number;
  readonly used: number;
}

export interface Frontiers {
  readonly entries: Frontier;
  readonly lane: Frontier;
}

export interface Space {
  readonly id: Id;
  readonly writer: PublicKey;
  readonly account: Id;
  readonly home: boolean;
  /** `opens` is what is left. */
  readonly terms: Terms | null;
  readonly retired: boolean;
  readonly sequence: number;
  readonly pointer: SignedPointer;
  readonly pointerHash: PointerHash;
  readonly root: Root;
  readonly rootHash: RootHash;
  readonly frontiers: Frontiers | null;
}

/** A root that was replaced, kept for an hour for reads that pin it. */
export type OldRoot = Pick<Space, 'root' | 'frontiers'>;

/** A block whose bytes are in hand (`bytes`) or durable in `Blocks` (null). */
export interface StoredBlock {
  readonly cid: Cid;
  readonly size: number;
  readonly bytes: Uint8Array | null;
}

export interface NewAccount {
  readonly key: PublicKey;
  readonly login: Name;
  readonly scrypt: ScryptCost;
  readonly quota: number;
  /** The invitation to use up, where the door demands one. */
  readonly invitation: Uint8Array | null;
}

/** How often the cell is named by the map, against before. */
export interface CellUse {
  readonly hash: CellHash;
  readonly by: number;
  /** Null where the cell is only let go of. */
  readonly fragments: readonly Cid[] | null;
}

/** One space's step. `before` is null for a new space. */
export interface Advance {
  readonly before: Pick<Space, 'id' | 'sequence'> | null;
  readonly writer: PublicKey;
  readonly home: boolean;
  readonly terms: Terms | null;
  readonly sequence: number;
  readonly pointer: SignedPointer;
  readonly root: Root;
  readonly frontiers: Frontiers | null;
  readonly nodes: NodeDelta;
  readonly cells: readonly CellUse[];
  readonly cover: CoverSegments | null;
}

export interface CoverSegments {
  readonly header: Uint8Array;
  readonly laneAt: number;
  readonly segments: readonly { readonly at: number; readonly entries: number; readonly block: Cid }[];
}

/** All that one commit changes, applied in one durable transaction or not at all. */
export interface CommitBatch {
  readonly account: Id | NewAccount;
  readonly blocks: readonly StoredBlock[];
  readonly spaces: readonly Advance[];
  readonly retire: readonly Id[];
  readonly record: Cid;
  readonly answer: Uint8Array;
  readonly now: number;
}

export interface Envelope {
  readonly id: number;
  readonly epoch: number;
  readonly envelope: Uint8Array;
}

/** What one step of collection did. `files` are blocks whose rows are gone and whose bytes can be dropped. */
export interface Collection {
  readonly files: readonly Cid[];
  /** True where the step was cut short by its limit. */
  readonly more: boolean;
}

/**
 * Everything but large blocks. Each method is one atomic, durable step; times are unix seconds. SQLite today, and
 * PostgreSQL later behind the same methods and the same suite (`test/store/compliance.ts`). Throws `disk-full`.
 */
export interface Rows {
  account(key: PublicKey): Promise<Account | null>;
  accountOfLogin(login: Name): Promise<Account | null>;
  isInvited(invitation: Uint8Array): Promise<boolean>;
  invite(invitation: Uint8Array, now: number): Promise<void>;
  space(writer: PublicKey): Promise<Space | null>;
  home(account: Id): Promise<Space | null>;
  /** A replaced root that is still kept, or null. */
  oldRoot(space: Id, hash: RootHash): Promise<OldRoot | null>;
  /** The encodings of those of these map nodes that are kept, filed under `hashText`. */
  nodes(space: Id, hashes: readonly NodeHash[]): Promise<Map<string, Uint8Array>>;
  /** The fragments of a cell, also of one that was replaced less than an hour ago; null where there is none. */
  cell(space: Id, hash: CellHash): Promise<readonly Cid[] | null>;
  /** Counts one opening; false where none is left. */
  open(space: Id): Promise<boolean>;
  /** Header items in order, from `from`, at most `limit` of them, as one byte string. */
  lane(space: Id, from: number, limit: number): Promise<Uint8Array>;
  cover(space: Id): Promise<readonly { readonly entries: number; readonly block: Cid }[]>;
  /** The blocks that hold any of the entries `from` to `to - 1`, in order; `at` is the number of a block's first entry. */
  coverWithin(space: Id, from: number, to: number): Promise<readonly { readonly at: number; readonly entries: number; readonly block: Cid }[]>;
  /** Roots of the log's segments of 256 entries, from the first on, as far as they were kept. */
  spine(space: Id): Promise<readonly LogHash[]>;
  /** Keeps the roots of further segments, the first of them being number `at`. */
  keepSpine(space: Id, at: number, hashes: readonly LogHash[]): Promise<void>;

  block(cid: Cid): Promise<StoredBlock | null>;
  /** Whether somebody holds the block for more than cells of spaces with terms. */
  isPublic(cid: Cid): Promise<boolean>;
  /** Whether the account holds the block or has it waiting. */
  holds(account: Id, cid: Cid): Promise<boolean>;
  /** Puts blocks in the account's waiting room for an hour. Throws `quota-full`. */
  wait(account: Id, blocks: readonly StoredBlock[], now: number): Promise<void>;

  /** The answer to a record that was applied within the hour. */
  answer(record: Cid): Promise<Uint8Array | null>;
  /** False where a space has moved on meanwhile. Throws `missing-block`, `quota-full`, `name-taken`, `invitation-required`. */
  apply(batch: CommitBatch): Promise<boolean>;

  /** False where the name is held by another key, or by this one with a sequence at least as high. */
  publish(name: Name, nameHash: Uint8Array, key: PublicKey, sequence: number, record: SignedIdentity): Promise<boolean>;
  records(): Promise<number>;
  /** Records whose name hash lies in `[from, to)` by its first four bytes. */
  page(from: number, to: number, limit: number): Promise<readonly SignedIdentity[]>;
  /** Keeps the newest `cap` of a bucket. */
  putEnvelope(bucket: number, epoch: number, envelope: Uint8Array, now: number, cap: number): Promise<void>;
  countEnvelopes(bucket: number): Promise<number>;
  envelopes(bucket: number, after: number, limit: number): Promise<readonly Envelope[]>;

  /** Lets go of what is past its time, at most about `limit` rows; `spared` blocks are being written just now. */
  collect(now: number, limit: number, spared: (cid: Cid) => boolean): Promise<Collection>;
  /** A small value of the node itself. */
  setting(key: string): Promise<Uint8Array | null>;
  setSetting(key: string, value: Uint8Array): Promise<void>;
  totals(): Promise<{ readonly accounts: number; readonly bytes: number }>;
  close(): Promise<void>;
}


/** How long waiting blocks, replaced roots and their cells, and commit answers are kept. */
export const KEPT_SECONDS = 3600;
export const ENVELOPE_SECONDS = 30 * 86_400;
/** Blocks up to this size are rows; larger ones go to `Blocks`. */
export const INLINE_MAX = 64 * 1024;
