import { ml_kem768_x25519 as noble } from '@noble/post-quantum/hybrid.js';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { portableEngine, useEngine, utf8 } from '../../crypto/index.ts';
import { nodeEngine } from '../../engines/index.ts';
import { PqError, XWING_CIPHERTEXT_BYTES, XWING_PUBLIC_KEY_BYTES, generateKemKey, holdXWing, hpkeOpen, hpkeSeal, kemKey, mlKem768, parseKemPublicKey } from '../../pq/index.ts';
import { seededRandom } from '../rig/random.ts';

const random = seededRandom('X-Wing');
const engines = [portableEngine, nodeEngine()];
const malformed = (error: unknown): boolean => error instanceof PqError && error.code === 'malformed';
const info = utf8('underkeep/test/1');
const none = new Uint8Array(0);

/** RFC 7748's points of small order, as X25519 shares: each makes the shared secret zero for everybody. */
const lowOrder = [
  '00'.repeat(32), `01${'00'.repeat(31)}`, `ec${'ff'.repeat(30)}7f`, `ed${'ff'.repeat(30)}7f`, `ee${'ff'.repeat(30)}7f`,
  'e0eb7a7c3b41b8ae1656e3faf19fc46ada098deb9c32b1fd866205165f49b800',
  '5f9c95bca3508c24b1d0b1559c83ef5b04445cc4581c8e86d8224eddd09f1157',
].map((hex) => Uint8Array.from(hex.match(/../g) ?? [], (byte) => Number.parseInt(byte, 16)));

for (const candidate of engines) {
  test(`keys and decapsulation are noble's, implicit rejection included (${candidate.name})`, async () => {
    await useEngine(candidate);
    for (let round = 0; round < 5; round++) {
      const seed = random.bytes(32);
      const holder = holdXWing(seed);
      assert.equal(holder.publicKey, noble.getPublicKey(seed));
      const { cipherText, sharedSecret } = noble.encapsulate(holder.publicKey, random.bytes(64));
      assert.equal(holder.decapsulate(cipherText), sharedSecret);
      const changed = Uint8Array.from(cipherText);
      changed[random.int(1088)] = random.int(256);
      assert.equal(holder.decapsulate(changed), noble.decapsulate(changed, seed));
      const foreign = noble.encapsulate(noble.getPublicKey(random.bytes(32)), random.bytes(64)).cipherText;
      assert.equal(holder.decapsulate(foreign), noble.decapsulate(foreign, seed));
    }
  });

  test(`what is sealed on one engine opens on the other (${candidate.name})`, async () => {
    for (const opener of engines) {
      await useEngine(candidate);
      const key = kemKey(random.bytes(32));
      const plaintext = random.bytes(random.int(300));
      const { enc, ciphertext } = await hpkeSeal(key.publicKey, info, utf8('aad'), plaintext);
      assert.is(enc.length, XWING_CIPHERTEXT_BYTES);
      await useEngine(opener);
      assert.equal(await hpkeOpen(key, enc, info, utf8('aad'), ciphertext), plaintext);
      assert.is(await hpkeOpen(key, enc, utf8('other'), utf8('aad'), ciphertext), null);
      assert.is(await hpkeOpen(key, enc, info, utf8('dad'), ciphertext), null);
      assert.is(await hpkeOpen(generateKemKey(), enc, info, utf8('aad'), ciphertext), null);
    }
  });

  test(`a share of low order is an ordinary failure to open, not an exception (${candidate.name})`, async () => {
    await useEngine(candidate);
    const key = kemKey(random.bytes(32));
    const { enc, ciphertext } = await hpkeSeal(key.publicKey, info, none, utf8('x'));
    for (const share of lowOrder) {
      const changed = Uint8Array.from(enc);
      changed.set(share, 1088);
      assert.is(holdXWing(key.seed.expose()).decapsulate(changed), null);
      assert.is(await hpkeOpen(key, changed, info, none, ciphertext), null);
    }
  });

  test(`to a public key of low order nothing is sealed (${candidate.name})`, async () => {
    await useEngine(candidate);
    for (const share of lowOrder) {
      const publicKey = Uint8Array.from(kemKey(random.bytes(32)).publicKey);
      publicKey.set(share, 1184);
      const refusal: unknown = await hpkeSeal(parseKemPublicKey(publicKey), info, none, none).catch((error: unknown) => error);
      assert.ok(malformed(refusal));
    }
  });

  test(`ciphertexts of any length but the right one do not open (${candidate.name})`, async () => {
    await useEngine(candidate);
    const key = kemKey(random.bytes(32));
    const { enc, ciphertext } = await hpkeSeal(key.publicKey, info, none, none);
    for (const length of [0, 1, 32, 1088, 1119]) assert.is(await hpkeOpen(key, enc.subarray(0, length), info, none, ciphertext), null);
    for (const length of [0, 1, 15]) assert.is(await hpkeOpen(key, enc, info, none, ciphertext.subarray(0, length)), null);
  });
}

test('noble\'s ML-KEM passes the proof that native engines must pass', async () => {
  await useEngine(portableEngine);
  await useEngine({ ...nodeEngine(), name: 'node with noble\'s ML-KEM', mlkem768: mlKem768() });
});

test('a public key of a wrong length, or with a number that is not reduced, is malformed', () => {
  const { publicKey } = generateKemKey();
  assert.is(publicKey.length, XWING_PUBLIC_KEY_BYTES);
  assert.equal(parseKemPublicKey(publicKey), publicKey);
  for (const length of [0, 1215]) assert.throws(() => parseKemPublicKey(publicKey.subarray(0, length)), malformed);
  for (let pair = 0; pair < 384; pair += 29) {
    const low = Uint8Array.from(publicKey);
    low.set([0x01, (publicKey[pair * 3 + 1] ?? 0) & 0xf0 | 0x0d], pair * 3);
    assert.throws(() => parseKemPublicKey(low), malformed, '3329 in the first place of a pair');
    const high = Uint8Array.from(publicKey);
    high.set([(publicKey[pair * 3 + 1] ?? 0) & 0x0f | 0x10, 0xd0], pair * 3 + 1);
    assert.throws(() => parseKemPublicKey(high), malformed, '3329 in the second');
  }
});

test('a seed of a wrong length is malformed', () => {
  for (const length of [0, 31, 33, 64]) assert.throws(() => kemKey(new Uint8Array(length)), malformed);
});

test.run();
