import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Person, underkeep } from '../rig/cli.ts';
import { startDaemon, type RunningDaemon } from '../rig/daemon.ts';

interface World { daemon: RunningDaemon; alice: Person; bob: Person; at: string }
const nobody = undefined as unknown as Person;
const test = suite<World>('people', { daemon: undefined as unknown as RunningDaemon, alice: nobody, bob: nobody, at: '' });

test.before(async (world) => {
  world.daemon = await startDaemon();
  const node = `unix:${world.daemon.localSocket}`;
  [world.alice, world.bob, world.at] = [await Person.make('seven lamps under water', { node }), await Person.make('eight lamps above water', { node }), await mkdtemp('/tmp/uk-')];
  await world.alice.signUp('alice');
  await world.bob.signUp('bob');
  await mkdir(join(world.at, 'pictures', 'in'), { recursive: true });
  await writeFile(join(world.at, 'pictures', 'one'), 'first picture');
  await writeFile(join(world.at, 'pictures', 'in', 'two'), 'second picture');
  await world.alice.demand('put', join(world.at, 'pictures'), '/');
});
test.after(async ({ daemon, alice, bob, at }) => {
  await alice.end();
  await bob.end();
  await daemon.stop();
  await rm(at, { recursive: true, force: true });
});

const names = (list: unknown): string[] => (list as { name: string }[]).map(({ name }) => name);

test('one asks, the other accepts, and both see a friend', async ({ alice, bob }) => {
  const asked = await bob.demand('follow', 'alice');
  assert.is(asked['state'], 'requested');
  assert.equal(names((await alice.demand('requests'))['requests']), ['bob']);
  await alice.demand('accept', 'bob');
  const [friend] = (await bob.demand('friends'))['friends'] as { name: string; state: string }[];
  assert.equal([friend?.name, friend?.state], ['alice', 'confirmed']);
  const [back] = (await alice.demand('friends'))['friends'] as { name: string; state: string; words: string[] }[];
  assert.equal([back?.name, back?.state, back?.words.length], ['bob', 'confirmed', 12]);
});

test('who is not there, not asked, or mistyped is told in one sentence', async ({ alice }) => {
  const unknown = await alice.refusal('follow', 'nobody-at-all');
  assert.equal([unknown.exit, unknown.code], [4, 'unknown-name']);
  assert.is((await alice.refusal('accept', 'carol')).exit, 4);
  assert.is((await alice.refusal('decline', 'carol')).exit, 4);
  assert.is((await alice.refusal('follow', 'Not A Name')).exit, 2);
  assert.is((await alice.refusal('follow', `bob#${'a'.repeat(52)}`)).exit, 6);
  assert.is((await alice.refusal('share', '/pictures', '--with', 'carol')).exit, 4);
  assert.is((await alice.refusal('unshare', '/pictures', '--with', 'bob')).exit, 4);
});

test('a shared folder is read by the friend, with what is added later', async ({ alice, bob, at }) => {
  await alice.demand('share', '/pictures', '--with', 'bob');
  assert.equal(names((await bob.demand('ls', '/@'))['entries']), ['@alice']);
  assert.equal(names((await bob.demand('ls', '/@alice'))['entries']), ['pictures']);
  await bob.demand('get', '/@alice/pictures', join(at, 'bobs'));
  assert.is(await readFile(join(at, 'bobs', 'in', 'two'), 'utf8'), 'second picture');
  await writeFile(join(at, 'three'), 'third picture');
  await alice.demand('put', join(at, 'three'), '/pictures/');
  assert.is((await bob.run(['cat', '/@alice/pictures/three'])).stdout, 'third picture');
  assert.is((await bob.refusal('put', join(at, 'three'), '/@alice/pictures')).code, 'read-only');
  assert.is((await bob.refusal('rm', '/@alice/pictures/three')).code, 'read-only');
});

test('shared tells both what is shared', async ({ alice, bob }) => {
  const byMe = (await alice.demand('shared'))['byMe'] as { path: string; with: string[] }[];
  assert.equal(byMe.map(({ path, with: friends }) => [path, friends]), [['/pictures', ['bob']]]);
  const withMe = (await bob.demand('shared'))['withMe'] as { from: string; name: string }[];
  assert.equal(withMe.map(({ from, name }) => [from, name]), [['alice', 'pictures']]);
  assert.match((await bob.run(['shared'])).stdout, '/@alice/pictures');
});

test('after unsharing, the friend keeps what was read and reads nothing new', async ({ alice, bob, at }) => {
  await alice.demand('unshare', '/pictures', '--with', 'bob');
  await writeFile(join(at, 'four'), 'fourth picture');
  await alice.demand('put', join(at, 'four'), '/pictures');
  const { code, stdout } = await bob.run(['cat', '/@alice/pictures/four']);
  assert.not.equal(code, 0);
  assert.is(stdout, '');
  assert.is((await alice.run(['cat', '/pictures/four'])).stdout, 'fourth picture');
  assert.is(await readFile(join(at, 'bobs', 'in', 'two'), 'utf8'), 'second picture');
  assert.is((await alice.demand('check'))['clean'], true);
});

test('what a former reader could read is encrypted anew when there is time', async ({ alice }) => {
  const exposed = async (): Promise<boolean> => ((await alice.demand('ls', '-l', '/pictures'))['entries'] as { exposed: boolean }[]).some((entry) => entry.exposed);
  for (const end = Date.now() + 60_000; await exposed();) {
    assert.ok(Date.now() < end, 'still exposed after a minute');
    await new Promise((done) => setTimeout(done, 1000));
  }
  assert.is((await alice.run(['cat', '/pictures/one'])).stdout, 'first picture');
});

test('a link opens without an account, as often and with the password that was set', async ({ alice, at, daemon }) => {
  const stranger = await mkdtemp('/tmp/uk-');
  const open = (link: string, to: string, ...more: string[]): Promise<{ code: number | null; stderr: string }> =>
    underkeep(['open', '-', join(at, to), '--data', stranger, '--node', `unix:${daemon.localSocket}`, ...more], { input: `${link}\n` });
  const { link } = await alice.demand('link', '/pictures/one') as unknown as { link: string };
  assert.is((await open(link, 'opened')).code, 0);
  assert.is(await readFile(join(at, 'opened'), 'utf8'), 'first picture');
  const folder = await alice.demand('link', '/pictures', '--opens', '3', '--expires', '1h', '--link-password-file', alice.passwordFile);
  const locked = await open(String(folder['link']), 'no');
  assert.is(locked.code, 6);
  assert.match(locked.stderr, 'password');
  assert.is((await open(String(folder['link']), 'opened-folder', '--link-password-file', alice.passwordFile)).code, 0);
  assert.is(await readFile(join(at, 'opened-folder', 'in', 'two'), 'utf8'), 'second picture');
  assert.is((await open('v1.nonsense', 'no')).code, 2);
  await rm(stranger, { recursive: true });
});

test('links are listed, and one that is withdrawn leads nowhere', async ({ alice, at, daemon }) => {
  const links = (await alice.demand('links'))['links'] as { id: string; path: string; link: string }[];
  assert.is(links.length, 2);
  const one = links.find(({ path }) => path === '/pictures/one');
  await alice.demand('unlink', one?.id ?? '');
  assert.is(((await alice.demand('links'))['links'] as unknown[]).length, 1);
  const { code } = await underkeep(['open', one?.link ?? '', join(at, 'gone'), '--data', at, '--node', `unix:${daemon.localSocket}`]);
  assert.is(code, 4);
  assert.is((await alice.refusal('unlink', 'ffffffffffffffff')).exit, 4);
});

test('a follow request costs two serial round trips, and so does its answer', async ({ daemon }) => {
  const node = `unix:${daemon.localSocket}`;
  const [carol, dan] = [await Person.make('seven lamps under water', { node }), await Person.make('eight lamps above water', { node })];
  await Promise.all([carol.signUp('carol'), dan.signUp('dan')]);
  await Promise.all([carol.demand('friends'), dan.demand('friends')]);
  const asked = await carol.demand('follow', 'dan');
  assert.ok(asked.cost.rounds <= 2, `follow: ${asked.cost.rounds}`);
  await dan.demand('requests');
  const accepted = await dan.demand('accept', 'carol');
  assert.ok(accepted.cost.rounds <= 2, `accept: ${accepted.cost.rounds}`);
  await carol.demand('friends');
  await dan.demand('friends');
  await dan.demand('mkdir', '/gift');
  await dan.demand('ls', '/');
  const shared = await dan.demand('share', '/gift', '--with', 'carol');
  assert.ok(shared.cost.rounds <= 2, `share: ${shared.cost.rounds}`);
  await carol.demand('friends');
  const read = await carol.demand('ls', '/@dan/gift');
  console.log(`first read by the friend: ${read.cost.rounds} rounds, collecting included`);
  assert.ok(read.cost.rounds <= 3, `first read: ${read.cost.rounds}`);
  await Promise.all([carol.end(), dan.end()]);
});

test.run();
