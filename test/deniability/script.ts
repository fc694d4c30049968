/** Random visible scripts: what a person does, step by step, without a word of anything hidden. */
import type { Random } from '../rig/random.ts';

/** One device of the account. */
export type DeviceNumber = 0 | 1;

export type Action =
  | { readonly do: 'put'; readonly folder: string; readonly files: readonly { readonly name: string; readonly size: number }[] }
  | { readonly do: 'put-folder'; readonly folder: string; readonly name: string; readonly files: number }
  | { readonly do: 'mkdir' | 'remove' | 'list' | 'read'; readonly path: string }
  | { readonly do: 'move' | 'copy'; readonly from: string; readonly to: string }
  /** Makes and ends links and shares; needs a public name. */
  | { readonly do: 'link' | 'unlink' | 'share' | 'unshare'; readonly path: string }
  | { readonly do: 'collect' }
  /** Locks, and opens again. */
  | { readonly do: 'login' }
  /** The process is gone from one moment to the next, before anything or after a number of requests; then opened again. */
  | { readonly do: 'crash' }
  | { readonly do: 'wrong-password' }
  /** Opens with the visible password, changes that, and opens again as before. */
  | { readonly do: 'change-password' }
  | { readonly do: 'cover'; readonly share: number };

export type Step =
  | { readonly kind: 'act'; readonly device: DeviceNumber; readonly action: Action; /** Milliseconds before the step. */ readonly pause: number }
  | { readonly kind: 'both'; readonly actions: readonly [Action, Action]; readonly pause: number }
  | { readonly kind: 'idle'; readonly ms: number };

export interface Script {
  readonly seed: number;
  /** The person has a public name and a friend. */
  readonly people: boolean;
  readonly steps: readonly Step[];
}

export interface ScriptOptions {
  readonly steps: number;
  readonly devices: 1 | 2;
  readonly people: boolean;
  /** Of one file, bytes. */
  readonly largest: number;
  /** Begins with less, and idles less. */
  readonly short?: boolean;
}

const FOLDERS = ['/', '/a', '/b', '/a/c'] as const;
const NAMES = ['one', 'two', 'three', 'four', 'five', 'six'] as const;
const SHARED = ['/a', '/b', '/one', '/two'] as const;
const MINUTE = 60_000;

export function randomScript(random: Random, { steps, devices, people, largest, short = false }: ScriptOptions): Script {
  const path = (): string => `${random.pick(FOLDERS).replace(/\/$/, '')}/${random.pick(NAMES)}`;
  const size = (): number => random.pick([0, 1, random.int(5000), random.int(70_000), random.int(largest), random.int(largest)]);
  const change = (): Action => {
    const kind = random.int(10);
    if (kind < 5) return { do: 'put', folder: random.pick(FOLDERS), files: distinct(random, 1 + random.int(3)).map((name) => ({ name, size: size() })) };
    if (kind < 6) return { do: 'put-folder', folder: random.pick(FOLDERS), name: random.pick(['a', 'b', 'd']), files: random.int(12) };
    if (kind < 7) return { do: 'mkdir', path: random.pick(['/a', '/b', '/a/c', '/d']) };
    if (kind < 8) return { do: 'remove', path: random.pick([path(), path(), '/a', '/d']) };
    return { do: random.pick(['move', 'copy'] as const), from: path(), to: path() };
  };
  const look = (): Action => (random.int(2) === 0 ? { do: 'list', path: random.pick(FOLDERS) } : { do: 'read', path: path() });
  const social = (): Action => (random.int(5) === 0 ? { do: 'collect' } : { do: random.pick(['link', 'unlink', 'share', 'unshare'] as const), path: random.pick(SHARED) });
  const action = (): Action => {
    const kind = random.int(100);
    if (kind < 55) return change();
    if (kind < 72) return look();
    if (kind < 84) return people ? social() : change();
    if (kind < 92) return { do: 'login' };
    if (kind < 96) return { do: 'crash' };
    if (kind < 97) return { do: 'cover', share: random.pick([1 / 8, 1 / 4, 1]) };
    return random.int(3) === 0 ? { do: 'change-password' } : { do: 'wrong-password' };
  };
  const step = (): Step => {
    const kind = random.int(100);
    const pause = random.pick([0, 0, random.int(3000), random.int(MINUTE / 2)]);
    if (kind < 12) return { kind: 'idle', ms: short ? MINUTE : random.pick([MINUTE, 2 * MINUTE, random.int(6 * MINUTE)]) };
    if (kind < 20 && devices === 2) return { kind: 'both', actions: [change(), random.int(3) === 0 ? look() : change()], pause };
    return { kind: 'act', device: random.int(devices) as DeviceNumber, action: action(), pause };
  };
  const folders = FOLDERS.slice(1, short ? 2 : FOLDERS.length);
  const first: Step[] = folders.map((folder) => ({ kind: 'act', device: 0, action: { do: 'mkdir', path: folder }, pause: 0 }));
  for (const folder of ['/', ...folders]) {
    const files = distinct(random, 2 + random.int(3)).map((name) => ({ name, size: size() }));
    first.push({ kind: 'act', device: 0, action: { do: 'put', folder, files }, pause: 0 });
  }
  first.splice(folders.length, 0, { kind: 'idle', ms: MINUTE + random.int(short ? MINUTE / 2 : 2 * MINUTE) });
  return { seed: random.seed, people, steps: [...first, ...Array.from({ length: steps }, step)] };
}

function distinct(random: Random, count: number): string[] {
  return random.shuffled(NAMES).slice(0, count);
}
