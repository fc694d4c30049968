/** One private Tor network for all test files of a run; each takes 10 to 15 s to start. */
import { spawn } from 'node:child_process';
import { open, readFile, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { setTimeout as sleep } from 'node:timers/promises';
import { treeVariable } from '../runner/process.ts';
import { startTorNetwork } from './tor.ts';
import type { TorNetwork } from './tor.ts';

const START_WAIT_MS = 150_000;

/**
 * The network of this test run: the first file that asks starts it, the runner ends it with the run. A file that runs by
 * itself gets one of its own. Whoever kills parts of a network or wants delays starts another (startTorNetwork).
 */
export async function sharedTorNetwork(): Promise<TorNetwork> {
  const folder = process.env['UNDERKEEP_TEST_RUN'];
  if (folder === undefined) return startTorNetwork();
  const answer = join(folder, 'tor-network');
  if (await isFirst(`${answer}.claim`)) await start(folder, answer);
  const deadline = Date.now() + START_WAIT_MS;
  while (Date.now() < deadline) {
    const torrcExtraPath = await readFile(answer, 'utf8').catch(() => undefined);
    if (torrcExtraPath === '') break;
    if (torrcExtraPath !== undefined) return { torrcExtraPath, stop: async () => {} };
    await sleep(100);
  }
  throw new Error('the private Tor network of this run did not start');
}

async function isFirst(claim: string): Promise<boolean> {
  return open(claim, 'wx').then(async (file) => {
    await file.close();
    return true;
  }, () => false);
}

/** Leaves the process running in a group of its own, with its number where the runner finds it. */
async function start(folder: string, answer: string): Promise<void> {
  const script = fileURLToPath(new URL('./tor-network.ts', import.meta.url));
  const { [treeVariable]: _, ...env } = process.env; // it outlives this file
  const child = spawn(process.execPath, [script, '--parent', folder], { detached: true, stdio: ['ignore', 'pipe', 'ignore'], env });
  await writeFile(join(folder, 'tor-network.pid'), String(child.pid));
  const line = await new Promise<string>((resolve) => {
    createInterface({ input: child.stdout }).once('line', resolve);
    child.once('exit', () => resolve(''));
  });
  child.stdout.destroy();
  child.unref();
  await writeFile(`${answer}.new`, line);
  await rename(`${answer}.new`, answer);
}
