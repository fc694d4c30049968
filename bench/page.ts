import { randomBytes } from 'node:crypto';
import { open, readdir, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { Person } from '../test/rig/cli.ts';
import { withHarness } from '../test/ui/harness.ts';
import type { Bench } from './drive.ts';
import { MIB, round, type Figure } from './measure.ts';

const GIB = 1024 * MIB;

/** 1 GiB from Chromium, held against the command line on the same node in the same run; and how the page itself fared meanwhile. */
export async function pageUpload({ folder }: Pick<Bench, 'folder'>): Promise<Figure[]> {
  const source = join(folder, 'page.bin');
  await fill(source);
  try {
    return await withHarness(async (page, daemon) => {
      const person = await Person.make('a long passphrase for measuring', { node: `unix:${daemon.localSocket}` });
      try {
        await person.signUp('cli');
        const began = performance.now();
        await person.demand('put', source, '/');
        const floor = (performance.now() - began) / 1000;
        await page.evaluate(async () => harness.api.signUp({ name: 'page', password: 'a long passphrase for measuring' }));
        await page.setInputFiles('#files', source);
        const seen = await page.evaluate(upload);
        const rss = await rendererPeak();
        return [
          { name: 'page-upload', value: round(GIB / MIB / seen.seconds), unit: 'MiB/s', floor: round(GIB / MIB / floor), ratio: round(seen.seconds / floor) },
          { name: 'page-longest-task', value: round(seen.longestTask), unit: 'ms' },
          { name: 'page-memory', value: round(rss), unit: 'MiB', rssMiB: round(rss) },
        ];
      } finally {
        await person.end();
      }
    });
  } finally {
    await rm(source, { force: true });
  }
}

/** Runs in the page. */
async function upload(): Promise<{ seconds: number; longestTask: number }> {
  const file = document.querySelector('input')?.files?.[0];
  if (file === undefined) throw new Error('no file');
  harness.longestTask = 0;
  const began = performance.now();
  const { id } = await harness.api.upload([{ file, path: file.name }], '/');
  for (;;) {
    const last = harness.events.findLast((event) => event.type === 'progress' && event.id === id && event.file === null);
    if (last?.type === 'progress' && last.state === 'failed') throw new Error(last.error?.message);
    if (last?.type === 'progress' && last.state === 'done') return { seconds: (performance.now() - began) / 1000, longestTask: harness.longestTask };
    await new Promise((resolve) => { setTimeout(resolve, 20); });
  }
}

async function fill(path: string): Promise<void> {
  const file = await open(path, 'w');
  for (let done = 0; done < GIB; done += 8 * MIB) await file.write(randomBytes(8 * MIB));
  await file.close();
}

/** The most memory, in MiB, that a renderer of a browser under this process has held. */
async function rendererPeak(): Promise<number> {
  let peak = 0;
  for (const pid of (await readdir('/proc')).filter((name) => /^\d+$/.test(name))) {
    const [command, status] = await Promise.all([`/proc/${pid}/cmdline`, `/proc/${pid}/status`].map(async (path) => readFile(path, 'utf8').catch(() => '')));
    if (!(command ?? '').includes('--type=renderer') || !(command ?? '').includes('uk-chromium-')) continue;
    peak = Math.max(peak, Number(/^VmHWM:\s+(\d+) kB/m.exec(status ?? '')?.[1] ?? 0) / 1024);
  }
  return peak;
}
