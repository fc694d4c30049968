import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { toHex } from '../../crypto/index.ts';
import {
  CellMap, ProofNodes, WireError, decodeMapNode, emptyMapRoot, encodeCbor, encodeMapNode, hashMapNode, mapKey, type CellHash, type Label, type MapChange, type MapKey, type MapNode, type NodeDelta,
} from '../../wire/index.ts';
import { seededRandom } from '../rig/random.ts';
import { MapModel, anyCellHash, keyPool, someChanges } from './map-model.ts';

const random = seededRandom('map');
const emptyRootText = toHex(emptyMapRoot());

function filled(count: number): MapChange[] {
  return Array.from({ length: count }, () => ({ key: mapKey(random.bytes(32) as Label), value: anyCellHash(random) }));
}

test('after any history the root is that of a map built from nothing', () => {
  for (let round = 0; round < 60; round++) {
    const pool = keyPool(random, 1 + random.int(60));
    const model = new MapModel();
    let map = CellMap.empty();
    for (let step = 0; step < 15; step++) {
      const changes = someChanges(random, pool, random.int(20));
      map = map.apply(changes);
      model.apply(changes);
      assert.is(toHex(map.root), toHex(model.build().root));
      for (const key of pool) assert.equal(map.get(key), model.get(key));
      assert.equal([...map.entries()], model.entries);
    }
  }
});

test('the order of writes does not show, nor do entries that came and went', () => {
  for (let round = 0; round < 40; round++) {
    const pool = keyPool(random, 1 + random.int(80));
    const content = new Map(pool.map((key) => [toHex(key), { key, value: anyCellHash(random) }]));
    const writes = [...content.values()];
    const { root } = CellMap.empty().apply(writes);
    const passing = filled(10);
    const detour = random.shuffled([...writes, ...passing, ...someChanges(random, pool, 30)]);
    assert.equal(CellMap.empty().apply(random.shuffled(writes)).root, root);
    assert.equal(CellMap.empty().apply([...detour, ...passing.map(({ key }) => ({ key, value: null })), ...random.shuffled(writes)]).root, root);
    assert.equal(CellMap.empty().apply([...writes, ...random.shuffled(writes.map(({ key }) => ({ key, value: null })))]).root, emptyMapRoot());
  }
});

test('apply leaves the map it started from as it was', () => {
  const writes = filled(100);
  const before = CellMap.empty().apply(writes);
  const { root } = before;
  before.apply(writes.map(({ key }) => ({ key, value: null })));
  assert.equal(before.root, root);
  assert.is([...before.entries()].length, 100);
});

/** A node's store, which takes nothing twice and drops nothing that it has not. */
class ExactStore {
  readonly nodes = new Map<string, Uint8Array>();
  readonly source = (hash: Uint8Array): Uint8Array | undefined => this.nodes.get(toHex(hash));

  take({ added, removed }: NodeDelta): void {
    for (const { hash, encoded } of added) {
      assert.not(this.nodes.has(toHex(hash)));
      assert.equal(hashMapNode(encoded), hash);
      this.nodes.set(toHex(hash), encoded);
    }
    for (const hash of removed) assert.ok(this.nodes.delete(toHex(hash)) || toHex(hash) === emptyRootText);
  }
}

test('delta keeps a store of nodes exact over long histories', () => {
  for (let round = 0; round < 12; round++) {
    const pool = keyPool(random, 5 + random.int(150));
    const store = new ExactStore();
    const model = new MapModel();
    let map = CellMap.empty();
    for (let step = 0; step < 60; step++) {
      // Sometimes the node keeps its tree in memory, sometimes it has restarted and loads what it needs.
      if (random.int(2) === 0) map = CellMap.at(map.root, store.source);
      const before = map;
      // A commit may also be tried and given up, or be prepared in several steps.
      map.apply(someChanges(random, pool, 5));
      const batches = Array.from({ length: 1 + random.int(3) }, () => someChanges(random, pool, random.int(step % 10 === 0 ? 200 : 6)));
      for (const changes of batches) {
        map = map.apply(changes);
        model.apply(changes);
      }
      store.take(map.delta(before));
      const { root, nodes } = model.build();
      assert.is(toHex(map.root), toHex(root));
      const known = [...store.nodes.keys()].filter((text) => text !== emptyRootText).sort();
      assert.equal(known, [...nodes.keys()].filter((text) => text !== emptyRootText).sort());
    }
  }
});

function chain(prefix: Uint8Array, nibbles: number): MapKey[] {
  return Array.from({ length: nibbles }, (_, last) => {
    const key = prefix.slice();
    key[31] = ((key[31] ?? 0) & 0xf0) | last;
    return key as MapKey;
  });
}

test('keys that share 63 nibbles can be stored, read back, proven and deleted', () => {
  const keys = chain(random.bytes(32), 16);
  const writes = keys.map((key) => ({ key, value: anyCellHash(random) }));
  const map = CellMap.empty().apply(writes);
  const store = new ProofNodes();
  store.addAll(map.delta(CellMap.empty()));
  const loaded = CellMap.at(map.root, store.source);
  for (const { key, value } of writes) assert.equal(loaded.get(key), value);
  const proof = new ProofNodes();
  proof.add(loaded.prove(keys));
  const emptied = CellMap.at(map.root, proof.source).apply(keys.map((key) => ({ key, value: null })));
  assert.equal(emptied.root, emptyMapRoot());
});

test('a map deeper than its keys is refused', () => {
  const [key] = chain(random.bytes(32), 1);
  assert.ok(key);
  let encoded = encodeMapNode({ kind: 'bucket', entries: [{ key, value: anyCellHash(random) }] });
  const store = new ProofNodes();
  store.add([encoded]);
  for (let depth = 65; depth >= 0; depth--) {
    const children = Array.from({ length: 16 }, (_, slot) => (slot === (depth < 64 ? ((key[depth >> 1] ?? 0) >> (depth % 2 === 0 ? 4 : 0)) & 15 : 0) ? hashMapNode(encoded) : null));
    encoded = encodeMapNode({ kind: 'branch', children });
    store.add([encoded]);
  }
  const map = CellMap.at(hashMapNode(encoded), store.source);
  const refused = (run: () => unknown): void => assert.throws(run, (error: unknown) => error instanceof WireError && ['bad-proof', 'malformed'].includes(error.code));
  refused(() => map.get(key));
  refused(() => map.apply([{ key, value: null }]));
  refused(() => map.apply([{ key, value: anyCellHash(random) }]));
  refused(() => map.prove([key]));
  refused(() => [...map.entries()]);
});

test('a node of the map has one form', () => {
  const hash = (fill: number): Uint8Array => new Uint8Array(32).fill(fill);
  const entry = (fill: number): unknown => [hash(fill), hash(9)];
  const children = (count: number, child: unknown): unknown[] => Array.from({ length: count }, () => child);
  const good: unknown[] = [[0, []], [0, [entry(1)]], [0, [entry(1), entry(2), entry(3)]], [1, children(16, hash(1))], [1, [...children(15, null), hash(1)]]];
  for (const value of good) {
    const node: MapNode = decodeMapNode(encodeCbor(value));
    assert.equal(encodeMapNode(node), encodeCbor(value));
  }
  const bad: unknown[] = [
    [0, [entry(2), entry(1)]], [0, [entry(1), entry(1)]], [0, [entry(1), entry(2), entry(3), entry(4)]], [0, [[hash(1)]]], [0, [[hash(1), hash(2), hash(3)]]],
    [0, [[hash(1), new Uint8Array(31)]]], [0, [[new Uint8Array(33), hash(1)]]], [0], [0, [], 0], [0, null], [0, new Map()], [2, []], ['0', []], [null, []],
    [1, children(16, null)], [1, children(15, hash(1))], [1, children(17, hash(1))], [1, children(16, new Uint8Array(31))], [1, children(16, [])], [1, []],
    [], 0, null, new Map(), hash(1),
  ];
  for (const value of bad) assert.throws(() => decodeMapNode(encodeCbor(value)), (error: unknown) => error instanceof WireError && error.code === 'malformed');
  for (const bytes of [new Uint8Array(), Uint8Array.of(1), Uint8Array.of(0x82, 1), Uint8Array.of(0x82, 0)]) {
    assert.throws(() => decodeMapNode(bytes), (error: unknown) => error instanceof WireError && error.code === 'malformed');
  }
});

test('8192 changes in a map of 30,000 cost per change what 1024 do', () => {
  const writes = filled(30_000);
  const full = CellMap.empty().apply(writes);
  const store = new ProofNodes();
  store.addAll(full.delta(CellMap.empty()));
  const fresh = filled(8192);
  const milliseconds = (count: number): number => {
    const changes = fresh.slice(0, count).map((write, index): MapChange => (index % 2 === 0 ? write : { key: writes[index]?.key ?? write.key, value: null }));
    const before = CellMap.at(full.root, store.source);
    const start = performance.now();
    const delta = before.apply(changes).delta(before);
    assert.ok(delta.added.length < 4 * count + 100);
    return performance.now() - start;
  };
  milliseconds(1024);
  const few = Math.min(...[1, 2, 3].map(() => milliseconds(1024))) / 1024;
  const many = Math.min(...[1, 2].map(() => milliseconds(8192))) / 8192;
  console.log(`a change: ${(few * 1000).toFixed(0)} µs among 1024, ${(many * 1000).toFixed(0)} µs among 8192`);
  assert.ok(many < 3 * few, 'the cost of a change grows with their number');
});

test('8192 keys chosen to make the map as deep as can be are taken in seconds', () => {
  const value = random.bytes(32) as CellHash;
  const changes = Array.from({ length: 2048 }, () => chain(random.bytes(32), 4)).flat().map((key) => ({ key, value }));
  const start = performance.now();
  const { added } = CellMap.empty().apply(changes).delta(CellMap.empty());
  const bytes = added.reduce((sum, { encoded }) => sum + encoded.length, 0);
  console.log(`hostile keys: ${added.length} nodes, ${bytes} bytes, ${(performance.now() - start).toFixed(0)} ms`);
  assert.ok(performance.now() - start < 30_000);
});

test.run();
