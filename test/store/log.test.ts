import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { concat, useEngine } from '../../crypto/index.ts';
import { nodeEngine } from '../../engines/index.ts';
import { COVER_ENTRY, decodeSegmentAnswer, decodeSpineAnswer, leavesOf, logHead, rootOfLeaves, spineFrontier } from '../../wire/index.ts';
import { deliver, openStore, refused, type OpenStore } from '../rig/store.ts';
import { newSpace, randomCell, randomLabel, SpaceWriter } from '../rig/space-writer.ts';

await useEngine(nodeEngine());
const open: OpenStore = await openStore();
test.after(async () => open.close());

test('however commits were cut, the log is read in segments of 256, and its spine makes the root that was signed', async () => {
  const writer = new SpaceWriter();
  await deliver(open, await writer.draft([[writer.home, []]], { create: { login: 'log' } }));
  const space = writer.home.key.publicKey;
  const log: Uint8Array[] = [];
  const grow = async (bytes: number, entries: number): Promise<void> => {
    const draft = await writer.draft([[writer.home, [{ label: randomLabel(), cell: randomCell(bytes) }]]], { entries });
    await deliver(open, draft);
    for (const cid of draft.commit.spaces[0]?.cover?.segments ?? []) log.push(draft.blocks.find((block) => block.cid === cid)?.bytes ?? new Uint8Array());
  };
  // The first two entries came with the account.
  log.push(decodeSegmentAnswer(await open.store.log({ v: 1, op: 'segment', space, index: 0, from: 0 })).entries);
  assert.is(log[0]?.length, 2 * COVER_ENTRY);
  for (const entries of [2, 200, 600, 100, 2, 120]) {
    await grow(Math.max(100, entries * COVER_ENTRY), entries);
    const all = concat(...log);
    const spine = decodeSpineAnswer(await open.store.log({ v: 1, op: 'spine', space }));
    const whole = Math.floor(all.length / COVER_ENTRY / 256);
    assert.equal(spine.tail, leavesOf(all.subarray(whole * 256 * COVER_ENTRY)));
    assert.equal(logHead(spineFrontier(spine.segments, spine.tail)), spine.root.cover?.entries);
    for (let index = 0; index <= whole; index++) {
      const { entries: given } = decodeSegmentAnswer(await open.store.log({ v: 1, op: 'segment', space, index, from: 0 }));
      assert.equal(given, all.subarray(index * 256 * COVER_ENTRY, (index + 1) * 256 * COVER_ENTRY));
      if (index < whole) assert.equal(spine.segments[index], rootOfLeaves(leavesOf(given)));
    }
    await open.reopen();
  }
  await refused('not-found', async () => open.store.log({ v: 1, op: 'segment', space, index: 5, from: 0 }));
  const [whole, rest] = [0, 1].map(async (from) => decodeSegmentAnswer(await open.store.log({ v: 1, op: 'segment', space, index: 4, from })).entries);
  assert.equal(await rest, (await whole)?.subarray(COVER_ENTRY));
  await refused('not-found', async () => open.store.log({ v: 1, op: 'segment', space, index: 4, from: 255 }));
});

test('other spaces have no log', async () => {
  const writer = new SpaceWriter();
  await deliver(open, await writer.draft([[writer.home, []]], { create: { login: 'other' } }));
  const shared = newSpace(false);
  await deliver(open, await writer.draft([[shared, []]]));
  for (const request of [{ op: 'spine' }, { op: 'segment', index: 0, from: 0 }] as const) {
    await refused('not-found', async () => open.store.log({ v: 1, space: shared.key.publicKey, ...request }));
    await refused('unknown-space', async () => open.store.log({ v: 1, space: newSpace(true).key.publicKey, ...request }));
  }
});

test.run();
