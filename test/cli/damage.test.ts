import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { randomBytes } from '../../crypto/index.ts';
import { Person } from '../rig/cli.ts';
import { startDaemon, type RunningDaemon } from '../rig/daemon.ts';

interface World { daemon: RunningDaemon; alice: Person; at: string }
const test = suite<World>('damage', { daemon: undefined as unknown as RunningDaemon, alice: undefined as unknown as Person, at: '' });

test.before(async (world) => {
  world.daemon = await startDaemon();
  world.alice = await Person.make('seven lamps under water', { data: world.daemon.dataDir });
  world.at = await mkdtemp('/tmp/uk-');
  await world.alice.signUp('alice');
});
test.after(async ({ daemon, alice, at }) => {
  await alice.run(['lock']);
  await daemon.stop();
  await rm(at, { recursive: true, force: true });
});

async function blockFiles(folder: string): Promise<string[]> {
  const entries = await readdir(join(folder, 'blocks'), { recursive: true, withFileTypes: true });
  return entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
}

test('a damaged block is told by the path of its file, and everything else is read', async ({ alice, daemon, at }) => {
  await writeFile(join(at, 'sound'), 'sound');
  await writeFile(join(at, 'hurt'), randomBytes(300_000));
  await alice.demand('mkdir', '/box');
  const before = new Set(await blockFiles(daemon.dataDir));
  await alice.demand('put', join(at, 'sound'), '/box');
  await alice.demand('put', join(at, 'hurt'), '/box');
  const made = (await blockFiles(daemon.dataDir)).filter((path) => !before.has(path));
  assert.ok(made.length > 0);
  for (const path of made) {
    const bytes = await readFile(path);
    bytes[1000] = (bytes[1000] ?? 0) ^ 1;
    await writeFile(path, bytes);
  }
  assert.is((await stat(join(at, 'hurt'))).size, 300_000);
  const read = await alice.refusal('get', '/box/hurt', join(at, 'back'));
  assert.is(read.exit, 1);
  assert.match(read.code, 'corrupt');
  assert.not.ok((await readdir(at)).includes('back'));
  assert.is((await alice.run(['cat', '/box/sound'])).stdout, 'sound');
  const { code, answer } = await alice.ask('check');
  assert.is(code, 1);
  assert.equal((answer['problems'] as { path: string }[]).map(({ path }) => path), ['/box/hurt']);
  assert.match((await alice.run(['check'])).stdout, /damaged\n {2}corrupt.*\/box\/hurt/);
});

test('commands that run side by side are each told their own cost', async ({ alice, at }) => {
  await writeFile(join(at, 'big'), randomBytes(60_000_000));
  const [put, ...lists] = await Promise.all([alice.demand('put', join(at, 'big'), '/'), ...Array.from({ length: 4 }, () => alice.demand('ls', '/box'))]);
  assert.ok(put.cost.bytesSent > 60_000_000);
  for (const { cost } of lists) assert.ok(cost.requests <= 2 && cost.bytesSent < 10_000, JSON.stringify(cost));
});

test.run();
