import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { concat, sha256, toHex } from '../../crypto/index.ts';
import { BLOCK_MAX, CELL_MAX, WireError, cellHash, cidDigest, cidOf, fragmentCells, label, mapKey } from '../../wire/index.ts';
import { seededRandom } from '../rig/random.ts';

const random = seededRandom('cell');

test('a cell is cut in full blocks and a last one, which join to the cell again', async () => {
  for (const size of [1, 100, BLOCK_MAX - 1, BLOCK_MAX, BLOCK_MAX + 1, 3 * BLOCK_MAX, CELL_MAX - 1, CELL_MAX]) {
    const cell = new Uint8Array(size).fill(size % 251);
    const [fragments = []] = await fragmentCells([cell]);
    assert.is(fragments.length, Math.ceil(size / BLOCK_MAX));
    assert.ok(fragments.every(({ bytes }, index) => bytes.length === BLOCK_MAX || index === fragments.length - 1));
    assert.is(toHex(sha256(concat(...fragments.map(({ bytes }) => bytes)))), toHex(sha256(cell)));
    for (const { cid, bytes } of fragments) assert.equal(cidDigest(cid), sha256(bytes));
  }
});

test('fragments of many cells stay with their cells', async () => {
  const cells = Array.from({ length: 20 }, () => random.bytes(1 + random.int(50)));
  const cut = await fragmentCells(cells);
  for (const [index, cell] of cells.entries()) assert.equal(cut[index], [{ cid: cidOf('raw', cell), bytes: cell }]);
  assert.equal(await fragmentCells([]), []);
});

test('an empty cell and one past 5 MiB are refused', async () => {
  for (const size of [0, CELL_MAX + 1]) {
    const error: unknown = await fragmentCells([new Uint8Array(size)]).then(() => null, (reason: unknown) => reason);
    assert.ok(error instanceof WireError && error.code === 'too-large');
  }
});

test('a cell hash depends on each fragment and on their order', () => {
  const cids = Array.from({ length: 5 }, () => cidOf('raw', random.bytes(9)));
  const lists = [cids, cids.toReversed(), cids.slice(1), cids.slice(0, 4), cids.with(2, cidOf('raw', random.bytes(9)))];
  assert.is(new Set(lists.map((list) => toHex(cellHash(list)))).size, lists.length);
});

test('a label has 32 bytes, and its place in the map is its sha256', () => {
  const bytes = random.bytes(32);
  assert.equal(mapKey(label(bytes)), sha256(bytes));
  for (const length of [0, 31, 33]) assert.throws(() => label(new Uint8Array(length)), (error: unknown) => error instanceof WireError && error.code === 'malformed');
});

test.run();
