import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { createHash } from 'node:crypto';
import { execFileSync } from 'node:child_process';
import { mkdir, mkdtemp, readFile, rm, symlink, writeFile, utimes, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { randomBytes } from '../../crypto/index.ts';
import { Person } from '../rig/cli.ts';
import { startDaemon, type RunningDaemon } from '../rig/daemon.ts';

interface World { daemon: RunningDaemon; alice: Person; at: string }
const test = suite<World>('drive', { daemon: undefined as unknown as RunningDaemon, alice: undefined as unknown as Person, at: '' });

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

const names = (answer: Readonly<Record<string, unknown>>): string[] => (answer['entries'] as { name: string }[]).map(({ name }) => name);
const sha256 = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex');
const same = (a: string, b: string): string => execFileSync('diff', ['-r', '--no-dereference', a, b], { encoding: 'utf8' });

async function sampleFolder(at: string): Promise<string> {
  const folder = join(at, 'sample');
  await mkdir(join(folder, 'deep', 'er'), { recursive: true });
  await mkdir(join(folder, 'empty-folder'));
  await writeFile(join(folder, 'empty'), '');
  await writeFile(join(folder, 'Ünï 東京 👍.txt'), 'names of all kinds\n');
  await writeFile(join(folder, 'deep', 'chunk'), randomBytes(5 * 1024 * 1024 - 72));
  await writeFile(join(folder, 'deep', 'more'), randomBytes(5 * 1024 * 1024 - 71));
  for (let index = 0; index < 40; index++) await writeFile(join(folder, 'deep', 'er', `small ${index}`), randomBytes(index * 37));
  await utimes(join(folder, 'empty'), new Date(0), new Date(1_234_567_890_000));
  return folder;
}

test('a folder goes in and comes out again byte for byte, with its times', async ({ alice, at }) => {
  const folder = await sampleFolder(at);
  const put = await alice.demand('put', folder, '/');
  assert.equal(put['names'], ['sample']);
  assert.is(put['files'], 44);
  const out = join(at, 'out');
  const got = await alice.demand('get', '/sample', out);
  assert.is(got['files'], 44);
  assert.is(same(folder, out), '');
  assert.is((await stat(join(out, 'empty'))).mtimeMs, 1_234_567_890_000);
});

test('the same put again sends nothing', async ({ alice, at }) => {
  const again = await alice.demand('put', join(at, 'sample'), '/');
  assert.is(again['sent'], 0);
  assert.ok(again.cost.bytesSent < 20_000, String(again.cost.bytesSent));
  assert.equal(names(await alice.demand('ls', '/')), ['sample']);
});

test('symbolic links and special files are skipped with a warning', async ({ alice, at }) => {
  const folder = join(at, 'odd');
  await mkdir(folder);
  await writeFile(join(folder, 'plain'), 'x');
  await symlink('/etc/passwd', join(folder, 'link'));
  execFileSync('mkfifo', [join(folder, 'pipe')]);
  const { code, stderr, stdout } = await alice.run(['put', folder, '/']);
  assert.is(code, 0);
  assert.match(stderr, /link was skipped: it is a symbolic link/);
  assert.match(stderr, /pipe was skipped: it is a special file/);
  assert.match(stdout, 'Stored 1 file');
  assert.equal(names(await alice.demand('ls', '/odd')), ['plain']);
});

test('put goes into a folder that is there, or under a new name', async ({ alice, at }) => {
  const file = join(at, 'note');
  await writeFile(file, 'one');
  await alice.demand('mkdir', '/box');
  await alice.demand('put', file, '/box');
  await alice.demand('put', file, '/box/renamed');
  await alice.demand('put', file, '/box/');
  assert.equal(names(await alice.demand('ls', '/box')).sort(), ['note', 'renamed']);
  const missing = await alice.refusal('put', file, '/nowhere/');
  assert.equal([missing.exit, missing.code], [4, 'not-found']);
  assert.match(missing.message, 'underkeep mkdir');
  assert.is((await alice.refusal('put', file, file, '/box/renamed')).code, 'not-a-folder');
  assert.is((await alice.refusal('put', join(at, 'not-there'), '/box')).exit, 4);
});

test('a changed file takes the place of the one of its name', async ({ alice, at }) => {
  const file = join(at, 'note');
  await writeFile(file, 'two');
  await alice.demand('put', file, '/box');
  assert.is((await alice.run(['cat', '/box/note'])).stdout, 'two');
  assert.equal(names(await alice.demand('ls', '/box')).sort(), ['note', 'renamed']);
});

test('cat writes the very bytes, and fails without a byte where there is nothing', async ({ alice, at }) => {
  const { raw, code } = await alice.run(['cat', '/sample/deep/more']);
  assert.is(code, 0);
  assert.is(sha256(raw), sha256(await readFile(join(at, 'sample', 'deep', 'more'))));
  const empty = await alice.run(['cat', '/sample/empty']);
  assert.equal([empty.code, empty.stdout], [0, '']);
  const missing = await alice.run(['cat', '/sample/nothing']);
  assert.equal([missing.code, missing.stdout], [4, '']);
  assert.is((await alice.refusal('cat', '/sample')).code, 'not-a-file');
});

test('mkdir, mv, cp and rm do what their namesakes do', async ({ alice }) => {
  await alice.demand('mkdir', '-p', '/w/x/y');
  await alice.demand('mkdir', '-p', '/w/x/y');
  assert.is((await alice.refusal('mkdir', '/w/x')).code, 'exists');
  assert.is((await alice.refusal('mkdir', '/no/where')).exit, 4);
  await alice.demand('cp', '/box/note', '/w');
  await alice.demand('mv', '/w/note', '/w/x/y');
  await alice.demand('mv', '/w/x/y/note', '/w/x/y/renamed');
  assert.equal(names(await alice.demand('ls', '/w/x/y')), ['renamed']);
  assert.is((await alice.run(['cat', '/w/x/y/renamed'])).stdout, 'two');
  assert.is((await alice.refusal('cp', '/w', '/v')).code, 'not-a-file');
  const copy = await alice.demand('cp', '-r', '/w', '/v');
  assert.ok(copy.cost.bytesSent < 60_000);
  assert.is((await alice.run(['cat', '/v/x/y/renamed'])).stdout, 'two');
  assert.is((await alice.refusal('rm', '/v')).code, 'not-empty');
  await alice.demand('rm', '-r', '/v', '/w');
  assert.equal(names(await alice.demand('ls', '/')).sort(), ['box', 'odd', 'sample']);
  assert.is((await alice.refusal('mv', '/box', '/box/inside')).exit, 2);
  assert.is((await alice.refusal('rm', '/gone')).exit, 4);
  assert.is((await alice.run(['cat', '/box/note'])).stdout, 'two');
});

test('get overwrites nothing by itself', async ({ alice, at }) => {
  const there = join(at, 'there');
  await writeFile(there, 'mine');
  const refused = await alice.refusal('get', '/box/note', there);
  assert.equal([refused.exit, refused.code], [6, 'exists']);
  assert.is(await readFile(there, 'utf8'), 'mine');
  await alice.demand('get', '--force', '/box/note', there);
  assert.is(await readFile(there, 'utf8'), 'two');
});

test('names that mean something elsewhere mean nothing here', async ({ alice, at }) => {
  const odd = ['constructor', '__proto__', 'toString', '-rf', '$(reboot)', 'CON', ' ', 'x'.repeat(255)];
  const unseen = ['\u202egnp.exe', 'a\nb', '\u001b[31mred'];
  const folder = join(at, 'hostile');
  await mkdir(folder);
  for (const name of odd) await writeFile(join(folder, name), name);
  for (const name of unseen) await writeFile(join(folder, name), 'x');
  const { code, stderr } = await alice.run(['put', folder, '/']);
  assert.is(code, 0);
  assert.is(stderr.trimEnd().split('\n').length, unseen.length, stderr);
  for (const character of ['\u001b', '\u202e']) assert.not.ok(stderr.includes(character));
  for (const name of unseen) await rm(join(folder, name));
  assert.equal(names(await alice.demand('ls', '/hostile')).sort(), [...odd].sort());
  const out = join(at, 'hostile-out');
  await alice.demand('get', '/hostile', out);
  assert.is(same(folder, out), '');
  assert.is((await alice.refusal('mkdir', '/..')).exit, 2);
  assert.is((await alice.refusal('mkdir', `/${'y'.repeat(100_000)}`)).exit, 2);
});

test('budgets: a first listing after unlocking 3, a listing 1, a small write 1, a read 1', async ({ alice, at }) => {
  await alice.run(['lock']);
  const unlocked = await alice.unlock('alice');
  const listed = await alice.demand('ls', '/');
  assert.ok(unlocked.cost.rounds + listed.cost.rounds <= 3, `${unlocked.cost.rounds} + ${listed.cost.rounds}`);
  await writeFile(join(at, 'small'), 'small');
  await alice.demand('ls', '/box');
  const written = await alice.demand('put', join(at, 'small'), '/box');
  assert.is(written.cost.rounds, 1);
  assert.is((await alice.demand('ls', '/box')).cost.rounds, 1);
});

test('a thousand files are put by one command and listed in one round trip', async ({ alice, at }) => {
  const folder = join(at, 'thousand');
  await mkdir(folder);
  for (let index = 0; index < 1000; index++) await writeFile(join(folder, `file-${index}`), randomBytes(1024));
  const put = await alice.demand('put', folder, '/');
  console.log(`1000 x 1 KiB: ${JSON.stringify(put.cost)}`);
  await alice.run(['lock']);
  await alice.unlock('alice');
  await alice.demand('ls', '/');
  const listed = await alice.demand('ls', '/thousand');
  assert.is(names(listed).length, 1000);
  assert.is(listed.cost.rounds, 1);
});

test('check goes through everything and finds nothing wrong', async ({ alice }) => {
  const report = await alice.demand('check');
  assert.is(report['clean'], true);
  assert.equal(report['problems'], []);
  assert.is(report['orphans'], 0);
  assert.is((await alice.demand('check', '--quick'))['clean'], true);
});

test.run();
