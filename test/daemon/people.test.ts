import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { generateSigningKey, randomBytes, useEngine, type SigningKey } from '../../crypto/index.ts';
import { checkRoom } from '../../daemon/answer-people.ts';
import { dropBits, pageBits } from '../../daemon/index.ts';
import { nodeEngine } from '../../engines/index.ts';
import {
  decodeCollected, decodeDirectoryPage, decodePrefixDetail, decodeWorkDetail, doWork, dropChallenge, encodeRequest, nameHash, openIdentity, parseName, signIdentity, WireError, type BucketRequest, type SignedIdentity,
} from '../../wire/index.ts';
import { SqliteRows } from '../../store/index.ts';
import { demand, refusal } from '../rig/ask.ts';
import { startDaemon } from '../rig/daemon.ts';
import { recorded } from '../rig/session.ts';

await useEngine(nodeEngine());
const daemon = await startDaemon({ bucketBits: 2, bucketCap: 1200, workBitsMax: 10 });
const joined = await startDaemon({ join: 'http://example.onion' });
test.after(async () => Promise.all([daemon.stop(), joined.stop()]).then(() => undefined));

const today = Math.floor(Date.now() / 86_400_000);
const record = (name: string, key: SigningKey = generateSigningKey(), more: { sequence?: number; bucket?: number } = {}): SignedIdentity =>
  signIdentity(key, { name: parseName(name), kem: randomBytes(1216), bucket: 0, sequence: 1, ...more });
const publish = (signed: SignedIdentity): Uint8Array => encodeRequest({ v: 1, op: 'publish', record: signed });
const page = (name: string, bits: number): Uint8Array => encodeRequest({ v: 1, op: 'page', bits, prefix: nameHash(parseName(name)).slice(0, 4) });
const put = (more: Partial<Extract<BucketRequest, { op: 'put' }>> = {}): Uint8Array =>
  encodeRequest({ v: 1, op: 'put', bucket: 0, epoch: today, envelope: randomBytes(8192), ...more });
const collect = (bucket: number, after: number): Uint8Array => encodeRequest({ v: 1, op: 'collect', bucket, after });

test('a name is published by its holder and found on its page', async () => {
  const key = generateSigningKey();
  const mine = record('mallory', key);
  await demand(daemon, '/v1/directory', { body: publish(mine), via: 'onion' });
  await demand(daemon, '/v1/directory', { body: publish(mine), via: 'onion' });
  const { records, bucketBits } = decodeDirectoryPage(await demand(daemon, '/v1/directory', { body: page('mallory', 0), via: 'onion' }));
  assert.equal(records, [mine]);
  assert.is(bucketBits, 2);
  assert.is((await refusal(daemon, '/v1/directory', { body: publish(record('mallory')) })).code, 'name-taken');
  assert.is((await refusal(daemon, '/v1/directory', { body: publish(record('mallory', key)) })).code, 'name-taken', 'the same sequence with other content');
  await demand(daemon, '/v1/directory', { body: publish(record('mallory', key, { sequence: 2 })) });
});

test('a record whose signature or bucket is wrong is refused', async () => {
  const signed = record('eve');
  assert.is((await refusal(daemon, '/v1/directory', { body: publish({ ...signed, signature: record('eve').signature }) })).code, 'bad-signature');
  assert.is((await refusal(daemon, '/v1/directory', { body: publish(record('eve', generateSigningKey(), { bucket: 4 })) })).code, 'not-found');
});

test('pages hold 128 to 256 records on average, and a request is cut to what hides enough', async () => {
  for (const [records, bits] of [[0, 0], [256, 0], [257, 1], [512, 1], [513, 2], [100_000, 9]] as const) assert.is(pageBits(records), bits);
  for (const records of [300, 1000, 5000, 123_456]) {
    const average = records / 2 ** pageBits(records);
    assert.ok(average >= 128 && average <= 256);
  }
  for (let number = 0; number < 260; number++) await demand(daemon, '/v1/directory', { body: publish(record(`person-${number}`)) });
  const short = await refusal(daemon, '/v1/directory', { body: page('mallory', 0) });
  assert.is(short.code, 'prefix-too-short');
  assert.is(decodePrefixDetail(short.detail ?? new Uint8Array()), 1);
  const answer = decodeDirectoryPage(await demand(daemon, '/v1/directory', { body: page('mallory', 32) }));
  assert.is(answer.bits, 1);
  assert.ok(answer.records.length > 64);
  const first = (nameHash(parseName('mallory'))[0] ?? 0) >> 7;
  for (const signed of answer.records) assert.is((nameHash(openIdentity(signed).name)[0] ?? 0) >> 7, first);
});

test('names that begin alike cannot push one out of its page: the page takes no more', async () => {
  const rows = new SqliteRows(':memory:');
  const alike = Array.from({ length: 150_000 }, (_, number) => parseName(`x${number}`)).filter((name) => (nameHash(name)[0] ?? 0) >> 3 === 0);
  const key = generateSigningKey();
  for (const name of alike.slice(0, 4000)) await rows.publish(name, nameHash(name), key.publicKey, 1, record(name, key));
  assert.is(pageBits(await rows.records()), 4);
  const [late = parseName('late')] = alike.slice(4000);
  const refused: unknown = await checkRoom(rows, late).catch((error: unknown) => error);
  assert.ok(refused instanceof WireError && refused.code === 'too-busy');
  await checkRoom(rows, alike[17] ?? late);
  const elsewhere = Array.from({ length: 100 }, (_, number) => parseName(`y${number}`)).find((name) => (nameHash(name)[0] ?? 0) >> 4 !== 0);
  await checkRoom(rows, elsewhere ?? late);
  await rows.close();
});

test('a bucket gives everyone everything after a cursor', async () => {
  const sent = [randomBytes(8192), randomBytes(8192), randomBytes(8192)];
  for (const envelope of sent) await demand(daemon, '/v1/bucket', { body: put({ bucket: 3, envelope }), via: 'onion' });
  const all = decodeCollected(await demand(daemon, '/v1/bucket', { body: collect(3, 0), via: 'onion' }));
  assert.equal(all.envelopes, sent.map((envelope) => ({ epoch: today, envelope })));
  assert.is(all.more, false);
  const none = decodeCollected(await demand(daemon, '/v1/bucket', { body: collect(3, all.cursor) }));
  assert.equal(none, { v: 1, cursor: all.cursor, more: false, envelopes: [] });
  assert.is((await refusal(daemon, '/v1/bucket', { body: put({ bucket: 4 }) })).code, 'not-found');
});

test('a node whose buckets were lost or restored numbers on above the cursors of its readers', async () => {
  const [before, after] = [new SqliteRows(':memory:'), new SqliteRows(':memory:')];
  for (let number = 0; number < 100; number++) await before.putEnvelope(0, today, randomBytes(8), 1_800_000_000, 600);
  const cursor = (await before.envelopes(0, 0, 600)).at(-1)?.id ?? 0;
  await before.putEnvelope(0, today, randomBytes(8), 1_700_000_000, 600);
  assert.is((await before.envelopes(0, cursor, 600)).length, 1, 'a clock that goes back hides nothing');
  await after.putEnvelope(0, today, randomBytes(8), 1_800_000_060, 600);
  assert.is((await after.envelopes(0, cursor, 600)).length, 1);
  await Promise.all([before.close(), after.close()]);
});

test('a long bucket comes in parts', async () => {
  for (let number = 0; number < 520; number++) await demand(daemon, '/v1/bucket', { body: put({ bucket: 1 }) });
  const first = decodeCollected(await demand(daemon, '/v1/bucket', { body: collect(1, 0) }));
  assert.is(first.envelopes.length, 512);
  assert.is(first.more, true);
  assert.is(decodeCollected(await demand(daemon, '/v1/bucket', { body: collect(1, first.cursor) })).envelopes.length, 8);
});

test('a bucket that is more than half full takes an envelope for work only, which counts once and grows', async () => {
  for (let number = 520; number < 600; number++) await demand(daemon, '/v1/bucket', { body: put({ bucket: 1 }) });
  const drop = { bucket: 1, epoch: today, envelope: randomBytes(8192) };
  const refused = await refusal(daemon, '/v1/bucket', { body: put(drop) });
  assert.is(refused.code, 'work-required');
  const bits = decodeWorkDetail(refused.detail ?? new Uint8Array());
  assert.is(bits, 8);
  const work = await doWork(dropChallenge(drop), bits);
  const worked = encodeRequest({ v: 1, op: 'worked', ...drop, work });
  await demand(daemon, '/v1/bucket', { body: worked, via: 'onion' });
  assert.is((await refusal(daemon, '/v1/bucket', { body: worked })).code, 'work-required', 'work counts once');
  await demand(daemon, '/v1/bucket', { body: put({ bucket: 2 }) });
  const way = recorded(daemon.onionSocket);
  await way.node(`unix:${daemon.onionSocket}`, 'mail').putEnvelope(1, today, randomBytes(8192));
  assert.is(way.sent.length, 2, 'a client does the work by itself');
  await way.close();
  assert.equal([0, 2047, 2048, 3072, 4096, 9999].map((held) => dropBits(held, 4096, 20)), [0, 0, 8, 14, 20, 20]);
});

test('an envelope from a clock that is far off is refused with what to do', async () => {
  for (const epoch of [today - 1, today + 1]) await demand(daemon, '/v1/bucket', { body: put({ epoch }) });
  for (const epoch of [today - 3, today + 3, 0]) {
    const refused = await refusal(daemon, '/v1/bucket', { body: put({ epoch }) });
    assert.is(refused.code, 'clock-skew');
    assert.match(refused.message, /set the one that is wrong/);
  }
});

test('a node that has joined another keeps neither, and says where to ask', async () => {
  for (const [path, body] of [['/v1/directory', page('mallory', 0)], ['/v1/directory', publish(record('bob'))], ['/v1/bucket', put()], ['/v1/bucket', collect(0, 0)]] as const) {
    const refused = await refusal(joined, path, { body });
    assert.is(refused.code, 'not-found');
    assert.match(refused.message, /ask the node/);
  }
});

test.run();
