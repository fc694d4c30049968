import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { decodeEntry, encodeEntry, readOnly, type Entry, type Rotated } from '../../files/index.ts';
import { startDaemon } from '../rig/daemon.ts';
import { bytesOf, fileSource, folderSource, namesIn, readText, TestSession } from '../rig/drive-session.ts';

const daemon = await startDaemon();
const sessions: TestSession[] = [];

async function signUp(): Promise<TestSession> {
  const session = await TestSession.signUp(daemon);
  sessions.push(session);
  return session;
}

function again(session: TestSession): TestSession {
  const other = TestSession.open(daemon, session.identity);
  sessions.push(other);
  return other;
}

/** What a friend gets: over the wire, without the writer key. */
const given = (entry: Entry): Entry => decodeEntry(encodeEntry(readOnly(entry, null)));

async function child(reader: TestSession, folder: Entry, name: string): Promise<Entry> {
  const found = (await reader.drive.listEntry(folder)).find((entry) => entry.name === name);
  if (found === undefined) throw new Error(`${name} is not listed`);
  return found;
}

async function text(reader: TestSession, entry: Entry): Promise<string> {
  return new TextDecoder().decode(await bytesOf(reader.drive.readEntry(entry)));
}

async function codeOf(work: () => Promise<unknown>): Promise<string> {
  try {
    await work();
  } catch (error) {
    return error instanceof Error && 'code' in error ? String(error.code) : String(error);
  }
  return 'nothing was refused';
}

async function clean(session: TestSession): Promise<void> {
  await session.drive.settled();
  const report = await session.drive.check({ known: [] });
  assert.equal(report.problems, []);
  assert.is(report.orphans, 0);
}

test('a known folder becomes a space of its own in one commit, and what stays behind is swept', async () => {
  const one = await signUp();
  await one.drive.list('/');
  await one.drive.put([folderSource('d', [fileSource('a', 'A'), folderSource('e', [fileSource('b', 'B'), fileSource('large', new Uint8Array(11_000_000).fill(5))])])], '/');
  one.meter.reset();
  const entry = await one.drive.detach('/d');
  assert.is(one.meter.rounds, 1);
  assert.ok(one.meter.bytesSent < 60_000, 'content was sent again');
  assert.ok(entry.target?.write);
  await one.drive.settled();
  assert.is(await readText(one.drive, '/d/e/b'), 'B');
  await one.drive.put([fileSource('c', 'C')], '/d');
  assert.equal(await namesIn(again(one).drive, '/d'), ['a', 'c', 'e']);
  assert.is((await bytesOf((await again(one).drive.read('/d/e/large')).bytes)).length, 11_000_000);
  await clean(one);
  one.meter.reset();
  assert.equal(await one.drive.detach('/d'), await one.drive.stat('/d'));
});

test('a reader of a share reads all of it, what is added later included, and can write nothing', async () => {
  const one = await signUp();
  const friend = await signUp();
  await one.drive.put([folderSource('d', [fileSource('a', 'A'), folderSource('e', [fileSource('b', 'B')])])], '/');
  const share = given(await one.drive.detach('/d'));
  assert.is(share.target?.write, null);
  assert.is(await text(friend, await child(friend, await child(friend, share, 'e'), 'b')), 'B');
  await one.drive.put([fileSource('later', 'L')], '/d/e');
  assert.is(await text(friend, await child(friend, await child(friend, share, 'e'), 'later')), 'L');
  friend.drive.mounts = { list: async () => [{ name: 'one', entries: [share] }] };
  assert.equal(await namesIn(friend.drive, '/@'), ['@one']);
  assert.equal(await namesIn(friend.drive, '/@one'), ['d']);
  assert.is(await readText(friend.drive, '/@one/d/e/b'), 'B');
  assert.is(await codeOf(() => friend.drive.put([fileSource('x', 'x')], '/@one/d')), 'read-only');
  assert.is(await codeOf(() => friend.drive.remove('/@one/d/a')), 'read-only');
  await friend.drive.copy('/@one/d', '/mine');
  assert.is(await readText(friend.drive, '/mine/e/later'), 'L');
});

test('a former reader reads nothing new, what is added later included', async () => {
  const one = await signUp();
  const friend = await signUp();
  await one.drive.put([folderSource('d', [fileSource('a', 'A'), folderSource('e', [fileSource('b', 'B')])])], '/');
  const before = given(await one.drive.detach('/d'));
  const inside = await child(friend, await child(friend, before, 'e'), 'b');
  assert.is(await text(friend, inside), 'B');
  await one.drive.settled();
  one.meter.reset();
  const after = await one.drive.rotate('/d');
  assert.is(one.meter.rounds, 1);
  await one.drive.put([fileSource('new', 'N')], '/d');
  await one.drive.put([fileSource('b', 'changed')], '/d/e');
  assert.is(await codeOf(() => friend.drive.listEntry(before)), 'retired');
  assert.is(await codeOf(() => text(friend, inside)), 'retired');
  // Even the new space's name does not open anything with the secrets that were known before.
  const guess: Entry = { ...before, target: after.target };
  assert.equal(await friend.drive.listEntry(given(guess)), []);
  const other = await signUp();
  assert.equal((await other.drive.listEntry(given(after))).map(({ name }) => name), ['a', 'e', 'new']);
  assert.is(await readText(again(one).drive, '/d/e/b'), 'changed');
  await clean(one);
});

test('files that a former reader could open are told, and encrypted anew on demand', async () => {
  const one = await signUp();
  await one.drive.put([folderSource('d', [fileSource('a', 'A'), folderSource('e', [fileSource('b', 'B'.repeat(1000)), fileSource('c', 'C')])])], '/');
  await one.drive.detach('/d');
  await one.drive.rotate('/d');
  assert.is((await one.drive.stat('/d/a')).exposed, true);
  const old = (await one.drive.stat('/d/e/b')).secret;
  const first = await one.drive.refresh('/d', { bytes: 1 });
  assert.equal(first, { files: 1, left: 2 });
  assert.equal(await one.drive.refresh('/d'), { files: 2, left: 0 });
  const entry = await one.drive.stat('/d/e/b');
  assert.is(entry.exposed, false);
  assert.not.equal(entry.secret, old);
  assert.is(await readText(again(one).drive, '/d/e/c'), 'C');
  await clean(one);
});

test('a share within a share: its readers get no writer key, and a rotation takes it along', async () => {
  const one = await signUp();
  const [outer, inner] = [await signUp(), await signUp()];
  await one.drive.put([folderSource('d', [folderSource('e', [fileSource('b', 'B')])])], '/');
  const innerBefore = given(await one.drive.detach('/d/e'));
  const outerBefore = given(await one.drive.detach('/d'));
  await one.drive.settled();
  const seen = await child(outer, outerBefore, 'e');
  assert.is(seen.target?.write, null);
  assert.is(await text(outer, await child(outer, seen, 'b')), 'B');
  await one.drive.put([fileSource('c', 'C')], '/d/e');
  assert.is(await text(inner, await child(inner, innerBefore, 'c')), 'C');
  let told: readonly Rotated[] = [];
  await one.drive.rotate('/d', async (_tx, _entry, rotated) => { told = rotated; });
  assert.is(told.length, 1);
  assert.is(await codeOf(() => outer.drive.listEntry(outerBefore)), 'retired');
  assert.is(await codeOf(() => inner.drive.listEntry(innerBefore)), 'retired');
  const [{ entry }] = told as readonly [Rotated];
  assert.equal((await inner.drive.listEntry(given(entry))).map(({ name }) => name), ['b', 'c']);
  assert.is(await readText(again(one).drive, '/d/e/b'), 'B');
  await one.drive.put([fileSource('x', 'X')], '/d/e');
  await one.drive.remove('/d', { recursive: true });
  assert.is(await codeOf(() => inner.drive.listEntry(given(entry))), 'retired');
  await clean(one);
});

test('a single file can be a space of its own', async () => {
  const one = await signUp();
  const friend = await signUp();
  await one.drive.put([fileSource('f', 'content'), fileSource('empty', '')], '/');
  const share = given(await one.drive.detach('/f'));
  const empty = given(await one.drive.detach('/empty'));
  assert.is(await text(friend, share), 'content');
  assert.is(await text(friend, empty), '');
  await one.drive.settled();
  await one.drive.rotate('/f');
  assert.is(await codeOf(() => text(friend, share)), 'retired');
  assert.is(await readText(one.drive, '/f'), 'content');
  assert.is((await one.drive.stat('/f')).exposed, true);
  await one.drive.put([fileSource('f', 'anew')], '/');
  assert.is(await readText(again(one).drive, '/f'), 'anew');
  await one.drive.remove('/f');
  await clean(one);
});

test('what moves between spaces is copied under new secrets; within one it keeps them', async () => {
  const one = await signUp();
  await one.drive.put([folderSource('shared', [folderSource('in', [])]), folderSource('own', [fileSource('f', 'F')])], '/');
  await one.drive.detach('/shared');
  const before = await one.drive.stat('/own/f');
  await one.drive.move('/own', '/shared');
  const inside = await one.drive.stat('/shared/own/f');
  assert.not.equal(inside.secret, before.secret);
  await one.drive.move('/shared/own/f', '/shared/in');
  assert.equal((await one.drive.stat('/shared/in/f')).secret, inside.secret);
  await one.drive.move('/shared', '/renamed');
  assert.is(await readText(again(one).drive, '/renamed/in/f'), 'F');
  await clean(one);
});

test('`also` is in the same commit as what it goes with', async () => {
  const one = await signUp();
  await one.drive.put([folderSource('d', [fileSource('a', 'A')])], '/');
  const failed = await codeOf(() => one.drive.detach('/d', async () => { throw Object.assign(new Error('no'), { code: 'mine' }); }));
  assert.is(failed, 'mine');
  assert.is((await one.drive.stat('/d')).target, null);
});

test('two sessions that write into a shared folder at once both succeed', async () => {
  const one = await signUp();
  const two = again(one);
  await one.drive.put([folderSource('d', [])], '/');
  await one.drive.detach('/d');
  for (let round = 0; round < 6; round++) {
    await Promise.all([one.drive.put([fileSource(`one ${round}`, 'x')], '/d'), two.drive.put([fileSource(`two ${round}`, 'y')], '/d')]);
  }
  assert.is((await again(one).drive.list('/d')).length, 12);
  await clean(one);
});

test('a folder of more cells than one commit names is shared, taken back and removed all the same', async () => {
  const one = await signUp();
  const friend = await signUp();
  await one.drive.put([folderSource('d', Array.from({ length: 3300 }, (_, index) => fileSource(`f${index}`, `${index}`)))], '/');
  const share = given(await one.drive.detach('/d'));
  assert.is((await friend.drive.listEntry(share)).length, 3300);
  assert.is(await text(friend, await child(friend, share, 'f3299')), '3299');
  await one.drive.settled();
  await one.drive.rotate('/d');
  assert.is(await codeOf(() => friend.drive.listEntry(share)), 'retired');
  assert.is(await readText(again(one).drive, '/d/f7'), '7');
  await one.drive.remove('/d', { recursive: true });
  await clean(one);
});

test.after(async () => {
  await Promise.all(sessions.map((session) => session.close()));
  await daemon.stop();
});

test.run();
