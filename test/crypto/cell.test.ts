import { test } from 'uvu';
import * as assert from 'uvu/assert';
import {
  BOX_OVERHEAD, CELL_OVERHEAD, CryptoError, cellKey, concat, engine, equalBytes, fromHex, hkdf, openBoxes, openCell, openCells,
  randomBytes, sealBoxes, sealCell, sealCells, useEngine, utf8,
} from '../../crypto/index.ts';
import { everyEngine } from '../rig/engines.ts';
import { seededRandom } from '../rig/random.ts';

const random = seededRandom('cells');
const fresh = () => cellKey(randomBytes(32));

for (const candidate of everyEngine) {
  test(`what one engine seals, every engine opens (${candidate.name})`, async () => {
    await useEngine(candidate);
    const jobs = [0, 1, 63, 64, 4096, 100_001].map((length) => ({ key: fresh(), plaintext: random.bytes(length) }));
    const cells = await sealCells(jobs);
    for (const other of everyEngine) {
      await useEngine(other);
      const opened = await openCells(jobs.map(({ key }, i) => ({ key, cell: cells[i] ?? new Uint8Array(0) })));
      opened.forEach((plaintext, i) => assert.equal(plaintext, jobs[i]?.plaintext));
    }
    cells.forEach((cell, i) => assert.is(cell.length, (jobs[i]?.plaintext.length ?? 0) + CELL_OVERHEAD));
  });

  test(`a cell with any one bit changed does not open (${candidate.name})`, async () => {
    await useEngine(candidate);
    const key = fresh();
    const cell = await sealCell(key, random.bytes(40));
    const changed = Array.from({ length: cell.length }, (_, at) => {
      const copy = Uint8Array.from(cell);
      copy[at] = (copy[at] ?? 0) ^ (1 << random.int(8));
      return { key, cell: copy };
    });
    assert.ok((await openCells(changed)).every((plaintext) => plaintext === null));
  });

  test(`a cell cut short, or longer, does not open (${candidate.name})`, async () => {
    await useEngine(candidate);
    const key = fresh();
    const cell = await sealCell(key, random.bytes(5));
    for (let length = 0; length < cell.length; length++) assert.is(await openCell(key, cell.subarray(0, length)), null);
    assert.is(await openCell(key, concat(cell, Uint8Array.of(0))), null);
  });
}

test('a batch keeps its order round the cells that do not open', async () => {
  const [mine, other] = [fresh(), fresh()];
  const [a, b, c] = await Promise.all([sealCell(mine, Uint8Array.of(1)), sealCell(other, Uint8Array.of(2)), sealCell(mine, Uint8Array.of(3))]);
  assert.equal(await openCells([a, b, c].map((cell) => ({ key: mine, cell }))), [Uint8Array.of(1), null, Uint8Array.of(3)]);
});

test('the same plaintext under the same key gives unrelated cells', async () => {
  const key = fresh();
  const [first, second] = await sealCells([{ key, plaintext: new Uint8Array(100) }, { key, plaintext: new Uint8Array(100) }]);
  assert.not.ok(equalBytes(first?.subarray(0, 24) ?? new Uint8Array(0), second?.subarray(0, 24) ?? new Uint8Array(0)));
  assert.not.equal(first?.subarray(72), second?.subarray(72));
});

/** A cell with every part at the maker's choice, as an attacker has it who knows both keys. */
async function crafted(parts: { nonce: Uint8Array; commitTo: Uint8Array; sealUnder: Uint8Array; plaintext: Uint8Array }): Promise<Uint8Array> {
  const commitment = hkdf(parts.commitTo, 'underkeep/cell-commitment/1', parts.nonce, 32);
  const key = hkdf(parts.sealUnder, 'underkeep/cell-key/1', parts.nonce, 32);
  const [cell] = await engine().seal([{ key, nonce: parts.nonce, plaintext: parts.plaintext, prefix: concat(parts.nonce, commitment) }]);
  return cell ?? new Uint8Array(0);
}

test('no cell opens under two keys: the commitment decides before the box is tried', async () => {
  const [first, second] = [fresh(), fresh()];
  const nonce = randomBytes(24);
  const plaintext = Uint8Array.of(1, 2, 3);
  const honest = await crafted({ nonce, commitTo: first, sealUnder: first, plaintext });
  assert.equal(await openCell(first, honest), plaintext, 'the crafting itself is right');
  const swapped = await crafted({ nonce, commitTo: second, sealUnder: first, plaintext });
  assert.is(await openCell(first, swapped), null, 'the box is the first key\'s, the commitment is not');
  assert.is(await openCell(second, swapped), null, 'the commitment is the second key\'s, the box is not');
});

test('a cell\'s layout is nonce 24, commitment 32, secretbox', async () => {
  const key = fresh();
  const cell = await sealCell(key, Uint8Array.of(9));
  const nonce = cell.subarray(0, 24);
  assert.equal(cell.subarray(24, 56), hkdf(key, 'underkeep/cell-commitment/1', nonce, 32));
  const opened = await engine().open([{ key: hkdf(key, 'underkeep/cell-key/1', nonce, 32), nonce, box: cell.subarray(56) }]);
  assert.equal(opened, [Uint8Array.of(9)]);
});

/** The byte-exact examples of docs/formats.md: key 00..1f, nonce 40..57, plaintext "Underkeep". */
const EXAMPLE_CELL = '404142434445464748494a4b4c4d4e4f5051525354555657'
  + 'c0feb958f0f7e2e0a55ac65d88fd96a266da7ebb1b45eeee8c54146a3641bb9c'
  + '570a74b28ef66c9db582d9f736684dd001b0786da6e40163da';
const EXAMPLE_BOX = '404142434445464748494a4b4c4d4e4f505152535455565731a3c78b2e06298d5b44a3f420030bdb1f79311c483ade4fb6';

test('cells and boxes keep their format: the written-down examples open', async () => {
  const key = Uint8Array.from({ length: 32 }, (_, i) => i);
  assert.equal(await openCell(cellKey(key), fromHex(EXAMPLE_CELL)), utf8('Underkeep'));
  assert.equal(await openBoxes([{ key, box: fromHex(EXAMPLE_BOX) }]), [utf8('Underkeep')]);
});

test('a cell key is 32 bytes and nothing else', () => {
  for (const length of [0, 31, 33]) assert.throws(() => cellKey(new Uint8Array(length)), (error: unknown) => error instanceof CryptoError && error.code === 'malformed');
});

test('a box opens under its key alone, and never when changed or cut', async () => {
  const [key, other] = [randomBytes(32), randomBytes(32)];
  const plaintext = random.bytes(216);
  const [box = new Uint8Array(0)] = await sealBoxes([{ key, plaintext }]);
  assert.is(box.length, plaintext.length + BOX_OVERHEAD);
  assert.equal(await openBoxes([{ key, box }, { key: other, box }]), [plaintext, null]);
  for (let at = 0; at < box.length; at += 7) {
    const changed = Uint8Array.from(box);
    changed[at] = (changed[at] ?? 0) ^ 0x80;
    assert.equal(await openBoxes([{ key, box: changed }, { key, box: box.subarray(0, at) }]), [null, null]);
  }
});

test.run();
