import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { randomBytes } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Person, type Ran } from '../rig/cli.ts';
import { startDaemon, type RunningDaemon } from '../rig/daemon.ts';

/** By hand, as the person would: the real command line, agent and node, with quick ticks. */
interface World { daemon: RunningDaemon; ann: Person; work: string; second: string }
const test = suite<World>('hidden vaults', {} as World);
const FIRST = 'seven lamps under water';
const CANARY = 'canary-5f1c9e-hidden';
const TICK = ['--tick', '1'];

test.before(async (world) => {
  world.daemon = await startDaemon();
  world.ann = await Person.make(FIRST, { node: `unix:${world.daemon.localSocket}` });
  world.work = await mkdtemp('/tmp/uk-');
  world.second = '';
});
test.after(async ({ daemon, ann, work }) => {
  await ann.run(['lock', '--force']);
  await ann.end();
  await daemon.stop();
  await rm(work, { recursive: true });
});

const shell = (person: Person, lines: readonly string[], ...more: readonly string[]): Promise<Ran> => person.run(['shell', ...more], { input: `${lines.join('\n')}\n` });

async function demandShell(person: Person, lines: readonly string[], ...more: readonly string[]): Promise<string> {
  const { code, stdout, stderr } = await shell(person, lines, ...more);
  if (code !== 0) throw new Error(`the shell exited with ${code}: ${stderr}`);
  return stdout;
}

interface Status { readonly vaults: readonly { readonly path: string; readonly ready: boolean; readonly missing: number; readonly waitingBytes: number }[]; readonly waiting: { readonly bytes: number } }
const status = async (person: Person): Promise<Status> => await person.demand('vault', 'status') as unknown as Status;

async function until(what: string, person: Person, holds: (status: Status) => boolean, ms = 60_000): Promise<void> {
  for (const end = Date.now() + ms; Date.now() < end; await new Promise((done) => setTimeout(done, 200))) if (holds(await status(person))) return;
  throw new Error(`waited in vain: ${what}: ${JSON.stringify(await status(person))}`);
}

async function unlockWith(person: Person, password: string): Promise<void> {
  await writeFile(person.passwordFile, `${password}\n`, { mode: 0o600 });
  await person.unlock('ann', ...TICK);
}

const opened = (person: Person): Promise<void> => until('the vault is here', person, ({ vaults }) => vaults.length > 0 && vaults.every(({ ready, missing }) => ready && missing === 0));

test('without a hidden vault the status says that none is open, as it does in every session of the first password', async ({ ann, work }) => {
  await ann.signUp('ann', ...TICK);
  await writeFile(join(work, 'visible.txt'), 'for everybody');
  await ann.demand('put', join(work, 'visible.txt'), '/');
  assert.equal((await status(ann)).vaults, []);
  assert.match((await ann.run(['vault', 'status'])).stdout, /^No hidden vault is open\.\nCover 1\/8: /);
});

test('vault add makes ten words, shows them once, and opens the vault at the next tick', async (world) => {
  const { code, stdout, stderr } = await world.ann.run(['vault', 'add']);
  assert.is(code, 0, stderr);
  world.second = /^ {4}([a-z]+(?: [a-z]+){9})$/m.exec(stderr)?.[1] ?? '';
  assert.is.not(world.second, '');
  assert.match(stdout, 'open at /~');
  assert.not.match(stdout, world.second);
  assert.equal((await status(world.ann)).vaults.map(({ path }) => path), ['/~']);
});

test('hidden paths are refused as arguments, in one sentence, and taken in a shell and from standard input', async ({ ann, work }) => {
  for (const args of [['ls', '/~'], ['put', join(work, 'visible.txt'), '/~/x'], ['get', '//~2/x', '.'], ['rm', '~/x'], ['cp', '/visible.txt', '/~']]) {
    const { code, stderr } = await ann.run(args);
    assert.is(code, 2, args.join(' '));
    assert.match(stderr, 'underkeep shell');
    assert.is(stderr.trim().split('\n').length, 1);
  }
  const { code, stdout } = await ann.run(['ls', '-'], { input: '/~\n' });
  assert.equal([code, stdout], [0, '']);
});

test('after locking, the second password opens the vault; files put in the shell are there, and wait', async ({ ann, work, second }) => {
  await ann.demand('lock');
  await unlockWith(ann, second);
  await opened(ann);
  await writeFile(join(work, 'hidden.bin'), randomBytes(30_000));
  await writeFile(join(work, 'note.txt'), CANARY);
  const out = await demandShell(ann, ['mkdir /~/papers', `put ${join(work, 'hidden.bin')} ${join(work, 'note.txt')} /~/papers`, 'cd /~/papers', 'pwd', 'ls', 'cp /visible.txt .', 'cat visible.txt'], '--force');
  assert.match(out, /\/~\/papers\nhidden\.bin\nnote\.txt\nfor everybody/);
  assert.match((await ann.run(['ls', '/'])).stdout, /^visible\.txt\n$/);
});

test('lock, and the end of a shell, refuse while changes wait, with exit code 6', async ({ ann }) => {
  assert.ok((await status(ann)).waiting.bytes > 30_000);
  const lock = await ann.refusal('lock');
  assert.equal([lock.exit, lock.code], [6, 'waiting']);
  assert.match(lock.message, 'lost');
  assert.is((await shell(ann, ['pwd'])).code, 6);
  assert.match((await ann.run(['vault', 'status'])).stdout, /waiting: .* lost if this session ends now/);
});

test('what is copied from one vault to the other stays in both: nothing is moved between them', async ({ ann }) => {
  const { code, stderr } = await shell(ann, ['mv /visible.txt /~'], '--force');
  assert.is(code, 6);
  assert.match(stderr, 'copy it');
});

test('visible work carries hidden work along, until nothing waits', async ({ ann, work }) => {
  await writeFile(join(work, 'large.bin'), randomBytes(1024 * 1024));
  await ann.demand('put', join(work, 'large.bin'), '/');
  await until('everything has drained', ann, ({ waiting }) => waiting.bytes === 0);
  await ann.demand('lock');
});

test('the first password opens the visible files alone, and works on', async ({ ann, work }) => {
  await unlockWith(ann, FIRST);
  assert.equal((await status(ann)).vaults, []);
  const { code, stderr } = await shell(ann, ['ls /~']);
  assert.is(code, 4);
  assert.match(stderr, 'nothing of this name');
  for (let round = 0; round < 8; round++) {
    await writeFile(join(work, `work ${round}`), randomBytes(200_000));
    await ann.demand('put', join(work, `work ${round}`), '/');
    if (round % 2 === 1) await ann.demand('rm', `/work ${round - 1}`);
  }
  await ann.demand('rm', '/large.bin');
  await ann.demand('lock');
});

test('the second password finds every hidden file whole', async ({ ann, work, second }) => {
  await unlockWith(ann, second);
  await opened(ann);
  const target = join(work, 'back');
  await demandShell(ann, [`get /~/papers ${target}`]);
  assert.equal(readdirSync(target).sort(), ['hidden.bin', 'note.txt', 'visible.txt']);
  for (const name of ['hidden.bin', 'note.txt']) assert.equal(readFileSync(join(target, name)), readFileSync(join(work, name)));
});

test('nothing hidden is on the device or the node, by name or content', async ({ ann, daemon }) => {
  for (const folder of [ann.data, daemon.dataDir]) {
    for (const entry of readdirSync(folder, { recursive: true, withFileTypes: true })) {
      assert.not.match(entry.name, 'papers');
      if (!entry.isFile() || entry.name === 'password.txt') continue;
      const bytes = readFileSync(join(entry.parentPath, entry.name), 'latin1');
      assert.not.match(bytes, CANARY, entry.name);
      assert.not.match(bytes, 'hidden.bin', entry.name);
    }
  }
});

test('the cover changes after saying what it costs and who sees it, and not without consent', async ({ ann }) => {
  const refused = await ann.run(['vault', 'cover', '1/4']);
  assert.is(refused.code, 2);
  assert.match(refused.stderr, 'node sees');
  assert.match((await ann.run(['vault', 'cover'])).stdout, 'Cover 1/8');
  assert.match((await ann.run(['vault', 'cover', '1/4', '--yes'])).stdout, 'Cover 1/4');
  assert.is((await ann.demand('vault', 'status'))['cover'], '1/4');
});

test('an own password comes behind a warning that names the attack', async ({ ann }) => {
  const { code, stderr } = await shell(ann, ['vault add --own', 'too short']);
  assert.is(code, 6);
  assert.match(stderr, /Whoever runs the node.*forces the first password/s);
});

test('export copies every open vault into a new account; the old one is untouched', async ({ ann, work, daemon }) => {
  const [visible, hidden] = ['nine chairs over sand', 'ten tables beside some ice'];
  const { code, stderr } = await shell(ann, ['vault export', 'ann-new', visible, hidden]);
  assert.is(code, 0, stderr);
  const other = await Person.make(hidden, { node: `unix:${daemon.localSocket}` });
  await other.unlock('ann-new', ...TICK);
  await until('the vault is here', other, ({ vaults }) => vaults.every(({ ready, missing }) => ready && missing === 0));
  const target = join(work, 'exported');
  await demandShell(other, [`get /~/papers ${target}`]);
  for (const name of ['hidden.bin', 'note.txt']) assert.equal(readFileSync(join(target, name)), readFileSync(join(work, name)));
  assert.equal((await other.run(['ls', '/'])).stdout, (await ann.run(['ls', '/'])).stdout);
  await other.end();
});

test.run();
