import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { openLink, People } from '../../social/index.ts';
import type { PointerHash } from '../../wire/index.ts';
import { startDaemon, type RunningDaemon } from '../rig/daemon.ts';
import { readText, source } from './files.ts';
import { befriended, codeOf, newcomer, type Account } from './world.ts';

interface World { daemon: RunningDaemon }
const test = suite<World>('sharing', { daemon: undefined as unknown as RunningDaemon });
test.before(async (world) => { world.daemon = await startDaemon(); });
test.after(async ({ daemon }) => daemon.stop());

let count = 0;
async function people({ daemon }: World, ...given: readonly string[]): Promise<{ all: Account[]; names: string[] }> {
  count++;
  const names = given.map((name) => `${name}${count}`);
  const all: Account[] = [];
  for (const name of names) all.push(await newcomer(daemon.localSocket, name));
  const [first, ...others] = all;
  for (const [index, other] of others.entries()) if (first !== undefined) await befriended(first, other, names[0] ?? '', names[index + 1] ?? '');
  return { all, names };
}

const listed = async (account: Account, path: string): Promise<string[]> => (await account.session.drive.list(path)).map(({ name }) => name).sort();

test('a shared folder is read, grows, and is taken back', async (world) => {
  const { all: [alice, bob], names: [a, b = ''] } = await people(world, 'alice', 'bob');
  assert.ok(alice && bob);
  const { drive } = alice.session;
  await drive.put([source('trip', [source('one.txt', 'first'), source('two.txt', 'second'), source('deep', [source('three.txt', 'third')])])], '/');
  await drive.list('/');
  assert.is(await alice.rounds(() => alice.people.share('/trip', b)), 2);
  const { news } = await bob.people.collect();
  assert.is(news[0]?.kind, 'share');
  assert.ok(await bob.rounds(async () => {
    assert.equal(await listed(bob, `/@${a}/trip`), ['deep', 'one.txt', 'two.txt']);
    assert.is(await readText(bob.session.drive, `/@${a}/trip/one.txt`), 'first');
  }) <= 3);
  assert.is(await readText(bob.session.drive, `/@${a}/trip/deep/three.txt`), 'third');
  assert.equal(await listed(bob, '/@'), [`@${a}`]);
  assert.is(await codeOf(bob.session.drive.put([source('x', 'x')], `/@${a}/trip`)), 'read-only');

  await drive.put([source('later.txt', 'added later')], '/trip');
  assert.is(await readText(bob.session.drive, `/@${a}/trip/later.txt`), 'added later');

  await alice.people.unshare('/trip', b);
  await drive.put([source('secret.txt', 'not for bob')], '/trip');
  for (const name of ['secret.txt', 'later.txt']) assert.is(await codeOf(readText(bob.session.drive, `/@${a}/trip/${name}`)), 'retired');
  assert.equal((await bob.people.collect()).news, [{ kind: 'unshare', from: a, name: 'trip' }]);
  assert.is((await bob.people.shared()).withMe[0]?.gone, true);
  assert.is(await codeOf(listed(bob, `/@${a}/trip`)), 'retired');
  assert.is(await readText(drive, '/trip/later.txt'), 'added later');
  assert.is(await codeOf(alice.people.unshare('/trip', b)), 'not-shared');
  assert.equal((await alice.people.shared()).byMe, []);
  await Promise.all([alice.close(), bob.close()]);
});

test('who is left keeps reading after another was removed, and may be given it again', async (world) => {
  const { all: [alice, bob, carol], names: [a, b = '', c = ''] } = await people(world, 'alice', 'bob', 'carol');
  assert.ok(alice && bob && carol);
  await alice.session.drive.put([source('trip', [source('one.txt', 'first')])], '/');
  await alice.people.share('/trip', b);
  await alice.people.share('/trip', c);
  await bob.people.collect();
  await carol.people.collect();
  await alice.people.unshare('/trip', b);
  await alice.session.drive.put([source('new.txt', 'for carol')], '/trip');
  await bob.people.collect();
  await carol.people.collect();
  assert.is(await readText(carol.session.drive, `/@${a}/trip/new.txt`), 'for carol');
  assert.is(await readText(carol.session.drive, `/@${a}/trip/one.txt`), 'first');
  assert.is(await codeOf(readText(bob.session.drive, `/@${a}/trip/one.txt`)), 'retired');
  assert.equal((await alice.people.shared()).byMe.map(({ path, with: friends, links }) => ({ path, friends, links })), [{ path: '/trip', friends: [c], links: 0 }]);
  await alice.people.share('/trip', b);
  await bob.people.collect();
  assert.is(await readText(bob.session.drive, `/@${a}/trip/new.txt`), 'for carol');
  assert.is((await bob.people.shared()).withMe.length, 1);
  await Promise.all([alice.close(), bob.close(), carol.close()]);
});

test('sharing with who is no friend, or has not confirmed, is refused', async (world) => {
  const { all: [alice, bob], names: [, b = ''] } = await people(world, 'alice', 'bob');
  assert.ok(alice && bob);
  await alice.session.drive.put([source('trip', [])], '/');
  assert.is(await codeOf(alice.people.share('/trip', 'nobody')), 'not-friends');
  const carol = await newcomer(world.daemon.localSocket, `carol${count}`);
  await alice.people.follow(`carol${count}`);
  assert.is(await codeOf(alice.people.share('/trip', `carol${count}`)), 'not-friends');
  assert.is(await codeOf(alice.people.share('/nothing', b)), 'not-found');
  assert.equal((await alice.people.shared()).byMe, []);
  await Promise.all([alice.close(), bob.close(), carol.close()]);
});

test('a share that could not leave is kept, and goes once with the repeat', async (world) => {
  const { all: [alice, bob], names: [a, b = ''] } = await people(world, 'alice', 'bob');
  assert.ok(alice && bob);
  await alice.session.drive.put([source('trip', [source('one.txt', 'first')])], '/');
  alice.broken.add('/v1/bucket');
  assert.is(await codeOf(alice.people.share('/trip', b)), 'not-sent');
  assert.is((await alice.people.friends())[0]?.waiting, 1);
  alice.broken.clear();
  await alice.people.share('/trip', b);
  await alice.people.share('/trip', b);
  const { news, ignored } = await bob.people.collect();
  assert.is(news.length, 1);
  assert.is(ignored, 0);
  alice.broken.add('/v1/bucket');
  assert.is(await codeOf(alice.people.unshare('/trip', b)), 'not-sent');
  // What matters is done: the node serves it no more.
  assert.is(await codeOf(readText(bob.session.drive, `/@${a}/trip/one.txt`)), 'retired');
  alice.broken.clear();
  await alice.people.unshare('/trip', b);
  assert.is((await bob.people.collect()).news[0]?.kind, 'unshare');
  await Promise.all([alice.close(), bob.close()]);
});

test('readers of a shared file get its new version with the next collection', async (world) => {
  const { all: [alice, bob], names: [a, b = ''] } = await people(world, 'alice', 'bob');
  assert.ok(alice && bob);
  const { drive } = alice.session;
  await drive.put([source('note.txt', 'one')], '/');
  await alice.people.share('/note.txt', b);
  await bob.people.collect();
  assert.is(await readText(bob.session.drive, `/@${a}/note.txt`), 'one');
  await drive.put([source('note.txt', 'another')], '/');
  await alice.people.collect();
  await bob.people.collect();
  assert.is(await readText(bob.session.drive, `/@${a}/note.txt`), 'another');
  assert.is((await alice.people.collect()).waiting, 0);
  assert.equal((await bob.people.collect()).news, []);
  await alice.people.unshare('/note.txt', b);
  assert.is(await codeOf(readText(bob.session.drive, `/@${a}/note.txt`)), 'retired');
  assert.is(await readText(drive, '/note.txt'), 'another');
  await Promise.all([alice.close(), bob.close()]);
});

test('an item that was moved is unshared where it is; one that was removed, by its old path', async (world) => {
  const { all: [alice, bob], names: [a, b = ''] } = await people(world, 'alice', 'bob');
  assert.ok(alice && bob);
  const { drive } = alice.session;
  await drive.put([source('trip', [source('one.txt', 'first')]), source('old', [source('two.txt', 'second')])], '/');
  await drive.mkdir('/kept');
  await alice.people.share('/trip', b);
  await alice.people.share('/old', b);
  await bob.people.collect();
  await drive.move('/trip', '/kept');
  assert.is(await readText(bob.session.drive, `/@${a}/trip/one.txt`), 'first');
  await alice.people.unshare('/kept/trip', b);
  await drive.remove('/old', { recursive: true });
  await alice.people.unshare('/old', b);
  await bob.people.collect();
  assert.equal((await bob.people.shared()).withMe.map(({ gone }) => gone), [true, true]);
  assert.equal((await alice.people.shared()).byMe, []);
  await Promise.all([alice.close(), bob.close()]);
});

test('what friends share is there in the next session, with the pointers that were seen', async (world) => {
  const { all: [alice, bob], names: [a, b = ''] } = await people(world, 'alice', 'bob');
  assert.ok(alice && bob);
  await alice.session.drive.put([source('trip', [source('one.txt', 'first')])], '/');
  await alice.people.share('/trip', b);
  await bob.people.collect();
  await readText(bob.session.drive, `/@${a}/trip/one.txt`);
  await bob.session.drive.list('/@');
  await bob.people.settle();
  await bob.close();
  const later = await bob.again();
  const [mount] = await later.people.mounts.list();
  const target = mount?.entries[0]?.target;
  assert.ok(target);
  assert.is(later.session.space(target).pin?.sequence, 1);
  assert.is(await readText(later.session.drive, `/@${a}/trip/one.txt`), 'first');
  await Promise.all([alice.close(), later.close()]);
});

test('a friend\'s node that goes back behind what was seen is caught, also by a later session', async (world) => {
  const { all: [alice, bob], names: [a, b = ''] } = await people(world, 'alice', 'bob');
  assert.ok(alice && bob);
  await alice.session.drive.put([source('trip', [source('one.txt', 'first')])], '/');
  await alice.people.share('/trip', b);
  await bob.people.collect();
  const target = (await bob.people.shared()).withMe[0]?.entry.target;
  assert.ok(target);
  // As if a state had been seen that the node shows no more.
  bob.session.space(target, { sequence: 9, hash: new Uint8Array(32) as PointerHash });
  await bob.people.mounts.list();
  await bob.people.settle();
  const later = await bob.again();
  assert.is(await codeOf(readText(later.session.drive, `/@${a}/trip/one.txt`)), 'rolled-back');
  await Promise.all([alice.close(), bob.close(), later.close()]);
});

test('people on one node without an onion address share all the same, and links say nothing of a host', async (world) => {
  const { all: [alice, bob], names: [a, b = ''] } = await people(world, 'alice', 'bob');
  assert.ok(alice && bob);
  const { connect, session } = alice;
  const local = new People(session, { directory: connect.home, bucket: connect.home, hostUrl: async () => null });
  await session.drive.put([source('trip', [source('one.txt', 'first')])], '/');
  await local.share('/trip', b);
  await bob.people.collect();
  assert.is(await readText(bob.session.drive, `/@${a}/trip/one.txt`), 'first');
  const { link } = await local.link('/trip');
  assert.match(link, /^v1\.[\w-]{87}$/);
  assert.is((await openLink(link, connect)).target?.node, null);
  await Promise.all([alice.close(), bob.close()]);
});

test.run();
