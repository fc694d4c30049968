import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { fromHex, toHex } from '../../crypto/index.ts';
import { decodeCbor, encodeCbor, schema, WireError, type Schema } from '../../wire/index.ts';
import { seededRandom, type Random } from '../rig/random.ts';

const random = seededRandom('cbor');

function refused(bytes: Uint8Array, what: string): void {
  assert.throws(() => decodeCbor(bytes), (error: unknown) => error instanceof WireError && error.code === 'malformed', `${what} is taken`);
}

/** RFC 8949, appendix A, as far as DAG-CBOR allows. */
const canonical: readonly (readonly [hex: string, value: unknown])[] = [
  ['00', 0], ['17', 23], ['1818', 24], ['18ff', 255], ['190100', 256], ['1a000f4240', 1_000_000], ['1b001fffffffffffff', 2 ** 53 - 1],
  ['20', -1], ['3903e7', -1000], ['f4', false], ['f5', true], ['f6', null], ['40', new Uint8Array()], ['4401020304', fromHex('01020304')],
  ['60', ''], ['62c3bc', 'ü'], ['80', []], ['83010203', [1, 2, 3]], ['a0', new Map()], ['a26161016162820203', new Map<string, unknown>([['a', 1], ['b', [2, 3]]])],
];

test('canonical values decode and encode back', () => {
  for (const [hex, value] of canonical) {
    assert.equal(decodeCbor(fromHex(hex)), value, hex);
    assert.is(toHex(encodeCbor(value)), hex);
  }
});

test('what is encoded is a plain array of its own, whatever its size', () => {
  for (let length = 0; length < 700; length++) {
    for (const value of [new Uint8Array(length), ['x'.repeat(length)], Array.from({ length }, () => 1), { a: new Uint8Array(length) }]) {
      const encoded = encodeCbor(value);
      assert.is(Object.getPrototypeOf(encoded), Uint8Array.prototype);
      assert.is(encoded.buffer.byteLength, encoded.byteLength);
      encodeCbor([1, 2, 3]);
      assert.equal(encodeCbor(value), encoded);
    }
  }
});

test('keys are ordered by length first, then by bytes', () => {
  assert.is(toHex(encodeCbor({ bb: 1, c: 2, a: 3 })), 'a361610361630262626201');
});

test('a second form of a value is refused', () => {
  const others = {
    'an int in too many bytes': ['1800', '1817', '190018', '1a00000100', '1b0000000000000001', '3800'],
    'a length in too many bytes': ['5800', '580161', '7800', '9800', '980100', 'b800', 'd9002a58250001551220'],
    'an indefinite length': ['5f4100ff', '7f6161ff', '9fff', '9f01ff', 'bfff', 'bf616101ff', '8101ff', 'ff'],
    'keys out of order': ['a2616201616101', 'a262616101616201'],
    'a key twice': ['a2616101616102', 'a2616101616101'],
    'a key that is no text': ['a10102', 'a1410002', 'a1f602', 'a18002'],
    'a float that is an int, short or not a number': ['fb3ff0000000000000', 'fb8000000000000000', 'f93c00', 'f93e00', 'fa3fc00000', 'f97e00', 'f97c00', 'fa7fc00000', 'fb7ff8000000000000', 'fb7ff0000000000000', 'fbfff0000000000000', 'fb7ff0000000000001'],
    'undefined or a simple value': ['f7', 'e0', 'f0', 'f814', 'f820', 'f8ff', 'fc', 'fd', 'fe'],
    'a tag': ['c000', 'c100', 'c249010000000000000000', 'd81800', 'd82a00', 'd82a40', 'd82a6161', 'd9d9f700', 'd82ad82a00', 'da0000002a4100'],
    'an int past 2^53': ['1b0020000000000000', '1bffffffffffffffff', '3b001fffffffffffff', '3bffffffffffffffff'],
    'text that is not UTF-8': ['61ff', '62c080', '63eda080', '64f7bfbfbf', '61c3'],
    'too many or too few bytes': ['', '0000', '82', '81', 'a1', 'a16161', '4101ff', '41', '6161ff', '18', '19ff'],
  };
  for (const [what, list] of Object.entries(others)) for (const hex of list) refused(fromHex(hex), `${what} (${hex})`);
});

test('a length that no input could hold is refused at once', () => {
  const start = performance.now();
  for (const head of ['5a', '7a', '9a', 'ba']) refused(fromHex(`${head}ffffffff`), 'a length of 2^32');
  for (const head of ['5b', '7b', '9b', 'bb']) for (const size of ['0000010000000000', '001fffffffffffff', 'ffffffffffffffff']) refused(fromHex(head + size), 'a huge length');
  assert.ok(performance.now() - start < 1000);
});

test('100,000 levels of nesting are an error like any other', () => {
  const repeat = (hex: string, end: string): Uint8Array => fromHex(hex.repeat(100_000) + end);
  for (const [hex, end] of [['81', '00'], ['81', ''], ['a16161', '00'], ['a16161', ''], ['d82a', '00'], ['9f', ''], ['d82a5f', '']] as const) refused(repeat(hex, end), `${hex}…`);
});

test('keys that mean something to JavaScript mean nothing here', () => {
  for (const key of ['__proto__', 'constructor', 'toString', 'hasOwnProperty', 'then', 'length']) {
    const value = decodeCbor(encodeCbor(new Map([[key, new Map([['polluted', true]])]])));
    assert.instance(value, Map);
    assert.is(({} as Record<string, unknown>)['polluted'], undefined);
    const shape = schema.record({ v: schema.literal(1) });
    for (const map of [new Map<string, unknown>([[key, 1]]), new Map<string, unknown>([['v', 1], [key, 1]])]) {
      assert.throws(() => schema.parse(shape, encodeCbor(map), 'thing'), (error: unknown) => error instanceof WireError && error.code === 'malformed');
    }
  }
});

function anyValue(from: Random, depth: number): unknown {
  const kind = from.int(depth > 0 ? 8 : 6);
  const children = (): unknown[] => Array.from({ length: from.int(5) }, () => anyValue(from, depth - 1));
  if (kind === 0) return from.int(2) === 0;
  if (kind === 1) return null;
  if (kind === 2) return from.int(2 ** 32) * from.pick([1, 2 ** 20]) - from.pick([0, 2 ** 31]);
  if (kind === 3) return from.bytes(from.int(300));
  if (kind === 4) return from.pick(['', '__proto__', 'naïve', '\u{1F600}', 'x'.repeat(from.int(40))]);
  if (kind === 5) return from.int(2 ** 32) + 0.5;
  if (kind === 6) return children();
  return new Map(children().map((child, index) => [`${from.int(100)}k${index}`, child]));
}

test('random values survive, and one changed byte never decodes to bytes of another form', () => {
  for (let round = 0; round < 3000; round++) {
    const value = anyValue(random, 4);
    const bytes = encodeCbor(value);
    const again = decodeCbor(bytes);
    assert.is(toHex(encodeCbor(again)), toHex(bytes));
    const changed = bytes.slice();
    changed[random.int(bytes.length)] = random.int(256);
    let taken: unknown;
    try {
      taken = decodeCbor(changed);
    } catch (error) {
      assert.instance(error, WireError);
      continue;
    }
    assert.is(toHex(encodeCbor(taken)), toHex(changed));
  }
});

test('a shape takes its own values, names the place of others, and never their content', () => {
  const shapes: readonly (readonly [Schema<unknown>, good: readonly unknown[], bad: readonly unknown[]])[] = [
    [schema.uint(10, 2), [2, 10], [1, 11, -1, 2.5, '2', null, true, Number.NaN, 2 ** 53]],
    [schema.literal(1), [1], [2, '1', true, null]],
    [schema.oneOf('a', 'b'), ['a', 'b'], ['c', '', 1, null]],
    [schema.bool, [true, false], [0, 1, null, 'true']],
    [schema.bytes(2), [new Uint8Array(2)], [new Uint8Array(1), new Uint8Array(3), [0, 0], 'ab', null]],
    [schema.bytesUpTo(2, 1), [new Uint8Array(1), new Uint8Array(2)], [new Uint8Array(), new Uint8Array(3), 'a']],
    [schema.text(2), ['', 'ab'], ['abc', '\ud800', 1, null]],
    [schema.list(schema.bool, 2, 1), [[true], [true, false]], [[], [true, true, true], [1], { length: 1 }, null]],
    [schema.pair(schema.bool, schema.bool), [[true, false]], [[true], [true, true, true], [true, 1], null]],
    [schema.nullable(schema.bool), [null, true], [undefined, 0]],
    [schema.record({ a: schema.bool }), [new Map([['a', true]])], [new Map(), new Map([['b', true]]), new Map([['a', true], ['b', true]]), new Map([['a', 1]]), { a: true }, null]],
  ];
  for (const [shape, good, bad] of shapes) {
    for (const value of good) shape(value, 'place');
    for (const value of bad) assert.throws(() => shape(value, 'place'), (error: unknown) => error instanceof WireError && error.message.includes('place'));
  }
  const secret = schema.record({ a: schema.literal(1) });
  assert.throws(() => secret(new Map([['a', 'hunter2']]), 'place'), (error: unknown) => error instanceof Error && !error.message.includes('hunter2'));
});

test.run();
