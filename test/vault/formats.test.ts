import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { concat, hkdf, oprfFinalize, oprfBlind, useEngine, portableEngine, utf8 } from '../../crypto/index.ts';
import { nodeEngine } from '../../engines/index.ts';
import { encodeHeader, padState } from '../../vault/index.ts';
import { loginKey, oprfInput, stretch } from '../../vault/login-key.ts';
import { accountKey, homeWriter, rootFolder, stateCell, vaultSecret } from '../../vault/keys.ts';
import { profileCodec } from '../../vault/profile.ts';
import { parseName } from '../../wire/index.ts';
import { bytesExample, cborExample, checkExamples, partsExample } from '../rig/formats.ts';

await useEngine(nodeEngine());
const login = parseName('alice');
const password = 'correct horse battery staple';
const secret = vaultSecret(new Uint8Array(32).fill(0x21));
const stretched = await stretch(password, login, { N: 131_072, r: 8, p: 1 });
const header = encodeHeader({ generation: 2, secrets: [new Uint8Array(32).fill(0x22), new Uint8Array(32).fill(0x21)] });
const profile = profileCodec.encode({ generation: 2, created: 1_700_000_000_000, coverOneIn: 8 });
const state = padState(profile);
const people = stateCell(secret, 'people');

test('the page shows what the code makes', () => {
  checkExamples('vault', new Map([
    ['vault/oprf-input', bytesExample(oprfInput(password, login))],
    ['vault/stretched', bytesExample(stretched)],
    ['vault/login-key', bytesExample(loginKey(stretched, new Uint8Array(64).fill(0x23)))],
    ['vault/header', partsExample([['v', header.subarray(0, 1)], ['generation', header.subarray(1, 9)], ['count', header.subarray(9, 10)], ['secrets', header.subarray(10, 74)], ['zeros', header.subarray(74)]])],
    ['vault/keys', { ...partsExample([
      ['account', accountKey(secret).publicKey], ['home writer', homeWriter(secret).publicKey], ['root folder', rootFolder(secret)], ['label of people', people.label], ['key of people', people.key],
    ]), fields: null }],
    ['vault/state', partsExample([['length', state.subarray(0, 4)], ['value', state.subarray(4, 4 + profile.length)], ['zeros', state.subarray(4 + profile.length)]])],
    ['vault/profile', cborExample(profile)],
  ]));
});

test('the login key is HKDF of scrypt and the PRF\'s output, over the password in NFC', async () => {
  assert.equal(await stretch('cafe\u0301 au lait demain', login, { N: 131_072, r: 8, p: 1 }), await stretch('caf\u00e9 au lait demain', login, { N: 131_072, r: 8, p: 1 }));
  assert.equal(loginKey(stretched, new Uint8Array(64).fill(0x23)), hkdf(concat(stretched, new Uint8Array(64).fill(0x23)), 'underkeep/login/1', new Uint8Array(0), 32));
  assert.equal(stretched, await portableEngine.scrypt(utf8(password), concat(utf8('underkeep/scrypt/1'), Uint8Array.of(0), utf8('alice')), { N: 131_072, r: 8, p: 1, length: 96 }));
});

test('softer costs than the default are refused', async () => {
  for (const cost of [{ N: 65_536, r: 8, p: 1 }, { N: 131_072, r: 4, p: 1 }, { N: 2 ** 24, r: 8, p: 1 }]) {
    const failed = await stretch(password, login, cost).then(() => false, () => true);
    assert.ok(failed);
  }
});

test('a node\'s answer that is no group element is refused', () => {
  const { blind } = oprfBlind(oprfInput(password, login));
  assert.throws(() => oprfFinalize(oprfInput(password, login), blind, new Uint8Array(32).fill(0xff)));
});

test.run();
