import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { equalBytes, generateSigningKey } from '../../crypto/index.ts';
import { formatLink, openLink, parseLink, SocialError, type HostUrl } from '../../social/index.ts';
import { linkCell } from '../../social/link.ts';
import { linksCodec, sharesCodec } from '../../social/shares.ts';
import { seededRandom } from '../rig/random.ts';
import { ONION } from './persons.ts';

const random = seededRandom('link');

function refused(run: () => unknown): void {
  assert.throws(run, (error: unknown) => error instanceof SocialError && error.code === 'bad-link');
}

test('a link\'s text leads back to its host, space, key and flag', () => {
  for (const host of [null, ONION as HostUrl]) for (const password of [false, true]) {
    const link = { host, space: generateSigningKey().publicKey, key: random.bytes(32), password };
    const text = formatLink(link);
    assert.equal(parseLink(text), link);
    assert.equal(parseLink(` ${text}\n`), link);
  }
});

test('whatever is no whole link, or leads to the clearnet, is refused', () => {
  const good = formatLink({ host: ONION as HostUrl, space: generateSigningKey().publicKey, key: random.bytes(32), password: false });
  const [host = '', rest = ''] = good.split('/#');
  const bad = [
    '', 'v1.', rest.slice(0, -1), `${rest}A`, rest.replace('v1', 'v2'), `${host}/${rest}`, `${host}/x#${rest}`, `https://example.org/#${rest}`,
    `http://example.org/#${rest}`, `http://127.0.0.1:80/#${rest}`, `${host}:81/#${rest}`, `${good}#`, rest.slice(0, -2) + '__', `x${rest}`,
    `v1.${'A'.repeat(87)}`, `javascript:${rest}`,
  ];
  for (const text of bad) refused(() => parseLink(text));
});

test('a password changes where the cell lies and what opens it', async () => {
  const key = random.bytes(32);
  const cells = await Promise.all([null, '', 'tangerine', 'Tangerine'].map(async (password) => linkCell(key, password)));
  for (const [index, one] of cells.entries()) for (const other of cells.slice(index + 1)) {
    assert.not(equalBytes(one.label, other.label));
    assert.not(equalBytes(one.cell, other.cell));
  }
  const [composed, decomposed] = await Promise.all(['\u00e9', 'e\u0301'].map(async (password) => linkCell(key, password)));
  assert.equal(composed, decomposed);
});

test('a link that needs a password says so before anything is sent', async () => {
  const text = formatLink({ host: ONION as HostUrl, space: generateSigningKey().publicKey, key: random.bytes(32), password: true });
  try {
    await openLink(text, { node: () => assert.unreachable('nothing is to be sent') as never });
    assert.unreachable();
  } catch (error) {
    assert.ok(error instanceof SocialError && error.code === 'password-needed');
  }
});

test('states of shares and links that are of another shape are refused', () => {
  for (const codec of [sharesCodec, linksCodec]) {
    assert.equal(codec.decode(codec.encode([])), []);
    for (const bytes of [new Uint8Array(), Uint8Array.of(0xa0), random.bytes(50)]) assert.throws(() => codec.decode(bytes));
  }
});

test.run();
