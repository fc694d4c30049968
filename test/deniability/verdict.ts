/** Trains on some runs, and says how often it is right about others. */
import { accuracy, TRAINERS, type Classifier, type Sample } from './classify.ts';
import type { Random } from '../rig/random.ts';
import { Yardstick, type Observation } from './standard.ts';

export interface Judged {
  readonly name: string;
  readonly accuracy: number;
}

export interface Verdict {
  readonly trained: number;
  readonly heldOut: number;
  /** Each classifier's accuracy on the held-out runs. */
  readonly each: readonly Judged[];
  /** The one that did best within the training runs. */
  readonly chosen: Judged;
}

/** `observations` in any order; the last `heldOut` of them are looked at once, at the end. */
export function judge(observations: readonly Observation[], heldOut: number, random: Random): Verdict {
  const training = observations.slice(0, observations.length - heldOut);
  const yardstick = new Yardstick(training);
  const samples = training.map((one) => yardstick.sample(one));
  const test = observations.slice(training.length).map((one) => yardstick.sample(one));
  const classifiers = TRAINERS.map((train) => train(samples, random));
  const each = classifiers.map((classifier) => ({ name: classifier.name, accuracy: accuracy(classifier, test) }));
  const best = bestWithin(samples, random);
  return { trained: training.length, heldOut, each, chosen: each[best] ?? { name: 'none', accuracy: 0 } };
}

/** Chooses by accuracy on the last quarter of the training runs, after training on the rest. */
function bestWithin(samples: readonly Sample[], random: Random): number {
  const part = Math.floor(samples.length * 0.75);
  const scores = TRAINERS.map((train) => accuracy(train(samples.slice(0, part), random), samples.slice(part)));
  return scores.indexOf(Math.max(...scores));
}

/** The features that tell the two kinds of runs apart best, one by one; for whoever has to find out why. */
export function telling(observations: readonly Observation[], names: readonly string[], count = 8): string[] {
  const yardstick = new Yardstick(observations);
  const samples = observations.map((one) => yardstick.sample(one));
  const gap = names.map((name, at) => {
    const mean = (label: 0 | 1): number => {
      const own = samples.filter((sample) => sample.label === label);
      return own.reduce((sum, { features }) => sum + (features[at] ?? 0), 0) / own.length;
    };
    return { name, gap: mean(1) - mean(0) };
  });
  return gap.sort((a, b) => Math.abs(b.gap) - Math.abs(a.gap)).slice(0, count).map(({ name, gap: by }) => `${name} ${by.toFixed(3)}`);
}

export type { Classifier };
