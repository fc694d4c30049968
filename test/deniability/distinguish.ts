/** Many runs, made here or in processes beside this one, and what classifiers make of them. */
import { fork } from 'node:child_process';
import { randomFrom } from '../rig/random.ts';
import { LEAKS } from './leaks.ts';
import { makeRun, templates } from './runs.ts';
import type { Observation } from './standard.ts';
import { judge, telling, type Verdict } from './verdict.ts';

/** What is known of each run to the two adversaries. */
export type Adversary = 'operator' | 'coercer';
export const ADVERSARIES: readonly Adversary[] = ['operator', 'coercer'];

export interface Observed {
  readonly template: number;
  readonly label: 0 | 1;
  readonly operator: readonly number[];
  readonly coercer: readonly number[];
}

export interface Batch {
  readonly seed: number;
  readonly count: number;
  /** Number of the planted leak; null for the product as it is. */
  readonly leak: number | null;
}

export interface Runs {
  readonly names: Record<Adversary, readonly string[]>;
  readonly observed: readonly Observed[];
}

/** Half of the runs hide something, in an order that is drawn. */
export async function makeRuns({ seed, count, leak }: Batch, told: (made: number) => void = () => undefined): Promise<Runs> {
  const random = randomFrom(seed);
  const scripts = templates();
  const names: Record<Adversary, readonly string[]> = { operator: [], coercer: [] };
  const observed: Observed[] = [];
  const labels = random.shuffled(Array.from({ length: count }, (_, index) => (index % 2) as 0 | 1));
  for (const [index, label] of labels.entries()) {
    const template = random.int(scripts.length);
    const script = scripts[template];
    if (script === undefined) throw new Error('no such template');
    const planted = leak === null ? undefined : LEAKS[leak];
    const run = await makeRun({ template, script, label, random: randomFrom(random.int(2 ** 32)), ...(planted === undefined ? {} : { leak: planted }) });
    names.operator = run.operator.names;
    names.coercer = run.coercer.names;
    observed.push({ template, label, operator: run.operator.values, coercer: run.coercer.values });
    told(index + 1);
  }
  return { names, observed };
}

/** As `makeRuns`, shared between processes. Each draws from a seed of its own. */
export async function makeRunsIn(processes: number, batch: Batch, told: (made: number) => void = () => undefined): Promise<Runs> {
  const done = Array.from({ length: processes }, () => 0);
  const parts = await Promise.all(done.map((_, index) => {
    const own = { ...batch, seed: batch.seed + index, count: Math.floor(batch.count / processes) + (index < batch.count % processes ? 1 : 0) };
    return inProcess(own, (made) => {
      done[index] = made;
      told(done.reduce((sum, one) => sum + one, 0));
    });
  }));
  const random = randomFrom(batch.seed);
  return { names: parts[0]?.names ?? { operator: [], coercer: [] }, observed: random.shuffled(parts.flatMap(({ observed }) => observed)) };
}

type Message = { readonly made: number } | { readonly runs: Runs };

function inProcess(batch: Batch, told: (made: number) => void): Promise<Runs> {
  const child = fork(new URL('distinguish-worker.ts', import.meta.url), [JSON.stringify(batch)], { serialization: 'advanced' });
  return new Promise((resolve, reject) => {
    let runs: Runs | null = null;
    child.on('message', (message: Message) => {
      if ('made' in message) told(message.made);
      else runs = message.runs;
    });
    child.once('error', reject);
    child.once('exit', (code, signal) => {
      if (runs !== null && code === 0) resolve(runs);
      else reject(new Error(`a process that makes runs ended with ${code ?? signal}`));
    });
  });
}

export function observationsOf({ observed }: Runs, adversary: Adversary): Observation[] {
  return observed.map((one) => ({ template: one.template, label: one.label, values: one[adversary] }));
}

/** Trains on what is left, and judges the last `heldOut`. */
export function distinguish(runs: Runs, adversary: Adversary, heldOut: number, seed: number): Verdict {
  return judge(observationsOf(runs, adversary), heldOut, randomFrom(seed));
}

export function tellingOf(runs: Runs, adversary: Adversary): string[] {
  return telling(observationsOf(runs, adversary), runs.names[adversary]);
}
