import { Person } from '../test/rig/cli.ts';
import { nativeScrypt, roundTrips } from './floors.ts';
import type { Bench } from './drive.ts';
import { costOf, median, round, time, type Cost, type Figure } from './measure.ts';

const RUNS = 5;

/** Request to answer in a running agent; the command's own start is told apart. */
export async function login({ person, name }: Bench): Promise<Figure[]> {
  let cost = (await person.demand('whoami')).cost;
  const whole: number[] = [];
  const seconds = await median(RUNS, async () => {
    await person.demand('lock');
    const began = performance.now();
    ({ cost } = await person.unlock(name));
    whole.push((performance.now() - began) / 1000 - cost.ms / 1000);
    return cost.ms / 1000;
  });
  const floor = await median(RUNS, nativeScrypt);
  const start = whole.sort((a, b) => a - b)[RUNS >> 1] ?? Number.NaN;
  return [time('login', seconds, floor, cost), { name: 'login-start', value: round(start), unit: 's' }];
}

/** Follow, accept, confirm, by two accounts on one node; the floor is as many bare requests, one after the other. */
export async function befriend({ folder, daemon, person, name }: Bench): Promise<Figure[]> {
  const other = await Person.make('a long passphrase of the other', { node: `unix:${daemon.localSocket}` });
  try {
    const friend = `${name}-friend`;
    await other.signUp(friend);
    const steps = [
      await other.demand('follow', name),
      await person.demand('requests'),
      await person.demand('accept', friend),
      await other.demand('friends'),
      await person.demand('friends'),
    ].map(({ cost }) => cost);
    const sum = (part: (cost: Cost & { ms: number }) => number): number => steps.reduce((total, cost) => total + part(cost), 0);
    const cost = { rounds: sum((c) => c.rounds), requests: sum((c) => c.requests), bytesSent: sum((c) => c.bytesSent), bytesReceived: sum((c) => c.bytesReceived) };
    const floor = await roundTrips(folder, cost.rounds, Math.round(cost.bytesReceived / cost.rounds));
    return [{ ...time('befriend', sum(({ ms }) => ms) / 1000, floor, cost), ...costOf(cost) }];
  } finally {
    await other.end();
  }
}
