import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { toHex } from '../../crypto/index.ts';
import { CellMap, MissingNode, PROOFS_MAX, ProofNodes, WireError, emptyMapRoot, type CellHash, type MapChange, type MapKey, type NodeSource } from '../../wire/index.ts';
import { seededRandom } from '../rig/random.ts';
import { anyCellHash, keyPool, someChanges } from './map-model.ts';

const random = seededRandom('map proofs');

function someMap(pool: readonly MapKey[], count: number): CellMap {
  return CellMap.empty().apply(random.shuffled(pool).slice(0, count).map((key) => ({ key, value: anyCellHash(random) })));
}

function partial(full: CellMap, keys: readonly MapKey[]): { map: CellMap; nodes: ProofNodes } {
  const nodes = new ProofNodes();
  nodes.add(full.prove(keys));
  return { map: CellMap.at(full.root, nodes.source), nodes };
}

/** What `run` gives once every node that it misses was asked for, and how often it had to ask. */
function asking<T>(full: CellMap, nodes: ProofNodes, run: () => T): { value: T; asked: number } {
  for (let asked = 0; ; asked++) {
    try {
      return { value: run(), asked };
    } catch (error) {
      if (!(error instanceof MissingNode)) throw error;
      const before = nodes.size;
      nodes.add(full.prove([error.key]));
      assert.ok(nodes.size > before, 'the proof of the key that is missing brings nothing new');
    }
  }
}

test('a proof alone says what is under its keys, and what is not there', () => {
  for (let round = 0; round < 100; round++) {
    const pool = keyPool(random, 1 + random.int(300));
    const full = someMap(pool, random.int(pool.length + 1));
    const keys = random.shuffled(pool).slice(0, 1 + random.int(PROOFS_MAX));
    const { map } = partial(full, keys);
    for (const key of keys) assert.equal(map.get(key), full.get(key));
    for (const key of pool) {
      try {
        assert.equal(map.get(key), full.get(key));
      } catch (error) {
        assert.instance(error, MissingNode);
        assert.equal((error as MissingNode).key, key);
      }
    }
  }
});

test('changes to proven keys lead to the true root without another node, collapse included', () => {
  for (let round = 0; round < 300; round++) {
    const pool = keyPool(random, 1 + random.int(120));
    const full = someMap(pool, pool.length);
    const touched = random.shuffled(pool).slice(0, 1 + random.int(30));
    const changes = random.int(3) === 0 ? touched.map((key): MapChange => ({ key, value: null })) : someChanges(random, touched, 40);
    const { map } = partial(full, touched);
    const changed = map.apply(changes);
    assert.is(toHex(changed.root), toHex(full.apply(changes).root));
    // The changed map can itself be proven, and changed again.
    const again = someChanges(random, touched, 10);
    assert.is(toHex(changed.apply(again).root), toHex(full.apply([...changes, ...again]).root));
  }
});

test('without a proof, few are asked for: the keys\' own, and neighbours where the map collapses', () => {
  let worst = 0;
  for (let round = 0; round < 200; round++) {
    const pool = keyPool(random, 1 + random.int(200));
    const full = someMap(pool, pool.length);
    const changes = someChanges(random, pool, 1 + random.int(12));
    const nodes = new ProofNodes();
    const { value, asked } = asking(full, nodes, () => CellMap.at(full.root, nodes.source).apply(changes).root);
    assert.is(toHex(value), toHex(full.apply(changes).root));
    assert.ok(asked <= 4 * changes.length, `${asked} proofs for ${changes.length} changes`);
    worst = Math.max(worst, asked / changes.length);
  }
  console.log(`at most ${worst.toFixed(1)} proofs a change`);
});

test('a walk over a map that is not there asks its way through all of it', () => {
  for (const count of [0, 1, 3, 4, 300]) {
    const full = someMap(keyPool(random, count), count);
    const nodes = new ProofNodes();
    const { value, asked } = asking(full, nodes, () => [...CellMap.at(full.root, nodes.source).entries()]);
    assert.equal(value, [...full.entries()]);
    assert.ok(asked <= nodes.size);
  }
});

test('a proof of 64 keys in a large map is smaller than what an answer may hold, and of 5 changes at most 16 KB', () => {
  const pool = Array.from({ length: 30_000 }, () => random.bytes(32) as MapKey);
  const full = someMap(pool, pool.length);
  const size = (keys: readonly MapKey[]): number => full.prove(keys).reduce((sum, { length }) => sum + length, 0);
  const five = Array.from({ length: 500 }, () => size(Array.from({ length: 5 }, () => (random.int(2) === 0 ? random.pick(pool) : (random.bytes(32) as MapKey)))));
  console.log(`proof of 5 changes in 30,000 cells: ${Math.min(...five)} to ${Math.max(...five)} bytes`);
  assert.ok(Math.max(...five) <= 16_384);
  const many = full.prove(random.shuffled(pool).slice(0, PROOFS_MAX));
  assert.ok(many.length <= PROOFS_MAX * 24 && many.every(({ length }) => length <= 640));
});

function damaged(bytes: Uint8Array): Uint8Array {
  const kind = random.int(4);
  if (kind === 0) return bytes.subarray(0, random.int(bytes.length));
  if (kind === 1) return Uint8Array.of(...bytes, random.int(256));
  const changed = bytes.slice();
  const at = random.int(bytes.length);
  changed[at] = (changed[at] ?? 0) ^ (1 << random.int(8));
  return changed;
}

test('a damaged node, or another in its place, never verifies', () => {
  for (let round = 0; round < 400; round++) {
    const pool = keyPool(random, 2 + random.int(100));
    const full = someMap(pool, pool.length);
    const key = random.pick(pool);
    const proof = full.prove([key]);
    const victim = random.pick(proof);
    const other = random.pick([damaged(victim), damaged(victim), ...someMap(pool, pool.length).prove([key]), ...proof.filter((node) => node !== victim)]);

    // Filed under its own hash, it is only not the one that is looked for.
    const honest = new ProofNodes();
    honest.add(proof.map((node) => (node === victim ? other : node)));
    const refused = (run: () => unknown, expected: (error: unknown) => boolean): void => {
      try {
        assert.equal(run(), full.get(key));
      } catch (error) {
        if (!expected(error)) throw error;
      }
    };
    refused(() => CellMap.at(full.root, honest.source).get(key), (error) => error instanceof MissingNode);
    // A source that lies about hashes is found out.
    const truth = new ProofNodes();
    truth.add(proof);
    const lying: NodeSource = (hash) => (truth.source(hash) === victim ? other : truth.source(hash));
    refused(() => CellMap.at(full.root, lying).get(key), (error) => error instanceof WireError && error.code === 'bad-proof');
    assert.throws(() => Array.from(CellMap.at(full.root, lying).entries()), (error: unknown) => error instanceof MissingNode || (error instanceof WireError && error.code === 'bad-proof'));
  }
});

test('under another root nothing verifies', () => {
  const pool = keyPool(random, 50);
  const full = someMap(pool, 50);
  const key = random.pick(pool);
  const { nodes } = partial(full, [key]);
  const wrong = full.apply([{ key, value: new Uint8Array(32) as CellHash }]).root;
  assert.throws(() => CellMap.at(wrong, nodes.source).get(key), (error: unknown) => error instanceof MissingNode);
  assert.throws(() => CellMap.at(wrong, () => full.prove([key])[0]).get(key), (error: unknown) => error instanceof WireError && error.code === 'bad-proof');
});

test('the empty map needs no proof', () => {
  const map = CellMap.at(emptyMapRoot(), () => undefined);
  const key = random.bytes(32) as MapKey;
  const value = anyCellHash(random);
  assert.is(map.get(key), null);
  assert.equal(map.apply([{ key, value }]).root, CellMap.empty().apply([{ key, value }]).root);
  assert.is(map.prove([key]).length, 1);
});

test('a proof holds hashes only: of another cell it gives neither label nor fragments', () => {
  const pool = keyPool(random, 200);
  const full = someMap(pool, 200);
  const { nodes, map } = partial(full, [random.pick(pool)]);
  // What is reachable: entries of the buckets on the path, which are hashes of labels and of fragment lists.
  assert.ok(nodes.size <= 64 + 3 * 64);
  const reachable = pool.filter((key) => {
    try {
      return map.get(key) !== null;
    } catch {
      return false;
    }
  });
  assert.ok(reachable.length >= 1 && reachable.length <= 3 + 9);
});

test.run();
