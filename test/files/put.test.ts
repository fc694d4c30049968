import { test } from 'uvu';
import * as assert from 'uvu/assert';
import type { PutSource } from '../../files/index.ts';
import { COMMIT_MAX_CARRIED, type CarrierFetch } from '../../wire/index.ts';
import { startDaemon } from '../rig/daemon.ts';
import { bytesOf, fileSource, folderSource, namesIn, readText, TestSession, type SessionOptions } from '../rig/drive-session.ts';
import { seededRandom } from '../rig/random.ts';

const random = seededRandom('put');
const daemon = await startDaemon();
const sessions: TestSession[] = [];
const MIB = 1024 * 1024;

async function signUp(options: SessionOptions = {}): Promise<TestSession> {
  const session = await TestSession.signUp(daemon, options);
  sessions.push(session);
  return session;
}

function again(session: TestSession, options: SessionOptions = {}): TestSession {
  const other = TestSession.open(daemon, session.identity, options);
  sessions.push(other);
  return other;
}

function content(length: number): Uint8Array {
  const bytes = new Uint8Array(length);
  for (let at = 0; at < length; at += 1009) bytes[at] = random.int(256);
  return bytes;
}

/** Lets `commits` commits through, then fails as a broken connection does; `answers` says whether the last one still arrives. */
function breakingAfter(commits: number, arrives: boolean): (fetch: CarrierFetch) => CarrierFetch {
  let left = commits;
  return (fetch) => async (url, request) => {
    if (!url.endsWith('/v1/commit')) return fetch(url, request);
    if (left > 0) {
      left--;
      return fetch(url, request);
    }
    if (arrives) await fetch(url, request);
    throw new Error('the connection is gone');
  };
}

async function clean(session: TestSession): Promise<void> {
  const report = await session.drive.check({ known: [] });
  assert.equal(report.problems, []);
  assert.is(report.orphans, 0);
}

for (const arrives of [false, true]) {
  test(`an interrupted put goes on without sending again what arrived, ${arrives ? 'an unanswered commit' : 'whole commits'} included`, async () => {
    const one = await signUp({ commitBytes: COMMIT_MAX_CARRIED });
    const bytes = content(41 * MIB);
    const source = fileSource('large', bytes, { fingerprint: 'inode 1' });
    const broken = again(one, { commitBytes: COMMIT_MAX_CARRIED, wrap: breakingAfter(4, arrives) });
    let failed = false;
    await broken.drive.put([folderSource('d', [fileSource('small', 'x', { fingerprint: 'inode 2' }), source])], '/').catch(() => { failed = true; });
    assert.ok(failed);
    const two = again(one, { commitBytes: COMMIT_MAX_CARRIED });
    const result = await two.drive.put([folderSource('d', [fileSource('small', 'x', { fingerprint: 'inode 2' }), source])], '/');
    assert.is(result.bytes, bytes.length + 1);
    assert.ok(result.sent < 41 * MIB - 14 * MIB, `${result.sent} bytes were sent again`);
    assert.equal(await namesIn(one.drive, '/d'), ['large', 'small']);
    assert.equal(await bytesOf((await one.drive.read('/d/large')).bytes), bytes);
    await clean(one);
    const third = await two.drive.put([folderSource('d', [source])], '/');
    assert.is(third.sent, 0);
  });
}

test('a put that another content overtakes does not go on with the old one', async () => {
  const one = await signUp({ commitBytes: COMMIT_MAX_CARRIED });
  const broken = again(one, { commitBytes: COMMIT_MAX_CARRIED, wrap: breakingAfter(2, false) });
  await broken.drive.put([fileSource('f', content(20 * MIB), { fingerprint: 'before' })], '/').catch(() => undefined);
  const after = content(20 * MIB);
  await one.drive.put([fileSource('f', after, { fingerprint: 'after' })], '/');
  assert.equal(await bytesOf((await one.drive.read('/f')).bytes), after);
  await clean(one);
});

test('an upload that nobody goes on with is removed after thirty days', async () => {
  const one = await signUp({ commitBytes: COMMIT_MAX_CARRIED });
  const broken = again(one, { commitBytes: COMMIT_MAX_CARRIED, wrap: breakingAfter(2, false) });
  await broken.drive.put([fileSource('f', content(20 * MIB), { fingerprint: 'gone' })], '/').catch(() => undefined);
  assert.is((await one.drive.check({ known: [] })).cells, 1);
  const later = again(one, { now: () => Date.now() + 31 * 24 * 3600 * 1000 });
  await later.drive.check({ known: [], repair: true }).catch(() => undefined);
  const third = again(one);
  assert.equal(await third.drive.check({ known: [] }), { folders: 1, files: 0, cells: 0, bytes: 0, problems: [], orphans: 0 });
});

test('memory does not grow with the file', async () => {
  const one = await signUp();
  const piece = content(5 * MIB);
  const size = 400 * MIB;
  let most = 0;
  let reading = 0;
  const source: PutSource = {
    name: 'huge', kind: 'file', size, modified: 1,
    read: async (_offset, length) => {
      most = Math.max(most, ++reading);
      await new Promise((resolve) => setTimeout(resolve, 0));
      reading--;
      return piece.subarray(0, length);
    },
  };
  globalThis.gc?.();
  const before = process.memoryUsage().rss;
  let peak = 0;
  await one.drive.put([source], '/', { progress: () => { peak = Math.max(peak, process.memoryUsage().rss); } });
  assert.ok(most <= 4, `${most} pieces were read at a time`);
  assert.ok(peak - before < 300 * MIB, `${Math.round((peak - before) / MIB)} MiB more than before`);
  let length = 0;
  for await (const bytes of (await one.drive.read('/huge')).bytes) length += bytes.length;
  assert.is(length, size);
});

test('two sessions that write one name keep both, the later under a number', async () => {
  const one = await signUp();
  const two = again(one);
  await Promise.all([one.drive.list('/'), two.drive.list('/')]);
  await one.drive.put([fileSource('note.txt', 'from one')], '/');
  const { names } = await two.drive.put([fileSource('note.txt', 'from two')], '/');
  assert.equal(names, ['note (2).txt']);
  assert.equal(await namesIn(one.drive, '/'), ['note (2).txt', 'note.txt']);
  assert.is(await readText(one.drive, '/note.txt'), 'from one');
  assert.is(await readText(one.drive, '/note (2).txt'), 'from two');
  await clean(one);
});

test('two sessions that write at once both succeed, whatever they write', async () => {
  const one = await signUp();
  const two = again(one);
  const expected = new Map<string, string>();
  await one.drive.mkdir('/shared');
  for (let round = 0; round < 12; round++) {
    await Promise.all([one, two].map(async (session, who) => {
      for (let turn = 0; turn < 1 + random.int(3); turn++) {
        const text = `${who} ${round} ${turn}`;
        const folder = random.pick(['/', '/shared', `/of ${who}`]);
        if (folder === `/of ${who}`) await session.drive.mkdir(folder, { parents: true });
        const { names: [name = ''] } = await session.drive.put([fileSource(`r${round} t${turn}`, text)], folder);
        expected.set(`${folder === '/' ? '' : folder}/${name}`, text);
      }
    }));
  }
  const third = again(one);
  for (const [path, text] of expected) assert.is(await readText(third.drive, path), text);
  await clean(third);
});

test('a conflict sends the record again, and not the content', async () => {
  const one = await signUp();
  const two = again(one);
  await Promise.all([one.drive.list('/'), two.drive.list('/')]);
  await one.drive.put([fileSource('a', 'x')], '/');
  two.meter.reset();
  await two.drive.put([fileSource('b', content(4 * MIB))], '/');
  assert.ok(two.meter.bytesSent < 5.5 * MIB, `${two.meter.bytesSent} bytes were sent`);
  assert.equal(await namesIn(one.drive, '/'), ['a', 'b']);
});

test('a source that changes while it is read is not stored as something else', async () => {
  const one = await signUp();
  const shrunk: PutSource = { ...fileSource('f', 'abc'), size: 5, read: async () => new Uint8Array(3) };
  let code: unknown = null;
  await one.drive.put([shrunk], '/').catch((error: unknown) => { code = error instanceof Error && 'code' in error ? error.code : error; });
  assert.is(code, 'changed');
  assert.equal(await namesIn(one.drive, '/'), []);
});

test.after(async () => {
  await Promise.all(sessions.map((session) => session.close()));
  await daemon.stop();
});

test.run();
