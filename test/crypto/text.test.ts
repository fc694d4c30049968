import { test } from 'uvu';
import * as assert from 'uvu/assert';
import {
  CryptoError, compareBytes, concat, equalBytes, fromBase32, fromBase64url, fromHex, fromUtf8, toBase32, toBase64url, toHex,
  u32be, u64be, utf8,
} from '../../crypto/index.ts';
import { seededRandom } from '../rig/random.ts';

const random = seededRandom('text');
const malformed = (error: unknown): boolean => error instanceof CryptoError && error.code === 'malformed';

/** RFC 4648, section 10, in lower case and without padding; base64url of the same. */
const printed = [
  ['', '', ''], ['f', 'my', 'Zg'], ['fo', 'mzxq', 'Zm8'], ['foo', 'mzxw6', 'Zm9v'],
  ['foob', 'mzxw6yq', 'Zm9vYg'], ['fooba', 'mzxw6ytb', 'Zm9vYmE'], ['foobar', 'mzxw6ytboi', 'Zm9vYmFy'],
] as const;

test('base32 and base64url are those of RFC 4648', () => {
  for (const [text, base32, base64url] of printed) {
    assert.is(toBase32(utf8(text)), base32);
    assert.is(toBase64url(utf8(text)), base64url);
    assert.equal(fromBase32(base32), utf8(text));
    assert.equal(fromBase64url(base64url), utf8(text));
  }
});

const codecs = [
  ['hex', toHex, fromHex, '0123456789abcdef'],
  ['base32', toBase32, fromBase32, 'abcdefghijklmnopqrstuvwxyz234567'],
  ['base64url', toBase64url, fromBase64url, 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_'],
] as const;

for (const [name, encode, decode, letters] of codecs) {
  test(`${name} brings back every byte string`, () => {
    for (let round = 0; round < 200; round++) {
      const bytes = random.bytes(random.int(60));
      assert.equal(decode(encode(bytes)), bytes);
    }
  });

  test(`${name} has one text for each byte string: whatever decodes, encodes back to itself`, () => {
    let decoded = 0;
    for (let round = 0; round < 2000; round++) {
      const text = Array.from({ length: random.int(9) }, () => random.pick(Array.from(letters))).join('');
      try {
        assert.is(encode(decode(text)), text);
        decoded += 1;
      } catch (error) {
        assert.ok(malformed(error), String(error));
      }
    }
    assert.ok(decoded > 100);
  });

  test(`${name} refuses foreign letters, padding and white space`, () => {
    for (const text of ['=', 'aa=', ' aa', 'aa\n', 'é', 'a+', 'a/', '\u{1f600}']) assert.throws(() => decode(text), malformed);
  });
}

test('hex and base32 refuse upper case', () => {
  assert.throws(() => fromHex('AB'), malformed);
  assert.throws(() => fromBase32('MY'), malformed);
});

test('spare bits must be zero, and no letter may be spare', () => {
  for (const text of ['mz', 'a', 'aaa', 'aaaaaa']) assert.throws(() => fromBase32(text), malformed);
  for (const text of ['Zh', 'A', 'AAAAA']) assert.throws(() => fromBase64url(text), malformed);
  assert.throws(() => fromHex('a'), malformed);
});

test('UTF-8 comes back as it was, byte order mark and all, and malformed bytes are refused', () => {
  for (const text of ['', 'naïve', '\ufeffx', '\u{1f512}', 'a\0b']) assert.is(fromUtf8(utf8(text)), text);
  for (const bytes of [[0xff], [0xc0, 0x80], [0xed, 0xa0, 0x80], [0xe2, 0x82]]) {
    assert.throws(() => fromUtf8(Uint8Array.from(bytes)), malformed);
  }
});

test('integers are written big-endian, and only those that fit', () => {
  assert.equal(u32be(0x01020304), Uint8Array.of(1, 2, 3, 4));
  assert.equal(u64be(0x1_0000_0002), Uint8Array.of(0, 0, 0, 1, 0, 0, 0, 2));
  assert.equal(u64be(Number.MAX_SAFE_INTEGER), Uint8Array.of(0, 0x1f, 255, 255, 255, 255, 255, 255));
  for (const n of [-1, 0.5, 2 ** 32, Number.NaN]) assert.throws(() => u32be(n), malformed);
  for (const n of [-1, 0.5, 2 ** 53, Number.POSITIVE_INFINITY]) assert.throws(() => u64be(n), malformed);
});

test('bytes compare as a dictionary orders them', () => {
  for (let round = 0; round < 200; round++) {
    const [a, b] = [random.bytes(random.int(4)), random.bytes(random.int(4))];
    const [first, second] = [toHex(a), toHex(b)];
    assert.is(Math.sign(compareBytes(a, b)), first < second ? -1 : Number(first > second));
    assert.is(equalBytes(a, b), first === second);
    assert.equal(fromHex(first + second), concat(a, b));
  }
});

test.run();
