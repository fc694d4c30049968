import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { concat, CryptoError, engine, portableEngine, useEngine } from '../../crypto/index.ts';
import type { Engine, MlKem768, X25519 } from '../../crypto/index.ts';
import { nodeEngine } from '../../engines/index.ts';
import { everyEngine } from '../rig/engines.ts';

const right = nodeEngine();

function flipped(bytes: Uint8Array, at = bytes.length - 1): Uint8Array {
  const copy = Uint8Array.from(bytes);
  copy[at] = (copy[at] ?? 0) ^ 1;
  return copy;
}

function native<T>(part: T | undefined): T {
  if (part === undefined) throw new Error('the pinned Node has native ML-KEM and X25519');
  return part;
}

const kem: MlKem768 = native(right.mlkem768);
const dh: X25519 = native(right.x25519);

/** One wrong answer each, most of them only now and then or only in a corner. */
const wrong: readonly (readonly [what: string, planted: Partial<Engine>])[] = [
  ['randomness that repeats', { randomBytes: (length) => new Uint8Array(length).fill(7) }],
  ['randomness of zeros', { randomBytes: (length) => new Uint8Array(length) }],
  ['long randomness that ends in zeros', { randomBytes: (length) => (length > 65_536 ? right.randomBytes(length).fill(0, 65_536) : right.randomBytes(length)) }],
  ['a wrong sha256', { sha256: (data) => flipped(right.sha256(data)) }],
  ['a wrong sha256 of long data', { sha256: (data) => (data.length > 65_536 ? flipped(right.sha256(data)) : right.sha256(data)) }],
  ['digests in another order', { digest: async (data) => (await right.digest(data)).reverse() }],
  ['an hmac that ignores the key', { hmac: (_key, data) => right.hmac(new Uint8Array(0), data) }],
  ['an hmac that cuts long keys', { hmac: (key, data) => right.hmac(key.subarray(0, 64), data) }],
  ['many hmacs of which each takes up the one before', { hmacs: async (key, data) => data.map((_, i) => right.hmac(key, concat(...data.slice(0, i + 1)))) }],
  ['many hmacs in another order', { hmacs: async (key, data) => (await right.hmacs(key, data)).reverse() }],
  ['many hmacs under no key', { hmacs: (_key, data) => right.hmacs(new Uint8Array(0), data) }],
  ['boxes without their prefix', { seal: (jobs) => right.seal(jobs.map((job) => ({ ...job, prefix: new Uint8Array(0) }))) }],
  ['boxes that ignore the nonce', { seal: (jobs) => right.seal(jobs.map((job) => ({ ...job, nonce: new Uint8Array(24) }))) }],
  ['plaintext in the clear', { seal: async (jobs) => jobs.map(({ plaintext }) => plaintext) }],
  ['opening without the tag', { open: async (jobs) => (await right.open(jobs)).map((opened) => opened ?? new Uint8Array(0)) }],
  ['opening nothing', { open: async (jobs) => jobs.map(() => null) }],
  ['a softer scrypt', { scrypt: (password, salt, params) => right.scrypt(password, salt, { ...params, N: params.N / 2 }) }],
  ['an scrypt that ignores the salt', { scrypt: (password, _salt, params) => right.scrypt(password, new Uint8Array(0), params) }],
  ['a wrong public key', { ed25519PublicKey: (seed) => flipped(right.ed25519PublicKey(seed)) }],
  ['a wrong signature', { ed25519Sign: (seed, message) => flipped(right.ed25519Sign(seed, message), 0) }],
  ['a verdict of always yes', { ed25519Verify: () => true }],
  ['a verdict of always no', { ed25519Verify: () => false }],
  ['a shared secret of its own', { mlkem768: { ...kem, encapsulate: (key) => ({ ...kem.encapsulate(key), sharedSecret: new Uint8Array(32) }) } }],
  ['a wrong ML-KEM public key', { mlkem768: { ...kem, fromSeed: (seed) => ({ ...kem.fromSeed(seed), publicKey: flipped(kem.fromSeed(seed).publicKey) }) } }],
  ['an implicit rejection that gives zeros', {
    mlkem768: {
      ...kem,
      fromSeed(seed) {
        const holder = kem.fromSeed(seed);
        let calls = 0;
        return { ...holder, decapsulate: (ciphertext) => (calls++ === 0 ? holder.decapsulate(ciphertext) : new Uint8Array(32)) };
      },
    },
  }],
  ['an X25519 that takes shares of low order', { x25519: { ...dh, sharedSecret: (secret, peer) => (peer.some((byte) => byte !== 0) ? dh.sharedSecret(secret, peer) : new Uint8Array(32)) } }],
  ['a wrong X25519 public key', { x25519: { ...dh, publicKey: (secret) => flipped(dh.publicKey(secret)) } }],
  ['a function that throws', { sha256: () => { throw new Error('no such instruction'); } }],
];

for (const [what, planted] of wrong) {
  test(`an engine with ${what} is refused, and the one in use stays`, async () => {
    await useEngine(portableEngine);
    const candidate: Engine = { ...right, ...planted, name: 'planted' };
    const refusal: unknown = await useEngine(candidate).catch((error: unknown) => error);
    assert.instance(refusal, CryptoError);
    assert.is((refusal as CryptoError).code, 'engine');
    assert.is(engine(), portableEngine);
  });
}

for (const candidate of everyEngine) {
  test(`the engine "${candidate.name}" proves itself and is in use from then on`, async () => {
    await useEngine(candidate);
    assert.is(engine(), candidate);
  });
}

test('Node runs on libsodium and has native ML-KEM', () => {
  assert.is(right.name, 'node with sodium-native');
  assert.ok(right.mlkem768);
});

test.run();
