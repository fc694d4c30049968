import { equalBytes } from '../crypto/index.ts';
import {
  cidOf, decodeMapNode, emptyMapRoot, encodeCbor, hashText, HEADER_ITEM, MissingNode, toLink, WireError, type Block, type CellHash, type Cid, type MapKey, type NodeHash,
} from '../wire/index.ts';
import type { CarAnswer } from './cell-reads.ts';
import type { HeldBlocks } from './held-blocks.ts';
import type { Rows, Space } from './rows.ts';

const CELLS_A_PAGE = 2048;
const LANE_ITEMS_A_BLOCK = 4096;

/**
 * A whole space as one CAR. The record is `{v: 1, pointer, signature, root, cells: [links], lane: [links], cover: [[entries, link]…]}`;
 * each page of cells is `[[key, [links]]…]` in the order of keys, each piece of the lane a byte string of whole items.
 * The pages and the lane come first, then the fragments in their order, then the cover.
 */
export async function mirrorOf(rows: Rows, held: HeldBlocks, space: Space): Promise<CarAnswer> {
  const pages: Cid[] = [];
  for await (const { block } of cellPages(rows, space)) pages.push(block.cid);
  const lane: Cid[] = [];
  for await (const block of laneBlocks(rows, space)) lane.push(block.cid);
  const cover = space.home ? await rows.cover(space.id) : [];
  const record = blockOf({
    v: 1, pointer: space.pointer.pointer, signature: space.pointer.signature, root: space.root,
    cells: pages.map(toLink), lane: lane.map(toLink), cover: cover.map(({ entries, block }) => [entries, toLink(block)]),
  });
  return { record, blocks: mirrorBlocks(rows, held, space, cover.map(({ block }) => block)), length: null };
}

async function* mirrorBlocks(rows: Rows, held: HeldBlocks, space: Space, cover: readonly Cid[]): AsyncGenerator<Block> {
  for await (const { block } of cellPages(rows, space)) yield block;
  yield* laneBlocks(rows, space);
  for await (const { fragments } of cellPages(rows, space)) {
    for (const cid of fragments) yield { cid, bytes: await held.read(cid) ?? missing() };
  }
  for (const cid of cover) yield { cid, bytes: await held.read(cid) ?? missing() };
}

function missing(): never {
  throw new WireError('corrupt-block', 'A block of the space is missing from the node.');
}

function blockOf(value: unknown): Block {
  const bytes = encodeCbor(value);
  return { bytes, cid: cidOf('dag-cbor', bytes) };
}

async function* cellPages(rows: Rows, space: Space): AsyncGenerator<{ block: Block; fragments: Cid[] }> {
  let page: [MapKey, readonly Cid[]][] = [];
  for await (const [key, hash] of entriesOf(rows, space.id, space.root.map)) {
    page.push([key, await rows.cell(space.id, hash) ?? missing()]);
    if (page.length < CELLS_A_PAGE) continue;
    yield pageOf(page);
    page = [];
  }
  if (page.length > 0) yield pageOf(page);
}

function pageOf(page: readonly [MapKey, readonly Cid[]][]): { block: Block; fragments: Cid[] } {
  return { block: blockOf(page.map(([key, cids]) => [key, cids.map(toLink)])), fragments: page.flatMap(([, cids]) => cids) };
}

async function* laneBlocks(rows: Rows, space: Space): AsyncGenerator<Block> {
  if (!space.home) return;
  const size = space.frontiers?.lane.size ?? 0;
  for (let at = 0; at < size; at += LANE_ITEMS_A_BLOCK) {
    const items = await rows.lane(space.id, at, Math.min(LANE_ITEMS_A_BLOCK, size - at));
    yield blockOf(items.subarray(0, LANE_ITEMS_A_BLOCK * HEADER_ITEM));
  }
}

/** Every entry of the map, in the order of keys, a path of nodes in memory. */
async function* entriesOf(rows: Rows, space: number, hash: NodeHash): AsyncGenerator<[MapKey, CellHash]> {
  if (equalBytes(hash, emptyMapRoot())) return;
  const encoded = (await rows.nodes(space, [hash])).get(hashText(hash));
  if (encoded === undefined) throw new MissingNode(new Uint8Array(32) as MapKey);
  const node = decodeMapNode(encoded);
  if (node.kind === 'bucket') for (const { key, value } of node.entries) yield [key, value];
  else for (const child of node.children) if (child !== null) yield* entriesOf(rows, space, child);
}
