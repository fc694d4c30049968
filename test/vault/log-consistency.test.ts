import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { cp, rm } from 'node:fs/promises';
import { randomBytes, useEngine } from '../../crypto/index.ts';
import { nodeEngine } from '../../engines/index.ts';
import { Session } from '../../vault/index.ts';
import { COVER_ENTRY, decodeSegmentAnswer, decodeSpineAnswer, encodeSegmentAnswer, encodeSpineAnswer, type CarrierFetch, type SpineAnswer } from '../../wire/index.ts';
import { fileSource } from '../rig/drive-session.ts';
import { shortFolder, startDaemon, type RunningDaemon } from '../rig/daemon.ts';
import { login, MemoryDevice, recorded } from '../rig/session.ts';

await useEngine(nodeEngine());

interface World { daemon: RunningDaemon }
const test = suite<World>('log consistency', { daemon: undefined as unknown as RunningDaemon });
test.before(async (world) => { world.daemon = await startDaemon(); });
test.after(async ({ daemon }) => daemon.stop());

const PASSWORD = 'correct horse battery staple';
const BULK = 9_000_000;

async function codeOf(work: Promise<unknown>): Promise<string> {
  try {
    await work;
    return 'done';
  } catch (error) {
    return error instanceof Error && 'code' in error ? String(error.code) : String(error);
  }
}

async function account(socket: string, name: string, device: MemoryDevice, bytes = BULK): Promise<void> {
  const session = await Session.signUp({ connect: recorded(socket), login: login(name), password: PASSWORD, device });
  await put(session, 'bulk', bytes);
  await session.wipe();
}

async function put(session: Session, name: string, bytes: number): Promise<void> {
  await session.drive.put([fileSource(name, randomBytes(bytes))], '/');
}

const unlock = (socket: string, name: string, device: MemoryDevice, tamper?: (fetch: CarrierFetch) => CarrierFetch): Promise<Session> =>
  Session.unlock({ connect: recorded(socket, tamper), login: login(name), password: PASSWORD, device });

async function bringAll(session: Session): Promise<void> {
  while (await session.bringLog());
}

/** Has the node's answers for the log changed on their way. */
function changing(change: { spine?: (answer: SpineAnswer) => SpineAnswer; segment?: (entries: Uint8Array) => Uint8Array }): (fetch: CarrierFetch) => CarrierFetch {
  return (fetch) => async (url, request) => {
    const response = await fetch(url, request);
    if (!url.endsWith('/v1/log')) return response;
    const chunks: Uint8Array[] = [];
    for await (const chunk of response.body) chunks.push(chunk);
    const body = new Uint8Array(Buffer.concat(chunks));
    const isSpine = Buffer.from(request.body as Uint8Array).includes('spine');
    const changed = isSpine
      ? encodeSpineAnswer(change.spine?.(decodeSpineAnswer(body)) ?? decodeSpineAnswer(body))
      : encodeSegmentAnswer({ v: 1, entries: change.segment?.(decodeSegmentAnswer(body).entries) ?? decodeSegmentAnswer(body).entries });
    return { status: response.status, header: (name) => response.header(name), body: (async function* (): AsyncGenerator<Uint8Array> { yield changed; })() };
  };
}

test('a log that was brought is the log that was written, newest segment first, and is brought once', async ({ daemon: { localSocket } }) => {
  const own = new MemoryDevice();
  await account(localSocket, 'ann', own);
  const device = new MemoryDevice();
  const session = await unlock(localSocket, 'ann', device);
  assert.ok(await session.bringLog());
  assert.equal(device.copy.held(), []);
  assert.ok(await session.bringLog());
  assert.is(device.copy.held()[0]?.from, 256);
  assert.not(await session.bringLog());
  const size = session.home.head?.root.cover?.entries.size ?? 0;
  assert.ok(size > 256);
  assert.equal(device.copy.held(), [{ from: 0, to: size }]);
  assert.equal(own.copy.held(), [{ from: 0, to: size }], 'own commits go straight into the copy');
  assert.equal(await device.copy.read(0, size), await own.copy.read(0, size));
  await session.wipe();
  assert.equal(device.head, own.head);
  const connect = recorded(localSocket);
  const again = await Session.unlock({ connect, login: login('ann'), password: PASSWORD, device });
  assert.not(await again.bringLog());
  assert.equal(connect.sent.map(({ path }) => path), ['/v1/login', '/v1/cells', '/v1/log']);
  await again.wipe();
});

test('a node that drops, repeats or reorders entries, in the spine or in a segment, is caught', async ({ daemon: { localSocket } }) => {
  await account(localSocket, 'ben', new MemoryDevice());
  const swapped = (entries: Uint8Array): Uint8Array => {
    const out = entries.slice();
    out.copyWithin(0, COVER_ENTRY, 2 * COVER_ENTRY);
    out.set(entries.subarray(0, COVER_ENTRY), COVER_ENTRY);
    return out;
  };
  const cheats: Parameters<typeof changing>[0][] = [
    { spine: (answer) => ({ ...answer, tail: answer.tail.slice(0, -1) }) },
    { spine: (answer) => ({ ...answer, segments: [] }) },
    { spine: (answer) => ({ ...answer, tail: [...answer.tail].reverse() }) },
    { spine: (answer) => ({ ...answer, tail: [...answer.tail, ...answer.tail.slice(-1)] }) },
    { segment: swapped },
    { segment: (entries) => entries.slice(COVER_ENTRY) },
    { segment: (entries) => { entries[5000] = (entries[5000] ?? 0) ^ 1; return entries; } },
  ];
  for (const cheat of cheats) {
    const device = new MemoryDevice();
    const session = await unlock(localSocket, 'ben', device, changing(cheat));
    assert.is(await codeOf(bringAll(session)), 'rolled-back');
    assert.is(await codeOf(session.bringLog()), 'rolled-back', 'and it stays caught');
    await session.wipe();
    assert.is(device.head, null);
  }
});

for (const [what, bytes] of [['within the last segment', 20_000], ['segments ago', BULK]] as const) {
  test(`a log that was forked ${what} is caught, between sessions and within one, however far the fork has gone on`, async () => {
    const [dataDir, forkDir] = [await shortFolder(), await shortFolder()];
    const [device, other] = [new MemoryDevice(), new MemoryDevice()];
    let daemon = await startDaemon({ dataDir });
    await account(daemon.localSocket, 'kim', device, 20_000);
    await daemon.stop();
    await cp(dataDir, forkDir, { recursive: true });

    daemon = await startDaemon({ dataDir });
    const seen = await unlock(daemon.localSocket, 'kim', device);
    await bringAll(seen);
    await put(seen, 'seen', 10);
    await seen.wipe();
    const kept = device.head;
    await daemon.stop();

    daemon = await startDaemon({ dataDir: forkDir });
    const forker = await unlock(daemon.localSocket, 'kim', other);
    for (let run = 0; run < 3; run++) await put(forker, `fork ${run}`, bytes);
    // The lane tells as well; a node could show one that fits.
    device.lane = new Uint8Array(0);
    const session = await unlock(daemon.localSocket, 'kim', device);
    assert.is(await codeOf(bringAll(session)), 'rolled-back');
    await session.wipe();
    assert.equal(device.head, kept);

    const [past, fork] = [await startDaemon({ dataDir }), daemon];
    let turned = false;
    const within = await unlock(past.localSocket, 'kim', new MemoryDevice(), (fetch) => async (url, request) =>
      fetch(turned ? url.replace(encodeURIComponent(past.localSocket), encodeURIComponent(fork.localSocket)).replace(past.localSocket, fork.localSocket) : url, request));
    await bringAll(within);
    turned = true;
    await put(within, 'on the fork', 10);
    assert.is(await codeOf(bringAll(within)), 'rolled-back');
    await within.wipe();
    await past.stop();

    // The other one sees the log go on under its hands, and that it is the same log.
    const honest = await unlock(daemon.localSocket, 'kim', new MemoryDevice());
    await put(honest, 'by another device', 30_000);
    await forker.tick();
    await bringAll(forker);
    await Promise.all([honest.wipe(), forker.wipe()]);
    assert.is(other.head?.size, other.copy.held()[0]?.to);
    await daemon.stop();
    await Promise.all([dataDir, forkDir].map((folder) => rm(folder, { recursive: true, force: true })));
  });
}

test.run();
