import { equalBytes } from '../crypto/index.ts';
import {
  append, cellHash, COVER_ENTRY, COVER_SEGMENT_ENTRIES, EMPTY_FRONTIER, hashText, leafHash, logHead, WireError,
  type CellMap, type Cid, type CoverAppend, type LogHash, type LogHead, type MapChange, type MapKey, type NodeDelta, type SpaceState,
} from '../wire/index.ts';
import { retired } from './errors.ts';
import type { CheckedSpace } from './commit-check.ts';
import type { Advance, CellUse, CoverSegments, Frontiers, Id, Space } from './rows.ts';

/** What came along with the record. */
export interface Arrived {
  /** Bytes of the fragment blocks that were sent. */
  readonly visible: number;
  /** The leaf hashes of the entries in each cover block that was sent. */
  readonly leaves: ReadonlyMap<Cid, readonly LogHash[]>;
}

/** The least cover that hides nothing about how much it hides: an eighth of what is visible, and never under two entries. */
export function coverEntries(visible: number): number {
  return Math.max(2, Math.floor(visible / 8 / COVER_ENTRY));
}

/** And the most: as much as is visible. */
export function coverEntriesMax(visible: number): number {
  return Math.floor(visible / COVER_ENTRY) + 2;
}

/** True where the commit continues the space, false where that has moved on. Throws where the space is not the account's, or is no more. */
export function continues({ pointer }: CheckedSpace, space: Space | null, account: Id | null): boolean {
  if (space === null) {
    if (pointer.sequence === 1) return true;
    throw new WireError('unknown-space', 'The node has no such space.');
  }
  if (space.account !== account) throw new WireError('forbidden', 'This space belongs to another account.');
  if (space.retired) throw retired();
  return pointer.sequence === space.sequence + 1 && pointer.previous !== null && equalBytes(pointer.previous, space.pointerHash);
}

/** What is proven to a writer whose commit came too late: what it asked for, then what it meant to change, as far as 64 go. */
export function keysAfterConflict({ commit }: CheckedSpace, max: number): MapKey[] {
  return [...commit.prove, ...commit.changes.map(([key]) => key)].slice(0, max);
}

/** Keys are hashes: four that agree in so many nibbles were chosen, to make a small commit cost the node much. */
const DEEPEST = 24;
/** A change renews the nodes on its way, about as many as a map of 10^9 cells is deep less those that the changes share. */
const NODES_A_CHANGE = 5;
const NODES_FREE = 64;

export interface PlannedMap {
  readonly nodes: NodeDelta;
  readonly cells: CellUse[];
  readonly proof: Uint8Array[];
}

/** Applies the changes to the map that is. Throws `bad-proof` unless that gives the signed root, `too-large` where keys were chosen to make it deep. */
export function planMap({ commit }: CheckedSpace, before: CellMap): PlannedMap {
  const changes = commit.changes.map(([key, fragments]): MapChange & { fragments: readonly Cid[] | null } => ({
    key, fragments, value: fragments === null ? null : cellHash(fragments),
  }));
  const after = before.apply(changes, DEEPEST);
  if (!equalBytes(after.root, commit.root.map)) throw new WireError('bad-proof', 'The changes do not lead to the map that the pointer signs.');
  const uses = new Map<string, CellUse>();
  for (const { key, value, fragments } of changes) {
    const old = before.get(key);
    if (old !== null) count(uses, { hash: old, by: -1, fragments: null });
    if (value !== null) count(uses, { hash: value, by: 1, fragments });
  }
  const proof = after.prove(commit.prove);
  const nodes = after.delta(before);
  if (nodes.added.length > NODES_FREE + NODES_A_CHANGE * changes.length) throw new WireError('too-large', 'The changes make too many nodes of the map: their keys are no hashes.');
  return { nodes, cells: [...uses.values()].filter(({ by }) => by !== 0), proof };
}

function count(uses: Map<string, CellUse>, use: CellUse): void {
  const text = hashText(use.hash);
  const held = uses.get(text);
  uses.set(text, { hash: use.hash, by: (held?.by ?? 0) + use.by, fragments: held?.fragments ?? use.fragments });
}

/** The step of one space, with the state that answers it. */
export function planAdvance(checked: CheckedSpace, space: Space | null, map: PlannedMap, arrived: Arrived): { advance: Advance; state: SpaceState } {
  const { commit, pointer } = checked;
  const home = space?.home ?? commit.authority?.home ?? false;
  if (home !== (commit.cover !== null)) throw new WireError('malformed', 'Malformed commit: the cover log belongs to home spaces.');
  const log = commit.cover === null ? null : planCover(commit.cover, space?.frontiers ?? null, arrived);
  if (log !== null && commit.root.cover !== null) {
    checkHead(logHead(log.frontiers.entries), commit.root.cover.entries);
    checkHead(logHead(log.frontiers.lane), commit.root.cover.lane);
  }
  const frontiers = log?.frontiers ?? null;
  const advance: Advance = {
    before: space, writer: pointer.writer, home, terms: commit.authority?.terms ?? null, sequence: pointer.sequence,
    pointer: commit.pointer, root: commit.root, frontiers, nodes: map.nodes, cells: map.cells, cover: log?.segments ?? null,
  };
  return { advance, state: { pointer: commit.pointer, root: commit.root, frontiers, proof: map.proof } };
}

function checkHead(mine: LogHead, signed: LogHead): void {
  if (mine.size !== signed.size || !equalBytes(mine.root, signed.root)) throw new WireError('bad-proof', 'The cover does not lead to the log that the pointer signs.');
}

function planCover(cover: CoverAppend, before: Frontiers | null, { visible, leaves }: Arrived): { frontiers: Frontiers; segments: CoverSegments } {
  const { entries, lane } = before ?? { entries: EMPTY_FRONTIER, lane: EMPTY_FRONTIER };
  const [least, most] = [coverEntries(visible), coverEntriesMax(visible)];
  if (cover.entries < least || cover.entries > most) throw new WireError('malformed', `Malformed commit: its cover must have ${least} to ${most} entries.`);
  const segments = cover.segments.map((block, index) => {
    const due = Math.min(COVER_SEGMENT_ENTRIES, cover.entries - index * COVER_SEGMENT_ENTRIES);
    const hashes = leaves.get(block);
    if (hashes === undefined) throw new WireError('missing-block', 'The cover of a commit is sent with it, every time anew.');
    if (hashes.length !== due) throw new WireError('malformed', 'Malformed commit: its cover is not cut as it must be.');
    return { at: entries.size + index * COVER_SEGMENT_ENTRIES, entries: due, block, hashes };
  });
  const frontiers = { entries: append(entries, segments.flatMap(({ hashes }) => hashes)), lane: append(lane, [leafHash(cover.header)]) };
  return { frontiers, segments: { header: cover.header, laneAt: lane.size, segments: segments.map(({ at, entries: due, block }) => ({ at, entries: due, block })) } };
}
