import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { generateSigningKey, randomBytes, signingKey } from '../../crypto/index.ts';
import { commit, ConflictError, coverEntries, Meter, Mutex, Space, type CellWrite, type CoverSource } from '../../node/index.ts';
import { fragmentCells, label, mapKey, WireError, type Block, type CarrierFetch, type Label } from '../../wire/index.ts';
import { startDaemon } from '../rig/daemon.ts';
import { TestSession, type SessionOptions } from '../rig/drive-session.ts';
import { seededRandom } from '../rig/random.ts';

const random = seededRandom('space');
const daemon = await startDaemon();
const sessions: TestSession[] = [];

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

const newLabel = (): Label => label(randomBytes(32));

async function cellOf(at: Label, bytes: Uint8Array): Promise<{ change: CellWrite; blocks: Block[] }> {
  const [blocks = []] = await fragmentCells([bytes]);
  return { change: { key: mapKey(at), fragments: blocks.map(({ cid }) => cid) }, blocks };
}

async function write(session: TestSession, space: Space, at: Label, bytes: Uint8Array, more: { held?: ReadonlySet<never>; cover?: CoverSource } = {}): Promise<void> {
  const { change, blocks } = await cellOf(at, bytes);
  await commit({ client: session.client, account: session.account, writes: [{ space, changes: [change] }], blocks, cover: more.cover ?? session.cover });
}

function same(actual: Uint8Array | null | undefined, expected: Uint8Array): void {
  assert.is(Buffer.compare(actual ?? new Uint8Array(), expected), 0);
}

async function codeOf(work: () => Promise<unknown>): Promise<string> {
  try {
    await work();
  } catch (error) {
    return error instanceof Error && 'code' in error ? String(error.code) : String(error);
  }
  return 'nothing was refused';
}

test('a cell that is written is read back, and one that is not is provably absent', async () => {
  const one = await signUp();
  const [there, absent] = [newLabel(), newLabel()];
  const bytes = random.bytes(3000);
  await write(one, one.home, there, bytes);
  const two = again(one);
  const [found, nothing] = await two.home.read([there, absent]);
  same(found?.sealed, bytes);
  assert.is(nothing, null);
  const [named] = await two.home.read([there], { bytes: 0 });
  assert.is(named?.sealed, null);
  assert.equal(named?.fragments, found?.fragments);
});

test('cells of every size up to five blocks come back whole, many in one answer', async () => {
  const one = await signUp();
  const sizes = [1, 2, 1024 * 1024 - 36, 1024 * 1024 - 35, 1024 * 1024 - 1, 1024 * 1024, 1024 * 1024 + 1, 3 * 1024 * 1024, 5 * 1024 * 1024];
  const labels = sizes.map(newLabel);
  const contents = sizes.map((size) => new Uint8Array(size).map((_, at) => (at * 7 + size) % 251));
  for (const [index, at] of labels.entries()) await write(one, one.home, at, contents[index] ?? new Uint8Array());
  const cells = await again(one).home.read(labels);
  for (const [index, cell] of cells.entries()) assert.is(Buffer.compare(cell?.sealed ?? new Uint8Array(), contents[index] ?? new Uint8Array()), 0, `${sizes[index]} bytes`);
});

test('keys that are wanted are proven along, so that a commit asks for nothing first', async () => {
  const one = await signUp();
  for (let count = 0; count < 30; count++) await write(one, one.home, newLabel(), random.bytes(10));
  const two = again(one);
  const at = newLabel();
  two.home.wanted = () => [mapKey(at)];
  await two.home.refresh();
  assert.ok(two.home.shows(mapKey(at)));
  two.meter.reset();
  await write(two, two.home, at, random.bytes(10));
  assert.is(two.meter.rounds, 1);
  two.meter.reset();
  let unproven = newLabel();
  while (two.home.shows(mapKey(unproven))) unproven = newLabel();
  await write(two, two.home, unproven, random.bytes(10));
  assert.is(two.meter.rounds, 2);
});

test('a commit on an old state is a conflict that brings the new one along', async () => {
  const one = await signUp();
  const two = again(one);
  await two.home.refresh();
  await write(one, one.home, newLabel(), random.bytes(10));
  const at = newLabel();
  const bytes = random.bytes(500_000);
  const { change, blocks } = await cellOf(at, bytes);
  const plan = { client: two.client, account: two.account, writes: [{ space: two.home, changes: [change] }], blocks, cover: two.cover };
  assert.is(await codeOf(() => commit(plan)), 'conflict');
  assert.is(two.home.head?.pointer?.sequence, one.home.head?.pointer?.sequence);
  two.meter.reset();
  await commit({ ...plan, held: new Set(blocks.map(({ cid }) => cid)) });
  assert.ok(two.meter.bytesSent < 20_000, 'the content was sent again');
  const [found] = await one.home.read([at]);
  same(found?.sealed, bytes);
});

test('blocks that the node does not hold after all are sent when it asks', async () => {
  const one = await signUp();
  const at = newLabel();
  const { change, blocks } = await cellOf(at, random.bytes(2000));
  await commit({ client: one.client, account: one.account, writes: [{ space: one.home, changes: [change] }], blocks, cover: one.cover, held: new Set(blocks.map(({ cid }) => cid)) });
  assert.is((await one.home.read([at]))[0]?.sealed?.length, 2000);
});

test('several spaces advance together or not at all', async () => {
  const one = await signUp();
  const key = generateSigningKey();
  const other = Space.unborn({ client: one.client, writer: key.publicKey, key, home: false });
  const [a, b] = [newLabel(), newLabel()];
  const [first, second] = [await cellOf(a, random.bytes(10)), await cellOf(b, random.bytes(10))];
  const both = (home: Space): Parameters<typeof commit>[0] => ({
    client: one.client, account: one.account, cover: one.cover, blocks: [...first.blocks, ...second.blocks],
    writes: [{ space: home, changes: [first.change] }, { space: other, changes: [second.change] }],
  });
  const behind = again(one);
  await behind.home.refresh();
  await write(one, one.home, newLabel(), random.bytes(10));
  assert.is(await codeOf(() => commit(both(behind.home))), 'conflict');
  assert.is(await codeOf(() => new Space({ client: one.client, writer: key.publicKey }).read([b])), 'unknown-space');
  await commit(both(behind.home));
  assert.ok((await new Space({ client: one.client, writer: key.publicKey }).read([b]))[0]);
  assert.ok((await one.home.read([a]))[0]);
});

test('an answer that a commit of one\'s own overtakes is used at its own state, and is no rollback', async () => {
  let hold: Promise<void> = Promise.resolve();
  const slow = (fetch: CarrierFetch): CarrierFetch => async (url, request) => {
    const response = await fetch(url, request);
    if (url.endsWith('/v1/cells')) await hold;
    return response;
  };
  const one = await signUp({ wrap: slow });
  const at = newLabel();
  await write(one, one.home, at, random.bytes(100));
  await one.home.refresh();
  let go = (): void => undefined;
  hold = new Promise((resolve) => { go = resolve; });
  const reading = one.home.read([at]);
  await new Promise((resolve) => setTimeout(resolve, 100));
  await write(one, one.home, newLabel(), random.bytes(10));
  const newest = one.home.head?.pointer?.sequence;
  go();
  assert.is((await reading)[0]?.sealed?.length, 100);
  assert.is(one.home.head?.pointer?.sequence, newest);
  await one.home.refresh();
});

test('a long read stays at the root at which it began, whatever is written meanwhile', async () => {
  const one = await signUp();
  const labels = Array.from({ length: 100 }, newLabel);
  for (const at of labels) await write(one, one.home, at, Uint8Array.of(1, 2, 3));
  const two = again(one);
  let read = 0;
  for await (const cell of two.home.readEach(labels)) {
    same(cell?.sealed, Uint8Array.of(1, 2, 3));
    if (read++ === 10) await commit({ client: one.client, account: one.account, blocks: [], cover: one.cover, writes: [{ space: one.home, changes: labels.map((at) => ({ key: mapKey(at), fragments: null })) }] });
  }
  assert.is(read, 100);
  assert.equal(await two.home.read(labels.slice(0, 3)), [null, null, null]);
});

test('a space without its key is for reading', async () => {
  const one = await signUp();
  const reader = new Space({ client: one.client, writer: one.home.writer });
  await reader.refresh();
  assert.is(await codeOf(() => write(one, reader, newLabel(), random.bytes(10))), 'forbidden');
  const other = new Space({ client: one.client, writer: one.home.writer, key: signingKey(randomBytes(32)) });
  await other.refresh();
  assert.ok(['forbidden', 'bad-signature', 'conflict', 'malformed', 'unknown-space'].includes(await codeOf(() => write(one, other, newLabel(), random.bytes(10)))));
});

test('an answer that was lost is asked for again, and the commit is done once', async () => {
  let lose = 0;
  const lossy = (fetch: CarrierFetch): CarrierFetch => async (url, request) => {
    const response = await fetch(url, request);
    if (!url.endsWith('/v1/commit') || lose-- <= 0) return response;
    for await (const _ of response.body);
    throw Object.assign(new Error('gone'), { code: 'unreachable' });
  };
  const one = await signUp({ wrap: lossy });
  const at = newLabel();
  const before = one.home.head?.pointer?.sequence ?? 0;
  lose = 2;
  await write(one, one.home, at, random.bytes(10));
  assert.is(one.home.head?.pointer?.sequence, before + 1);
  lose = 3;
  assert.is(await codeOf(() => write(one, one.home, newLabel(), random.bytes(10))), 'unreachable');
  await one.home.refresh();
  await write(one, one.home, newLabel(), random.bytes(10));
});

test('a commit\'s cover is an eighth of what is visible, and two entries at least', () => {
  assert.is(coverEntries(0), 2);
  assert.is(coverEntries(8 * 4096 * 3 - 1), 2);
  assert.is(coverEntries(8 * 4096 * 3), 3);
  assert.is(coverEntries(64 * 1024 * 1024), 2048);
});

test('rounds count what waits for an answer, and once what runs side by side', () => {
  const meter = new Meter();
  const [a, b] = [meter.begin(), meter.begin()];
  meter.end(a);
  meter.end(b);
  assert.is(meter.rounds, 1);
  const c = meter.begin();
  const d = meter.begin();
  meter.end(d);
  meter.end(c);
  assert.is(meter.rounds, 2);
  assert.is(meter.requests, 4);
});

test('a mutex lets one through at a time, in order, failures included', async () => {
  const mutex = new Mutex();
  const seen: number[] = [];
  const tasks = [3, 1, 2].map((wait, index) => mutex.run(async () => {
    seen.push(index);
    await new Promise((resolve) => setTimeout(resolve, wait));
    seen.push(index);
    if (index === 1) throw new Error('failed');
    return index;
  }));
  assert.equal(await Promise.allSettled(tasks).then((all) => all.map(({ status }) => status)), ['fulfilled', 'rejected', 'fulfilled']);
  assert.equal(seen, [0, 0, 1, 1, 2, 2]);
});

test('errors are what the node said, with their codes', () => {
  assert.is(new ConflictError().code, 'conflict');
  assert.is(new WireError('rolled-back', 'x').code, 'rolled-back');
});

test.after(async () => {
  await Promise.all(sessions.map((session) => session.close()));
  await daemon.stop();
});

test.run();
