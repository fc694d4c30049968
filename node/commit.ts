import { concat, equalBytes, type SigningKey } from '../crypto/index.ts';
import {
  append, cellHash, commitBody, COVER_ENTRY, COVER_SEGMENT_ENTRIES, decodeCommitAnswer, encodeCommit, fragmentCells, leafHash, logHead, pointerHash,
  openPointer, rootHash, signAuthority, signPointer, signRetire, WireError,
  type Block, type CellMap, type Cid, type CoverAppend, type CreateAccount, type MapKey, type NodeDelta, type Pointer, type PointerHash, type Root, type SignedPointer,
  type SpaceCommit, type Terms,
} from '../wire/index.ts';
import type { PublicKey } from '../crypto/index.ts';
import type { NodeClient } from './client.ts';
import type { Frontiers, Space, SpaceHead } from './space.ts';

/** Gives what every commit of a home space appends; `vault/` has it. Each call gives fresh bytes: nothing is sent twice. */
export interface CoverSource {
  /** 256 bytes: a header that waits to be written, or random-looking filler. */
  header(): Promise<Uint8Array>;
  /** `count` entries of 4096 bytes. */
  entries(count: number): Promise<Uint8Array[]>;
  /** Bytes of entries for each visible byte, by the account's setting: 1/8, which is the least, to 1. */
  readonly share?: number;
  /** Told once of all that one call of `entries` gave: what came of sending it, or of not sending it. Must not throw. */
  settled(entries: readonly Uint8Array[], fate: CoverFate): void;
}

/** What became of entries that a commit was to append. */
export type CoverFate =
  /** They are in the log, from entry number `at` on. */
  | { readonly kind: 'committed'; readonly at: number }
  /** They are not: the commit was refused, or never sent. */
  | { readonly kind: 'refused' }
  /** There was no answer. If the commit was taken, they lie from `at` on; what a longer log has there tells. */
  | { readonly kind: 'unknown'; readonly at: number };

export interface CellWrite {
  readonly key: MapKey;
  /** null deletes the cell. */
  readonly fragments: readonly Cid[] | null;
}

export interface SpaceWrite {
  readonly space: Space;
  readonly changes: readonly CellWrite[];
  /** For a space that is made by this commit and is to end by itself. */
  readonly terms?: Terms | null;
}

export interface CommitPlan {
  readonly client: NodeClient;
  readonly account: SigningKey;
  readonly writes: readonly SpaceWrite[];
  readonly blocks: readonly Block[];
  /** Those of them that the node has from before a conflict: they go only if it asks. */
  readonly held?: ReadonlySet<Cid>;
  /** Needed when a write is to the home space. */
  readonly cover?: CoverSource | null;
  readonly retire?: readonly PublicKey[];
  readonly create?: CreateAccount | null;
  readonly signal?: AbortSignal;
}

/** Somebody else wrote first. The spaces have been brought up to what the node showed; read, merge and commit again. */
export class ConflictError extends Error {
  readonly code = 'conflict';
  constructor() {
    super('Another session of this account wrote at the same time.');
    this.name = 'ConflictError';
  }
}

interface Prepared {
  readonly write: SpaceWrite;
  readonly part: SpaceCommit;
  readonly head: SpaceHead & { readonly pointer: Pointer; readonly hash: PointerHash };
  readonly map: CellMap;
  readonly delta: NodeDelta;
  readonly segments: readonly Block[];
}

/** Entries taken from the cover, and the number that the first of them is to have. */
interface Taken {
  readonly cover: CoverSource;
  readonly entries: readonly Uint8Array[];
  readonly at: number;
}

/** The share of an account that chose none. */
export const COVER_SHARE = 1 / 8;

/** At least two entries a commit, and a share of what is visible. */
export function coverEntries(visibleBytes: number, share = COVER_SHARE): number {
  return Math.max(2, Math.floor((visibleBytes * share) / COVER_ENTRY));
}

/**
 * Advances several spaces in one request, all or nothing, durable when this returns. One round trip, and one more for
 * proofs that are not at hand. Throws `ConflictError`, or the node's refusal; then nothing has changed.
 */
export async function commit(plan: CommitPlan): Promise<void> {
  const { held } = plan;
  const blocks = held === undefined ? plan.blocks : plan.blocks.filter(({ cid }) => !held.has(cid));
  try {
    await send(plan, blocks);
  } catch (error) {
    if (blocks.length === plan.blocks.length || !(error instanceof WireError) || error.code !== 'missing-block') throw error;
    await send(plan, plan.blocks);
  }
}

async function send(plan: CommitPlan, blocks: readonly Block[]): Promise<void> {
  const taken: Taken[] = [];
  const settle = (fate: (at: number) => CoverFate): void => {
    for (const { cover, entries, at } of taken.splice(0)) cover.settled(entries, fate(at));
  };
  try {
    const { prepared, body } = await prepareAll(plan, blocks, taken);
    await exchange(plan, prepared, body, settle);
  } finally {
    // What is left was never sent.
    settle(() => ({ kind: 'refused' }));
  }
}

async function prepareAll(plan: CommitPlan, blocks: readonly Block[], taken: Taken[]): Promise<{ prepared: Prepared[]; body: ReturnType<typeof commitBody> }> {
  const visible = blocks.reduce((sum, block) => sum + block.bytes.length, 0);
  const planned = await Promise.all(plan.writes.map((write) => planWrite(plan, write)));
  // Entries are taken last, when nothing but sending them is left to fail.
  const prepared: Prepared[] = [];
  for (const write of planned) prepared.push(await prepare(plan, write, visible, taken));
  const record = encodeCommit({
    v: 1,
    account: plan.account.publicKey,
    create: plan.create ?? null,
    spaces: prepared.map(({ part }) => part),
    retire: (plan.retire ?? []).map((space) => signRetire(plan.account, space)),
  });
  return { prepared, body: commitBody(record, [...blocks, ...prepared.flatMap(({ segments }) => segments)]) };
}

async function exchange(plan: CommitPlan, prepared: readonly Prepared[], body: ReturnType<typeof commitBody>, settle: (fate: (at: number) => CoverFate) => void): Promise<void> {
  try {
    const answer = await plan.client.commit(body, plan.signal);
    settle((at) => ({ kind: 'committed', at }));
    for (const [index, { write, head, map, delta }] of prepared.entries()) write.space.advance(head, map, delta, answer.spaces[index]?.proof ?? []);
  } catch (error) {
    const refused = error instanceof WireError && (error.code === 'conflict' || error.code === 'missing-block');
    settle((at) => (refused ? { kind: 'refused' } : { kind: 'unknown', at }));
    throw adoptConflict(error, prepared);
  }
}

function adoptConflict(error: unknown, prepared: readonly Prepared[]): unknown {
  if (!(error instanceof WireError) || error.code !== 'conflict' || error.detail === null) return error;
  for (const state of decodeCommitAnswer(error.detail).spaces) {
    // Spaces that the commit would have made are not there yet, and have no state.
    const { writer } = openPointer(state.pointer);
    const found = prepared.find(({ write }) => equalBytes(write.space.writer, writer));
    if (found === undefined) return new WireError('malformed', 'The node answered a conflict with other spaces than were written.');
    found.write.space.accept(state);
  }
  return new ConflictError();
}

interface Planned {
  readonly write: SpaceWrite;
  readonly key: SigningKey;
  readonly before: SpaceHead;
  readonly after: Awaited<ReturnType<Space['mapAfter']>>;
}

async function planWrite(plan: CommitPlan, write: SpaceWrite): Promise<Planned> {
  const { space } = write;
  const { key } = space;
  space.checkSound();
  if (key === null) throw new WireError('forbidden', 'This folder was shared for reading only.');
  if (space.head === null) await space.refresh(plan.signal);
  const before = space.head;
  if (before === null) throw new WireError('internal', 'The space has not been read yet.');
  const changes = write.changes.map((change) => ({ key: change.key, value: change.fragments === null ? null : cellHash(change.fragments) }));
  return { write, key, before, after: await space.mapAfter(changes, plan.signal) };
}

async function prepare(plan: CommitPlan, { write, key, before, after: { map, delta } }: Planned, visible: number, taken: Taken[]): Promise<Prepared> {
  const appended = before.frontiers === null ? null : await appendCover(plan.cover ?? null, before.frontiers, coverEntries(visible, plan.cover?.share), taken);
  const root: Root = { v: 1, map: map.root, cover: appended === null ? null : heads(appended.frontiers) };
  const sequence = (before.pointer?.sequence ?? 0) + 1;
  const signed = signPointer(key, { sequence, previous: before.hash, root: rootHash(root) });
  return {
    write,
    part: { ...part(plan, write, before, signed, root), cover: appended?.cover ?? null },
    head: { pointer: openPointer(signed), hash: pointerHash(signed), root, frontiers: appended?.frontiers ?? null },
    map,
    delta,
    segments: appended?.segments ?? [],
  };
}

function part(plan: CommitPlan, { space, changes, terms }: SpaceWrite, before: SpaceHead, pointer: SignedPointer, root: Root): Omit<SpaceCommit, 'cover'> {
  const authority = before.pointer === null
    ? signAuthority(plan.account, space.writer, { home: root.cover !== null, terms: terms ?? null })
    : null;
  return {
    pointer,
    root,
    changes: changes.map((change) => [change.key, change.fragments]),
    authority,
    prove: space.wanted().slice(0, 64),
  };
}

function heads(frontiers: Frontiers): NonNullable<Root['cover']> {
  return { entries: logHead(frontiers.entries), lane: logHead(frontiers.lane) };
}

async function appendCover(source: CoverSource | null, before: Frontiers, count: number, taken: Taken[]): Promise<{ cover: CoverAppend; frontiers: Frontiers; segments: Block[] }> {
  if (source === null) throw new WireError('internal', 'A home space cannot be written without its cover.');
  const header = await source.header();
  const entries = await source.entries(count);
  taken.push({ cover: source, entries, at: before.entries.size });
  const pieces: Uint8Array[] = [];
  for (let at = 0; at < entries.length; at += COVER_SEGMENT_ENTRIES) pieces.push(concat(...entries.slice(at, at + COVER_SEGMENT_ENTRIES)));
  const segments = (await fragmentCells(pieces)).flat();
  return {
    cover: { header, entries: entries.length, segments: segments.map(({ cid }) => cid) },
    frontiers: { entries: append(before.entries, entries.map(leafHash)), lane: append(before.lane, [leafHash(header)]) },
    segments,
  };
}
