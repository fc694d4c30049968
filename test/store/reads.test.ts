import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { randomBytes, sha256, useEngine } from '../../crypto/index.ts';
import { nodeEngine } from '../../engines/index.ts';
import {
  CellMap, cellHash, cidOf, cidOfDigest, decodeCellsAnswer, decodeMapNode, hashMapNode, mapKey, ProofNodes, rootHash,
  type CellsAnswer, type CellsRequest, type Cid, type Label, type RootHash,
} from '../../wire/index.ts';
import { deliver, openStore, refused, type OpenStore } from '../rig/store.ts';
import { newSpace, randomCell, randomLabel, SpaceWriter, type WriterSpace } from '../rig/space-writer.ts';

await useEngine(nodeEngine());
const open: OpenStore = await openStore();
test.after(async () => open.close());

let names = 0;

/** An account whose home space holds these cells. */
async function holding(cells: readonly { label: Label; cell: Uint8Array }[], space?: WriterSpace): Promise<SpaceWriter> {
  const writer = new SpaceWriter();
  await deliver(open, await writer.draft(space === undefined ? [[writer.home, cells]] : [[writer.home, []], [space, cells]], { create: { login: `reader-${names++}` } }));
  return writer;
}

interface Read {
  readonly answer: CellsAnswer;
  readonly blocks: Map<Cid, Uint8Array>;
}

async function read(space: WriterSpace, labels: readonly Label[], more: Partial<CellsRequest> = {}): Promise<Read> {
  const car = await open.store.cells({ v: 1, space: space.key.publicKey, root: null, labels, prove: [], bytes: 64 * 1024 * 1024, ...more });
  const blocks = new Map<Cid, Uint8Array>();
  for await (const { cid, bytes } of car.blocks) blocks.set(cid, bytes.slice());
  return { answer: decodeCellsAnswer(car.record.bytes), blocks };
}

function mapOf({ root, proof }: CellsAnswer): CellMap {
  const nodes = new ProofNodes();
  nodes.add(proof);
  return CellMap.at(root.map, nodes.source);
}

test('an answer holds what it was asked for, proven, and whole cells in order as far as the bytes allow', async () => {
  const cells = Array.from({ length: 4 }, () => ({ label: randomLabel(), cell: randomCell(1_500_000) }));
  const { home } = await holding(cells);
  const labels = cells.map(({ label }) => label);
  const absent = randomLabel();
  const { answer, blocks } = await read(home, [...labels.slice(0, 1), absent, ...labels.slice(1)], { bytes: 3_000_000, prove: [mapKey(randomLabel())] });
  assert.is(answer.included, 3, 'the first, the absent one, and the second');
  assert.is(blocks.size, 4);
  assert.is(answer.cells[1], null);
  const map = mapOf(answer);
  for (const [index, label] of labels.entries()) assert.equal(map.get(mapKey(label)), cellHash(answer.cells[index === 0 ? 0 : index + 1] ?? []));
  assert.is(map.get(mapKey(absent)), null);
  assert.ok(answer.frontiers, 'a home space shows its logs');
});

test('a request for proofs alone brings no block', async () => {
  const cell = { label: randomLabel(), cell: randomCell(5000) };
  const { home } = await holding([cell]);
  const { answer, blocks } = await read(home, [cell.label], { bytes: 0 });
  assert.is(answer.included, 0);
  assert.is(blocks.size, 0);
  assert.ok(answer.cells[0]);
});

test('a read that pins a root sees the state of then for an hour, deleted cells included, and is told when that is gone', async () => {
  const cells = [{ label: randomLabel(), cell: randomCell(100_000) }, { label: randomLabel(), cell: randomCell(500) }];
  const writer = await holding(cells);
  const labels = cells.map(({ label }) => label);
  const { answer: then } = await read(writer.home, labels);
  const root = rootHash(then.root);
  await deliver(open, await writer.draft([[writer.home, labels.map((label) => ({ label, cell: null }))]]));
  await deliver(open, await writer.draft([[writer.home, [{ label: randomLabel(), cell: randomCell(10) }]]]));
  open.pass(3000);
  await open.collectAll();
  const pinned = await read(writer.home, labels, { root });
  assert.equal(pinned.answer.root, then.root);
  assert.equal(pinned.answer.frontiers, then.frontiers);
  assert.equal(pinned.answer.cells, then.cells);
  assert.equal(Buffer.from(pinned.blocks.get(then.cells[0]?.[0] ?? cidOf('raw', randomBytes(1))) ?? []), Buffer.from(cells[0]?.cell ?? []));
  assert.is((await read(writer.home, labels)).answer.cells[0], null, 'the current state has neither');
  open.pass(700);
  await open.collectAll();
  await refused('root-gone', async () => read(writer.home, labels, { root }));
  await refused('root-gone', async () => read(writer.home, labels, { root: randomBytes(32) as RootHash }));
});

test('from one cell and all that its proof reaches, no neighbour can be fetched', async () => {
  const cells = Array.from({ length: 200 }, () => ({ label: randomLabel(), cell: randomCell(900) }));
  const { home } = await holding(cells);
  const [mine, ...neighbours] = cells;
  if (mine === undefined) throw new Error('no cell');
  const { answer, blocks } = await read(home, [mine.label]);
  assert.is(blocks.size, 1);
  // Everything that a reader of one cell sees or can compute: hashes of nodes, keys and hashes of neighbouring cells.
  const seen: Uint8Array[] = [];
  for (const encoded of answer.proof) {
    const node = decodeMapNode(encoded);
    seen.push(hashMapNode(encoded), sha256(encoded));
    if (node.kind === 'bucket') for (const { key, value } of node.entries) seen.push(key, value);
    else for (const child of node.children) if (child !== null) seen.push(child);
  }
  assert.ok(seen.length > 16);
  for (const hash of seen) {
    assert.is(await open.store.block(cidOfDigest('raw', hash)), null, 'no block is named by it');
    const { answer: again, blocks: got } = await read(home, [hash as Label], { prove: [] });
    assert.is(again.cells[0], null, 'no cell is labelled by it');
    assert.is(got.size, 0);
  }
  // Asking for a neighbour's key proves its hash and no more.
  const key = mapKey(neighbours[0]?.label ?? randomLabel());
  const proven = await read(home, [], { prove: [key] });
  assert.is(proven.blocks.size, 0);
  assert.equal(proven.answer.cells, []);
  const bytes = Buffer.concat(proven.answer.proof);
  for (const { label, cell } of neighbours.map((neighbour) => ({ label: Buffer.from(neighbour.label), cell: neighbour.cell }))) {
    assert.not(bytes.includes(label), 'no label is in a proof');
    assert.not(bytes.includes(Buffer.from(cidOf('raw', cell))), 'no CID is in a proof');
    assert.not(bytes.includes(Buffer.from(sha256(cell))), 'no digest of a block is in a proof');
  }
});

test('a link ends at its time, and after so many readings that named a cell, whether blocks came along or not', async () => {
  const cell = { label: randomLabel(), cell: randomCell(2000) };
  const counted = newSpace(false, { expires: null, opens: 2 });
  await holding([cell], counted);
  await read(counted, [randomLabel()]);
  await read(counted, [], { prove: [mapKey(cell.label)] });
  await read(counted, [cell.label], { bytes: 0 });
  await read(counted, [cell.label]);
  await refused('link-spent', async () => read(counted, [cell.label]));
  const timed = newSpace(false, { expires: open.now() + 100, opens: null });
  await holding([cell], timed);
  open.pass(99);
  await read(timed, [cell.label]);
  open.pass(1);
  await refused('link-spent', async () => read(timed, [cell.label]));
});

test('a block that only spaces with terms name is not served by its CID, and one that is named elsewhere too is', async () => {
  const [secret, both] = [{ label: randomLabel(), cell: randomCell(2000) }, { label: randomLabel(), cell: randomCell(2000) }];
  const counted = newSpace(false, { expires: null, opens: 5 });
  const writer = await holding([secret, both], counted);
  const { blocks } = await read(counted, [secret.label]);
  const [cid] = [...blocks.keys()];
  if (cid === undefined) throw new Error('no block');
  assert.is(await open.store.block(cid), null);
  const { blocks: others } = await read(counted, [both.label]);
  const [shared] = [...others.keys()];
  if (shared === undefined) throw new Error('no block');
  assert.is(await open.store.block(shared), null);
  await deliver(open, await writer.draft([[writer.home, [both]]]));
  assert.ok(await open.store.block(shared));
  await holding([{ label: randomLabel(), cell: both.cell }], newSpace(false, { expires: null, opens: 1 }));
  assert.ok(await open.store.block(shared), 'nobody can hide it by naming it');
  await deliver(open, await writer.draft([[writer.home, []]], { retire: [counted.key] }));
  for (const seconds of [0, 3601, 3601]) {
    open.pass(seconds);
    assert.is(await open.store.block(cid), null);
    await open.collectAll();
  }
});

test('an unknown space is unknown', async () => {
  await refused('unknown-space', async () => read(newSpace(false), []));
});

test.run();
