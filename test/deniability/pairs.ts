/** Pairs of runs of one visible script from one seed and clock, without and with hidden work, as the node sees them. */
import { randomFrom } from '../rig/random.ts';
import { HiddenHand, type Work } from './hand.ts';
import { playScript } from './person.ts';
import { randomScript, type Script } from './script.ts';
import type { Transcript } from './transcript.ts';
import { World } from './world.ts';

export interface Pair {
  readonly seed: number;
  readonly requests: number;
  readonly work: Work;
  /** The first lines in which the two transcripts differ, with what is around them; null where they are the same. */
  readonly difference: string | null;
}

/** One in three has people, shares and links in it; all have two devices. */
export function scriptOf(seed: number): Script {
  return randomScript(randomFrom(seed), { steps: 16, devices: 2, people: seed % 3 === 0, largest: 300_000 });
}

export async function makePair(seed: number): Promise<Pair> {
  const script = scriptOf(seed);
  const [without] = await play(script, seed, false);
  const [having, work] = await play(script, seed, true);
  return { seed, requests: without.exchanges.length, work, difference: differenceOf(without, having) };
}

const HIDDEN_SEED = 0x68_69_64;

async function play(script: Script, seed: number, hides: boolean): Promise<[Transcript, Work]> {
  const world = await World.open({ seed });
  try {
    const hand = new HiddenHand(world, randomFrom(seed ^ HIDDEN_SEED));
    await playScript(world, script, hides ? hand : undefined);
    world.check();
    return [world.transcript, hand.work];
  } finally {
    await world.close();
  }
}

function differenceOf(without: Transcript, having: Transcript): string | null {
  const [a, b] = [without, having].map((transcript) => [...transcript.blanked(), ...transcript.notes]);
  const length = Math.max(a?.length ?? 0, b?.length ?? 0);
  for (let at = 0; at < length; at++) {
    if (a?.[at] === b?.[at]) continue;
    const around = (lines: readonly string[] | undefined): string => (lines ?? []).slice(Math.max(0, at - 3), at + 3).join('\n  ');
    return `without hidden work:\n  ${around(a)}\nwith:\n  ${around(b)}`;
  }
  return null;
}

export interface Totals {
  pairs: number;
  requests: number;
  /** Pairs in which hidden content got into the log. */
  drained: number;
  vaults: number;
  opened: number;
  writes: number;
  readonly different: Pair[];
}

export async function makePairs(from: number, count: number, told: (pair: Pair) => void = () => undefined): Promise<Totals> {
  const totals: Totals = { pairs: 0, requests: 0, drained: 0, vaults: 0, opened: 0, writes: 0, different: [] };
  for (let seed = from; seed < from + count; seed++) {
    const pair = await makePair(seed);
    totals.pairs++;
    totals.requests += pair.requests;
    totals.drained += pair.work.held > 0 ? 1 : 0;
    totals.vaults += pair.work.added;
    totals.opened += pair.work.opened;
    totals.writes += pair.work.writes;
    if (pair.difference !== null) totals.different.push(pair);
    told(pair);
  }
  return totals;
}
