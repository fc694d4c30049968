import { inspect } from 'node:util';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { CryptoError, Secret, toBase64url, toHex, utf8 } from '../../crypto/index.ts';

const bytes = utf8('correct horse battery staple');
const secret = Secret.of(bytes, 'account-key');

const shown: readonly (readonly [string, () => string])[] = [
  ['a template', () => `${String(secret)} ${secret.toString()}`],
  ['concatenation', () => ['', secret].join('')],
  ['JSON', () => JSON.stringify({ secret, list: [secret] })],
  ['inspect', () => inspect(secret, { showHidden: true, depth: 9, getters: true })],
  ['inspect of what holds it', () => inspect({ deep: { map: new Map([['key', secret]]) } }, { showHidden: true, depth: 9 })],
  ['an error', () => inspect(new Error(`cannot use ${String(secret)}`, { cause: secret }), { depth: 9 })],
  ['its keys and values', () => JSON.stringify([Object.keys(secret), Object.values(secret), Object.entries(secret)])],
  ['a clone', () => inspect(structuredClone(secret), { showHidden: true })],
];

for (const [what, show] of shown) {
  test(`a secret does not show in ${what}`, () => {
    const text = show();
    for (const form of ['correct', toHex(bytes), toBase64url(bytes), String(bytes), [...bytes].join(', ')]) assert.not.ok(text.includes(form), text);
  });
}

test('what shows instead names the kind', () => {
  assert.is(String(secret), '[redacted account-key]');
  assert.is(JSON.stringify(secret), '"[redacted account-key]"');
  assert.is(inspect(secret), '[redacted account-key]');
});

test('a secret is a copy, and wiping it overwrites what it held and ends its use', () => {
  const given = Uint8Array.of(1, 2, 3);
  const held = Secret.of(given, 'test-key');
  given.fill(0);
  const exposed = held.expose();
  assert.equal(exposed, Uint8Array.of(1, 2, 3));
  held.wipe();
  held.wipe();
  assert.equal(exposed, new Uint8Array(3));
  assert.throws(() => held.expose(), (error: unknown) => error instanceof CryptoError && error.code === 'wiped');
});

test.run();
