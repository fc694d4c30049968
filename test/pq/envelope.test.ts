import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { concat, randomBytes, u32be, u64be, useEngine, utf8 } from '../../crypto/index.ts';
import { nodeEngine } from '../../engines/index.ts';
import { ENVELOPE_BODY_MAX, ENVELOPE_BYTES, PqError, coverEnvelope, generateKemKey, hpkeSeal, openEnvelopes, sealEnvelope } from '../../pq/index.ts';
import { seededRandom } from '../rig/random.ts';

await useEngine(nodeEngine());

const random = seededRandom('envelopes');
const key = generateKemKey();
const recordHash = randomBytes(32);
const to = { key: key.publicKey, recordHash };
const where = { bucket: 4_000_000_000, epoch: 2 ** 40 };
const malformed = (error: unknown): boolean => error instanceof PqError && error.code === 'malformed';

test('every envelope is 8192 bytes, whatever it holds, and comes back as it was', async () => {
  assert.is(ENVELOPE_BODY_MAX, 7053);
  for (const length of [0, 1, 255, 256, 1400, ENVELOPE_BODY_MAX]) {
    const message = { type: random.int(256), body: random.bytes(length) };
    const envelope = await sealEnvelope(to, where, message);
    assert.is(envelope.length, ENVELOPE_BYTES);
    assert.equal(await openEnvelopes(key, recordHash, where, [envelope]), [message]);
  }
});

test('an envelope opens for its key, record, bucket and epoch alone', async () => {
  const envelope = await sealEnvelope(to, where, { type: 1, body: utf8('hello') });
  assert.equal(await openEnvelopes(generateKemKey(), recordHash, where, [envelope]), [null]);
  assert.equal(await openEnvelopes(key, randomBytes(32), where, [envelope]), [null]);
  assert.equal(await openEnvelopes(key, recordHash, { ...where, bucket: where.bucket + 1 }, [envelope]), [null]);
  assert.equal(await openEnvelopes(key, recordHash, { ...where, epoch: where.epoch - 1 }, [envelope]), [null]);
});

test('a changed, cut, lengthened or random envelope is simply not mine, and stops no other', async () => {
  const envelope = await sealEnvelope(to, where, { type: 1, body: utf8('hello') });
  const changed = Array.from({ length: 20 }, () => {
    const copy = Uint8Array.from(envelope);
    const at = random.int(copy.length);
    copy[at] = (copy[at] ?? 0) ^ (1 << random.int(8));
    return copy;
  });
  const hostile = [...changed, envelope.subarray(1), concat(envelope, Uint8Array.of(0)), new Uint8Array(0), new Uint8Array(ENVELOPE_BYTES), random.bytes(ENVELOPE_BYTES)];
  const opened = await openEnvelopes(key, recordHash, where, [...hostile, envelope]);
  assert.equal(opened.pop(), { type: 1, body: utf8('hello') });
  assert.ok(opened.every((message) => message === null));
});

/** An envelope that is authentic, with a plaintext that `sealEnvelope` would never write. */
async function sealed(plaintext: Uint8Array): Promise<Uint8Array> {
  const info = concat(utf8('underkeep/envelope/1'), recordHash);
  const { enc, ciphertext } = await hpkeSeal(key.publicKey, info, concat(u32be(where.bucket), u64be(where.epoch)), plaintext);
  return concat(enc, ciphertext);
}

test('what opens but is malformed inside counts as not mine: anyone can seal such a thing', async () => {
  const plaintext = (...start: number[]): Uint8Array => concat(Uint8Array.from(start), new Uint8Array(7056 - start.length));
  const lengthTooLarge = await sealed(plaintext(1, 0x1b, 0x8e));
  const notZeros = await sealed(concat(plaintext(1, 0, 1, 7).subarray(0, 7055), Uint8Array.of(1)));
  const right = await sealed(plaintext(1, 0, 1, 7));
  assert.equal(await openEnvelopes(key, recordHash, where, [lengthTooLarge, notZeros, right]), [null, null, { type: 1, body: Uint8Array.of(7) }]);
});

test('a type or body out of bounds is malformed', async () => {
  for (const message of [{ type: -1, body: utf8('') }, { type: 256, body: utf8('') }, { type: 0.5, body: utf8('') }, { type: 1, body: new Uint8Array(ENVELOPE_BODY_MAX + 1) }]) {
    assert.ok(malformed(await sealEnvelope(to, where, message).catch((error: unknown) => error)));
  }
});

/** How many envelopes have the top bit of their X25519 share set. */
const topBits = (envelopes: readonly Uint8Array[]): number => envelopes.filter((envelope) => ((envelope[1119] ?? 0) & 0x80) !== 0).length;

test('cover opens for nobody, and is a real encapsulation: its X25519 share never has the top bit, as random bytes would', async () => {
  const cover = await Promise.all(Array.from({ length: 40 }, () => coverEnvelope(where)));
  const real = await Promise.all(Array.from({ length: 40 }, () => sealEnvelope(to, where, { type: 1, body: utf8('x') })));
  assert.is(topBits(cover), 0);
  assert.is(topBits(real), 0);
  assert.ok(topBits(Array.from({ length: 40 }, () => randomBytes(ENVELOPE_BYTES))) > 0);
  assert.ok(cover.every((envelope) => envelope.length === ENVELOPE_BYTES));
  assert.ok((await openEnvelopes(key, recordHash, where, cover)).every((message) => message === null));
});

test('two envelopes of one message are unrelated', async () => {
  const [first, second] = await Promise.all([1, 2].map(() => sealEnvelope(to, where, { type: 1, body: utf8('x') })));
  assert.not.equal(first?.subarray(0, 1088), second?.subarray(0, 1088));
  assert.not.equal(first?.subarray(1120), second?.subarray(1120));
});

test.run();
