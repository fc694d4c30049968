/** What every pair of `Rows` and `Blocks` must do, whatever it is made of. Called by one test file for each. */
import { suite, type Test } from 'uvu';
import * as assert from 'uvu/assert';
import { generateSigningKey, randomBytes, type PublicKey } from '../../crypto/index.ts';
import type { Advance, Blocks, CommitBatch, NewAccount, Rows, StoredBlock } from '../../store/index.ts';
import {
  CellMap, cellHash, cidOf, emptyMapRoot, encodeCbor, hashText, leafHash, mapKey, nameHash, parseName, rootHash, signIdentity, signPointer,
  type CellHash, type Cid, type Root,
} from '../../wire/index.ts';
import { refused } from '../rig/store.ts';
import { randomCell, randomLabel } from '../rig/space-writer.ts';

export interface Pair {
  readonly rows: Rows;
  readonly blocks: Blocks;
  /** Ends without notice, and starts again on what is durable. */
  restart(): Promise<Pair>;
  close(): Promise<void>;
}

const NOW = 1_800_000_000;
const HOUR = 3600;
const never = (): boolean => false;

function stored(length: number): StoredBlock {
  const bytes = randomCell(length);
  return { cid: cidOf('raw', bytes), size: length, bytes };
}

function newAccount(quota = 1_000_000): NewAccount {
  return { key: generateSigningKey().publicKey, login: parseName(`a${randomBytes(8).reduce((text, byte) => text + byte.toString(36), '')}`), scrypt: { N: 131_072, r: 8, p: 1 }, quota, invitation: null };
}

/** A new space with one cell a fragment list. */
function newSpace(cells: readonly (readonly Cid[])[]): { advance: Advance; hashes: CellHash[]; map: CellMap } {
  const hashes = cells.map(cellHash);
  const map = CellMap.empty().apply(hashes.map((value) => ({ key: mapKey(randomLabel()), value })));
  const root: Root = { v: 1, map: map.root, cover: null };
  const writer = generateSigningKey();
  const pointer = signPointer(writer, { sequence: 1, previous: null, root: rootHash(root) });
  const advance: Advance = {
    before: null, writer: writer.publicKey, home: false, terms: null, sequence: 1, pointer, root, frontiers: null, nodes: map.delta(CellMap.empty()),
    cells: hashes.map((hash, index) => ({ hash, by: 1, fragments: cells[index] ?? [] })), cover: null,
  };
  return { advance, hashes, map };
}

function batch(account: CommitBatch['account'], parts: Partial<CommitBatch>): CommitBatch {
  return { account, blocks: [], spaces: [], retire: [], record: cidOf('dag-cbor', randomBytes(32)), answer: randomBytes(20), now: NOW, ...parts };
}

async function settled(rows: Rows, now: number): Promise<Cid[]> {
  const files: Cid[] = [];
  for (;;) {
    const step = await rows.collect(now, 3, never);
    files.push(...step.files);
    if (!step.more) return files;
  }
}

/** The whole suite over the pair that `open` gives; call `.run()` on it. */
export function compliance(name: string, open: () => Promise<Pair>): Test {
  const test = suite(name);
  let pair: Pair;
  test.before(async () => { pair = await open(); });
  test.after(async () => pair.close());

  async function account(quota?: number): Promise<{ id: number; key: PublicKey }> {
    const fresh = newAccount(quota);
    assert.ok(await pair.rows.apply(batch(fresh, {})));
    const found = await pair.rows.account(fresh.key);
    if (found === null) throw new Error('no account');
    return { id: found.id, key: fresh.key };
  }
  const used = async (key: PublicKey): Promise<number> => (await pair.rows.account(key))?.used ?? -1;

  test('a batch is applied as a whole: blocks, cells, nodes, answer', async () => {
    const { id, key } = await account();
    const block = stored(1000);
    const { advance, hashes } = newSpace([[block.cid]]);
    const step = batch(id, { blocks: [block], spaces: [advance] });
    assert.ok(await pair.rows.apply(step));
    const space = await pair.rows.space(advance.writer);
    if (space === null) throw new Error('no space');
    assert.equal(await pair.rows.cell(space.id, hashes[0] ?? cellHash([])), [block.cid]);
    assert.equal((await pair.rows.block(block.cid))?.bytes, block.bytes);
    const [node] = advance.nodes.added;
    if (node === undefined) throw new Error('no node');
    assert.equal((await pair.rows.nodes(space.id, [node.hash])).get(hashText(node.hash)), node.encoded);
    assert.equal(await pair.rows.answer(step.record), step.answer);
    assert.is(await used(key), 1000);
  });

  test('a batch that names a block which the account does not hold changes nothing, though another account holds it', async () => {
    const other = await account();
    const block = stored(1000);
    await pair.rows.wait(other.id, [block], NOW);
    const { id, key } = await account();
    const mine = stored(10);
    const { advance } = newSpace([[mine.cid], [block.cid]]);
    await refused('missing-block', async () => pair.rows.apply(batch(id, { blocks: [mine], spaces: [advance] })));
    assert.is(await pair.rows.space(advance.writer), null);
    assert.is(await pair.rows.block(mine.cid), null);
    assert.is(await used(key), 0);
  });

  test('a batch that begins at a state which is past is not applied', async () => {
    const { id } = await account();
    const { advance } = newSpace([]);
    await pair.rows.apply(batch(id, { spaces: [advance] }));
    const before = await pair.rows.space(advance.writer);
    const next = { ...advance, before, sequence: 2 };
    assert.ok(await pair.rows.apply(batch(id, { spaces: [next] })));
    assert.not(await pair.rows.apply(batch(id, { spaces: [next] })));
  });

  test('what waits can be named for an hour, and is gone afterwards', async () => {
    const { id, key } = await account();
    const [kept, left] = [stored(500), stored(700)];
    await pair.rows.wait(id, [kept, left], NOW);
    assert.ok(await pair.rows.holds(id, kept.cid));
    assert.is(await used(key), 1200);
    await pair.rows.apply(batch(id, { spaces: [newSpace([[kept.cid]]).advance] }));
    await settled(pair.rows, NOW + HOUR - 1);
    assert.ok(await pair.rows.holds(id, left.cid));
    await settled(pair.rows, NOW + HOUR + 1);
    assert.not(await pair.rows.holds(id, left.cid));
    assert.is(await used(key), 500);
    assert.ok(await pair.rows.block(left.cid), 'the bytes stay a while longer');
    await settled(pair.rows, NOW + 2 * HOUR + 2);
    assert.is(await pair.rows.block(left.cid), null);
    assert.ok(await pair.rows.block(kept.cid));
  });

  test('a large block that nobody holds is given back for dropping, unless it is just arriving', async () => {
    const { id } = await account();
    const large = { ...stored(70_000), bytes: null };
    await pair.rows.wait(id, [large], NOW);
    await settled(pair.rows, NOW + HOUR + 1);
    const spared = await pair.rows.collect(NOW + 3 * HOUR, 100, () => true);
    assert.equal(spared.files, []);
    assert.ok((await settled(pair.rows, NOW + 3 * HOUR)).includes(large.cid));
  });

  test('a block counts once for an account, however often it is named, and once for each account', async () => {
    const [first, second] = [await account(), await account()];
    const block = stored(1000);
    await pair.rows.apply(batch(first.id, { blocks: [block], spaces: [newSpace([[block.cid]]).advance, newSpace([[block.cid]]).advance] }));
    await pair.rows.apply(batch(second.id, { blocks: [block], spaces: [newSpace([[block.cid]]).advance] }));
    assert.is(await used(first.key), 1000);
    assert.is(await used(second.key), 1000);
  });

  test('the quota holds within a batch: nothing of one that breaks it is stored', async () => {
    const { id, key } = await account(1000);
    await refused('quota-full', async () => pair.rows.wait(id, [stored(600), stored(600)], NOW));
    assert.is(await used(key), 0);
  });

  test('replaced cells, nodes and roots are kept for an hour; what comes back within it stays', async () => {
    const { id, key } = await account();
    const block = stored(900);
    const { advance, hashes: [hash = cellHash([])], map } = newSpace([[block.cid]]);
    await pair.rows.apply(batch(id, { blocks: [block], spaces: [advance] }));
    const step = async (to: CellMap, from: CellMap, sequence: number, by: number): Promise<void> => {
      const before = await pair.rows.space(advance.writer);
      const root: Root = { v: 1, map: to.root, cover: null };
      const cells = [{ hash, by, fragments: by > 0 ? [block.cid] : null }];
      assert.ok(await pair.rows.apply(batch(id, { spaces: [{ ...advance, before, sequence, root, nodes: to.delta(from), cells }] })));
    };
    await step(CellMap.empty(), map, 2, -1);
    const space = await pair.rows.space(advance.writer);
    if (space === null) throw new Error('no space');
    assert.equal((await pair.rows.oldRoot(space.id, rootHash(advance.root)))?.root, advance.root);
    await step(map, CellMap.empty(), 3, 1);
    await settled(pair.rows, NOW + HOUR + 1);
    assert.ok(await pair.rows.cell(space.id, hash), 'it came back');
    assert.is((await pair.rows.nodes(space.id, [map.root])).size, 1);
    assert.is(await pair.rows.oldRoot(space.id, rootHash(advance.root)), null);
    await step(CellMap.empty(), map, 4, -1);
    assert.ok(await pair.rows.cell(space.id, hash), 'still readable at the root before');
    await settled(pair.rows, NOW + HOUR + 1);
    assert.is(await pair.rows.cell(space.id, hash), null);
    assert.is((await pair.rows.nodes(space.id, [map.root])).size, 0);
    assert.is(await used(key), 0);
  });

  test('a withdrawn space is emptied step by step, keeps its name, and gives its room back', async () => {
    const { id, key } = await account();
    const blocks = Array.from({ length: 10 }, () => stored(100));
    const { advance } = newSpace(blocks.map(({ cid }) => [cid]));
    await pair.rows.apply(batch(id, { blocks, spaces: [advance] }));
    const space = await pair.rows.space(advance.writer);
    if (space === null) throw new Error('no space');
    await pair.rows.apply(batch(id, { retire: [space.id] }));
    assert.ok((await pair.rows.space(advance.writer))?.retired);
    await settled(pair.rows, NOW);
    assert.is((await pair.rows.nodes(space.id, [advance.nodes.root])).size, 0);
    assert.is(await used(key), 0);
    assert.not(await pair.rows.apply(batch(id, { spaces: [{ ...advance, before: space, sequence: 2 }] })), 'it does not come back');
  });

  test('a login name and an account key are taken once, an invitation is used once', async () => {
    const invitation = randomBytes(16);
    await pair.rows.invite(invitation, NOW);
    assert.ok(await pair.rows.isInvited(invitation));
    const first = { ...newAccount(), invitation };
    assert.ok(await pair.rows.apply(batch(first, {})));
    assert.not(await pair.rows.isInvited(invitation));
    await refused('invitation-required', async () => pair.rows.apply(batch({ ...newAccount(), invitation }, {})));
    await refused('name-taken', async () => pair.rows.apply(batch({ ...newAccount(), login: first.login }, {})));
    await refused('name-taken', async () => pair.rows.apply(batch({ ...newAccount(), key: first.key }, {})));
  });

  test('openings are counted down and never below none', async () => {
    const { id } = await account();
    const limited = { ...newSpace([]).advance, terms: { expires: null, opens: 2 } };
    const unlimited = newSpace([]).advance;
    await pair.rows.apply(batch(id, { spaces: [limited, unlimited] }));
    const [one, other] = [await pair.rows.space(limited.writer), await pair.rows.space(unlimited.writer)];
    if (one === null || other === null) throw new Error('no space');
    const opened: boolean[] = [];
    for (let time = 0; time < 3; time++) opened.push(await pair.rows.open(one.id));
    assert.equal(opened, [true, true, false]);
    for (let time = 0; time < 3; time++) assert.ok(await pair.rows.open(other.id));
  });

  test('the lane and the cover come back in the order in which they were appended', async () => {
    const { id } = await account();
    const { advance } = newSpace([]);
    const items = [randomBytes(256), randomBytes(256), randomBytes(256)];
    const segments = [stored(8192), stored(4096)];
    for (const [index, header] of items.entries()) {
      const before = await pair.rows.space(advance.writer);
      const block = segments[index];
      const cover = { header, laneAt: index, segments: block === undefined ? [] : [{ at: index * 2, entries: block.size / 4096, block: block.cid }] };
      const frontiers = { entries: { size: index, peaks: [] }, lane: { size: index, peaks: [] } };
      assert.ok(await pair.rows.apply(batch(id, { blocks: block === undefined ? [] : [block], spaces: [{ ...advance, before, home: true, sequence: index + 1, frontiers, cover }] })));
    }
    const home = await pair.rows.home(id);
    if (home === null) throw new Error('no home');
    assert.equal(home.frontiers?.lane.size, 2);
    assert.equal(Buffer.from(await pair.rows.lane(home.id, 1, 10)), Buffer.concat(items.slice(1)));
    assert.equal(await pair.rows.cover(home.id), segments.map(({ cid, size }) => ({ entries: size / 4096, block: cid })));
    assert.equal((await pair.rows.coverWithin(home.id, 1, 2)).map(({ at }) => at), [0]);
    assert.equal((await pair.rows.coverWithin(home.id, 0, 3)).map(({ at, entries }) => [at, entries]), [[0, 2], [2, 1]]);
    assert.equal(await pair.rows.coverWithin(home.id, 3, 9), []);
    const spine = [leafHash(randomBytes(8)), leafHash(randomBytes(8)), leafHash(randomBytes(8))];
    await pair.rows.keepSpine(home.id, 0, spine.slice(0, 1));
    await pair.rows.keepSpine(home.id, 1, spine.slice(1));
    assert.equal(await pair.rows.spine(home.id), spine);
  });

  test('answers are kept for an hour', async () => {
    const { id } = await account();
    const step = batch(id, {});
    await pair.rows.apply(step);
    await settled(pair.rows, NOW + HOUR - 1);
    assert.equal(await pair.rows.answer(step.record), step.answer);
    await settled(pair.rows, NOW + HOUR + 1);
    assert.is(await pair.rows.answer(step.record), null);
  });

  test('a name in the directory belongs to the key that came first, and moves on by sequence', async () => {
    const key = generateSigningKey();
    const name = parseName('first-come');
    const record = (by: typeof key, sequence: number): ReturnType<typeof signIdentity> => signIdentity(by, { name, kem: new Uint8Array(1216), bucket: 0, sequence });
    const publish = async (by: typeof key, sequence: number): Promise<boolean> => pair.rows.publish(name, nameHash(name), by.publicKey, sequence, record(by, sequence));
    assert.ok(await publish(key, 5));
    assert.ok(await publish(key, 5), 'the same again is done');
    assert.not(await publish(generateSigningKey(), 6));
    assert.not(await publish(key, 4));
    assert.ok(await publish(key, 6));
    const at = new DataView(nameHash(name).buffer).getUint32(0);
    assert.equal(await pair.rows.page(at, at + 1, 10), [record(key, 6)]);
    assert.equal(await pair.rows.page(at + 1, at + 2, 10), []);
    assert.is(await pair.rows.records(), 1);
  });

  test('a bucket gives what came after a cursor, keeps its newest, and forgets after thirty days', async () => {
    const sent = Array.from({ length: 5 }, () => randomBytes(64));
    for (const envelope of sent) await pair.rows.putEnvelope(7, 100, envelope, NOW, 4);
    const all = await pair.rows.envelopes(7, 0, 10);
    assert.equal(all.map(({ envelope }) => envelope), sent.slice(1));
    const later = await pair.rows.envelopes(7, all[1]?.id ?? 0, 1);
    assert.equal(later.map(({ envelope }) => envelope), sent.slice(3, 4));
    assert.equal(await pair.rows.envelopes(8, 0, 10), []);
    await settled(pair.rows, NOW + 31 * 86_400);
    assert.equal(await pair.rows.envelopes(7, 0, 10), []);
    await pair.rows.putEnvelope(7, 100, randomBytes(64), NOW, 4);
    assert.ok((await pair.rows.envelopes(7, all.at(-1)?.id ?? 0, 10)).length === 1, 'cursors are never used again');
  });

  test('blocks: what is put and settled is there, and what is dropped is not', async () => {
    const [kept, gone] = [stored(100_000), stored(1_048_576)];
    for (const { cid, bytes } of [kept, gone]) await pair.blocks.put(cid, bytes ?? new Uint8Array());
    await pair.blocks.settle([kept.cid, gone.cid]);
    await pair.blocks.drop([gone.cid, cidOf('raw', randomBytes(4))]);
    assert.ok(Buffer.from(kept.bytes ?? []).equals(await pair.blocks.get(kept.cid) ?? new Uint8Array()));
    assert.is(await pair.blocks.get(gone.cid), null);
    const listed: Cid[] = [];
    for await (const cid of pair.blocks.list()) listed.push(cid);
    assert.equal(listed, [kept.cid]);
  });

  test('everything that was acknowledged is there after an end without notice', async () => {
    const { id, key } = await account();
    const block = stored(2000);
    const { advance } = newSpace([[block.cid]]);
    await pair.rows.apply(batch(id, { blocks: [block], spaces: [advance] }));
    await pair.rows.setSetting('kept', encodeCbor('yes'));
    pair = await pair.restart();
    assert.is(await used(key), 2000);
    assert.equal((await pair.rows.space(advance.writer))?.root, advance.root);
    assert.equal((await pair.rows.block(block.cid))?.bytes, block.bytes);
    assert.equal(await pair.rows.setting('kept'), encodeCbor('yes'));
    assert.not.equal(advance.root.map, emptyMapRoot());
  });

  return test;
}
