import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { hmacSha256, openBoxes, concat, equalBytes, randomBytes, toHex } from '../../crypto/index.ts';
import { Cover, findHeader, sealEntries, type EntrySource } from '../../vault/index.ts';

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

test.run();
