import { ed25519 } from '@noble/curves/ed25519.js';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { CryptoError, concat, engine, fromHex, generateSigningKey, parsePublicKey, parseSignature, sign, signingKey, useEngine, utf8, verify } from '../../crypto/index.ts';
import { everyEngine } from '../rig/engines.ts';
import { seededRandom } from '../rig/random.ts';

const random = seededRandom('signatures');
const malformed = (error: unknown): boolean => error instanceof CryptoError && error.code === 'malformed';

for (const candidate of everyEngine) {
  test(`a signature counts for its key, label and message alone (${candidate.name})`, async () => {
    await useEngine(candidate);
    const key = signingKey(random.bytes(32));
    const message = random.bytes(random.int(200));
    const signature = sign(key, 'underkeep/pointer/1', message);
    assert.ok(verify(key.publicKey, 'underkeep/pointer/1', message, signature));
    assert.not.ok(verify(key.publicKey, 'underkeep/pointer/2', message, signature));
    assert.not.ok(verify(key.publicKey, 'underkeep/pointer/1', concat(message, Uint8Array.of(0)), signature));
    assert.not.ok(verify(generateSigningKey().publicKey, 'underkeep/pointer/1', message, signature));
  });
}

test('what is signed is label, zero, message', () => {
  const seed = random.bytes(32);
  const message = random.bytes(20);
  const key = signingKey(seed);
  const signed = concat(utf8('underkeep/pointer/1'), Uint8Array.of(0), message);
  assert.equal(sign(key, 'underkeep/pointer/1', message), ed25519.sign(signed, seed));
});

test('signatures are the same bytes in every engine', async () => {
  const seed = random.bytes(32);
  const message = random.bytes(100);
  const signatures = everyEngine.map((one) => one.ed25519Sign(seed, message));
  for (const signature of signatures) assert.equal(signature, signatures[0]);
});

const littleEndian = (bytes: Uint8Array): bigint => bytes.reduceRight((sum, byte) => (sum << 8n) | BigInt(byte), 0n);
const toLittleEndian = (n: bigint): Uint8Array => Uint8Array.from({ length: 32 }, (_, i) => Number((n >> BigInt(8 * i)) & 0xffn));
const { Point } = ed25519;
const eighth = Point.fromBytes(fromHex('26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05'));

/** Valid signatures, mutations of them, and keys and R moved by points of small order: where verifiers are known to part. */
function doubtful(): { publicKey: Uint8Array; message: Uint8Array; signature: Uint8Array } {
  const seed = random.bytes(32);
  const message = random.bytes(3);
  let publicKey = engine().ed25519PublicKey(seed);
  let signature = engine().ed25519Sign(seed, message);
  const torsion = Point.ZERO.add(eighth.multiplyUnsafe(BigInt(random.int(8))));
  const [R, S] = [signature.subarray(0, 32), signature.subarray(32)];
  switch (random.int(6)) {
    case 0: publicKey = Point.fromBytes(publicKey).add(torsion).toBytes(); break;
    case 1: signature = concat(Point.fromBytes(R).add(torsion).toBytes(), S); break;
    case 2: signature = concat(R, toLittleEndian(littleEndian(S) + BigInt(random.int(3)) * Point.Fn.ORDER)); break;
    case 3: publicKey = torsion.toBytes(); signature = concat(Point.BASE.toBytes(), toLittleEndian(1n)); break;
    case 4: signature = Uint8Array.from(signature); signature[random.int(64)] = random.int(256); break;
    default: publicKey = Uint8Array.from(publicKey); publicKey[31] = (publicKey[31] ?? 0) ^ 0x80; break;
  }
  return { publicKey, message, signature };
}

test('every engine gives one verdict on doubtful signatures', () => {
  for (let round = 0; round < 60; round++) {
    const { publicKey, message, signature } = doubtful();
    const verdicts = everyEngine.map((one) => one.ed25519Verify(publicKey, message, signature));
    assert.is(new Set(verdicts).size, 1, `round ${round}: ${String(verdicts)}`);
  }
});

test('a key of small order, or not canonical, is no public key', () => {
  for (let order = 0n; order < 8n; order++) {
    const point = Point.ZERO.add(order === 0n ? Point.ZERO : eighth.multiplyUnsafe(order)).toBytes();
    assert.throws(() => parsePublicKey(point), malformed);
  }
  assert.throws(() => parsePublicKey(fromHex(`ed${'ff'.repeat(30)}7f`)), malformed);
  assert.throws(() => parsePublicKey(fromHex('ff'.repeat(32))), malformed);
  for (const length of [0, 31, 33]) assert.throws(() => parsePublicKey(new Uint8Array(length).fill(9)), malformed);
  assert.throws(() => parseSignature(new Uint8Array(63)), malformed);
  assert.equal(parsePublicKey(generateSigningKey().publicKey).length, 32);
});

test('a wiped key signs nothing more', () => {
  const key = generateSigningKey();
  key.seed.wipe();
  assert.throws(() => sign(key, 'underkeep/pointer/1', new Uint8Array(0)), (error: unknown) => error instanceof CryptoError && error.code === 'wiped');
});

test.run();
