import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { randomBytes, signingKey, toHex, utf8 } from '../../crypto/index.ts';
import { kemKey } from '../../pq/index.ts';
import { parseName, signIdentity } from '../../wire/index.ts';
import { encodeBody, TYPE, type MessageId } from '../../social/message.ts';
import { deposit } from '../../social/mail.ts';
import { startDaemon, type RunningDaemon } from '../rig/daemon.ts';
import { codeOf, messageOf, newcomer, type Account } from './world.ts';

interface World { daemon: RunningDaemon }
const test = suite<World>('people', { daemon: undefined as unknown as RunningDaemon });
test.before(async (world) => { world.daemon = await startDaemon(); });
test.after(async ({ daemon }) => daemon.stop());

let count = 0;
/** Two new people, by names of their own. */
async function two({ daemon }: World): Promise<[Account, Account, string, string]> {
  count++;
  const names = [`alice${count}`, `bob${count}`] as const;
  return [await newcomer(daemon.localSocket, names[0]), await newcomer(daemon.localSocket, names[1]), ...names];
}

test('follow and accept take two round trips each, and end in friends with the same words', async (world) => {
  const [alice, bob, a, b] = await two(world);
  assert.is(await alice.rounds(() => alice.people.follow(b, { note: 'it is me' })), 2);
  assert.is((await alice.people.friends())[0]?.state, 'requested');
  const { news } = await bob.people.collect();
  assert.equal(news, [{ kind: 'request', from: a, note: 'it is me' }]);
  assert.is(await bob.rounds(() => bob.people.accept(a)), 2);
  assert.is((await bob.people.friends())[0]?.state, 'unverified');
  assert.equal((await alice.people.collect()).news, [{ kind: 'friend', from: b }]);
  assert.equal((await bob.people.collect()).news, [{ kind: 'friend', from: a }]);
  for (const [mine, theirs] of [[alice, bob], [bob, alice]] as const) {
    const [friend] = await mine.people.friends();
    assert.is(friend?.state, 'confirmed');
    assert.is(friend?.waiting, 0);
    assert.equal(friend?.words, (await theirs.people.contact()).words);
  }
  assert.is(await codeOf(alice.people.follow(b)), 'already-friends');
  assert.equal(await bob.people.requests(), []);
  await Promise.all([alice.close(), bob.close()]);
});

test('what was agreed is there in the next session', async (world) => {
  const [alice, bob, a, b] = await two(world);
  await alice.people.follow(b);
  await alice.close();
  await bob.people.collect();
  await bob.close();
  const [later, bobLater] = [await alice.again(), await bob.again()];
  assert.is((await bobLater.people.requests())[0]?.name, a);
  await bobLater.people.accept(a);
  await later.people.collect();
  await bobLater.people.collect();
  assert.is((await bobLater.people.friends())[0]?.state, 'confirmed');
  assert.is((await later.people.friends())[0]?.state, 'confirmed');
  assert.equal((await later.people.collect()).news, []);
  await Promise.all([later.close(), bobLater.close()]);
});

test('an unknown name, a taken one, and a second one of one\'s own are told apart', async (world) => {
  const [alice, bob, a] = await two(world);
  assert.is(await codeOf(alice.people.follow('nobody-at-all')), 'unknown-name');
  assert.equal(await alice.people.friends(), []);
  assert.is(await codeOf(bob.people.createIdentity(parseName('another'))), 'has-identity');
  const carol = await newcomer(world.daemon.localSocket, `carol${count}`);
  assert.is(await codeOf(carol.people.createIdentity(parseName(a))), 'has-identity');
  assert.is(await codeOf(alice.people.accept('nobody-at-all')), 'no-request');
  assert.is(await codeOf(alice.people.follow('Not a name')), 'bad-contact');
  await Promise.all([alice.close(), bob.close(), carol.close()]);
});

test('a request that could not leave says so, and a repeat sends that same request once', async (world) => {
  const [alice, bob, a, b] = await two(world);
  alice.broken.add('/v1/bucket');
  assert.is(await codeOf(alice.people.follow(b)), 'not-sent');
  assert.is((await alice.people.friends())[0]?.waiting, 1);
  assert.is(await codeOf(alice.people.follow(b)), 'not-sent');
  assert.is((await alice.people.friends())[0]?.waiting, 1);
  await alice.close();
  const later = await alice.again();
  await later.people.follow(b);
  assert.is((await later.people.friends())[0]?.waiting, 0);
  await later.people.follow(b);
  assert.is((await bob.people.collect()).news.length, 1);
  bob.broken.add('/v1/bucket');
  assert.is(await codeOf(bob.people.accept(a)), 'not-sent');
  bob.broken.clear();
  await bob.people.accept(a);
  assert.equal((await later.people.collect()).news, [{ kind: 'friend', from: b }]);
  await Promise.all([later.close(), bob.close()]);
});

test('a directory that is not reached costs nothing: the repeat finds its way', async (world) => {
  const [alice, bob, a, b] = await two(world);
  alice.broken.add('/v1/directory');
  assert.is(await codeOf(alice.people.follow(b)), 'not-sent');
  alice.broken.clear();
  // Collecting sends what waits, too.
  await alice.people.collect();
  assert.is((await bob.people.collect()).news.length, 1);
  bob.broken.add('/v1/directory');
  assert.is(await codeOf(bob.people.accept(a)), 'not-sent');
  bob.broken.clear();
  await bob.people.collect();
  assert.equal((await alice.people.collect()).news, [{ kind: 'friend', from: b }]);
  await Promise.all([alice.close(), bob.close()]);
});

test('a confirmation that could not leave goes with the next collection', async (world) => {
  const [alice, bob, a, b] = await two(world);
  await alice.people.follow(b);
  await bob.people.collect();
  await bob.people.accept(a);
  const collect = alice.people.collect.bind(alice.people);
  // Requests to the bucket break off from the second one on: the collection goes through, the confirmation does not.
  let through = 1;
  const { has } = alice.broken;
  alice.broken.has = (path) => (path === '/v1/bucket' ? through-- <= 0 : has.call(alice.broken, path));
  const first = await collect();
  assert.is(first.waiting, 1);
  assert.equal(first.news, [{ kind: 'friend', from: b }]);
  alice.broken.has = has;
  assert.is((await collect()).waiting, 0);
  assert.equal((await bob.people.collect()).news, [{ kind: 'friend', from: a }]);
  await Promise.all([alice.close(), bob.close()]);
});

test('a contact link pins the keys, and another\'s fingerprint is refused', async (world) => {
  const [alice, bob, a, b] = await two(world);
  const { link } = await bob.people.contact();
  const [, print = ''] = link.split('#');
  const wrong = `${b}#${print.startsWith('a') ? 'b' : 'a'}${print.slice(1)}`;
  assert.is(await codeOf(alice.people.follow(wrong)), 'fingerprint-mismatch');
  assert.is((await bob.people.collect()).news.length, 0);
  await alice.people.follow(link);
  await bob.people.collect();
  const sent = bob.connect.sent.length;
  await bob.people.accept((await alice.people.contact()).link);
  // With a link there is nobody to ask.
  assert.not(bob.connect.sent.slice(sent).some(({ path }) => path === '/v1/directory'));
  assert.equal((await alice.people.collect()).news, [{ kind: 'friend', from: b }]);
  assert.ok(a);
  await Promise.all([alice.close(), bob.close()]);
});

test('a request with keys that the directory does not have is refused, and the real person still gets through', async (world) => {
  const [alice, bob, a, b] = await two(world);
  const me = signingKey(randomBytes(32));
  const name = parseName(a);
  const forged = signIdentity(me, { name, kem: kemKey(randomBytes(32)).publicKey, bucket: 0, sequence: 1 });
  const note = null;
  const body = encodeBody('request', { v: 1, id: randomBytes(16) as MessageId, record: forged, secret: randomBytes(32), note });
  const target = (await alice.connect.home.directoryPage(0, new Uint8Array(4))).records.find(({ identity }) => toHex(identity).includes(toHex(utf8(b))));
  assert.ok(target);
  await deposit(alice.connect.home, target, { type: TYPE.request, body }, Date.now());
  await bob.people.collect();
  assert.is(await codeOf(bob.people.accept(a)), 'fingerprint-mismatch');
  assert.equal(await bob.people.friends(), []);
  assert.is((await bob.people.requests()).length, 1);
  await alice.people.follow(b);
  await bob.people.collect();
  assert.is((await bob.people.requests()).length, 2);
  await bob.people.accept(a);
  assert.equal(await bob.people.requests(), []);
  assert.equal((await alice.people.collect()).news, [{ kind: 'friend', from: b }]);
  await Promise.all([alice.close(), bob.close()]);
});

test('a decline drops the request; the asker hears of it only when told', async (world) => {
  const [alice, bob, a, b] = await two(world);
  await alice.people.follow(b);
  await bob.people.collect();
  await bob.people.decline(a, { tell: true });
  assert.equal(await bob.people.requests(), []);
  assert.equal((await alice.people.collect()).news, [{ kind: 'declined', from: b }]);
  assert.equal(await alice.people.friends(), []);
  await Promise.all([alice.close(), bob.close()]);
});

test('two who follow each other at once are friends without accepting', async (world) => {
  const [alice, bob, a, b] = await two(world);
  await Promise.all([alice.people.follow(b), bob.people.follow(a)]);
  for (let round = 0; round < 2; round++) {
    await alice.people.collect();
    await bob.people.collect();
  }
  assert.is((await alice.people.friends())[0]?.state, 'confirmed');
  assert.is((await bob.people.friends())[0]?.state, 'confirmed');
  await Promise.all([alice.close(), bob.close()]);
});

test('a clock that is days off is told from a network that is down', async (world) => {
  const [alice, bob, , b] = await two(world);
  alice.clock.off = 5 * 86_400_000;
  assert.is(await codeOf(alice.people.follow(b)), 'clock-skew');
  assert.match(await messageOf(alice.people.follow(b)), /120 hours apart: this computer's is ahead; set the clock/);
  alice.clock.off = 0;
  await alice.people.follow(b);
  assert.is((await bob.people.collect()).news.length, 1);
  await Promise.all([alice.close(), bob.close()]);
});

test('two sessions of one account that collect at the same time lose nothing', async (world) => {
  const [alice, bob, a, b] = await two(world);
  await alice.people.follow(b);
  const other = await bob.again();
  await Promise.all([bob.people.collect(), other.people.collect()]);
  await other.people.accept(a);
  await alice.people.collect();
  await Promise.all([bob.people.collect(), other.people.collect()]);
  const third = await bob.again();
  assert.is((await third.people.friends())[0]?.state, 'confirmed');
  assert.is((await third.people.requests()).length, 0);
  await Promise.all([alice.close(), bob.close(), other.close(), third.close()]);
});

test('neither the node\'s files nor its output hold what was written to a friend', async ({ daemon }) => {
  const files = (await readdir(daemon.dataDir, { recursive: true, withFileTypes: true })).filter((file) => file.isFile());
  const held = await Promise.all(files.map(async (file) => readFile(join(file.parentPath, file.name), 'latin1')));
  assert.ok(held.some((text) => text.includes('alice1')));
  for (const text of [...held, daemon.output()]) assert.not(text.includes('it is me'));
});

test.run();
