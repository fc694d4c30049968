import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { createHash } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { randomBytes } from '../../crypto/index.ts';
import { callAgent } from '../../cli/call.ts';
import { agentSocket } from '../../cli/paths.ts';
import { Person } from '../rig/cli.ts';
import { startDaemon, type RunningDaemon } from '../rig/daemon.ts';

interface World { daemon: RunningDaemon; alice: Person; at: string; big: string; hash: string }
const nobody = undefined as unknown as Person;
const test = suite<World>('interrupted', { daemon: undefined as unknown as RunningDaemon, alice: nobody, at: '', big: '', hash: '' });
const SIZE = 150 * 1024 * 1024;

test.before(async (world) => {
  world.daemon = await startDaemon();
  world.alice = await Person.make('seven lamps under water', { data: world.daemon.dataDir });
  world.at = await mkdtemp('/tmp/uk-');
  world.big = join(world.at, 'big');
  const content = randomBytes(SIZE);
  world.hash = hashOf(content);
  await writeFile(world.big, content);
  await world.alice.signUp('alice');
});
test.after(async ({ daemon, alice, at }) => {
  await alice.run(['lock']);
  await daemon.stop();
  await rm(at, { recursive: true, force: true });
});

const hashOf = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex');
const alive = (pid: number): boolean => existsSync(`/proc/${pid}`) && !/^State:\s+Z/m.test(readFileSync(`/proc/${pid}/status`, 'utf8'));

/** Kills the agent with -9 once a command has done this much; gives how the command ended. */
async function killAt(person: Person, bytes: number, command: string, args: Readonly<Record<string, unknown>>): Promise<string> {
  const pid = await person.agentPid();
  const ending = await callAgent(agentSocket(person.data), command, args, {
    progress: ({ done }) => { if (done >= bytes && alive(pid)) process.kill(pid, 'SIGKILL'); },
  }).then(() => 'finished', (error: unknown) => (error as { code: string }).code);
  while (alive(pid)) await new Promise((done) => setTimeout(done, 20));
  await person.unlock('alice');
  return ending;
}

test('a put that was killed goes on where it was: what arrived is not sent again', async ({ alice, big, hash, at }) => {
  const ending = await killAt(alice, SIZE / 2, 'put', { local: [big], remote: '/' });
  assert.is.not(ending, 'finished');
  const again = await alice.demand('put', big, '/');
  console.log(`after a kill at half: ${Math.round(Number(again['sent']) / 2 ** 20)} of ${SIZE / 2 ** 20} MiB were sent again`);
  assert.ok(Number(again['sent']) < SIZE * 0.8, String(again['sent']));
  assert.is(again['bytes'], SIZE);
  await alice.demand('get', '/big', join(at, 'back'));
  assert.is(hashOf(await readFile(join(at, 'back'))), hash);
  assert.is((await alice.demand('check', '--quick'))['clean'], true);
});

test('a get that was killed goes on where it was, and shows nothing half done', async ({ alice, hash, at }) => {
  const target = join(at, 'later');
  const ending = await killAt(alice, SIZE / 2, 'get', { remote: '/big', local: target });
  assert.is.not(ending, 'finished');
  assert.not.ok(existsSync(target));
  assert.ok((await readdir(at)).some((name) => /^\.later\.[0-9a-f]{8}\.part$/.test(name)));
  const got = await alice.demand('get', '/big', target);
  console.log(`after a kill at half: ${Math.round(Number(got['received']) / 2 ** 20)} of ${SIZE / 2 ** 20} MiB were fetched again`);
  assert.ok(Number(got['received']) < SIZE * 0.7, String(got['received']));
  assert.is(hashOf(await readFile(target)), hash);
  assert.not.ok((await readdir(at)).some((name) => name.endsWith('.part')));
});

test('whoever asked may go away: the agent gives the work up and serves on', async ({ alice, big }) => {
  const aborted = new AbortController();
  const running = alice.run(['put', big, '/again'], { signal: aborted.signal });
  await new Promise((done) => setTimeout(done, 500));
  aborted.abort();
  await running;
  const started = Date.now();
  assert.is((await alice.demand('whoami'))['login'], 'alice');
  assert.ok(Date.now() - started < 5000);
});

test('a node that dies in the middle of a put is told so; afterwards the put goes on', async () => {
  const dataDir = await mkdtemp('/tmp/uk-');
  const at = await mkdtemp('/tmp/uk-');
  let daemon = await startDaemon({ dataDir });
  const person = await Person.make('seven lamps under water', { data: dataDir });
  await person.signUp('alice');
  const file = join(at, 'file');
  const content = randomBytes(120 * 1024 * 1024);
  await writeFile(file, content);
  let killed = false;
  const code = await callAgent(agentSocket(dataDir), 'put', { local: [file], remote: '/' }, {
    progress: ({ done }) => {
      if (done < 40e6 || killed) return;
      killed = true;
      void daemon.kill();
    },
  }).then(() => 'finished', (error: unknown) => (error as { code: string }).code);
  assert.ok(['unreachable', 'closed'].includes(code), code);
  daemon = await startDaemon({ dataDir });
  const again = await person.demand('put', file, '/');
  assert.ok(Number(again['sent']) <= content.length * 1.01);
  await person.demand('get', '/file', join(at, 'back'));
  assert.is(hashOf(await readFile(join(at, 'back'))), hashOf(content));
  assert.is((await person.demand('check', '--quick'))['clean'], true);
  await person.run(['lock']);
  await daemon.stop();
  await Promise.all([rm(dataDir, { recursive: true, force: true }), rm(at, { recursive: true, force: true })]);
});

test('a quota that is full says so and loses nothing; smaller things still go in', async () => {
  const daemon = await startDaemon({ quota: 20 * 1024 * 1024 });
  const person = await Person.make('seven lamps under water', { data: daemon.dataDir });
  const at = await mkdtemp('/tmp/uk-');
  await person.signUp('alice');
  await mkdir(join(at, 'd'));
  await writeFile(join(at, 'd', 'small'), 'kept');
  await writeFile(join(at, 'large'), randomBytes(40 * 1024 * 1024));
  await person.demand('put', join(at, 'd'), '/');
  const full = await person.refusal('put', join(at, 'large'), '/');
  assert.equal([full.exit, full.code], [6, 'quota-full']);
  assert.is(full.message.split(/[.!?] /).length <= 2, true, full.message);
  assert.is((await person.run(['cat', '/d/small'])).stdout, 'kept');
  assert.is((await person.demand('check', '--quick'))['clean'], true);
  await person.run(['lock']);
  await daemon.stop();
  await rm(at, { recursive: true, force: true });
});

test.run();
