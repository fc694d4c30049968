import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { signingKey } from '../../crypto/index.ts';
import { WireError, openPointer, pointerHash, rootHash, signPointer, type LogHash, type NodeHash, type Pointer, type PointerHash, type RootHash } from '../../wire/index.ts';
import { seededRandom } from '../rig/random.ts';
import { bitFlipped, withField } from './forging.ts';

const random = seededRandom('pointer');
const key = signingKey(random.bytes(32));
const other = signingKey(random.bytes(32));
const flip = <T extends Uint8Array>(bytes: T): T => bitFlipped(random, bytes);

function refused(run: () => unknown): void {
  assert.throws(run, (error: unknown) => error instanceof WireError && ['bad-signature', 'malformed'].includes(error.code));
}

const root = random.bytes(32) as RootHash;
const previous = random.bytes(32) as PointerHash;
const pointer = signPointer(key, { sequence: 2, previous, root });

test('a pointer opens to what was signed', () => {
  const expected: Pointer = { v: 1, writer: key.publicKey, sequence: 2, previous, root };
  assert.equal(openPointer(pointer), expected);
  assert.equal(openPointer(signPointer(key, { sequence: 1, previous: null, root })).previous, null);
});

test('no field of a pointer can be changed, and no bit of its signature', () => {
  const changes: Record<keyof Pointer, unknown[]> = {
    v: [2, 0, null], writer: [other.publicKey, flip(key.publicKey), new Uint8Array(32), new Uint8Array(31)],
    sequence: [3, 1, 0, -1, 2.5, 2 ** 53, null], previous: [flip(previous), null, new Uint8Array(31)], root: [flip(root), null],
  };
  for (const [field, values] of Object.entries(changes)) for (const value of values) refused(() => openPointer({ ...pointer, pointer: withField(pointer.pointer, field, value) }));
  refused(() => openPointer({ ...pointer, pointer: withField(pointer.pointer, 'v', 1).subarray(1) }));
  for (let round = 0; round < 30; round++) refused(() => openPointer({ ...pointer, signature: flip(pointer.signature) }));
});

test('sequence 1 alone has no previous pointer, whoever signs', () => {
  refused(() => openPointer(signPointer(key, { sequence: 1, previous, root })));
  refused(() => openPointer(signPointer(key, { sequence: 2, previous: null, root })));
  refused(() => openPointer(signPointer(key, { sequence: 0, previous: null, root })));
});

test('a public key that is no point of large order is malformed, not an error of another kind', () => {
  for (const bytes of [new Uint8Array(32), new Uint8Array(32).fill(255), Uint8Array.from({ length: 32 }, (_, at) => (at === 0 ? 1 : 0))]) {
    const encoded = withField(pointer.pointer, 'writer', bytes);
    assert.throws(() => openPointer({ ...pointer, pointer: encoded }), (error: unknown) => error instanceof WireError && error.code === 'malformed');
  }
});

test('a pointer\'s hash covers each of its fields, a root\'s hash its map and its logs', () => {
  assert.not.equal(pointerHash(signPointer(key, { sequence: 3, previous, root })), pointerHash(pointer));
  assert.equal(pointerHash({ ...pointer, signature: flip(pointer.signature) }), pointerHash(pointer));
  const map = random.bytes(32) as NodeHash;
  const head = { size: 3, root: random.bytes(32) as LogHash };
  const roots = [
    rootHash({ v: 1, map, cover: null }), rootHash({ v: 1, map: flip(map), cover: null }), rootHash({ v: 1, map, cover: { entries: head, lane: head } }),
    rootHash({ v: 1, map, cover: { entries: { ...head, size: 4 }, lane: head } }), rootHash({ v: 1, map, cover: { entries: head, lane: { ...head, size: 4 } } }),
  ];
  assert.is(new Set(roots.map(String)).size, roots.length);
});

test.run();
