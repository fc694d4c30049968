import { randomBytes } from 'node:crypto';
import { mkdtemp, open, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { FolderDevice } from '../cli/agent-device.ts';
import { useEngine } from '../crypto/index.ts';
import { nodeEngine } from '../engines/index.ts';
import { transact, type PutSource } from '../files/index.ts';
import { Session, type UnlockInit } from '../vault/index.ts';
import { Person } from '../test/rig/cli.ts';
import { login, recorded } from '../test/rig/session.ts';
import type { Bench } from './drive.ts';
import { nativeScrypt } from './floors.ts';
import { median, MIB, round, type Figure } from './measure.ts';

const BULK = 64 * MIB;

async function randomFile(path: string, bytes: number): Promise<void> {
  const file = await open(path, 'w');
  for (let done = 0; done < bytes; done += 4 * MIB) await file.write(randomBytes(Math.min(4 * MIB, bytes - done)));
  await file.close();
}

/** Bytes that the node gets for each byte of a large file, at the default cover; the bound is 1.14. */
export async function coverOverhead({ folder, person }: Bench): Promise<Figure[]> {
  const source = join(folder, 'bulk.bin');
  await randomFile(source, BULK);
  const { cost } = await person.demand('put', source, '/');
  await person.demand('rm', '/bulk.bin');
  await rm(source);
  return [{ name: 'cover-overhead', value: round(cost.bytesSent / BULK), unit: 'B/B', floor: 1, ratio: round(cost.bytesSent / BULK), bytes: cost.bytesSent, requests: cost.requests, roundTrips: cost.rounds }];
}

const ENTRY_PAYLOAD = 4026;
/** In files of one commit each: what of a commit has drained counts when all of it has. */
const HIDDEN_FILE = 12_000;
const HIDDEN_FILES = 450;
const VISIBLE = 32 * MIB;

/** The share of the entries' payload that carries content while more waits than comes by; the bound is 0.95. */
export async function hiddenWrite({ folder, daemon }: Bench): Promise<Figure[]> {
  const person = await Person.make('a long passphrase for measuring', { node: `unix:${daemon.localSocket}` });
  const state = async (): Promise<{ waiting: number; entries: number }> => {
    const { waiting, log } = await person.demand('vault', 'status');
    return { waiting: (waiting as { bytes: number }).bytes, entries: (log as { entries: number }).entries };
  };
  try {
    await person.signUp('bench-hidden', '--tick', '1');
    const [hidden, visible] = [join(folder, 'hidden.bin'), join(folder, 'visible.bin')];
    await randomFile(hidden, HIDDEN_FILE);
    await randomFile(visible, VISIBLE);
    const { code, stderr } = await person.run(['shell', '--force'], { input: ['vault add', ...Array.from({ length: HIDDEN_FILES }, (_, index) => `put ${hidden} /~/${index}`), ''].join('\n') });
    if (code !== 0) throw new Error(stderr);
    const before = await state();
    const began = performance.now();
    await person.demand('put', visible, '/');
    const seconds = (performance.now() - began) / 1000;
    const after = await state();
    const [drained, entries] = [before.waiting - after.waiting, after.entries - before.entries];
    const used = drained / (entries * ENTRY_PAYLOAD);
    return [
      { name: 'hidden-write', value: round(used), unit: 'of the payload', floor: 1, ratio: round(1 / used), bytes: drained },
      { name: 'hidden-write-rate', value: round(drained / MIB / seconds), unit: 'MiB/s' },
    ];
  } finally {
    await person.run(['lock', '--force']);
    await person.end();
  }
}

const COMMITS = 10_000;
const ENTRIES = 100_000;
const SECOND = 'another long passphrase for measuring';
const RUNS = 3;

/** Unlocking a hidden vault of an account of 10,000 commits and 100,000 entries that the device has already, until the vault is there: what it takes beyond scrypt; the bound is 1.5 s. */
export async function vaultOpen({ daemon }: Bench): Promise<Figure[]> {
  await useEngine(nodeEngine());
  const folder = await mkdtemp('/tmp/uk-');
  const connect = recorded(daemon.localSocket);
  const device = new FolderDevice(folder, connect.home.url);
  const init: UnlockInit = { connect, device, login: login('bench-open'), password: 'a long passphrase for measuring' };
  try {
    await fill(await Session.signUp(init));
    const scrypt = await median(RUNS, nativeScrypt);
    const opened = await median(RUNS, async () => {
      const began = performance.now();
      const session = await Session.unlock({ ...init, password: SECOND });
      await session.caughtUp();
      if (session.vaults()[0]?.drive === null) throw new Error('The hidden vault did not open.');
      const seconds = (performance.now() - began) / 1000;
      await session.wipe();
      return seconds;
    });
    return [{ name: 'vault-open', value: round(opened - scrypt), unit: 's', floor: round(scrypt), ratio: round(opened / scrypt) }];
  } finally {
    await connect.close();
    await device.close();
    await rm(folder, { recursive: true });
  }
}

/** Commits without changes, as ticks make them, and for the entries that these lack one visible upload at the largest cover. */
async function fill(session: Session): Promise<void> {
  await session.addVault(SECOND);
  await session.setCover(1);
  const bytes = (ENTRIES - 2 * COMMITS) * 4096;
  const source: PutSource = { name: 'fill', kind: 'file', modified: 0, size: bytes, read: async (_offset, length) => randomBytes(length) };
  await session.drive.put([source], '/');
  for (let commits = 0; commits < COMMITS; commits++) await transact(session, async (tx) => tx.begin(session.home));
  await session.wipe();
}
