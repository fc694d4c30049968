import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { concat, equalBytes, randomBytes, useEngine } from '../../crypto/index.ts';
import { nodeEngine } from '../../engines/index.ts';
import type { Drive, PutSource } from '../../files/index.ts';
import { Session } from '../../vault/index.ts';
import { COVER_ENTRY } from '../../wire/index.ts';
import { startDaemon, type RunningDaemon } from '../rig/daemon.ts';
import { login, MemoryDevice, recorded, type Recorded } from '../rig/session.ts';

await useEngine(nodeEngine());

interface World { daemon: RunningDaemon }
const test = suite<World>('hidden session', { daemon: undefined as unknown as RunningDaemon });
test.before(async (world) => { world.daemon = await startDaemon(); });
test.after(async ({ daemon }) => daemon.stop());

const FIRST = 'correct horse battery staple';
const SECOND = 'seven lamps under green water';
const THIRD = 'nobody counts the quiet sheep';

async function codeOf(work: Promise<unknown>): Promise<string> {
  try {
    await work;
    return 'done';
  } catch (error) {
    return error instanceof Error && 'code' in error ? String(error.code) : String(error);
  }
}

function file(name: string, content: Uint8Array): PutSource {
  return { name, kind: 'file', modified: 1, size: content.length, read: async (offset, length) => content.slice(offset, offset + length) };
}

async function contentOf(drive: Drive, path: string): Promise<Uint8Array> {
  const parts: Uint8Array[] = [];
  for await (const part of (await drive.read(path)).bytes) parts.push(part.slice());
  return concat(...parts);
}

const names = async (drive: Drive): Promise<string[]> => (await drive.list('/')).map(({ name }) => name).sort();

/** What an account's person does, on devices of theirs. */
class Owner {
  readonly name: string;
  readonly socket: string;
  constructor(socket: string, name: string) {
    this.socket = socket;
    this.name = name;
  }
  async signUp(device: MemoryDevice): Promise<Session> {
    return Session.signUp({ connect: recorded(this.socket), login: login(this.name), password: FIRST, device });
  }
  /** Unlocks, and brings the whole log. */
  async unlock(password: string, device: MemoryDevice, connect: Recorded = recorded(this.socket)): Promise<Session> {
    const session = await Session.unlock({ connect, login: login(this.name), password, device });
    while (await session.bringLog());
    await session.caughtUp();
    return session;
  }
}

function hidden(session: Session, index = 0): Drive {
  const drive = session.vaults()[index]?.drive;
  assert.ok(drive, 'the hidden vault is open');
  return drive;
}

async function drain(session: Session, limit = 400): Promise<void> {
  for (let turn = 0; session.waiting().bytes > 0 && turn < limit; turn++) {
    await session.cover.renew();
    await session.tick();
    await session.caughtUp();
  }
  assert.equal(session.waiting(), { bytes: 0, entries: 0 });
}

test('what is hidden under a second password outlives any work under the first, which sees nothing of it', async ({ daemon: { localSocket } }) => {
  const owner = new Owner(localSocket, 'ada');
  const device = new MemoryDevice();
  const made = await owner.signUp(device);
  await made.drive.put([file('visible', randomBytes(10_000))], '/');
  assert.equal(made.vaults(), []);
  await made.addVault(SECOND);
  assert.is(made.vaults().length, 1);
  await made.wipe();

  const secret = randomBytes(30_000);
  const second = await owner.unlock(SECOND, device);
  assert.equal(await names(second.drive), ['visible']);
  await hidden(second).put([file('secret', secret)], '/');
  assert.ok(second.waiting().bytes > 30_000);
  await second.drive.put([file('large', randomBytes(100_000))], '/');
  await drain(second);
  assert.equal(await contentOf(hidden(second), '/secret'), secret);
  await second.wipe();

  const first = await owner.unlock(FIRST, device);
  assert.equal(first.vaults(), []);
  assert.equal(await names(first.drive), ['large', 'visible']);
  for (let run = 0; run < 30; run++) await first.drive.put([file(`more ${run}`, randomBytes(20_000))], '/');
  await first.drive.put([file('bulk', randomBytes(9_000_000))], '/');
  await first.tick();
  await first.wipe();

  for (const on of [device, new MemoryDevice()]) {
    const again = await owner.unlock(SECOND, on);
    assert.is(again.vaults()[0]?.missing, 0);
    assert.equal(await contentOf(hidden(again), '/secret'), secret);
    assert.is((await names(again.drive)).length, 33);
    await again.wipe();
  }
});

test('the first password, the second and a wrong one send the same requests; both right ones go on alike', async ({ daemon: { localSocket } }) => {
  const owner = new Owner(localSocket, 'bea');
  const device = new MemoryDevice();
  const made = await owner.signUp(device);
  await made.addVault(SECOND);
  await made.drive.put([file('bulk', randomBytes(9_000_000))], '/');
  await made.wipe();
  const run = async (password: string, hide: boolean): Promise<unknown[]> => {
    const connect = recorded(localSocket);
    const session = await owner.unlock(password, new MemoryDevice(), connect);
    if (hide) await hidden(session).put([file('secret', randomBytes(50_000))], '/');
    await session.tick();
    await session.drive.put([file('same', randomBytes(100_000))], '/');
    await session.tick();
    await session.wipe();
    return connect.sent;
  };
  const [first, second, hiding] = [await run(FIRST, false), await run(SECOND, false), await run(SECOND, true)];
  // Lanes and logs grow by the same at each run, and numbers in requests with them.
  const paths = (sent: unknown[]): unknown => (sent as { path: string; bytes: number }[]).map(({ path, bytes }) => `${path} ${path === '/v1/commit' || path === '/v1/login' ? Math.round(bytes / 64) : bytes}`);
  assert.equal(paths(second), paths(first));
  assert.equal(paths(hiding), paths(first));
  const wrong = recorded(localSocket);
  assert.is(await codeOf(owner.unlock('not any of the passwords', new MemoryDevice(), wrong)), 'wrong-password');
  assert.equal(paths(wrong.sent), (paths(first) as unknown[]).slice(0, 1));
});

test('vaults nest: a deeper password opens the shallower ones too, and none knows of a deeper one', async ({ daemon: { localSocket } }) => {
  const owner = new Owner(localSocket, 'cid');
  const device = new MemoryDevice();
  const made = await owner.signUp(device);
  await made.addVault(SECOND);
  await made.wipe();
  const second = await owner.unlock(SECOND, device);
  await second.addVault(THIRD);
  assert.is(second.vaults().length, 2);
  await hidden(second, 0).put([file('deep', randomBytes(5000))], '/');
  await hidden(second, 1).put([file('shallow', randomBytes(5000))], '/');
  await drain(second);
  await second.wipe();
  const third = await owner.unlock(THIRD, device);
  assert.equal(third.vaults().map(({ depth }) => depth), [2, 1]);
  assert.equal(await names(hidden(third, 0)), ['deep']);
  assert.equal(await names(hidden(third, 1)), ['shallow']);
  await third.wipe();
  const shallow = await owner.unlock(SECOND, device);
  assert.is(shallow.vaults().length, 1);
  assert.equal(await names(hidden(shallow)), ['shallow']);
  assert.is(await codeOf(shallow.addVault(THIRD)), 'password-used');
  assert.is(await codeOf(shallow.addVault(FIRST)), 'password-used');
  await shallow.wipe();
});

test('two devices that hide at once keep both', async ({ daemon: { localSocket } }) => {
  const owner = new Owner(localSocket, 'dan');
  const [here, there] = [new MemoryDevice(), new MemoryDevice()];
  const made = await owner.signUp(here);
  await made.addVault(SECOND);
  await made.wipe();
  const [one, two] = [await owner.unlock(SECOND, here), await owner.unlock(SECOND, there)];
  await Promise.all([hidden(one).put([file('one', randomBytes(9000))], '/'), hidden(two).put([file('two', randomBytes(9000))], '/')]);
  await Promise.all([drainBringing(one), drainBringing(two)]);
  for (const session of [one, two]) await session.wipe();
  const both = await owner.unlock(SECOND, here);
  assert.equal(await names(hidden(both)), ['one', 'two']);
  assert.is(both.vaults()[0]?.missing, 0);
  await both.wipe();
});

async function drainBringing(session: Session): Promise<void> {
  for (let turn = 0; session.waiting().bytes > 0 && turn < 200; turn++) {
    await session.cover.renew();
    await session.tick();
    while (await session.bringLog());
    await session.caughtUp();
  }
  assert.is(session.waiting().bytes, 0);
}

test('replies that are lost lose nothing hidden, and no entry lies in the log twice', async ({ daemon: { localSocket } }) => {
  const owner = new Owner(localSocket, 'eve');
  const device = new MemoryDevice();
  const made = await owner.signUp(device);
  await made.addVault(SECOND);
  await made.wipe();
  let commits = 0;
  const lossy = recorded(localSocket, (fetch) => async (url, request) => {
    const response = await fetch(url, request);
    if (url.endsWith('/v1/commit') && ++commits % 3 === 0) throw Object.assign(new Error('gone'), { code: 'cut' });
    return response;
  });
  const session = await owner.unlock(SECOND, device, lossy);
  const secret = randomBytes(40_000);
  await hidden(session).put([file('secret', secret)], '/');
  for (let turn = 0; session.waiting().bytes > 0 && turn < 100; turn++) {
    await session.cover.renew();
    await codeOf(session.tick());
    while (await session.bringLog());
    await session.caughtUp();
  }
  assert.is(session.waiting().bytes, 0);
  assert.ok(commits > 9);
  await session.wipe();
  const again = await owner.unlock(SECOND, new MemoryDevice());
  assert.equal(await contentOf(hidden(again), '/secret'), secret);
  await again.wipe();
  const size = device.copy.held()[0]?.to ?? 0;
  const heads = await device.copy.heads(0, size);
  assert.is(new Set(Array.from({ length: size }, (_, index) => Buffer.from(heads.subarray(40 * index + 24, 40 * index + 40)).toString('hex'))).size, size);
  assert.equal(device.copy.held().length, 1);
});

test('the password of a hidden vault is changed like any other, and the old one is told to be old', async ({ daemon: { localSocket } }) => {
  const owner = new Owner(localSocket, 'fay');
  const device = new MemoryDevice();
  const made = await owner.signUp(device);
  await made.addVault(SECOND);
  await made.wipe();
  const session = await owner.unlock(SECOND, device);
  assert.is(await codeOf(session.changePassword(FIRST, THIRD)), 'wrong-password');
  assert.is(await codeOf(session.changePassword(SECOND, FIRST)), 'password-used');
  await hidden(session).put([file('kept', randomBytes(100))], '/');
  await session.changePassword(SECOND, THIRD);
  await drain(session);
  await session.wipe();
  const fresh = await owner.unlock(THIRD, device);
  assert.equal(await names(hidden(fresh)), ['kept']);
  await fresh.wipe();
  const old = await owner.unlock(SECOND, device);
  assert.throws(() => old.vaults(), (error: { code?: string }) => error.code === 'old-password');
  await old.wipe();
  await (await owner.unlock(FIRST, device)).wipe();
});

test('more cover drains more, for every later session', async ({ daemon: { localSocket } }) => {
  const owner = new Owner(localSocket, 'gus');
  const device = new MemoryDevice();
  const made = await owner.signUp(device);
  await made.addVault(SECOND);
  await made.setCover(1);
  await made.wipe();
  const session = await owner.unlock(SECOND, device);
  assert.is(await session.coverSetting(), 1);
  await hidden(session).put([file('secret', randomBytes(300_000))], '/');
  await session.cover.renew();
  await session.drive.put([file('one', randomBytes(1_000_000))], '/');
  await session.drive.put([file('two', randomBytes(1_000_000))], '/');
  await session.caughtUp();
  assert.ok(session.waiting().bytes < 100_000, `${session.waiting().bytes}`);
  await session.drive.put([file('huge', randomBytes(70_000_000))], '/');
  await session.wipe();
});

test('ticks and the log come at their times, counted from the unlocking, until the session ends', async ({ daemon: { localSocket } }) => {
  const owner = new Owner(localSocket, 'hal');
  const made = await owner.signUp(new MemoryDevice());
  await made.drive.put([file('bulk', randomBytes(9_000_000))], '/');
  await made.wipe();
  const connect = recorded(localSocket);
  let now = 1_800_000_000_000;
  const session = await Session.unlock({ connect: { ...connect, now: () => now }, login: login('hal'), password: FIRST, device: new MemoryDevice() });
  let timers: { due: number; run: () => void }[] = [];
  session.schedule({
    setTimeout: (run, ms) => {
      const timer = { due: now + ms, run };
      timers.push(timer);
      return timer;
    },
    clearTimeout: (handle) => { timers = timers.filter((timer) => timer !== handle); },
  });
  const seen: string[] = [];
  const start = now;
  while (now < start + 150_000 && timers.length > 0) {
    timers.sort((a, b) => a.due - b.due);
    const [next] = timers.splice(0, 1);
    if (next === undefined) break;
    now = Math.max(now, next.due);
    const before = connect.sent.length;
    next.run();
    await new Promise((resolve) => { setTimeout(resolve, 150); });
    if (connect.sent.length === before) continue;
    seen.push(`${(now - start) / 1000}: ${connect.sent.slice(before).map(({ path }) => path).join(' ')}`);
  }
  assert.equal(seen, ['0: /v1/log', '1: /v1/log', '2: /v1/log', '60: /v1/login /v1/commit', '120: /v1/login /v1/commit', '180: /v1/login /v1/commit']);
  await session.wipe();
  assert.is(timers.length, 0);
});

test('after wiping, hidden drives and secrets are gone, and what waits for a tick is told', async ({ daemon: { localSocket } }) => {
  const owner = new Owner(localSocket, 'ivy');
  const device = new MemoryDevice();
  const made = await owner.signUp(device);
  await made.addVault(SECOND);
  await made.wipe();
  const session = await owner.unlock(SECOND, device);
  const drive = hidden(session);
  const stop = session.schedule({ setTimeout: () => 0, clearTimeout: () => undefined });
  const waiting = codeOf(session.addVault(THIRD));
  await new Promise((resolve) => { setTimeout(resolve, 1500); });
  await session.wipe();
  stop();
  assert.is(await waiting, 'locked');
  assert.is(await codeOf(drive.put([file('late', randomBytes(10))], '/')), 'wiped');
  assert.throws(() => session.vaults(), (error: { code?: string }) => error.code === 'locked');
  assert.ok(!equalBytes(new Uint8Array(COVER_ENTRY), await device.copy.read(0, 1)));
});

test.run();
