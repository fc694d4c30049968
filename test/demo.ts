import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startTorNetwork } from './rig/tor.ts';
import { tellStory, type Step } from './rig/story.ts';

/** `npm run demo`: two people, two nodes, one private Tor network. Exits 0 only if every step held. */
const HEAD = ['operation', 'time', 'round trips', 'requests', 'bytes'] as const;

function line(cells: readonly string[]): string {
  const [operation = '', ...numbers] = cells;
  return [operation.padEnd(52), ...numbers.map((cell) => cell.padStart(12))].join(' ');
}

function show(step: Step): void {
  const number = (value: number | null): string => (value === null ? '–' : value.toLocaleString('en'));
  console.log(line([step.operation, `${step.seconds.toFixed(2)} s`, number(step.rounds), number(step.requests), number(step.bytes)]));
}

async function main(): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'uk-'));
  console.log(line(HEAD));
  const began = performance.now();
  const tor = await startTorNetwork();
  show({ operation: 'a private Tor network of 3 authorities and 5 relays', seconds: (performance.now() - began) / 1000, rounds: null, requests: null, bytes: null });
  try {
    await tellStory({
      folder,
      torrcArgs: () => ['--torrc-extra', tor.torrcExtraPath],
      files: 300,
      largeBytes: 50 * 2 ** 20,
      report: show,
    });
    console.log('\nEvery step held.');
  } finally {
    await tor.stop();
    await rm(folder, { recursive: true, force: true });
  }
}

try {
  await main();
} catch (error) {
  console.error(`\n${error instanceof Error ? error.message : String(error)}`);
  process.exitCode = 1;
}
