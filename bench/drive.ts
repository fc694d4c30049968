import { randomBytes } from 'node:crypto';
import { mkdir, open, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { RunningDaemon } from '../test/rig/daemon.ts';
import type { Person } from '../test/rig/cli.ts';
import { fetchAndOpen, roundTrips, sealAndStore, storeSmall } from './floors.ts';
import { median, MIB, rate, round, time, type Figure } from './measure.ts';

const LARGE = 200 * MIB;
const RUNS = 3;

/** What the benchmarks of the drive run on: one node on loopback, one unlocked account, a folder on a real disk. */
export interface Bench {
  readonly folder: string;
  readonly daemon: RunningDaemon;
  readonly person: Person;
  readonly name: string;
}

async function largeFile(path: string): Promise<void> {
  const file = await open(path, 'w');
  for (let done = 0; done < LARGE; done += 5 * MIB) await file.write(randomBytes(5 * MIB));
  await file.close();
}

/** 200 MiB by `underkeep put` and `underkeep get`, the command's start included; the middle of three runs each. */
export async function largeFiles({ folder, daemon, person }: Bench): Promise<Figure[]> {
  const source = join(folder, 'large.bin');
  await largeFile(source);
  let up = await person.demand('whoami');
  const upload = await median(RUNS, async () => {
    await person.run(['rm', '/large.bin']);
    const began = performance.now();
    up = await person.demand('put', source, '/');
    return (performance.now() - began) / 1000;
  });
  const uploadFloor = await median(RUNS, () => sealAndStore(folder, LARGE));
  const rssMiB = round((await daemon.memory()).now);
  const target = join(folder, 'large.copy');
  let down = up;
  const download = await median(RUNS, async () => {
    await rm(target, { force: true });
    const began = performance.now();
    down = await person.demand('get', '/large.bin', target);
    return (performance.now() - began) / 1000;
  });
  const downloadFloor = await median(RUNS, () => fetchAndOpen(folder, LARGE));
  await rm(target, { force: true });
  return [
    { ...rate('upload', LARGE, upload, uploadFloor, up.cost), rssMiB },
    rate('download', LARGE, download, downloadFloor, down.cost),
    { name: 'memory', value: rssMiB, unit: 'MiB', rssMiB },
  ];
}

const SMALL = 1024;
const COUNT = 1000;

/** 1000 files of 1 KiB in one `put`, then the list of them after a fresh unlock. */
export async function smallFiles({ folder, person, name }: Bench): Promise<Figure[]> {
  const source = join(folder, 'small');
  await mkdir(source, { recursive: true });
  for (let index = 0; index < COUNT; index++) await writeFile(join(source, `file ${index}.txt`), randomBytes(SMALL));
  let put = await person.demand('whoami');
  const seconds = await median(RUNS, async () => {
    await person.run(['rm', '-r', '/small']);
    const began = performance.now();
    put = await person.demand('put', source, '/');
    return (performance.now() - began) / 1000;
  });
  const putFloor = await median(RUNS, () => storeSmall(folder, COUNT, SMALL));
  let list = put;
  const listing = await median(RUNS, async () => {
    await person.demand('lock');
    await person.unlock(name);
    list = await person.demand('ls', '/small');
    return list.cost.ms / 1000;
  });
  const listFloor = await median(RUNS, () => roundTrips(folder, list.cost.rounds, list.cost.bytesReceived));
  return [time('small-files', seconds, putFloor, put.cost), time('list', listing, listFloor, list.cost)];
}
