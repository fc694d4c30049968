import { hkdfSync } from 'node:crypto';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import {
  CryptoError, DEFAULT_SCRYPT, checkScryptParams, fromHex, hkdf, oprfBlind, oprfEvaluate, oprfFinalize, oprfKeyFromSeed, randomBytes,
  scrypt, taggedHash, sha256, concat, toHex, useEngine, utf8,
} from '../../crypto/index.ts';
import type { ScryptParams } from '../../crypto/index.ts';
import { nodeEngine } from '../../engines/index.ts';

const malformed = (error: unknown): boolean => error instanceof CryptoError && error.code === 'malformed';

test('scrypt softer than the default, or harder than a device can be asked for, is refused', async () => {
  const refused: readonly Partial<ScryptParams>[] = [
    { N: 65_536 }, { N: 131_073 }, { N: 2 ** 21 }, { N: 0 }, { N: Number.NaN }, { N: 2 ** 17 + 0.5 }, { r: 1 }, { r: 16 },
    { p: 0 }, { p: 5 }, { p: 1.5 }, { length: 32 }, { length: 97 },
  ];
  for (const change of refused) {
    assert.throws(() => checkScryptParams({ ...DEFAULT_SCRYPT, ...change }), malformed, JSON.stringify(change));
    assert.ok(malformed(await scrypt(utf8('p'), utf8('s'), { ...DEFAULT_SCRYPT, ...change }).catch((error: unknown) => error)));
  }
  for (const change of [{}, { N: 2 ** 20 }, { p: 4 }]) assert.equal(checkScryptParams({ ...DEFAULT_SCRYPT, ...change }), { ...DEFAULT_SCRYPT, ...change });
});

test('scrypt at the default gives 96 bytes, and takes passwords as bytes: two normal forms are two passwords', async () => {
  await useEngine(nodeEngine());
  const [composed, decomposed] = await Promise.all(['\u00e9', 'e\u0301'].map((password) => scrypt(utf8(password), utf8('name'), DEFAULT_SCRYPT)));
  assert.is(composed?.length, 96);
  assert.not.equal(composed, decomposed);
});

test('the oblivious PRF gives one answer for an input, whatever the blind, and another under another key', () => {
  const [key, other] = [oprfKeyFromSeed(randomBytes(32), utf8('a')), oprfKeyFromSeed(randomBytes(32), utf8('a'))];
  const answer = (under: Uint8Array, input: string): string => {
    const { blind, blinded } = oprfBlind(utf8(input));
    return toHex(oprfFinalize(utf8(input), blind, oprfEvaluate(under, blinded)));
  };
  assert.is(answer(key, 'x'), answer(key, 'x'));
  assert.is.not(answer(key, 'x'), answer(other, 'x'));
  assert.is.not(answer(key, 'x'), answer(key, 'y'));
  assert.is(answer(key, 'x').length, 128);
});

test('blinded elements of one input are unrelated', () => {
  assert.not.equal(oprfBlind(utf8('x')).blinded, oprfBlind(utf8('x')).blinded);
});

test('what is no element, the identity included, is malformed', () => {
  const key = oprfKeyFromSeed(new Uint8Array(32), new Uint8Array(0));
  const { blind } = oprfBlind(utf8('x'));
  // Identity, a negative field element, one beyond the field, wrong lengths.
  const elements = ['00'.repeat(32), `01${'00'.repeat(31)}`, 'ff'.repeat(32), '00'.repeat(31), '', '00'.repeat(33)].map(fromHex);
  for (const element of elements) {
    assert.throws(() => oprfEvaluate(key, element), malformed);
    assert.throws(() => oprfFinalize(utf8('x'), blind, element), malformed);
  }
  assert.throws(() => oprfKeyFromSeed(new Uint8Array(31), new Uint8Array(0)), malformed);
  assert.throws(() => oprfBlind(new Uint8Array(65_536)), malformed);
});

test('derivation is bound to label, context and length', () => {
  const secret = randomBytes(32);
  const outputs = [
    hkdf(secret, 'underkeep/a/1', utf8('c'), 32), hkdf(secret, 'underkeep/b/1', utf8('c'), 32), hkdf(secret, 'underkeep/a/1', utf8('d'), 32),
    hkdf(secret, 'underkeep/a/1', new Uint8Array(0), 32), hkdf(randomBytes(32), 'underkeep/a/1', utf8('c'), 32),
  ].map(toHex);
  assert.is(new Set(outputs).size, outputs.length);
  assert.is(hkdf(secret, 'underkeep/a/1', utf8('c'), 100).length, 100);
  for (const length of [-1, 8161, 0.5]) assert.throws(() => hkdf(secret, 'underkeep/a/1', utf8('c'), length), malformed);
});

test('derivation is HKDF-SHA256 without salt over label, zero and context, as OpenSSL computes it', () => {
  for (const length of [1, 32, 33, 8160]) {
    const secret = randomBytes(40);
    const info = concat(utf8('underkeep/a/1'), Uint8Array.of(0), utf8('context'));
    assert.equal(hkdf(secret, 'underkeep/a/1', utf8('context'), length), new Uint8Array(hkdfSync('sha256', secret, new Uint8Array(0), info, length)));
  }
});

test('a tagged hash is sha256 of label and data', () => {
  assert.equal(taggedHash('underkeep/cell/1', utf8('x')), sha256(concat(utf8('underkeep/cell/1'), utf8('x'))));
});

test.run();
