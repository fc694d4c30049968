import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { signingKey } from '../../crypto/index.ts';
import { kemKey } from '../../pq/index.ts';
import { NodeClient } from '../../node/index.ts';
import {
  decodeDirectory, encodeDirectoryPage, encodeError, encodePrefixDetail, fingerprint, nameHash, openIdentity, parseName, signIdentity, WireError,
  type CarrierFetch, type DirectoryPage, type Name, type SignedIdentity,
} from '../../wire/index.ts';
import { bucketOf, lookUp, namePrefix, SocialError } from '../../social/index.ts';
import { askToFollow, recordFound } from '../../social/protocol.ts';
import { startDaemon } from '../rig/daemon.ts';
import { seededRandom } from '../rig/random.ts';
import { recorded } from '../rig/session.ts';
import { Person } from './persons.ts';

const random = seededRandom('directory');
const alice = new Person('alice', random);
const seed = random.bytes(32);

/** Records that no look-up uses but to hide in. */
function crowd(count: number, bits: number): SignedIdentity[] {
  const records: SignedIdentity[] = [];
  for (let index = 0; records.length < count; index++) {
    const name = parseName(`c${index}`);
    const fits = namePrefix(name, bits).every((byte, at) => byte === namePrefix(alice.name, bits)[at]);
    if (fits) records.push(signIdentity(signingKey(seed), { name, kem: new Uint8Array(1216), bucket: 0, sequence: 1 }));
  }
  return records;
}

/** A directory that answers as it likes; gives what was asked of it. */
function directory(answer: (bits: number, count: number) => Partial<DirectoryPage> | number): { client: NodeClient; asked: { bits: number; prefix: Uint8Array }[] } {
  const asked: { bits: number; prefix: Uint8Array }[] = [];
  const fetch: CarrierFetch = async (_url, { body }) => {
    const request = decodeDirectory(body as Uint8Array);
    assert.ok(request.op === 'page');
    asked.push({ bits: request.bits, prefix: request.prefix });
    const page = answer(request.bits, asked.length);
    const refused = typeof page === 'number';
    const bytes = refused
      ? encodeError(new WireError('prefix-too-short', 'longer', encodePrefixDetail(page)))
      : encodeDirectoryPage({ v: 1, bits: request.bits, records: [], bucketBits: 0, ...page });
    return { status: refused ? 409 : 200, header: () => null, body: (async function* () { yield bytes; })() };
  };
  return { client: new NodeClient({ url: 'http://test', fetch }), asked };
}

async function refused(code: string, run: Promise<unknown>): Promise<void> {
  try {
    await run;
  } catch (error) {
    assert.ok(error instanceof SocialError, String(error));
    assert.is(error.code, code);
    return;
  }
  assert.unreachable(`expected ${code}`);
}

function mismatch(run: () => unknown): void {
  assert.throws(run, (error: unknown) => error instanceof SocialError && error.code === 'fingerprint-mismatch');
}

test('a prefix holds its bits of the name\'s hash and nothing more', () => {
  const name = 'alice' as Name;
  const hash = nameHash(name);
  for (let bits = 0; bits <= 32; bits++) {
    const bit = (bytes: Uint8Array, at: number): number => ((bytes[at >> 3] ?? 0) >> (7 - (at & 7))) & 1;
    const prefix = namePrefix(name, bits);
    assert.is(prefix.length, 4);
    for (let at = 0; at < 32; at++) assert.is(bit(prefix, at), at < bits ? bit(hash, at) : 0);
  }
  assert.is(bucketOf(name, 0), 0);
  assert.is(bucketOf(name, 16), ((hash[0] ?? 0) << 8) | (hash[1] ?? 0));
  assert.is(bucketOf(name, 3), (hash[0] ?? 0) >> 5);
});

test('a look-up starts with what served last, and goes on where the directory wants more', async () => {
  const records = [...crowd(70, 3), alice.record];
  const { client, asked } = directory((bits) => (bits < 3 ? 3 : { records }));
  const found = await lookUp(client, alice.name, 0);
  assert.equal(found, { record: alice.record, bits: 3, bucketBits: 0 });
  assert.equal(asked.map(({ bits }) => bits), [0, 3]);
  assert.equal(asked[0]?.prefix, new Uint8Array(4));
  await lookUp(client, alice.name, 3);
  assert.is(asked.length, 3);
});

test('no directory gets more than ten bits of a hash, or a page too small to hide in', async () => {
  const greedy = directory((bits) => bits + 11);
  await refused('bad-directory', lookUp(greedy.client, alice.name, 0));
  assert.is(greedy.asked.length, 1);
  const endless = directory((bits) => bits + 1);
  await refused('bad-directory', lookUp(endless.client, alice.name, 0));
  assert.ok(endless.asked.length <= 4);
  for (const records of [[alice.record], [...crowd(62, 4), alice.record], Array.from({ length: 80 }, () => alice.record), crowd(90, 0).slice(0, 64)]) {
    const small = directory((bits) => (bits < 4 ? 4 : { records }));
    await refused('bad-directory', lookUp(small.client, alice.name, 0));
  }
  // A page of everybody may be as small as it is.
  assert.equal((await lookUp(directory(() => ({ records: [alice.record] })).client, alice.name, 0)).record, alice.record);
});

test('a name that is not there is null; a record that its holder did not sign, or a second one, is refused', async () => {
  assert.is((await lookUp(directory(() => ({ records: crowd(3, 0) })).client, alice.name, 0)).record, null);
  const signature = alice.record.signature.map((byte, at) => (at === 5 ? byte ^ 1 : byte)) as SignedIdentity['signature'];
  await refused('bad-directory', lookUp(directory(() => ({ records: [{ ...alice.record, signature }] })).client, alice.name, 0));
  const badKem = signIdentity(signingKey(seed), { name: alice.name, kem: new Uint8Array(1216).fill(255), bucket: 0, sequence: 1 });
  await refused('bad-directory', lookUp(directory(() => ({ records: [badKem] })).client, alice.name, 0));
  await refused('bad-directory', lookUp(directory(() => ({ records: [alice.record, new Person('alice', random).record] })).client, alice.name, 0));
});

test('other keys for a known name are refused; a later record by the same holder is taken', () => {
  const [asker, bob, eve] = [new Person('asker', random), new Person('bob', random), new Person('bob', random)];
  asker.asks(bob);
  mismatch(() => recordFound(asker.state, bob.name, eve.record));
  const kem = kemKey(random.bytes(32)).publicKey;
  const later = signIdentity(signingKey(bob.own.seed.expose()), { name: bob.name, kem, bucket: 0, sequence: 2 });
  const taken = recordFound(asker.state, bob.name, later);
  assert.equal(taken.friends.get(bob.name)?.record, later);
  // The directory going back to the earlier one changes nothing.
  assert.equal(recordFound(taken, bob.name, bob.record).friends.get(bob.name)?.record, later);
  const sameSequence = signIdentity(signingKey(bob.own.seed.expose()), { name: bob.name, kem, bucket: 0, sequence: 1 });
  mismatch(() => recordFound(asker.state, bob.name, sameSequence));
});

test('a contact link holds against a directory that gives other keys', () => {
  const [asker, bob, eve] = [new Person('asker', random), new Person('bob', random), new Person('bob', random)];
  const promised = fingerprint(openIdentity(bob.record));
  const state = askToFollow(asker.state, { name: bob.name, fingerprint: promised }, null, asker.chance);
  mismatch(() => recordFound(state, bob.name, eve.record));
  assert.equal(recordFound(state, bob.name, bob.record).friends.get(bob.name)?.record, bob.record);
});

test('a real directory of some hundred names answers with pages that hide a look-up', async () => {
  const daemon = await startDaemon();
  const ways = recorded(daemon.localSocket);
  for (let index = 0; index < 300; index++) {
    const name = parseName(`p${index}`);
    await ways.home.publishIdentity(signIdentity(signingKey(seed), { name, kem: new Uint8Array(1216), bucket: 0, sequence: 1 }));
  }
  await ways.home.publishIdentity(alice.record);
  const found = await lookUp(ways.home, alice.name, 0);
  assert.equal(found.record, alice.record);
  assert.is(found.bits, 1);
  // The next one begins with what served.
  const before = ways.meter.rounds;
  assert.is((await lookUp(ways.home, parseName('nobody'), found.bits)).record, null);
  assert.is(ways.meter.rounds - before, 1);
  await ways.close();
  await daemon.stop();
});

test.run();
