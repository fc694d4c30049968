import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { concat, fromHex, toHex, u32be } from '../../crypto/index.ts';
import {
  EMPTY_FRONTIER, WireError, append, checkConsistency, checkFrontier, consistencyProof, leafHash, logHead, logRoot, rootOfLeaves, type Frontier, type LogHash, type LogHead,
} from '../../wire/index.ts';
import { seededRandom } from '../rig/random.ts';

interface Vectors {
  readonly leaves: readonly string[];
  readonly emptyRoot: string;
  readonly roots: readonly string[];
  readonly consistency: readonly { readonly from: number; readonly to: number; readonly proof: readonly string[] }[];
}
const vectors = JSON.parse(readFileSync(new URL('../vectors/certificate-transparency.json', import.meta.url), 'utf8')) as Vectors;
const random = seededRandom('log');
const SIZES = 40;

const leaves = Array.from({ length: SIZES }, (_, index) => leafHash(u32be(index)));
const headOf = (of: readonly LogHash[]): LogHead => ({ size: of.length, root: rootOfLeaves(of) });
const heads = Array.from({ length: SIZES + 1 }, (_, size) => headOf(leaves.slice(0, size)));
const head = (size: number): LogHead => heads[size] ?? headOf([]);

/** RFC 9162, 2.1.1, word for word: MTH(D[n]). */
function treeHash(entries: readonly Uint8Array[]): Uint8Array {
  const sha = (...parts: Uint8Array[]): Uint8Array => new Uint8Array(createHash('sha256').update(concat(...parts)).digest());
  const [only] = entries;
  if (only === undefined) return sha();
  if (entries.length === 1) return sha(Uint8Array.of(0), only);
  const split = 2 ** Math.ceil(Math.log2(entries.length) - 1);
  return sha(Uint8Array.of(1), treeHash(entries.slice(0, split)), treeHash(entries.slice(split)));
}

function holds(older: LogHead, newer: LogHead, proof: readonly LogHash[]): boolean {
  try {
    checkConsistency(older, newer, proof);
    return true;
  } catch (error) {
    assert.ok(error instanceof WireError && error.code === 'bad-proof');
    return false;
  }
}

function flipped(hash: LogHash): LogHash {
  const changed = hash.slice();
  const at = random.int(32);
  changed[at] = (hash[at] ?? 0) ^ (1 << random.int(8));
  return changed as LogHash;
}

test('roots and proofs are those of Certificate Transparency', () => {
  const theirs = vectors.leaves.map((leaf) => leafHash(fromHex(leaf)));
  assert.is(toHex(logRoot(EMPTY_FRONTIER)), vectors.emptyRoot);
  for (const [index, root] of vectors.roots.entries()) assert.is(toHex(rootOfLeaves(theirs.slice(0, index + 1))), root);
  for (const { from, to, proof } of vectors.consistency) {
    assert.equal(consistencyProof(theirs.slice(0, to), from).map(toHex), proof);
    assert.ok(holds(headOf(theirs.slice(0, from)), headOf(theirs.slice(0, to)), proof.map((hash) => fromHex(hash) as LogHash)));
  }
});

test('the root is the one that RFC 9162 defines, for every size', () => {
  for (let size = 0; size <= SIZES; size++) assert.equal(head(size).root, treeHash(Array.from({ length: size }, (_, index) => u32be(index))));
});

test('a frontier is the same whatever batches it grew by, and needs no leaves', () => {
  for (let round = 0; round < 200; round++) {
    let frontier = EMPTY_FRONTIER;
    while (frontier.size < SIZES) {
      const next = frontier.size + random.int(6);
      frontier = append(frontier, leaves.slice(frontier.size, next));
      const { size, root } = head(frontier.size);
      assert.equal(logHead(frontier), { size, root });
      checkFrontier(frontier, head(frontier.size));
    }
  }
});

test('a frontier that is not behind its head is caught', () => {
  const caught = (frontier: Frontier, of: LogHead): void => assert.throws(() => checkFrontier(frontier, of), (error: unknown) => error instanceof WireError && error.code === 'bad-proof');
  for (let size = 1; size <= SIZES; size++) {
    const { peaks } = append(EMPTY_FRONTIER, leaves.slice(0, size));
    for (const [at, peak] of peaks.entries()) caught({ size, peaks: peaks.with(at, flipped(peak)) }, head(size));
    caught({ size: size - 1, peaks }, head(size));
    caught({ size: size + 1, peaks }, head(size));
    caught({ size, peaks: peaks.slice(1) }, head(size));
    caught({ size, peaks: [head(size).root, ...peaks] }, head(size));
    // One peak that claims to be the whole: right root, wrong count.
    if (peaks.length > 1) caught({ size, peaks: [head(size).root] }, head(size));
    caught({ size, peaks }, head(size - 1));
  }
  assert.throws(() => append({ size: 3, peaks: [] }, leaves), (error: unknown) => error instanceof WireError && error.code === 'malformed');
});

test('every prefix of every size up to 40 is shown to be one, and nothing else is', () => {
  for (let to = 0; to <= SIZES; to++) {
    for (let from = 0; from <= to; from++) {
      const proof = consistencyProof(leaves.slice(0, to), from);
      assert.ok(holds(head(from), head(to), proof), `${from} of ${to}`);
      for (let at = 0; at < proof.length; at++) {
        assert.not(holds(head(from), head(to), proof.with(at, flipped(proof[at] ?? head(0).root))));
        assert.not(holds(head(from), head(to), proof.toSpliced(at, 1)));
      }
      assert.not(holds(head(from), head(to), [...proof, head(to).root]));
      assert.not(holds(head(from), head(to), [head(from).root, ...proof]));
      assert.not(holds({ size: from, root: flipped(head(from).root) }, head(to), proof));
      // The empty log is a prefix of any.
      if (from > 0) assert.not(holds(head(from), { size: to, root: flipped(head(to).root) }, proof));
      if (from < to) assert.not(holds(head(to), head(from), proof));
    }
  }
});

test('a head passes for no other size', () => {
  for (let to = 1; to <= SIZES; to++) {
    for (let from = 1; from < to; from++) {
      const proof = consistencyProof(leaves.slice(0, to), from);
      for (let other = 1; other <= to; other++) if (other !== from) assert.not(holds({ size: other, root: head(from).root }, head(to), proof));
    }
  }
});

test('a fork is caught: no proof leads from what was seen to a log with one old entry changed', () => {
  for (let to = 2; to <= SIZES; to++) {
    const from = 1 + random.int(to - 1);
    const forked = leaves.slice(0, to).with(random.int(from), leafHash(random.bytes(8)));
    const honest = consistencyProof(leaves.slice(0, to), from);
    const lying = consistencyProof(forked, from);
    const known = [...leaves, ...forked, ...honest, ...lying, head(from).root, rootOfLeaves(forked.slice(0, from))];
    for (const proof of [honest, lying, [], ...Array.from({ length: 50 }, () => honest.map(() => random.pick(known)))]) assert.not(holds(head(from), headOf(forked), proof));
  }
});

test('sizes past 32 bits are counted right', () => {
  const peak = leafHash(random.bytes(1));
  for (const size of [2 ** 31, 2 ** 32, 2 ** 39]) {
    const old: Frontier = { size, peaks: [peak] };
    const grown = append(old, leaves.slice(0, 3));
    assert.is(grown.size, size + 3);
    assert.is(grown.peaks.length, 3);
    checkFrontier(grown, logHead(grown));
    assert.ok(holds(logHead(old), logHead(grown), [rootOfLeaves(leaves.slice(0, 3))]));
    assert.not(holds(logHead(old), logHead(grown), [rootOfLeaves(leaves.slice(0, 2))]));
  }
});

test.run();
