import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { striped } from '../../node/index.ts';
import type { CarrierFetch } from '../../wire/index.ts';

function ways(count: number): { fetch: CarrierFetch; used: number[] } {
  const used: number[] = [];
  const way = (index: number): CarrierFetch => async (url) => {
    used.push(index);
    if (url === 'broken') throw new Error('broken');
    return { status: 200, header: () => null, body: (async function* (): AsyncGenerator<Uint8Array> { yield Uint8Array.of(1); yield Uint8Array.of(2); })() };
  };
  return { fetch: striped([way(0), ...Array.from({ length: count - 1 }, (_, index) => way(index + 1))]), used };
}

async function drain(body: AsyncIterable<Uint8Array>): Promise<number> {
  let chunks = 0;
  for await (const chunk of body) chunks += chunk.length;
  return chunks;
}

test('one after another all requests take the first way', async () => {
  const { fetch, used } = ways(4);
  for (let run = 0; run < 5; run++) assert.is(await drain((await fetch('x', { method: 'GET' })).body), 2);
  assert.equal(used, [0, 0, 0, 0, 0]);
});

test('side by side they spread, and a way is free again when its answer was read, given up, or failed', async () => {
  const { fetch, used } = ways(3);
  const open = [await fetch('x', { method: 'GET' }), await fetch('x', { method: 'GET' }), await fetch('x', { method: 'GET' }), await fetch('x', { method: 'GET' })];
  assert.equal(used, [0, 1, 2, 0]);
  for await (const _ of open[1]?.body ?? []) break;
  await drain(open[2]?.body ?? (async function* (): AsyncGenerator<Uint8Array> { yield Uint8Array.of(0); })());
  await fetch('broken', { method: 'GET' }).then(() => assert.unreachable(), () => undefined);
  await fetch('broken', { method: 'GET' }).then(() => assert.unreachable(), () => undefined);
  assert.equal(used.slice(4), [1, 1]);
});

test.run();
