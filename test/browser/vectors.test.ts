import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { cellKey, fromHex, openCell, portableEngine, randomBytes, sealCell, toHex, useEngine } from '../../crypto/index.ts';
import { outcomesOf } from '../vectors/claim.ts';
import { everyClaim } from '../vectors/claims.ts';
import { fromDisk } from '../vectors/disk.ts';
import { browserRooms, bundle } from './bundle.ts';
import { withPage } from './chromium.ts';
import { serve } from './serve.ts';

const key = toHex(randomBytes(32));
const plaintext = toHex(randomBytes(100));
const cellOfNode = toHex(await sealCell(cellKey(fromHex(key)), fromHex(plaintext)));

/** One visit for all claims: a browser is slow to start. */
const visit = (async () => {
  const server = await serve(await bundle(browserRooms));
  try {
    return await withPage(server.url, async (page) => {
      await page.waitForFunction(() => 'underkeep' in globalThis, undefined, { timeout: 30_000 });
      return {
        rooms: await page.evaluate(() => underkeep.rooms),
        outcomes: await page.evaluate(() => underkeep.outcomes()),
        opened: await page.evaluate(([k, c]) => underkeep.openCell(k, c), [key, cellOfNode] as const),
        cell: await page.evaluate(([k, p]) => underkeep.sealCell(k, p), [key, plaintext] as const),
      };
    });
  } finally {
    await server.close();
  }
})();

test('every isomorphic room loads in Chromium, under a policy without eval', async () => {
  const { rooms } = await visit;
  assert.ok(['crypto', 'pq'].every((room) => browserRooms.includes(room)));
  assert.equal(Object.keys(rooms).sort(), [...browserRooms].sort());
});

test('Chromium meets the published vectors, and computes what Node computes', async () => {
  const { outcomes } = await visit;
  for (const { name, failure } of outcomes) assert.is(failure, null, name);
  await useEngine(portableEngine);
  assert.equal(outcomes, await outcomesOf(everyClaim, fromDisk));
});

test('a cell sealed in Node opens in Chromium, and the other way round', async () => {
  const { opened, cell } = await visit;
  assert.is(opened, plaintext);
  assert.is(toHex(await openCell(cellKey(fromHex(key)), fromHex(cell)) ?? new Uint8Array(0)), plaintext);
});

test('a room that needs Node cannot be bundled', async () => {
  const refusal: unknown = await bundle(['crypto', 'engines']).catch((error: unknown) => error);
  assert.match(String(refusal), /node:(crypto|module)/);
});

test.run();
