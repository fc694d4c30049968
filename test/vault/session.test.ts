import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { cp, rm } from 'node:fs/promises';
import { engine, useEngine } from '../../crypto/index.ts';
import { nodeEngine } from '../../engines/index.ts';
import { Session, STATE_NAMES } from '../../vault/index.ts';
import { extendLane } from '../../vault/login.ts';
import { encodeCbor, HEADER_ITEM, type CarrierFetch } from '../../wire/index.ts';
import { shortFolder, startDaemon, type RunningDaemon } from '../rig/daemon.ts';
import { login, MemoryDevice, recorded } from '../rig/session.ts';

let scrypts = 0;
const native = nodeEngine();
await useEngine({ ...native, scrypt: (...args) => { scrypts++; return native.scrypt(...args); } });
assert.match(engine().name, 'node');

interface World { daemon: RunningDaemon }
const test = suite<World>('session', { daemon: undefined as unknown as RunningDaemon });
test.before(async (world) => { world.daemon = await startDaemon(); });
test.after(async ({ daemon }) => daemon.stop());

const PASSWORD = 'correct horse battery staple';
const counter = { encode: (value: number) => encodeCbor(value), decode: (bytes: Uint8Array) => bytes[0] ?? 0, empty: 0 };

async function codeOf(work: Promise<unknown>): Promise<string> {
  try {
    await work;
    return 'done';
  } catch (error) {
    return error instanceof Error && 'code' in error ? String(error.code) : String(error);
  }
}

async function account(socket: string, name: string, device = new MemoryDevice()): Promise<MemoryDevice> {
  const connect = recorded(socket);
  const session = await Session.signUp({ connect, login: login(name), password: PASSWORD, device });
  await session.wipe();
  await connect.close();
  return device;
}

test('an account that was made opens with its password, in two serial round trips', async ({ daemon: { localSocket } }) => {
  await account(localSocket, 'alice');
  const connect = recorded(localSocket);
  const session = await Session.unlock({ connect, login: login('alice'), password: PASSWORD, device: new MemoryDevice() });
  assert.is(connect.meter.rounds, 2);
  assert.equal(connect.sent.map(({ path }) => path), ['/v1/login', '/v1/cells']);
  assert.ok(Math.abs(await session.created() - Date.now()) < 60_000);
  await session.wipe();
});

test('what is typed differently but looks the same is the same password', async ({ daemon: { localSocket } }) => {
  const connect = recorded(localSocket);
  const session = await Session.signUp({ connect, login: login('zoe'), password: 'cafe\u0301 au lait demain', device: new MemoryDevice() });
  await session.wipe();
  await (await Session.unlock({ connect, login: login('zoe'), password: 'caf\u00e9 au lait demain', device: new MemoryDevice() })).wipe();
});

test('until the lane has been tried, a wrong password sends what the right one does, and scrypt runs as often', async ({ daemon: { localSocket } }) => {
  const device = await account(localSocket, 'bob');
  const attempt = async (password: string): Promise<{ code: string; sent: unknown; scrypts: number }> => {
    const connect = recorded(localSocket);
    const before = scrypts;
    const code = await codeOf(Session.unlock({ connect, login: login('bob'), password, device }));
    return { code, sent: connect.sent, scrypts: scrypts - before };
  };
  const right = await attempt(PASSWORD);
  assert.is(right.code, 'done');
  for (const password of ['wrong', `${PASSWORD}r`, '', 'x'.repeat(500)]) {
    const wrong = await attempt(password);
    assert.is(wrong.code, 'wrong-password');
    assert.equal(wrong.sent, (right.sent as unknown[]).slice(0, 1));
    assert.is(wrong.scrypts, right.scrypts);
  }
});

test('an unknown login name and a taken one are told apart from a wrong password', async ({ daemon: { localSocket } }) => {
  const connect = recorded(localSocket);
  assert.is(await codeOf(Session.unlock({ connect, login: login('nobody'), password: PASSWORD, device: new MemoryDevice() })), 'unknown-account');
  await account(localSocket, 'carol');
  assert.is(await codeOf(Session.signUp({ connect, login: login('carol'), password: PASSWORD, device: new MemoryDevice() })), 'name-taken');
  assert.is(await codeOf(Session.signUp({ connect, login: login('dora'), password: 'password1234', device: new MemoryDevice() })), 'weak-password');
});

test('of a changed password only the new one opens, on every device', async ({ daemon: { localSocket } }) => {
  const device = await account(localSocket, 'erin');
  const connect = recorded(localSocket);
  const open = (password: string, on: MemoryDevice): Promise<Session> => Session.unlock({ connect, login: login('erin'), password, device: on });
  const session = await open(PASSWORD, device);
  const next = 'seven lamps under water';
  assert.is(await codeOf(session.changePassword('not the password', next)), 'wrong-password');
  assert.is(await codeOf(session.changePassword(PASSWORD, 'short')), 'weak-password');
  connect.meter.reset();
  await session.changePassword(PASSWORD, next);
  assert.ok(connect.meter.rounds <= 2);
  assert.is(await codeOf(session.changePassword(PASSWORD, 'another one of those')), 'wrong-password');
  await session.changePassword(next, 'a third one to be safe');
  await session.wipe();
  for (const on of [device, new MemoryDevice()]) {
    for (const old of [PASSWORD, next]) assert.is(await codeOf(open(old, on)), 'old-password');
    await (await open('a third one to be safe', on)).wipe();
  }
});

test('a second session that is open learns of a change when it wants to make one itself', async ({ daemon: { localSocket } }) => {
  const device = await account(localSocket, 'frank');
  const connect = recorded(localSocket);
  const open = (): Promise<Session> => Session.unlock({ connect, login: login('frank'), password: PASSWORD, device });
  const [one, other] = [await open(), await open()];
  await one.changePassword(PASSWORD, 'seven lamps under water');
  assert.is(await codeOf(other.changePassword(PASSWORD, 'eight lamps under water')), 'old-password');
  assert.is(await other.state('trash', counter).edit(() => 7), 7);
  await one.wipe();
  await other.wipe();
});

test('after wiping, nothing of the session can be used and its keys are zeros', async ({ daemon: { localSocket } }) => {
  const device = await account(localSocket, 'grace');
  const session = await Session.unlock({ connect: recorded(localSocket), login: login('grace'), password: PASSWORD, device });
  const { account: key, rootSecret, home } = session;
  const seeds = [key.seed.expose(), rootSecret, home.key?.seed.expose() ?? new Uint8Array(1)];
  assert.ok(seeds.every((seed) => seed.some((byte) => byte !== 0)));
  await session.wipe();
  for (const seed of seeds) assert.ok(seed.every((byte) => byte === 0));
  assert.throws(() => session.account, (error: { code?: string }) => error.code === 'locked');
  assert.throws(() => session.rootSecret, (error: { code?: string }) => error.code === 'locked');
  assert.is(await codeOf(session.changePassword(PASSWORD, 'seven lamps under water')), 'locked');
});

test('a repairing check takes no state of the account for something left over', async ({ daemon: { localSocket } }) => {
  const device = await account(localSocket, 'nina');
  const session = await Session.unlock({ connect: recorded(localSocket), login: login('nina'), password: PASSWORD, device });
  const names = STATE_NAMES.filter((name) => name !== 'profile');
  for (const [index, name] of names.entries()) await session.state(name, counter).edit(() => index + 1);
  const { orphans } = await session.drive.check({ known: session.stateLabels(), repair: true });
  assert.is(orphans, 0);
  await session.wipe();
  const later = await Session.unlock({ connect: recorded(localSocket), login: login('nina'), password: PASSWORD, device });
  for (const [index, name] of names.entries()) assert.is(await later.state(name, counter).get(), index + 1, name);
  await later.wipe();
});

test('states written by two sessions at once both count', async ({ daemon: { localSocket } }) => {
  const device = await account(localSocket, 'heidi');
  const open = (): Promise<Session> => Session.unlock({ connect: recorded(localSocket), login: login('heidi'), password: PASSWORD, device });
  const sessions = [await open(), await open()];
  await Promise.all(sessions.flatMap((session) => Array.from({ length: 10 }, () => session.state('trash', counter).edit((value) => value + 1))));
  assert.is(await (await open()).state('trash', counter).get(), 20);
});

test('a device fetches only what its lane lacks', async ({ daemon: { localSocket } }) => {
  const device = await account(localSocket, 'ivan');
  const open = async (on: MemoryDevice): Promise<{ session: Session; received: number }> => {
    const connect = recorded(localSocket);
    const session = await Session.unlock({ connect, login: login('ivan'), password: PASSWORD, device: on });
    return { session, received: connect.meter.bytesReceived };
  };
  const { session } = await open(device);
  for (let run = 0; run < 60; run++) await session.state('trash', counter).edit(() => run);
  await session.wipe();
  await open(device);
  const [known, fresh] = [await open(device), await open(new MemoryDevice())];
  assert.is(device.lane.length, 61 * HEADER_ITEM);
  assert.ok(fresh.received - known.received >= 61 * HEADER_ITEM, `${fresh.received} ${known.received}`);
});

test('a lane that is longer than any account\'s is not asked for', async ({ daemon: { localSocket } }) => {
  const connect = recorded(localSocket);
  assert.is(await codeOf(extendLane(connect.home, login('judy'), new Uint8Array(0), 2 ** 40)), 'too-large');
  assert.equal(connect.sent, []);
});

test('a lane that the account did not sign is refused', async ({ daemon: { localSocket } }) => {
  const device = await account(localSocket, 'judy');
  await (await Session.unlock({ connect: recorded(localSocket), login: login('judy'), password: PASSWORD, device })).state('trash', counter).edit(() => 1);
  const forging = (fetch: CarrierFetch): CarrierFetch => async (url, request) => {
    const response = await fetch(url, request);
    if (!url.endsWith('/v1/login')) return response;
    const chunks: Uint8Array[] = [];
    for await (const chunk of response.body) chunks.push(chunk);
    const body = Uint8Array.from(Buffer.concat(chunks));
    // The lane ends some bytes before the answer does; its last item is filler that nobody can open.
    const at = body.length - 150;
    body[at] = (body[at] ?? 0) ^ 1;
    return { ...response, header: (name) => response.header(name), body: (async function* (): AsyncGenerator<Uint8Array> { yield body; })() };
  };
  assert.is(await codeOf(Session.unlock({ connect: recorded(localSocket, forging), login: login('judy'), password: PASSWORD, device: new MemoryDevice() })), 'rolled-back');
});

test('a node that went back to an older state is found out, by the lane and by the pin', async () => {
  const dataDir = await shortFolder();
  const backup = await shortFolder();
  const device = new MemoryDevice();
  let daemon = await startDaemon({ dataDir });
  await account(daemon.localSocket, 'kim', device);
  await daemon.stop();
  await cp(dataDir, backup, { recursive: true });
  daemon = await startDaemon({ dataDir });
  const session = await Session.unlock({ connect: recorded(daemon.localSocket), login: login('kim'), password: PASSWORD, device });
  await session.state('trash', counter).edit(() => 1);
  await session.keep();
  await session.wipe();
  await (await Session.unlock({ connect: recorded(daemon.localSocket), login: login('kim'), password: PASSWORD, device })).wipe();
  await daemon.stop();
  daemon = await startDaemon({ dataDir: backup });
  const open = (): Promise<string> => codeOf(Session.unlock({ connect: recorded(daemon.localSocket), login: login('kim'), password: PASSWORD, device }));
  assert.is(await open(), 'rolled-back');
  device.lane = new Uint8Array(0);
  assert.is(await open(), 'rolled-back');
  device.pins.clear();
  assert.is(await open(), 'done');
  await daemon.stop();
  await Promise.all([rm(dataDir, { recursive: true, force: true }), rm(backup, { recursive: true, force: true })]);
});

test('the account\'s other spaces are pinned on the device too', async ({ daemon: { localSocket } }) => {
  const device = await account(localSocket, 'leo');
  const open = (on: MemoryDevice): Promise<Session> => Session.unlock({ connect: recorded(localSocket), login: login('leo'), password: PASSWORD, device: on });
  const session = await open(device);
  await session.drive.mkdir('/shared');
  const { target } = await session.drive.detach('/shared');
  await session.drive.mkdir('/shared/more');
  await session.wipe();
  assert.is(device.others.length, 1);
  const [other] = device.others;
  assert.equal(other?.space, target?.space);
  assert.is((await (await open(device)).drive.list('/shared')).length, 1);
  device.others = device.others.map(({ space, pin }) => ({ space, pin: { ...pin, sequence: pin.sequence + 1 } }));
  const cheated = await open(device);
  assert.is(await codeOf(cheated.drive.list('/shared')), 'rolled-back');
  await cheated.wipe();
});

test('a harder scrypt cost is chosen at sign-up and kept', async ({ daemon: { localSocket } }) => {
  const device = new MemoryDevice();
  const cost = { N: 262_144, r: 8, p: 1 };
  await (await Session.signUp({ connect: recorded(localSocket), login: login('mia'), password: PASSWORD, device, scrypt: cost })).wipe();
  await (await Session.unlock({ connect: recorded(localSocket), login: login('mia'), password: PASSWORD, device })).wipe();
  assert.is(await codeOf(Session.signUp({ connect: recorded(localSocket), login: login('nia'), password: PASSWORD, device, scrypt: { N: 1024, r: 8, p: 1 } })), 'malformed');
});

test.run();
