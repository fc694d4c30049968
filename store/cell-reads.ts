import { equalBytes, type PublicKey } from '../crypto/index.ts';
import { encodeCellsAnswer, mapKey, MissingNode, sectionHead, WireError, type Block, type CellMap, type CellsRequest, type Cid, type MapKey } from '../wire/index.ts';
import { linkSpent, retired } from './errors.ts';
import type { HeldBlocks } from './held-blocks.ts';
import { withMap } from './map-reading.ts';
import type { OldRoot, Rows, Space } from './rows.ts';

/** A CAR to send: its record, and the blocks in order. */
export interface CarAnswer {
  readonly record: Block;
  /** Each block's bytes are good until the next one is asked for: their memory is used again. */
  readonly blocks: AsyncIterable<Block>;
  /** Bytes of the sections of all blocks; null where that is not known beforehand. */
  readonly length: number | null;
}

/** A space that can be read now. Throws `unknown-space`, `retired`, `link-spent`. */
export async function readable(rows: Rows, writer: PublicKey, now: number): Promise<Space> {
  const space = await rows.space(writer);
  if (space === null) throw new WireError('unknown-space', 'The node has no such space.');
  if (space.retired) throw retired();
  const { expires = null, opens = null } = space.terms ?? {};
  if ((expires !== null && expires <= now) || opens === 0) throw linkSpent();
  return space;
}

/** Answers `POST /v1/cells`. Throws `unknown-space`, `retired`, `link-spent`, `root-gone`, `corrupt-block`. */
export async function readCells(rows: Rows, held: HeldBlocks, request: CellsRequest, now: number): Promise<CarAnswer> {
  const space = await readable(rows, request.space, now);
  const at = await rootAt(rows, space, request);
  const keys = request.labels.map(mapKey);
  const { proof, hashes } = await inMap(rows, space, at, [...keys, ...request.prove], (map) => ({
    proof: map.prove([...keys, ...request.prove]),
    hashes: keys.map((key) => map.get(key)),
  }));
  const cells: (readonly Cid[] | null)[] = [];
  for (const hash of hashes) cells.push(hash === null ? null : await rows.cell(space.id, hash) ?? gone(request));
  const { included, blocks } = await within(rows, cells, request.bytes);
  const first = await firstBlock(held, blocks);
  // CIDs alone count as well: they are what makes the blocks findable.
  if (cells.some((cell) => cell !== null) && !(await rows.open(space.id))) throw linkSpent();
  const record = encodeCellsAnswer({ v: 1, pointer: space.pointer, root: at.root, frontiers: at.frontiers, proof, cells, included });
  const length = blocks.reduce((sum, { cid, size }) => sum + sectionHead(cid, size).length + size, 0);
  return { record, blocks: inOrder(held, blocks, first), length };
}

async function rootAt(rows: Rows, space: Space, { root }: CellsRequest): Promise<OldRoot> {
  if (root === null || equalBytes(root, space.rootHash)) return space;
  return await rows.oldRoot(space.id, root) ?? rootGone();
}

async function inMap<T>(rows: Rows, space: Space, at: OldRoot, keys: readonly MapKey[], work: (map: CellMap) => T): Promise<T> {
  try {
    return await withMap(async (hashes) => rows.nodes(space.id, hashes), at.root.map, keys, work);
  } catch (error) {
    // Replaced nodes go before the last trace of their root may.
    throw error instanceof MissingNode && at !== space ? rootGone() : error;
  }
}

function rootGone(): never {
  throw new WireError('root-gone', 'This state was replaced more than an hour ago: read the current one.');
}

function gone({ root }: CellsRequest): never {
  if (root !== null) rootGone();
  throw new WireError('corrupt-block', 'A cell of the space is missing from the node.');
}

interface Placed {
  readonly cid: Cid;
  readonly size: number;
}

/** Whole cells from the front as far as `bytes` allows. */
async function within(rows: Rows, cells: readonly (readonly Cid[] | null)[], bytes: number): Promise<{ included: number; blocks: Placed[] }> {
  const blocks: Placed[] = [];
  let room = bytes;
  for (const [included, cell] of cells.entries()) {
    const placed = await Promise.all((cell ?? []).map(async (cid) => ({ cid, size: (await rows.block(cid))?.size ?? 0 })));
    room -= placed.reduce((sum, { size }) => sum + size, 0);
    if (room < 0) return { included, blocks };
    blocks.push(...placed);
  }
  return { included: cells.length, blocks };
}

/** Read ahead of the answer, so that a damaged block can still be told as what it is. */
async function firstBlock(held: HeldBlocks, blocks: readonly Placed[]): Promise<Uint8Array | null> {
  const [first] = blocks;
  return first === undefined ? null : read(held, first.cid);
}

async function read(held: HeldBlocks, cid: Cid): Promise<Uint8Array> {
  const bytes = await held.read(cid, held.memory.allocate);
  if (bytes === null) throw new WireError('corrupt-block', 'A block of the cell is missing from the node.');
  return bytes;
}

/** One block ahead of the reader. A damaged block goes out as zeros: the reader's own check names it, and the rest arrives. */
async function* inOrder(held: HeldBlocks, blocks: readonly Placed[], first: Uint8Array | null): AsyncGenerator<Block> {
  const load = async ({ cid, size }: Placed): Promise<Uint8Array> => read(held, cid).catch(() => new Uint8Array(size));
  let ahead = Promise.resolve(first ?? new Uint8Array());
  for (const [index, { cid }] of blocks.entries()) {
    const bytes = await ahead;
    const next = blocks[index + 1];
    if (next !== undefined) ahead = load(next);
    yield { cid, bytes };
    held.memory.giveBack(bytes);
  }
}
