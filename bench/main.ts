import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startDaemon } from '../test/rig/daemon.ts';
import { Person } from '../test/rig/cli.ts';
import { largeFiles, smallFiles, type Bench } from './drive.ts';
import { show, type Figure } from './measure.ts';
import { befriend, login } from './people.ts';
import { pageUpload } from './page.ts';
import { coverOverhead, hiddenWrite, vaultOpen } from './vaults.ts';

/** `npm run bench -- [NAME...] [--json]`: each against a floor measured in the same run. */
const BENCHES: ReadonlyMap<string, (bench: Bench) => Promise<Figure[]>> = new Map([
  ['upload', largeFiles], ['download', largeFiles], ['memory', largeFiles],
  ['small-files', smallFiles], ['list', smallFiles],
  ['login', login], ['befriend', befriend],
  ['vault-open', vaultOpen], ['hidden-write', hiddenWrite], ['cover-overhead', coverOverhead],
  ['page-upload', pageUpload],
]);

async function main(argv: readonly string[]): Promise<void> {
  const json = argv.includes('--json');
  const names = argv.filter((word) => word !== '--json');
  const unknown = names.find((name) => !BENCHES.has(name));
  if (unknown !== undefined) throw new Error(`There is no benchmark "${unknown}"; there are ${[...BENCHES.keys()].join(', ')}.`);
  const chosen = names.length === 0 ? [...BENCHES.keys()] : names;
  const folder = await mkdtemp(join(tmpdir(), 'uk-'));
  const daemon = await startDaemon();
  const person = await Person.make('a long passphrase for measuring', { node: `unix:${daemon.localSocket}` });
  try {
    await person.signUp('bench');
    for (const measure of new Set(chosen.map((name) => BENCHES.get(name)))) {
      const figures = await measure?.({ folder, daemon, person, name: 'bench' }) ?? [];
      const wanted = figures.filter(({ name }) => names.length === 0 || names.includes(name) || !BENCHES.has(name));
      for (const figure of wanted) console.log(json ? JSON.stringify(figure) : show(figure));
    }
  } finally {
    await person.end();
    await daemon.stop();
    await rm(folder, { recursive: true, force: true });
  }
}

try {
  await main(process.argv.slice(2));
} catch (error) {
  console.error(error instanceof Error ? error.message : String(error));
  process.exitCode = 1;
}
