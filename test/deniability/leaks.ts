/** Leaks as a careless hand might have built them, planted from outside: the distinguisher has to find each. */
import { concat, toHex } from '../../crypto/index.ts';
import { hiddenKeys, recognise, type HiddenKeys } from '../../hidden/index.ts';
import { Cover } from '../../vault/index.ts';
import { HiddenVaults } from '../../vault/hidden-vaults.ts';
import { decodeLoginAnswer, encodeLoginAnswer, HEADER_ITEM } from '../../wire/index.ts';
import type { Random } from '../rig/random.ts';
import { isLogin } from './commits.ts';
import { drawnFor } from './chance.ts';
import type { Hand } from './person.ts';
import type { Exchange } from './transcript.ts';
import type { World } from './world.ts';

/** What a leak has its hands on: of a run with hidden work, and where both kinds are spoilt, of any. */
interface Reach {
  readonly world: World;
  readonly random: Random;
  readonly label: 0 | 1;
}

/** Of one run. Each may look at what it is given, and give something else. */
interface Plant {
  /** `hidden` says which of the entries hold something. */
  entries?(entries: readonly Uint8Array[], hidden: ReadonlySet<number>): Promise<Uint8Array[]>;
  /** What the node has on record of an exchange. */
  exchange?(exchange: Exchange): void;
  between?(session: Parameters<Hand['opened']>[1]): Promise<void>;
}

export interface Leak {
  readonly name: string;
  plant(reach: Reach): Plant;
}

const HEAD = 40;
const seen = new Map<string, HiddenKeys>();
let planted: Plant | null = null;

const { add } = HiddenVaults.prototype;
HiddenVaults.prototype.add = function seenToAdd(this: HiddenVaults, secret: Uint8Array): void {
  if (planted !== null) seen.set(toHex(secret), hiddenKeys(secret));
  add.call(this, secret);
};

const { entries: taken } = Cover.prototype;
Cover.prototype.entries = async function changedEntries(this: Cover, count: number): Promise<Uint8Array[]> {
  const entries = await taken.call(this, count);
  return planted?.entries === undefined ? entries : planted.entries(entries, await hiddenAmong(entries));
};

async function hiddenAmong(entries: readonly Uint8Array[]): Promise<Set<number>> {
  const heads = concat(...entries.map((entry) => entry.subarray(0, HEAD)));
  const found = await Promise.all([...seen.values()].map((keys) => recognise(keys, heads)));
  return new Set(found.flat());
}

/** Plants a leak in the run that is about to begin, and takes the last one out; null only takes it out. */
export function plantIn(reach: Reach, leak: Leak | null, hand: Hand): void {
  seen.clear();
  planted = leak?.plant(reach) ?? null;
  const { exchange, between } = planted ?? {};
  reach.world.transcript.meddler = exchange === undefined ? {} : { after: exchange };
  if (between === undefined) return;
  let session: Parameters<Hand['opened']>[1] | null = null;
  const { opened, ended, between: own } = hand;
  Object.assign(hand, {
    opened: (...args: Parameters<Hand['opened']>) => { session = args[1]; opened.apply(hand, args); },
    ended: (device: number) => { session = null; ended.call(hand, device); },
    between: async () => {
      await own.call(hand);
      if (session !== null) await reach.world.run(drawnFor('hidden', () => between(session as Parameters<Hand['opened']>[1])));
    },
  });
}

const replaced = (entries: readonly Uint8Array[], hidden: ReadonlySet<number>, filler: (entry: Uint8Array) => Uint8Array): Uint8Array[] =>
  entries.map((entry, index) => (hidden.has(index) ? entry : filler(entry)));

export const LEAKS: readonly Leak[] = [
  {
    name: 'zero filler',
    plant: () => ({ entries: async (entries, hidden) => replaced(entries, hidden, (entry) => new Uint8Array(entry.length)) }),
  },
  {
    name: 'biased filler',
    // One byte in eight loses its highest bit.
    plant: () => ({ entries: async (entries, hidden) => replaced(entries, hidden, (entry) => entry.map((byte, at) => (at % 8 === 0 ? byte & 127 : byte))) }),
  },
  {
    name: 'a tag sent twice',
    plant: ({ label }) => {
      let before: Uint8Array | null = null;
      let isDone = label === 0;
      return {
        async entries(entries, hidden) {
          const [first] = hidden;
          if (before !== null && !isDone) {
            isDone = true;
            return [...entries.slice(0, -1), before.slice()];
          }
          if (first !== undefined) before ??= entries[first] ?? null;
          return [...entries];
        },
      };
    },
  },
  {
    name: 'one extra read',
    plant: ({ label }) => {
      let isDone = label === 0;
      return {
        async between(session) {
          if (isDone) return;
          isDone = true;
          await session.home.refresh();
        },
      };
    },
  },
  {
    name: '50 ms more on hidden commits',
    plant: ({ world }) => ({
      async entries(entries, hidden) {
        if (hidden.size > 0) await world.clock.hold(50);
        return [...entries];
      },
    }),
  },
  {
    name: 'a header edited in place',
    plant: ({ label, random }) => {
      let isDone = label === 0;
      return {
        exchange(exchange) {
          if (isDone || !isLogin(exchange) || exchange.answer === null || exchange.status !== 200) return;
          const answer = decodeLoginAnswer(exchange.answer);
          if (answer.lane.length === 0) return;
          const lane = answer.lane.slice();
          lane.set(random.bytes(HEADER_ITEM), HEADER_ITEM * random.int(lane.length / HEADER_ITEM));
          exchange.answer = encodeLoginAnswer({ ...answer, lane });
          isDone = true;
        },
      };
    },
  },
];
