import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { hmacSha256, openBoxes, concat, equalBytes, randomBytes, toHex } from '../../crypto/index.ts';
import { Cover, findHeader, sealEntries, type EntryFate, type EntrySource } from '../../vault/index.ts';

test('an entry is nonce, tag over the nonce, and a box under the same nonce', async () => {
  const content = { tagKey: randomBytes(32), boxKey: randomBytes(32), plaintext: randomBytes(4040) };
  const [entry = new Uint8Array()] = await sealEntries([content]);
  assert.is(entry.length, 4096);
  const nonce = entry.subarray(0, 24);
  assert.ok(equalBytes(entry.subarray(24, 40), hmacSha256(content.tagKey, nonce).subarray(0, 16)));
  const [opened] = await openBoxes([{ key: content.boxKey, box: concat(nonce, entry.subarray(40)) }]);
  assert.equal(opened, content.plaintext);
});

test('every entry and every item of the lane is handed out once', async () => {
  const cover = new Cover();
  const seen = new Set<string>();
  let handed = 0;
  for (const count of [2, 2, 130, 0, 2, 700, 2]) {
    const entries = await cover.entries(count);
    assert.is(entries.length, count);
    for (const entry of [...entries, await cover.header()]) seen.add(toHex(entry.subarray(0, 24)));
    handed += count + 1;
  }
  cover.close();
  assert.is(seen.size, handed);
});

test('a waiting header goes with each commit, sealed anew, until it is written', async () => {
  const cover = new Cover();
  const key = randomBytes(32);
  const header = { generation: 4, secrets: [randomBytes(32)] };
  assert.is(await findHeader(await cover.header(), key), null);
  cover.write(header, key);
  const [first, second] = [await cover.header(), await cover.header()];
  assert.not.equal(first, second);
  for (const item of [first, second]) assert.equal((await findHeader(item, key))?.header, header);
  cover.written();
  assert.is(await findHeader(await cover.header(), key), null);
  cover.close();
});

test('what fills the entries is asked ahead, never by a commit', async () => {
  let asked = 0;
  const source: EntrySource = (count) => {
    asked += count;
    return Array.from({ length: count }, () => ({ tagKey: randomBytes(32), boxKey: randomBytes(32), plaintext: new Uint8Array(4040) }));
  };
  const cover = new Cover(source);
  await cover.fill();
  const ahead = asked;
  await cover.entries(2);
  assert.is(asked, ahead);
  await cover.fill();
  assert.is(asked, ahead + 2);
  cover.close();
});

test('a closed cover gives nothing more', async () => {
  const cover = new Cover();
  await cover.fill();
  cover.close();
  try {
    await cover.entries(2);
    assert.unreachable();
  } catch (error) {
    assert.is((error as { code?: string }).code, 'locked');
  }
});

/** A source that has `waiting` frames to hand out, and notes what becomes of them. */
function someWaiting(): { source: EntrySource; offer: (count: number) => void; fates: string[] } {
  let waiting = 0;
  const fates: string[] = [];
  const source: EntrySource = (count) => {
    const hidden = Math.min(count, waiting);
    waiting -= hidden;
    return Array.from({ length: count }, (_, index) => ({
      tagKey: MARK, boxKey: randomBytes(32), plaintext: new Uint8Array(4040),
      ...(index < hidden ? { settle: (fate: EntryFate) => void fates.push(fate.kind === 'refused' ? 'refused' : `${fate.kind} ${fate.at}`) } : { tagKey: randomBytes(32) }),
    }));
  };
  return { source, offer: (count) => void (waiting += count), fates };
}
const MARK = randomBytes(32);
const isMarked = (entry: Uint8Array): boolean => equalBytes(entry.subarray(24, 40), hmacSha256(MARK, entry.subarray(0, 24)).subarray(0, 16));

test('what waits goes out with the commit after the next, however many entries were made ahead', async () => {
  const { source, offer } = someWaiting();
  const cover = new Cover(source);
  await cover.entries(700);
  await cover.renew();
  offer(3);
  assert.is((await cover.entries(2)).filter(isMarked).length, 0);
  await cover.renew();
  assert.is((await cover.entries(2)).filter(isMarked).length, 2);
  assert.is((await cover.entries(2)).filter(isMarked).length, 1);
  offer(40);
  await cover.renew();
  assert.is((await cover.entries(30)).filter(isMarked).length, 30);
  await cover.renew();
  assert.is((await cover.entries(30)).filter(isMarked).length, 10);
  cover.close();
});

test('the same number of entries is made ahead whether anything waits or not', async () => {
  const made = async (waits: boolean): Promise<number[]> => {
    const { source, offer } = someWaiting();
    let asked = 0;
    const counting: EntrySource = (count) => {
      asked += count;
      return source(count);
    };
    const cover = new Cover(counting);
    const counts: number[] = [];
    await cover.fill();
    for (const commit of [2, 100, 2, 2, 600, 2]) {
      if (waits) offer(10);
      assert.is((await cover.entries(commit)).length, commit);
      await cover.renew();
      counts.push(cover.ahead);
    }
    cover.close();
    assert.ok(asked > 700);
    return counts;
  };
  assert.equal(await made(true), await made(false));
});

test('whoever filled an entry is told its number in the log, after the device\'s copy has it, and once', async () => {
  const { source, offer, fates } = someWaiting();
  const kept: string[] = [];
  const cover = new Cover(source, {
    landed: (at, count) => void kept.push(`landed ${at} ${count}`),
    keep: async (at, entries) => void kept.push(`${at} ${entries.length}`),
    told: async () => void kept.push('told'),
  });
  offer(5);
  const first = await cover.entries(2);
  const second = await cover.entries(3);
  const third = await cover.entries(4);
  cover.settled(first, { kind: 'unknown', at: 10 });
  cover.settled(second, { kind: 'refused' });
  cover.settled(third, { kind: 'committed', at: 30 });
  assert.equal(kept, ['landed 30 4'], 'whoever brings the log knows it at once');
  await cover.kept();
  assert.equal(kept.at(-1), '30 4');
  await cover.told();
  assert.equal(fates, ['unknown 10', 'unknown 11', 'refused', 'refused', 'refused']);
  assert.equal(kept.filter((one) => one === 'told').length, 3);
  offer(2);
  await cover.renew();
  cover.settled(await cover.entries(4), { kind: 'committed', at: 34 });
  cover.close();
  await cover.told();
  assert.is(fates.length, 5, 'a closed cover tells nothing more');
});

test.run();
