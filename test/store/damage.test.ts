import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { randomBytes, useEngine } from '../../crypto/index.ts';
import { nodeEngine } from '../../engines/index.ts';
import { Store, StoreError } from '../../store/index.ts';
import { checkBlock, cidOf, WireError, type Cid } from '../../wire/index.ts';
import { deliver, openStore, refused, type OpenStore } from '../rig/store.ts';
import { randomCell, randomLabel, SpaceWriter } from '../rig/space-writer.ts';

await useEngine(nodeEngine());
const open: OpenStore = await openStore();
test.after(async () => open.close());

async function pathOf(cid: Cid): Promise<string> {
  const found = (await readdir(open.dataDir, { recursive: true })).find((path) => path.endsWith(cid));
  if (found === undefined) throw new Error('no such file');
  return join(open.dataDir, found);
}

test('a second node on the same data folder is told so, and the first goes on', async () => {
  const second = await Store.open(open.dataDir, { now: open.now, quota: 1 }).catch((error: unknown) => error);
  assert.instance(second, StoreError);
  assert.is((second as StoreError).code, 'folder-in-use');
  assert.equal(await open.store.rows.totals(), { accounts: 0, bytes: 0 });
});

test('nobody but its owner can look into the data folder', async () => {
  assert.is((await stat(open.dataDir)).mode & 0o077, 0);
});

test('a damaged block is told as such, and mended by sending it again', async () => {
  const writer = new SpaceWriter();
  const labels = [randomLabel(), randomLabel()];
  const cells = [randomCell(2_000_000), randomCell(300_000)];
  const write = labels.map((label, index) => ({ label, cell: cells[index] ?? null }));
  const draft = await writer.draft([[writer.home, write]], { create: { login: 'mender' } });
  await deliver(open, draft);
  const fragments = draft.commit.spaces[0]?.changes[0]?.[1] ?? [];
  const [first, second] = fragments.map((cid) => draft.blocks.find((block) => block.cid === cid));
  if (first === undefined || second === undefined) throw new Error('two blocks are due');
  const request = { v: 1, space: writer.home.key.publicKey, root: null, labels, prove: [], bytes: 10_000_000 } as const;

  const path = await pathOf(second.cid);
  const whole = await readFile(path);
  const flipped = Buffer.from(whole);
  flipped[70] = (flipped[70] ?? 0) ^ 1;
  await writeFile(path, flipped);
  await refused('corrupt-block', async () => open.store.block(second.cid));
  const verdicts = new Map<Cid, string>();
  for await (const { cid, bytes } of (await open.store.cells(request)).blocks) {
    verdicts.set(cid, await checkBlock(cid, bytes).then(() => 'whole', (error: unknown) => (error instanceof WireError ? error.code : 'other')));
  }
  assert.is(verdicts.get(second.cid), 'corrupt-block', 'further in, the reader\'s own check finds it');
  assert.is([...verdicts.values()].filter((verdict) => verdict === 'whole').length, 2);

  await rm(path);
  await refused('corrupt-block', async () => open.store.block(second.cid));
  await writeFile(await pathOf(first.cid), 'short');
  await refused('corrupt-block', async () => open.store.cells(request));
  await deliver(open, await writer.draft([[writer.home, write]]));
  assert.ok(whole.equals(await open.store.block(second.cid) ?? new Uint8Array()));
  assert.ok(Buffer.from(first.bytes).equals(await open.store.block(first.cid) ?? new Uint8Array()));
});

test('after an end without notice, files that no row speaks of and half-written ones are swept', async () => {
  const stray = randomCell(100_000);
  const cid = cidOf('raw', stray);
  const folder = join(open.dataDir, 'blocks', cid.charAt(cid.length - 2));
  const half = join(open.dataDir, 'incoming', 'half');
  await open.store.close();
  await writeFile(join(folder, cid), stray);
  await writeFile(half, randomBytes(10));
  open.store = await Store.open(open.dataDir, { now: open.now, quota: 2 ** 30 });
  assert.ok((await readdir(folder)).includes(cid), 'an orderly end needs no sweep');
  await open.store.rows.close();
  open.store = await Store.open(open.dataDir, { now: open.now, quota: 2 ** 30 });
  assert.not((await readdir(folder)).includes(cid));
  assert.equal(await readdir(join(open.dataDir, 'incoming')), []);
});

test('data of a newer version is left alone', async () => {
  await open.store.close();
  const path = join(open.dataDir, 'underkeep.db');
  const change = (version: number): void => {
    const db = new DatabaseSync(path);
    db.exec(`PRAGMA user_version = ${version}`);
    db.close();
  };
  change(99);
  const error = await Store.open(open.dataDir, { now: open.now, quota: 1 }).catch((thrown: unknown) => thrown);
  assert.is(error instanceof StoreError && error.code, 'too-new');
  change(2);
  open.store = await Store.open(open.dataDir, { now: open.now, quota: 2 ** 30 });
});

test.run();
