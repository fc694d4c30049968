import { test } from 'uvu';
import * as assert from 'uvu/assert';
import type { Session } from '../../vault/index.ts';
import { randomFrom, seededRandom } from '../rig/random.ts';
import { drawnFor } from './chance.ts';
import { HiddenHand } from './hand.ts';
import { makePairs, scriptOf } from './pairs.ts';
import { playScript, type Hand } from './person.ts';
import { World } from './world.ts';

// `npm run deniability` makes five hundred.
const PAIRS = 12;
const random = seededRandom('pairs');

test('the node sees the same of a visible script, byte for byte and at the same times, with and without hidden work', async () => {
  const totals = await makePairs(random.int(2 ** 30), PAIRS);
  for (const { seed, difference } of totals.different) console.log(`seed ${seed}: ${difference}`);
  assert.is(totals.different.length, 0);
  assert.ok(totals.drained >= PAIRS / 2 && totals.vaults >= PAIRS / 2 && totals.opened > 0, 'there was hidden work to be seen');
});

/** As a hand that hides nothing, but once something is done that no visible work asks for. */
async function digestWith(once: (session: Session, world: World) => Promise<void>): Promise<string> {
  const seed = 77;
  const world = await World.open({ seed });
  try {
    let session: Session | null = null;
    let steps = 0;
    const plain = new HiddenHand(world, randomFrom(1), { eager: 0 });
    const hand: Hand = {
      visible: plain.visible,
      password: () => plain.visible,
      opened: (_device, opened) => { session = opened; },
      ended: () => { session = null; },
      beside: async () => undefined,
      between: async () => {
        if (session !== null && ++steps === 6) await world.meanwhile(drawnFor('hidden', () => once(session as Session, world)));
      },
    };
    const script = scriptOf(seed);
    await playScript(world, { ...script, steps: script.steps.filter((step) => step.kind !== 'act' || step.action.do !== 'change-password') }, hand);
    return world.transcript.digest();
  } finally {
    await world.close();
  }
}

test('one request, one tick or a moment too much shows', async () => {
  const nothing = await digestWith(async () => undefined);
  assert.is(await digestWith(async () => undefined), nothing);
  assert.is.not(await digestWith(async (session) => session.home.refresh()), nothing, 'an extra read');
  assert.is.not(await digestWith(async (session) => session.tick()), nothing, 'an extra tick');
  assert.is.not(await digestWith(async (_session, world) => { world.clock.reach(world.clock.now() + 50); }), nothing, 'a delay of 50 ms');
});

test.run();
