import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { generateSigningKey, randomBytes, useEngine } from '../../crypto/index.ts';
import { nodeEngine } from '../../engines/index.ts';
import {
  CellMap, cellHash, cidOf, decodeCommitAnswer, encodeCar, encodeCommit, mapKey, openPointer, ProofNodes, rootHash, signPointer,
  type Block, type CommitRecord, type MapKey, type SpaceCommit,
} from '../../wire/index.ts';
import { FileBlocks } from '../../store/index.ts';
import { deliver, openStore, refused, send, stream, type OpenStore } from '../rig/store.ts';
import { newSpace, randomCell, randomLabel, rebase, SpaceWriter, type Draft, type DraftOptions } from '../rig/space-writer.ts';

await useEngine(nodeEngine());
const open: OpenStore = await openStore();
test.after(async () => open.close());

let names = 0;
const freshName = (): string => `person-${names++}`;

async function account(): Promise<SpaceWriter> {
  const writer = new SpaceWriter();
  await deliver(open, await writer.draft([[writer.home, []]], { create: { login: freshName() } }));
  return writer;
}

/** The record changed by `edit`, sent with the same blocks. */
function edited(draft: Draft, edit: (commit: CommitRecord) => CommitRecord): Pick<Draft, 'body'> {
  const record = encodeCommit(edit(draft.commit));
  return { body: () => encodeCar(record, draft.blocks) };
}

function editedSpace(draft: Draft, edit: (space: SpaceCommit) => SpaceCommit): Pick<Draft, 'body'> {
  return edited(draft, (commit) => ({ ...commit, spaces: commit.spaces.map(edit) }));
}

function withBlocks(draft: Draft, blocks: readonly Block[]): Pick<Draft, 'body'> {
  return { body: () => encodeCar(draft.record, blocks) };
}

async function oneCell(writer: SpaceWriter, length = 200_000, options: DraftOptions = {}): Promise<Draft> {
  return writer.draft([[writer.home, [{ label: randomLabel(), cell: randomCell(length) }]]], options);
}

test('a chain of commits advances a home space, its map and its logs', async () => {
  const writer = await account();
  for (let turn = 0; turn < 5; turn++) await deliver(open, await oneCell(writer));
  const space = await open.store.rows.space(writer.home.key.publicKey);
  assert.is(space?.sequence, 6);
  assert.equal(space?.root.map, writer.home.map.root);
  assert.is(space?.frontiers?.lane.size, 6);
});

test('a commit sent again byte for byte within the hour gets the same answer and changes nothing', async () => {
  const writer = await account();
  const draft = await oneCell(writer);
  const first = await open.store.commit(stream(draft.body()), { demandsInvitation: true });
  const before = await open.store.rows.space(writer.home.key.publicKey);
  assert.equal(await open.store.commit(stream(draft.body()), { demandsInvitation: true }), first);
  assert.equal(await open.store.rows.space(writer.home.key.publicKey), before);
  open.pass(3601);
  await open.collectAll();
  await refused('conflict', async () => send(open, draft));
});

test('of two sessions that write at once, the second gets the state and proofs, and goes through without its blocks', async () => {
  const writer = await account();
  const other = writer.twin();
  await deliver(open, await oneCell(writer));
  const at = randomLabel();
  const cell = randomCell(3_000_000);
  const late = await other.draft([[other.home, [{ label: at, cell }]]]);
  const { detail } = await refused('conflict', async () => send(open, late));
  const [state] = decodeCommitAnswer(detail ?? new Uint8Array()).spaces;
  if (state === undefined) throw new Error('no state');
  const proof = new ProofNodes();
  proof.add(state.proof);
  const known = CellMap.at(state.root.map, proof.source);
  assert.is(known.get(mapKey(at)), null, 'what it meant to change is proven');
  rebase(other.home, state, known, openPointer(state.pointer).sequence);
  const fragments = late.commit.spaces[0]?.changes[0]?.[1] ?? [];
  const again = await other.draft([[other.home, [{ label: at, cell: fragments }]]]);
  assert.is(again.blocks.length, 1, 'cover alone');
  await deliver(open, again);
});

test('the blocks of a commit that came too late wait for an hour and no longer', async () => {
  const writer = await account();
  const other = writer.twin();
  await deliver(open, await oneCell(writer));
  const late = await oneCell(other);
  await refused('conflict', async () => send(open, late));
  const [cid] = late.commit.spaces[0]?.changes[0]?.[1] ?? [];
  if (cid === undefined) throw new Error('no block');
  assert.ok(await open.store.block(cid));
  open.pass(3601);
  await open.collectAll();
  open.pass(3601);
  await open.collectAll();
  assert.is(await open.store.block(cid), null);
});

test('keys that are no hashes cannot make a map deep or large, by one commit or by several', async () => {
  const writer = await account();
  const stem = randomBytes(32);
  const alike = (nibbles: number, last: number): MapKey => {
    const key = stem.slice();
    key[nibbles >> 1] = ((key[nibbles >> 1] ?? 0) & (nibbles % 2 === 0 ? 0x0f : 0xf0)) | (nibbles % 2 === 0 ? last << 4 : last);
    return key as MapKey;
  };
  const fragments = [cidOf('raw', randomCell(10))];
  const value = cellHash(fragments);
  const chosen = async (keys: readonly MapKey[]): Promise<Pick<Draft, 'body'>> => {
    const draft = await writer.draft([[writer.home, []]]);
    const map = writer.home.map.apply(keys.map((key) => ({ key, value })));
    return editedSpace(draft, (space) => {
      const root = { ...space.root, map: map.root };
      const { sequence, previous } = openPointer(space.pointer);
      return { ...space, root, pointer: signPointer(writer.home.key, { sequence, previous, root: rootHash(root) }), changes: keys.map((key) => [key, fragments]) };
    });
  };
  for (const nibbles of [24, 40, 63]) await refused('too-large', async () => chosen([0, 1, 2, 3].map((last) => alike(nibbles, last))).then(async (draft) => send(open, draft)));
  // At the depth that is allowed the changes are judged further: the block was never sent.
  await refused('missing-block', async () => chosen([0, 1, 2, 3].map((last) => alike(23, last))).then(async (draft) => send(open, draft)));
  const groups = Array.from({ length: 40 }, () => {
    stem.set(randomBytes(32));
    return [0, 1, 2, 3].map((last) => alike(23, last));
  });
  await refused('too-large', async () => chosen(groups.flat()).then(async (draft) => send(open, draft)));
});

test('a commit over several spaces is all or nothing', async () => {
  const writer = await account();
  const shared = newSpace(false);
  const cells = [{ label: randomLabel(), cell: randomCell(100) }];
  const draft = await writer.draft([[writer.home, cells], [shared, cells]]);
  const [home, second] = draft.commit.spaces;
  if (home === undefined || second === undefined) throw new Error('two spaces are due');
  await refused('bad-proof', async () => send(open, edited(draft, (commit) => ({ ...commit, spaces: [home, { ...second, changes: [] }] }))));
  assert.is(await open.store.rows.space(shared.key.publicKey), null);
  assert.is((await open.store.rows.space(writer.home.key.publicKey))?.sequence, 1);
  await deliver(open, draft);
  assert.ok(await open.store.rows.space(shared.key.publicKey));
});

test('a conflict over an old and a new space tells the state of the one that exists', async () => {
  const writer = await account();
  const other = writer.twin();
  await deliver(open, await oneCell(writer));
  const { detail } = await refused('conflict', async () => send(open, await other.draft([[newSpace(false), []], [other.home, []]])));
  const { spaces } = decodeCommitAnswer(detail ?? new Uint8Array());
  assert.equal(spaces.map(({ pointer }) => openPointer(pointer).writer), [writer.home.key.publicKey]);
});

test('nothing but the next sequence over the current pointer is taken', async () => {
  const writer = await account();
  await deliver(open, await oneCell(writer));
  const forged = async (change: Partial<{ sequence: number; previous: typeof writer.home.previous }>): Promise<Pick<Draft, 'body'>> => {
    const draft = await oneCell(writer);
    return editedSpace(draft, (space) => ({
      ...space, pointer: signPointer(writer.home.key, { sequence: 3, previous: writer.home.previous, root: rootHash(space.root), ...change }),
    }));
  };
  await refused('conflict', async () => send(open, await forged({ sequence: 2 })));
  await refused('conflict', async () => send(open, await forged({ sequence: 4 })));
  await refused('conflict', async () => send(open, await forged({ previous: randomBytes(32) as NonNullable<typeof writer.home.previous> })));
});

test('an account cannot write another\'s space, nor name it as new', async () => {
  const [mine, theirs] = [await account(), await account()];
  const intruder = new SpaceWriter(mine.account, { ...theirs.home });
  await refused('forbidden', async () => send(open, await oneCell(intruder)));
  const renamed = newSpace(false, null, theirs.home.key);
  await refused('forbidden', async () => send(open, await mine.draft([[renamed, []]])));
});

test('a space is new with its account\'s signature, and the signature goes with its first pointer only', async () => {
  const writer = await account();
  const draft = await writer.draft([[newSpace(false), []]]);
  await refused('malformed', async () => send(open, editedSpace(draft, (space) => ({ ...space, authority: null }))));
  const stranger = await new SpaceWriter().draft([[newSpace(false), []]]);
  const foreign = stranger.commit.spaces[0]?.authority ?? null;
  await refused('bad-signature', async () => send(open, editedSpace(draft, (space) => ({ ...space, authority: foreign }))));
  await refused('malformed', async () => send(open, editedSpace(await writer.draft([[writer.home, []]]), (space) => ({ ...space, authority: foreign }))));
});

test('an account has one home space, made with it', async () => {
  const writer = await account();
  await refused('forbidden', async () => send(open, await writer.draft([[newSpace(true), []]])));
  const fresh = new SpaceWriter();
  await refused('malformed', async () => send(open, await fresh.draft([[newSpace(false), []]], { create: { login: freshName() } })));
  await refused('malformed', async () => send(open, await fresh.draft([[fresh.home, []], [newSpace(true), []]], { create: { login: freshName() } })));
});

test('the root that is shown is the root that is signed, and the changes lead to it', async () => {
  const writer = await account();
  const draft = await oneCell(writer);
  await refused('bad-proof', async () => send(open, editedSpace(draft, (space) => ({ ...space, root: { ...space.root, map: CellMap.empty().root } }))));
  await refused('bad-proof', async () => send(open, { body: () => encodeCar(encodeCommit({ ...draft.commit, spaces: draft.commit.spaces.map((space) => ({ ...space, changes: [] })) }), draft.blocks.slice(-1)) }));
});

test('a block that no account of ours sent or holds is missing, though another account holds it', async () => {
  const [writer, other] = [await account(), await account()];
  const theirs = await oneCell(other);
  await deliver(open, theirs);
  const fragments = theirs.commit.spaces[0]?.changes[0]?.[1] ?? [];
  await refused('missing-block', async () => send(open, await writer.draft([[writer.home, [{ label: randomLabel(), cell: fragments }]]])));
});

test('after a missing block the others need not be sent again', async () => {
  const writer = await account();
  const cells = [{ label: randomLabel(), cell: randomCell(3_000_000) }];
  const whole = await writer.draft([[writer.home, cells]]);
  const missing = whole.blocks[2]?.cid;
  await refused('missing-block', async () => send(open, await writer.draft([[writer.home, cells]], { without: (cid) => cid === missing })));
  await deliver(open, await writer.draft([[writer.home, cells]], { without: (cid) => cid !== missing }));
});

test('fragments are named again in a second space without being sent', async () => {
  const writer = await account();
  const draft = await oneCell(writer, 1_500_000);
  await deliver(open, draft);
  const shared = newSpace(false);
  const fragments = draft.commit.spaces[0]?.changes[0]?.[1] ?? [];
  const share = await writer.draft([[writer.home, []], [shared, [{ label: randomLabel(), cell: fragments }]]]);
  assert.is(share.blocks.length, 1, 'cover alone');
  await deliver(open, share);
});

test('blocks that the record does not name, that come twice or that are empty are refused', async () => {
  const writer = await account();
  const draft = await oneCell(writer);
  const stray = randomCell(100);
  await refused('malformed', async () => send(open, withBlocks(draft, [...draft.blocks, { cid: cidOf('raw', stray), bytes: stray }])));
  await refused('malformed', async () => send(open, withBlocks(draft, [...draft.blocks, ...draft.blocks.slice(0, 1)])));
  const [block, ...rest] = draft.blocks;
  if (block === undefined) throw new Error('no block');
  await refused('corrupt-block', async () => send(open, withBlocks(draft, [{ ...block, bytes: randomCell(block.bytes.length) }, ...rest])));
  await refused('malformed', async () => send(open, editedSpace(draft, (space) => ({ ...space, changes: [...space.changes, ...space.changes] }))));
  await deliver(open, draft);
});

test('what a refused or broken-off upload brought is not kept', async () => {
  const writer = await account();
  const draft = await oneCell(writer, 1_000_000);
  const bytes = draft.bytes();
  await refused('malformed', async () => send(open, { body: () => [bytes.subarray(0, bytes.length - 10)] }));
  await refused('malformed', async () => send(open, { body: () => [bytes.subarray(0, 500_000)] }));
  const [block] = draft.blocks;
  if (block === undefined) throw new Error('no block');
  assert.is(await open.store.block(block.cid), null);
  for await (const cid of (await FileBlocks.open(open.dataDir)).list()) assert.not.equal(cid, block.cid);
  await deliver(open, draft);
});

test('a home space\'s commit brings its cover: an eighth of what is visible at least and as much at most, two entries more or less, and no other space has any', async () => {
  const writer = await account();
  await refused('malformed', async () => send(open, await oneCell(writer, 1000, { entries: 1 })));
  await refused('malformed', async () => send(open, await oneCell(writer, 1000, { entries: 3 })));
  await refused('malformed', async () => send(open, await oneCell(writer, 3_000_000, { entries: Math.floor(3_000_000 / 4096) + 4 })));
  await deliver(open, await oneCell(writer, 3_000_000, { entries: Math.floor(3_000_000 / 4096) }));
  const due = Math.floor(3_000_000 / 8 / 4096);
  await refused('malformed', async () => send(open, await oneCell(writer, 3_000_000, { entries: due - 1 })));
  await deliver(open, await oneCell(writer, 3_000_000, { entries: due }));
  await deliver(open, await oneCell(writer, 5_242_880));
  const home = await writer.draft([[writer.home, []]]);
  const shared = await writer.draft([[newSpace(false), []]]);
  const { cover = null } = home.commit.spaces[0] ?? {};
  await refused('malformed', async () => send(open, editedSpace(shared, (space) => ({ ...space, cover }))));
  await refused('malformed', async () => send(open, editedSpace(home, (space) => ({ ...space, cover: null }))));
});

test('the cover that is sent is the cover that is signed', async () => {
  const writer = await account();
  const draft = await oneCell(writer, 1000);
  await refused('bad-proof', async () => send(open, editedSpace(draft, (space) => ({ ...space, cover: space.cover === null ? null : { ...space.cover, header: randomBytes(256) } }))));
  const other = await oneCell(writer, 1000);
  const cover = other.commit.spaces[0]?.cover ?? null;
  const bytes = [...draft.blocks.slice(0, 1), ...other.blocks.slice(1)];
  await refused('bad-proof', async () => send(open, { body: () => encodeCar(encodeCommit({ ...draft.commit, spaces: draft.commit.spaces.map((space) => ({ ...space, cover })) }), bytes) }));
  await refused('missing-block', async () => send(open, withBlocks(draft, draft.blocks.slice(0, 1))));
});

test('a login name is taken once', async () => {
  const login = freshName();
  const [first, second] = [new SpaceWriter(), new SpaceWriter()];
  await deliver(open, await first.draft([[first.home, []]], { create: { login } }));
  await refused('name-taken', async () => send(open, await second.draft([[second.home, []]], { create: { login } })));
});

test('where the door demands an invitation, it takes one that was not used', async () => {
  const invitation = randomBytes(16);
  await open.store.rows.invite(invitation, open.now());
  const [first, second] = [new SpaceWriter(), new SpaceWriter()];
  const draft = async (writer: SpaceWriter, given?: Uint8Array): Promise<Draft> =>
    writer.draft([[writer.home, []]], { create: { login: freshName(), ...(given === undefined ? {} : { invitation: given }) } });
  await refused('invitation-required', async () => send(open, await draft(first), true));
  await refused('invitation-required', async () => send(open, await draft(first, randomBytes(16)), true));
  await deliver(open, await draft(first, invitation), true);
  await refused('invitation-required', async () => send(open, await draft(second, invitation), true));
});

test('a scrypt cost softer than the default is refused', async () => {
  const writer = new SpaceWriter();
  const create = { login: freshName(), scrypt: { N: 65_536, r: 8, p: 1 } };
  await refused('forbidden', async () => send(open, await writer.draft([[writer.home, []]], { create })));
  await deliver(open, await writer.draft([[writer.home, []]], { create: { login: freshName(), scrypt: { N: 262_144, r: 8, p: 1 } } }));
});

test('an account is known before it is written to', async () => {
  await refused('unknown-account', async () => send(open, await new SpaceWriter().draft([[newSpace(false), []]])));
  const writer = await account();
  const unknown = newSpace(false);
  Object.assign(unknown, { sequence: 3, previous: randomBytes(32) });
  await refused('unknown-space', async () => send(open, await writer.draft([[unknown, []]])));
});

test('the quota is for distinct blocks; a full one takes no byte more and is told at once', async () => {
  const small = await openStore({ quota: 1_000_000 });
  try {
    const writer = new SpaceWriter();
    await deliver(small, await writer.draft([[writer.home, []]], { create: { login: 'small' } }));
    const full = await oneCell(writer, 2_000_000);
    let sent = 0;
    const counted = async function* (): AsyncGenerator<Uint8Array> {
      for (const piece of full.body()) {
        sent += piece.length;
        yield piece;
      }
    };
    await refused('quota-full', async () => small.store.commit(counted(), { demandsInvitation: false }));
    assert.ok(sent < 1_200_000, 'the rest was never asked for');
    await deliver(small, await oneCell(writer, 800_000));
    await refused('quota-full', async () => send(small, await oneCell(writer, 100_000)));
    small.pass(3601);
    await small.collectAll();
    await refused('quota-full', async () => send(small, await oneCell(writer, 100_000)));
  } finally {
    await small.close();
  }
});

test('what is deleted gives its room back after an hour', async () => {
  const small = await openStore({ quota: 1_100_000 });
  try {
    const writer = new SpaceWriter();
    const at = randomLabel();
    await deliver(small, await writer.draft([[writer.home, [{ label: at, cell: randomCell(800_000) }]]], { create: { login: 'small' } }));
    await deliver(small, await writer.draft([[writer.home, [{ label: at, cell: null }]]]));
    await refused('quota-full', async () => send(small, await oneCell(writer, 800_000)));
    small.pass(3601);
    await small.collectAll();
    await deliver(small, await oneCell(writer, 800_000));
  } finally {
    await small.close();
  }
});

test('a withdrawn space answers so to everyone, and only its account can withdraw it', async () => {
  const [writer, other] = [await account(), await account()];
  const shared = newSpace(false);
  await deliver(open, await writer.draft([[writer.home, []], [shared, [{ label: randomLabel(), cell: randomCell(100_000) }]]]));
  await refused('forbidden', async () => send(open, await other.draft([[other.home, []]], { retire: [shared.key] })));
  await refused('forbidden', async () => send(open, await writer.draft([], { retire: [writer.home.key] })));
  await refused('unknown-space', async () => send(open, await writer.draft([], { retire: [generateSigningKey()] })));
  await deliver(open, await writer.draft([[writer.home, []]], { retire: [shared.key] }));
  await refused('retired', async () => send(open, await writer.draft([[shared, []]])));
  const again = newSpace(false, null, shared.key);
  await refused('retired', async () => send(open, await writer.draft([[again, []]])));
  const request = { v: 1, space: shared.key.publicKey, root: null, labels: [], prove: [], bytes: 0 } as const;
  await refused('retired', async () => open.store.cells(request));
});

test('a thousand changes in one commit, deleted again in another, leave an empty map', async () => {
  const writer = await account();
  const labels = Array.from({ length: 1000 }, randomLabel);
  await deliver(open, await writer.draft([[writer.home, labels.map((label) => ({ label, cell: randomCell(50) }))]]));
  await deliver(open, await writer.draft([[writer.home, labels.map((label) => ({ label, cell: null }))]]));
  const space = await open.store.rows.space(writer.home.key.publicKey);
  assert.equal(space?.root.map, CellMap.empty().root);
  await deliver(open, await oneCell(writer));
});

test.run();
