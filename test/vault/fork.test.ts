import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { cp, rm } from 'node:fs/promises';
import { useEngine } from '../../crypto/index.ts';
import { nodeEngine } from '../../engines/index.ts';
import { Session } from '../../vault/index.ts';
import type { CarrierFetch } from '../../wire/index.ts';
import { shortFolder, startDaemon, type RunningDaemon } from '../rig/daemon.ts';
import { fileSource } from '../rig/drive-session.ts';
import { login, MemoryDevice, recorded } from '../rig/session.ts';

await useEngine(nodeEngine());

const PASSWORD = 'correct horse battery staple';

async function codeOf(work: Promise<unknown>): Promise<string> {
  try {
    await work;
    return 'done';
  } catch (error) {
    return error instanceof Error && 'code' in error ? String(error.code) : String(error);
  }
}

interface Fork {
  readonly device: MemoryDevice;
  readonly session: Session;
  /** From here on the session's node answers from the copy. */
  turn(): void;
  readonly past: RunningDaemon;
  readonly fork: RunningDaemon;
  end(): Promise<void>;
}

const put = (session: Session, name: string): Promise<unknown> => session.drive.put([fileSource(name, name)], '/');

/** A node's folder is copied; device A writes once on the one, device B `ahead` times more on the other. */
async function forked(ahead: number): Promise<Fork> {
  const [dataDir, forkDir] = [await shortFolder(), await shortFolder()];
  const device = new MemoryDevice();
  const first = await startDaemon({ dataDir });
  const made = await Session.signUp({ connect: recorded(first.localSocket), login: login('kim'), password: PASSWORD, device });
  await put(made, 'old');
  await made.wipe();
  await first.stop();
  await cp(dataDir, forkDir, { recursive: true });
  const [past, fork] = [await startDaemon({ dataDir }), await startDaemon({ dataDir: forkDir })];
  let turned = false;
  const through = (fetch: CarrierFetch): CarrierFetch => async (url, request) =>
    fetch(turned ? url.replace(encodeURIComponent(past.localSocket), encodeURIComponent(fork.localSocket)).replace(past.localSocket, fork.localSocket) : url, request);
  const session = await Session.unlock({ connect: recorded(past.localSocket, through), login: login('kim'), password: PASSWORD, device });
  while (await session.bringLog());
  await put(session, 'mine');
  while (await session.bringLog());
  const other = await Session.unlock({ connect: recorded(fork.localSocket), login: login('kim'), password: PASSWORD, device: new MemoryDevice() });
  while ((other.home.pin?.sequence ?? 0) < (session.home.pin?.sequence ?? 0) + ahead) await put(other, `theirs ${other.home.pin?.sequence ?? 0}`);
  await other.wipe();
  return {
    device, session, past, fork, turn: () => { turned = true; },
    end: async () => {
      await session.wipe();
      await Promise.all([past.stop(), fork.stop()]);
      await Promise.all([dataDir, forkDir].map((folder) => rm(folder, { recursive: true, force: true })));
    },
  };
}

async function isOver(session: Session): Promise<void> {
  const { condemned } = session;
  assert.ok(condemned !== null && 'code' in condemned);
  assert.is(condemned.code, 'rolled-back');
  const works = [() => session.drive.list('/'), () => put(session, 'more'), () => session.tick(), () => session.bringLog(), () => session.created()];
  for (const work of works) assert.is(await codeOf(work()), 'rolled-back', String(work));
  assert.is(await codeOf(session.home.refresh()), 'rolled-back');
}

for (const ahead of [0, 1]) {
  test(`a fork that is ${ahead} ahead of what was seen is caught before anything of it is shown, and ends the session`, async () => {
    const { session, turn, end, device } = await forked(ahead);
    await session.keep();
    const pins = new Map(device.pins);
    turn();
    assert.is(await codeOf(session.drive.list('/')), 'rolled-back');
    await isOver(session);
    await session.wipe();
    assert.equal(device.pins, pins, 'the fork leaves nothing on the device');
    await end();
  });
}

test('a fork further ahead is caught at the first step of the log, and the session cannot go on', async () => {
  const { session, turn, end, device } = await forked(3);
  const { head } = device;
  turn();
  await session.drive.list('/');
  assert.is(await codeOf(session.bringLog()), 'rolled-back');
  await isOver(session);
  await session.wipe();
  assert.equal(device.head?.root, head?.root ?? device.head?.root);
  await end();
});

test('a later session that is shown the fork is caught at the first step after unlocking', async () => {
  const { session, end, device, fork } = await forked(3);
  await session.wipe();
  // The lane tells as well; a node could show one that fits.
  device.lane = new Uint8Array(0);
  const later = await Session.unlock({ connect: recorded(fork.localSocket), login: login('kim'), password: PASSWORD, device });
  assert.is(await codeOf(later.bringLog()), 'rolled-back');
  await isOver(later);
  await later.wipe();
  await end();
});

test('what an unattended step found is told by the next command', async () => {
  const { session, turn, end } = await forked(3);
  turn();
  await session.drive.list('/');
  const told: unknown[] = [];
  const runs: (() => void)[] = [];
  const stop = session.schedule({ setTimeout: (run, ms) => { if (ms < 5000) runs.push(run); return 0; }, clearTimeout: () => undefined }, { onError: (error) => told.push(error) });
  runs.shift()?.();
  while (session.condemned === null) await new Promise((resolve) => setTimeout(resolve, 10));
  stop();
  await isOver(session);
  assert.is(told[0], session.condemned);
  await end();
});

test.run();
