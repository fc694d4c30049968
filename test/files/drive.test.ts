import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { FilesError } from '../../files/index.ts';
import type { CarrierFetch } from '../../wire/index.ts';
import { startDaemon } from '../rig/daemon.ts';
import { bytesOf, fileSource, folderSource, namesIn, readText, TestSession } from '../rig/drive-session.ts';
import { seededRandom } from '../rig/random.ts';

const random = seededRandom('drive');
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

/** Serial round trips that `work` takes. */
async function rounds(session: TestSession, work: () => Promise<unknown>): Promise<number> {
  session.meter.reset();
  await work();
  return session.meter.rounds;
}

async function refused(code: string, work: () => Promise<unknown>): Promise<void> {
  try {
    await work();
  } catch (error) {
    assert.ok(error instanceof FilesError, String(error));
    assert.is(error.code, code);
    return;
  }
  assert.unreachable(`nothing was refused as ${code}`);
}

test('what is put is listed and read, by this session and by another', async () => {
  const one = await signUp();
  await one.drive.put([fileSource('a.txt', 'hello'), folderSource('docs', [fileSource('b.txt', 'inside'), folderSource('empty', [])])], '/');
  for (const session of [one, again(one)]) {
    assert.equal(await namesIn(session.drive, '/'), ['a.txt', 'docs']);
    assert.equal(await namesIn(session.drive, '/docs'), ['b.txt', 'empty']);
    assert.equal(await namesIn(session.drive, '/docs/empty'), []);
    assert.is(await readText(session.drive, '/docs/b.txt'), 'inside');
    const entry = await session.drive.stat('/a.txt');
    assert.is(entry.size, 5);
    assert.is(entry.modified, 1_700_000_000_000);
  }
});

test('a folder of 1000 lists in one round trip, and a small file goes into it in one', async () => {
  const one = await signUp();
  const names = Array.from({ length: 1000 }, (_, index) => `file ${index}`);
  await one.drive.put([folderSource('thousand', names.map((name) => fileSource(name, name)))], '/');
  const two = again(one);
  await two.drive.list('/');
  assert.is(await rounds(two, async () => assert.is((await two.drive.list('/thousand')).length, 1000)), 1);
  assert.is(await rounds(two, () => two.drive.list('/thousand')), 1);
  assert.is(await rounds(two, () => two.drive.put([fileSource('one more', 'x')], '/thousand')), 1);
  assert.is(await rounds(two, () => two.drive.put([fileSource('and another', 'y')], '/thousand')), 1);
  assert.is(await rounds(two, async () => bytesOf((await two.drive.read('/thousand/one more')).bytes)), 1);
  assert.is((await one.drive.list('/thousand')).length, 1002);
});

test('1000 small files go in as few commits as fit, their proofs side by side', async () => {
  const one = await signUp();
  await one.drive.put(Array.from({ length: 300 }, (_, index) => fileSource(`there ${index}`, 'x')), '/');
  const two = again(one);
  await two.drive.list('/');
  const files = Array.from({ length: 1000 }, (_, index) => fileSource(`f${index}`, random.bytes(1024)));
  assert.ok(await rounds(two, () => two.drive.put([folderSource('many', files)], '/')) <= 2);
  assert.is((await one.drive.list('/many')).length, 1000);
});

test('a folder splits when it outgrows a cell, and is whole for every reader', async () => {
  const one = await signUp();
  const names = Array.from({ length: 5000 }, (_, index) => `a rather long name, so that the cell is full sooner ${index}`);
  await one.drive.put([folderSource('big', names.map((name) => fileSource(name, '')))], '/');
  const two = again(one);
  await two.drive.list('/');
  assert.is(await rounds(two, async () => assert.equal(await namesIn(two.drive, '/big'), [...names].sort())), 1);
  const gone = random.shuffled(names).slice(0, 40);
  for (const name of gone) await two.drive.remove(`/big/${name}`);
  await two.drive.put([fileSource('last', 'z')], '/big');
  assert.equal(await namesIn(one.drive, '/big'), [...names.filter((name) => !gone.includes(name)), 'last'].sort());
  assert.is(await readText(one.drive, '/big/last'), 'z');
});

test('any stretch of a file of several chunks is read alone, and padding is never seen', async () => {
  const one = await signUp();
  const content = new Uint8Array(12 * 1024 * 1024 + 12_345);
  for (let at = 0; at < content.length; at += 997) content[at] = at % 251;
  await one.drive.put([fileSource('large', content)], '/');
  const two = again(one);
  assert.equal(await bytesOf((await two.drive.read('/large')).bytes), content);
  for (let turn = 0; turn < 12; turn++) {
    const offset = random.int(content.length + 10);
    const length = random.int(turn % 3 === 0 ? content.length : 100);
    two.meter.reset();
    const bytes = await bytesOf((await two.drive.read('/large', { offset, length })).bytes);
    assert.equal(bytes, content.subarray(offset, offset + length));
    if (length < 100) assert.ok(two.meter.bytesReceived < 11 * 1024 * 1024);
  }
});

test('a connection that breaks off in the middle of a file is made again, and the file is the one that was begun', async () => {
  const one = await signUp();
  const before = new Uint8Array(23 * 1024 * 1024).fill(1);
  await one.drive.put([fileSource('f', before)], '/');
  let breaks = 5;
  const breaking = (fetch: CarrierFetch): CarrierFetch => async (url, request) => {
    const response = await fetch(url, request);
    return !url.endsWith('/v1/cells') ? response : { ...response, header: (name) => response.header(name), body: cutOff(response.body, () => breaks-- > 0) };
  };
  const two = TestSession.open(daemon, one.identity, { wrap: breaking });
  sessions.push(two);
  let at = 0;
  for await (const bytes of (await two.drive.read('/f')).bytes) {
    assert.ok(bytes.every((byte) => byte === 1));
    if (at === 0) await one.drive.put([fileSource('f', new Uint8Array(23 * 1024 * 1024).fill(2))], '/');
    at += bytes.length;
  }
  assert.is(at, before.length);
  assert.ok(breaks <= 0);
});

/** Ends a body of more than 3 MiB with an error when `breaks` says so. */
async function* cutOff(body: AsyncIterable<Uint8Array>, breaks: () => boolean): AsyncGenerator<Uint8Array> {
  let length = 0;
  for await (const part of body) {
    yield part;
    if ((length += part.length) > 3 * 1024 * 1024 && breaks()) throw Object.assign(new Error('gone'), { code: 'unreachable' });
  }
}

test('putting a deep tree over itself waits for few answers', async () => {
  const one = await signUp();
  const tree = (): ReturnType<typeof folderSource> => folderSource('t', Array.from({ length: 30 }, (_, index) => folderSource(`d${index}`, [fileSource('f', 'x', { fingerprint: `${index}` })])));
  await one.drive.put([tree()], '/');
  const two = again(one);
  await two.drive.list('/');
  two.meter.reset();
  const { sent, files } = await two.drive.put([tree()], '/');
  assert.is(sent, 0);
  assert.is(files, 30);
  assert.ok(two.meter.rounds <= 5, `${two.meter.rounds} round trips`);
});

test('files of sizes at every edge come back as they were', async () => {
  const one = await signUp();
  const chunk = 5 * 1024 * 1024 - 72;
  const sizes = [0, 1, 2, 255, 4096, 65_537, chunk - 1, chunk, chunk + 1];
  await one.drive.put(sizes.map((size) => fileSource(`s${size}`, new Uint8Array(size).fill(7))), '/');
  for (const size of sizes) assert.equal(await bytesOf((await again(one).drive.read(`/s${size}`)).bytes), new Uint8Array(size).fill(7));
});

test('putting over a name replaces the file, and its old cells go with the same commit', async () => {
  const one = await signUp();
  await one.drive.put([fileSource('f', 'old')], '/');
  const before = await one.drive.stat('/f');
  await one.drive.put([fileSource('f', 'newer')], '/');
  const after = await one.drive.stat('/f');
  assert.equal(await namesIn(one.drive, '/'), ['f']);
  assert.is(after.id, before.id);
  assert.is(after.size, 5);
  assert.not.equal(after.secret, before.secret);
  assert.equal(await one.drive.check({ known: [] }), { folders: 1, files: 1, cells: 2, bytes: 5, problems: [], orphans: 0 });
});

test('a folder is merged into one of its name; a file and a folder never replace each other', async () => {
  const one = await signUp();
  await one.drive.put([folderSource('d', [fileSource('a', '1'), folderSource('e', [fileSource('x', '1')])])], '/');
  await one.drive.put([folderSource('d', [fileSource('b', '2'), folderSource('e', [fileSource('y', '2')])])], '/');
  assert.equal(await namesIn(one.drive, '/d'), ['a', 'b', 'e']);
  assert.equal(await namesIn(one.drive, '/d/e'), ['x', 'y']);
  await refused('not-a-file', () => one.drive.put([fileSource('d', 'x')], '/'));
  await refused('not-a-folder', () => one.drive.put([folderSource('a', [])], '/d'));
  await refused('not-a-folder', () => one.drive.list('/d/a'));
  await refused('not-found', () => one.drive.put([fileSource('x', 'x')], '/nowhere'));
});

test('mkdir, mv, cp and rm do what their names say', async () => {
  const one = await signUp();
  const { drive } = one;
  await drive.mkdir('/a');
  await refused('exists', () => drive.mkdir('/a'));
  await refused('not-found', () => drive.mkdir('/x/y'));
  await drive.mkdir('/x/y/z', { parents: true });
  await drive.mkdir('/x/y/z', { parents: true });
  await drive.put([fileSource('f', 'content')], '/a');
  await drive.move('/a/f', '/x/y');
  await drive.move('/x/y/f', '/x/y/g');
  assert.equal(await namesIn(drive, '/x/y'), ['g', 'z']);
  await drive.copy('/x', '/a');
  assert.is(await readText(drive, '/a/x/y/g'), 'content');
  await drive.remove('/x/y/g');
  assert.is(await readText(drive, '/a/x/y/g'), 'content');
  await drive.copy('/a/x/y/g', '/a/x/y/h');
  await drive.put([fileSource('h', 'other')], '/');
  await drive.move('/h', '/a/x/y/g');
  assert.is(await readText(drive, '/a/x/y/g'), 'other');
  await refused('not-empty', () => drive.remove('/a'));
  await refused('bad-path', () => drive.move('/a', '/a/x'));
  await refused('bad-path', () => drive.copy('/a', '/a/x/y'));
  await refused('exists', () => drive.copy('/a/x/y/h', '/a/x/y/h'));
  await refused('not-found', () => drive.move('/nothing', '/a'));
  await refused('bad-path', () => drive.list('/a/../x'));
  await refused('bad-name', () => drive.put([fileSource('@alice', 'x')], '/'));
  await drive.remove('/a', { recursive: true });
  assert.equal(await namesIn(again(one).drive, '/'), ['x']);
  await drive.settled();
  assert.equal(await drive.check({ known: [] }), { folders: 4, files: 0, cells: 3, bytes: 0, problems: [], orphans: 0 });
});

test('a move within a space is one commit, whatever it moves', async () => {
  const one = await signUp();
  await one.drive.put([folderSource('a', Array.from({ length: 50 }, (_, index) => fileSource(`f${index}`, 'x'))), folderSource('b', [])], '/');
  await one.drive.list('/');
  await one.drive.list('/b');
  one.meter.reset();
  await one.drive.move('/a', '/b');
  assert.is(one.meter.rounds, 1);
  assert.ok(one.meter.bytesSent < 40_000);
  assert.is((await again(one).drive.list('/b/a')).length, 50);
});

test('a removed folder leaves no cell behind, small or large', async () => {
  const one = await signUp();
  const folder = (name: string, count: number) => folderSource(name, Array.from({ length: count }, (_, index) => fileSource(`${index}`, `${index}`)));
  await one.drive.put([folderSource('top', [folder('few', 10), folder('many', 2500)])], '/');
  await one.drive.remove('/top', { recursive: true });
  assert.is((await one.drive.check({ known: [] })).orphans, 0, 'what is still to be swept is no orphan');
  await one.drive.settled();
  assert.equal(await one.drive.check({ known: [] }), { folders: 1, files: 0, cells: 0, bytes: 0, problems: [], orphans: 0 });
});

test('a file of a session is found by another that has looked before', async () => {
  const one = await signUp();
  const two = again(one);
  assert.equal(await namesIn(two.drive, '/'), []);
  await one.drive.put([folderSource('d', [fileSource('f', 'x')])], '/');
  assert.is(await readText(two.drive, '/d/f'), 'x');
  await two.drive.put([fileSource('g', 'y')], '/d');
  await one.drive.remove('/d/f');
  await refused('not-found', () => two.drive.read('/d/f'));
  await refused('not-found', () => two.drive.stat('/d/f'));
  assert.is(await readText(one.drive, '/d/g'), 'y');
});

test.after(async () => {
  await Promise.all(sessions.map((session) => session.close()));
  await daemon.stop();
});

test.run();
