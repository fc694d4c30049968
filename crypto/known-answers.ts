import { concat, equalBytes } from './bytes.ts';
import type { Engine, OpenJob } from './engine.ts';
import { CIPHERTEXT, PUBLIC_KEY_SHA256, REJECTION_SECRET, SHARED_SECRET } from './mlkem-answer.ts';
import { fromHex, toHex, utf8 } from './text.ts';

/** What an engine must get right before it is used. Numbers from RFCs where one prints them, else from `referenceEngine`. */
export type KnownAnswer = readonly [name: string, holds: (engine: Engine) => Promise<boolean>];

const EMPTY = new Uint8Array(0);
const is = (bytes: Uint8Array, hex: string): boolean => toHex(bytes) === hex;

function pattern(length: number): Uint8Array {
  const bytes = new Uint8Array(length);
  for (let i = 0; i < length; i++) bytes[i] = i * 7 + (i >> 8);
  return bytes;
}

function changed(bytes: Uint8Array, at: number): Uint8Array {
  const copy = Uint8Array.from(bytes);
  copy[at] = (copy[at] ?? 0) ^ 1;
  return copy;
}

function refuses(work: () => unknown): boolean {
  try {
    work();
    return false;
  } catch {
    return true;
  }
}

const randomness: KnownAnswer = ['randomBytes', async (engine) => {
  const draws = [32, 32, 70_000].map((length) => engine.randomBytes(length));
  const [first = EMPTY, second = EMPTY, long = EMPTY] = draws;
  return first.length === 32 && long.length === 70_000 && !equalBytes(first, second)
    && [first, second, long.subarray(0, 32), long.subarray(-32)].every((bytes) => bytes.some((byte) => byte !== 0));
}];

// FIPS 180-4's "abc", and a length beyond every threshold.
const ABC = 'ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad';
const PATTERN_70001 = 'e2a7470ef08915b7cf25532f16e50e4053375ea55167417d491304df52c1f5fc';

const hashing: KnownAnswer = ['sha256', async (engine) =>
  is(engine.sha256(utf8('abc')), ABC) && is(engine.sha256(pattern(70_001)), PATTERN_70001)];

const bulkHashing: KnownAnswer = ['digest', async (engine) => {
  const [long = EMPTY, short = EMPTY, ...more] = await engine.digest([pattern(70_001), utf8('abc')]);
  return is(long, PATTERN_70001) && is(short, ABC) && more.length === 0;
}];

// RFC 4231, case 2; an empty key, as HKDF has it; a key and a message of several blocks.
const authentication: KnownAnswer = ['hmac', async (engine) =>
  is(engine.hmac(utf8('Jefe'), utf8('what do ya want for nothing?')), '5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843')
  && is(engine.hmac(EMPTY, EMPTY), 'b613679a0814d9ec772f95d778c35fc5ff1697c493715653c6c712144292c5ad')
  && is(engine.hmac(pattern(100), pattern(5000)), '6a26e6c0d34997cd1501979d36308637e0d8bb0d6f68e17bb1b2b40414945073')];

const MANY = [0, 1, 24, 55, 56, 64, 119, 120, 5000];

const manyAuthentications: KnownAnswer = ['hmacs', async (engine) => {
  const [short = EMPTY, ...more] = await engine.hmacs(utf8('Jefe'), [utf8('what do ya want for nothing?')]);
  const tags = await engine.hmacs(pattern(100), MANY.map(pattern));
  return is(short, '5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843') && more.length === 0
    && tags.length === MANY.length && tags.every((tag, i) => equalBytes(tag, engine.hmac(pattern(100), pattern(MANY[i] ?? 0))))
    && (await engine.hmacs(EMPTY, [])).length === 0;
}];

// Key and nonce of NaCl's tests/secretbox.c; lengths round each block and tag boundary, behind prefixes of every alignment.
const BOX_KEY = fromHex('1b27556473e985d462cd51197a9a46c76009549eac6474f206c4ee0844f68389');
const BOX_NONCE = fromHex('69696ee955b62b73cd62bda875fc73d68219e0036b7a0b37');
const LENGTHS = [0, 1, 15, 16, 31, 32, 33, 63, 64, 65, 255, 4096, 70_001];
const BOXES = '8e14c94870209d33365a6711597a54b3380c6607a052f25e2bb6ca4a80b0c0c7';

function sealPatterns(engine: Engine): Promise<Uint8Array[]> {
  return engine.seal(LENGTHS.map((length) => ({
    key: BOX_KEY, nonce: BOX_NONCE, plaintext: pattern(length), prefix: pattern(length % 57),
  })));
}

const sealing: KnownAnswer = ['seal', async (engine) => is(engine.sha256(concat(...await sealPatterns(engine))), BOXES)];

const opening: KnownAnswer = ['open', async (engine) => {
  const sealed = await sealPatterns(engine);
  const jobs = sealed.map((box, i): OpenJob => ({ key: BOX_KEY, nonce: BOX_NONCE, box: box.subarray((LENGTHS[i] ?? 0) % 57) }));
  const opened = await engine.open(jobs);
  if (!opened.every((plaintext, i) => plaintext !== null && equalBytes(plaintext, pattern(LENGTHS[i] ?? 0)))) return false;
  const refused = await engine.open(jobs.flatMap(({ key, nonce, box }): OpenJob[] => [
    { key: changed(key, 31), nonce, box },
    { key, nonce: changed(nonce, 23), box },
    { key, nonce, box: changed(box, 0) },
    { key, nonce, box: changed(box, box.length - 1) },
    { key, nonce, box: box.subarray(0, 15) },
    { key, nonce, box: EMPTY },
  ]));
  return refused.length === jobs.length * 6 && refused.every((plaintext) => plaintext === null);
}];

// RFC 7914, section 12, case 1; and the length that a login asks for.
const stretching: KnownAnswer = ['scrypt', async (engine) =>
  is(await engine.scrypt(EMPTY, EMPTY, { N: 16, r: 1, p: 1, length: 64 }),
    '77d6576238657b203b19ca42c18a0497f16b4844e3074ae8dfdffa3fede21442fcd0069ded0948f8326a753a0fc81f17e8d3e0fb2e0d3628cf35e20c38d18906')
  && is(await engine.scrypt(utf8('password'), utf8('NaCl'), { N: 1024, r: 8, p: 1, length: 96 }),
    '27b418c674c769d12501fbb1f53bac32df6514c0f28d043872b148b348961a79057a6861cc3553246aa0ddb63bc074450b924022547a799538d603396835dd62f97d9d67d11e03e2471d14b77be1149ad5bd579ae46e50b528bfe28a7775987a')];

// RFC 8032, section 7.1, test 3.
const SEED = fromHex('c5aa8df43f9f837bedb7442f31dcb7b166d38535076f094b85ce3a2e0b4458f7');
const KEY = fromHex('fc51cd8e6218a1a38da47ed00230f0580816ed13ba3303ac5deb911548908025');
const MESSAGE = fromHex('af82');
const SIGNATURE = fromHex('6291d657deec24024827e69c3abe01a30ce548a284743a445e3680d7db5ac3ac18ff9b538d16f290ae67f760984dc6594a7c15e9716ed28dc027beceea1ec40a');

const publicKeys: KnownAnswer = ['ed25519PublicKey', async (engine) => equalBytes(engine.ed25519PublicKey(SEED), KEY)];
const signing: KnownAnswer = ['ed25519Sign', async (engine) => equalBytes(engine.ed25519Sign(SEED, MESSAGE), SIGNATURE)];

const IDENTITY_SIGNATURE = concat(fromHex('58' + '66'.repeat(31)), Uint8Array.of(1), new Uint8Array(31));
/** Signatures of MESSAGE that some libraries accept: each breaks one rule of `admissibleSignature`, or the equation. */
const FORGERIES: readonly (readonly [key: Uint8Array, signature: Uint8Array])[] = [
  // S + L in place of S.
  [KEY, fromHex('6291d657deec24024827e69c3abe01a30ce548a284743a445e3680d7db5ac3ac05d391b0a77904e98404ef037747a56e4a7c15e9716ed28dc027beceea1ec41a')],
  // R moved by a point of order 8: the cofactored equation holds, the cofactorless one does not.
  [KEY, fromHex('b15bf26424d1b69dd33b7a9e57db5de4a2aadea4a2a051efd9bfd6af74165d2b76dd36690cfd17928980800b9b4fabc581934075f6dc082824227b95ae3b6f09')],
  // The identity as a key, canonical and not: R = B, S = 1 would sign every message.
  [fromHex('01' + '00'.repeat(31)), IDENTITY_SIGNATURE],
  [fromHex('ee' + 'ff'.repeat(30) + '7f'), IDENTITY_SIGNATURE],
  [KEY, changed(SIGNATURE, 0)],
  [KEY, changed(SIGNATURE, 40)],
  [changed(KEY, 3), SIGNATURE],
  [KEY, SIGNATURE.subarray(0, 63)],
  [KEY.subarray(1), SIGNATURE],
];
/** A key with a part of order 8, under which the equation holds: accepted, since the rules above say no more. */
const MIXED_KEY = fromHex('20aabbd7bf6b6e741bfdc484b1e9cd0582bb2e396005800dcf464312a66922c0');
const MIXED_SIGNATURE = fromHex('b4b937fca95b2f1e93e41e62fc3c78818ff38a66096fad6e7973e5c90006d32170a718cc8cc22870763bcb21ca4254308a55933fca881ab99c485c59e891f307');

const verifying: KnownAnswer = ['ed25519Verify', async (engine) =>
  engine.ed25519Verify(KEY, MESSAGE, SIGNATURE)
  && engine.ed25519Verify(MIXED_KEY, MESSAGE, MIXED_SIGNATURE)
  && !engine.ed25519Verify(KEY, changed(MESSAGE, 1), SIGNATURE)
  && FORGERIES.every(([key, signature]) => !engine.ed25519Verify(key, MESSAGE, signature))];

/** Decapsulation, implicit rejection included, by known answers; encapsulation by what the proven decapsulation makes of it. */
const mlkem: KnownAnswer = ['mlkem768', async (engine) => {
  if (engine.mlkem768 === undefined) return true;
  const holder = engine.mlkem768.fromSeed(pattern(64));
  const own = engine.mlkem768.encapsulate(holder.publicKey);
  return is(engine.sha256(holder.publicKey), PUBLIC_KEY_SHA256)
    && is(holder.decapsulate(CIPHERTEXT), SHARED_SECRET)
    && is(holder.decapsulate(changed(CIPHERTEXT, 1000)), REJECTION_SECRET)
    && equalBytes(holder.decapsulate(own.ciphertext), own.sharedSecret);
}];

// RFC 7748, section 5.2: one turn of the iterated test, and its first test.
const exchange: KnownAnswer = ['x25519', async ({ x25519 }) => {
  if (x25519 === undefined) return true;
  const scalar = fromHex('a546e36bf0527c9d3b16154b82465edd62144c0ac1fc5a18506a2244ba449ac4');
  const u = fromHex('e6db6867583030db3594c1a424b15f7c726624ec26b3353b10a903a6d0ab1c4c');
  return is(x25519.publicKey(fromHex('09' + '00'.repeat(31))), '422c8e7a6227d7bca1350b3e2bb7279f7897b87bb6854b783c60e80311ae3079')
    && is(x25519.sharedSecret(scalar, u), 'c3da55379de9c6908e94ea4df28d084f32eccf03491c71f754b4075577a28552')
    && refuses(() => x25519.sharedSecret(scalar, new Uint8Array(32)));
}];

export const knownAnswers: readonly KnownAnswer[] = [
  randomness, hashing, bulkHashing, authentication, manyAuthentications, sealing, opening, stretching, publicKeys, signing, verifying, mlkem, exchange,
];
