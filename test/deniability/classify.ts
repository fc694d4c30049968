/** Plain classifiers: they are to find what there is to find, with nothing that is not written here. */
import type { Random } from '../rig/random.ts';

export interface Sample {
  readonly features: Float64Array;
  /** 1: there was hidden work. */
  readonly label: 0 | 1;
}

export interface Classifier {
  readonly name: string;
  /** Above 0 means that it believes in hidden work. */
  score(features: Float64Array): number;
}

export type Trainer = (samples: readonly Sample[], random: Random) => Classifier;

const sum = (values: Iterable<number>): number => {
  let total = 0;
  for (const value of values) total += value;
  return total;
};

/** Logistic regression with a quadratic penalty, by batch gradient descent with momentum. */
export const logistic: Trainer = (samples) => {
  const width = samples[0]?.features.length ?? 0;
  const weights = new Float64Array(width);
  const speed = new Float64Array(width);
  let bias = 0;
  const penalty = 3 / samples.length;
  for (let round = 0; round < 250; round++) {
    const gradient = new Float64Array(width);
    let biasGradient = 0;
    for (const { features, label } of samples) {
      const error = 1 / (1 + Math.exp(-dot(weights, features, bias))) - label;
      biasGradient += error;
      for (let at = 0; at < width; at++) gradient[at] = (gradient[at] ?? 0) + error * (features[at] ?? 0);
    }
    const rate = 2 / Math.sqrt(width);
    bias -= (rate * biasGradient) / samples.length;
    for (let at = 0; at < width; at++) {
      speed[at] = 0.8 * (speed[at] ?? 0) - rate * ((gradient[at] ?? 0) / samples.length + penalty * (weights[at] ?? 0));
      weights[at] = (weights[at] ?? 0) + (speed[at] ?? 0);
    }
  }
  return { name: 'logistic regression', score: (features) => dot(weights, features, bias) };
};

function dot(weights: Float64Array, features: Float64Array, bias: number): number {
  let total = bias;
  for (let at = 0; at < weights.length; at++) total += (weights[at] ?? 0) * (features[at] ?? 0);
  return total;
}

/** Gaussian naive Bayes. */
export const bayes: Trainer = (samples) => {
  const width = samples[0]?.features.length ?? 0;
  const groups = [0, 1].map((label) => {
    const own = samples.filter((sample) => sample.label === label);
    const mean = Float64Array.from({ length: width }, (_, at) => sum(own.map(({ features }) => features[at] ?? 0)) / own.length);
    const variance = Float64Array.from({ length: width }, (_, at) => sum(own.map(({ features }) => ((features[at] ?? 0) - (mean[at] ?? 0)) ** 2)) / own.length + 0.05);
    return { mean, variance };
  });
  const likelihood = (features: Float64Array, label: number): number => {
    const { mean, variance } = groups[label] ?? { mean: features, variance: features };
    let total = 0;
    for (let at = 0; at < width; at++) total -= ((features[at] ?? 0) - (mean[at] ?? 0)) ** 2 / (2 * (variance[at] ?? 1)) + Math.log(variance[at] ?? 1) / 2;
    return total;
  };
  return { name: 'naive Bayes', score: (features) => likelihood(features, 1) - likelihood(features, 0) };
};

const CUTS = 31;
const ROUNDS = 60;

interface Stump {
  readonly at: number;
  readonly cut: number;
  readonly below: number;
  readonly above: number;
}

/** Boosted decision stumps (LogitBoost: Newton steps on the logistic loss), cuts at quantiles. */
export const stumps: Trainer = (samples) => {
  const width = samples[0]?.features.length ?? 0;
  const cuts = Array.from({ length: width }, (_, at) => quantiles(samples.map(({ features }) => features[at] ?? 0)));
  const bins = samples.map(({ features }) => Uint8Array.from(cuts, (cut, at) => cut.filter((value) => value < (features[at] ?? 0)).length));
  const scores = new Float64Array(samples.length);
  const chosen: Stump[] = [];
  for (let round = 0; round < ROUNDS; round++) {
    const slope = new Float64Array(samples.length);
    const bend = new Float64Array(samples.length);
    for (const [index, { label }] of samples.entries()) {
      const chance = 1 / (1 + Math.exp(-(scores[index] ?? 0)));
      slope[index] = label - chance;
      bend[index] = chance * (1 - chance) + 1e-3;
    }
    const best = bestStump(width, cuts, bins, slope, bend);
    if (best === null) break;
    chosen.push(best.stump);
    for (const [index, row] of bins.entries()) scores[index] = (scores[index] ?? 0) + ((row[best.stump.at] ?? 0) <= best.bin ? best.stump.below : best.stump.above);
  }
  return {
    name: 'boosted stumps',
    score: (features) => sum(chosen.map(({ at, cut, below, above }) => ((features[at] ?? 0) <= cut ? below : above))),
  };
};

function quantiles(values: readonly number[]): number[] {
  const sorted = Float64Array.from(values).sort();
  const cuts = Array.from({ length: CUTS }, (_, index) => sorted[Math.floor(((index + 1) * (sorted.length - 1)) / (CUTS + 1))] ?? 0);
  return [...new Set(cuts)];
}

const LEARNING = 0.3;
const SMOOTH = 5;

function bestStump(width: number, cuts: readonly (readonly number[])[], bins: readonly Uint8Array[], slope: Float64Array, bend: Float64Array): { stump: Stump; bin: number } | null {
  let best: { stump: Stump; bin: number; gain: number } | null = null;
  const slopes = new Float64Array(CUTS + 1);
  const bends = new Float64Array(CUTS + 1);
  const [allSlopes, allBends] = [sum(slope), sum(bend)];
  for (let at = 0; at < width; at++) {
    slopes.fill(0);
    bends.fill(0);
    for (let index = 0; index < bins.length; index++) {
      const bin = bins[index]?.[at] ?? 0;
      slopes[bin] = (slopes[bin] ?? 0) + (slope[index] ?? 0);
      bends[bin] = (bends[bin] ?? 0) + (bend[index] ?? 0);
    }
    let [left, leftBend] = [0, 0];
    for (const [bin, cut] of (cuts[at] ?? []).entries()) {
      left += slopes[bin] ?? 0;
      leftBend += bends[bin] ?? 0;
      const [right, rightBend] = [allSlopes - left, allBends - leftBend];
      const gain = left ** 2 / (leftBend + SMOOTH) + right ** 2 / (rightBend + SMOOTH);
      if (best !== null && gain <= best.gain) continue;
      best = { gain, bin, stump: { at, cut, below: (LEARNING * left) / (leftBend + SMOOTH), above: (LEARNING * right) / (rightBend + SMOOTH) } };
    }
  }
  return best;
}

export const TRAINERS: readonly Trainer[] = [logistic, bayes, stumps];

export function accuracy(classifier: Classifier, samples: readonly Sample[]): number {
  return samples.filter(({ features, label }) => (classifier.score(features) > 0 ? 1 : 0) === label).length / samples.length;
}
