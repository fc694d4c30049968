import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { agentSocket } from '../../cli/paths.ts';
import { Person } from '../rig/cli.ts';
import { startDaemon, type RunningDaemon } from '../rig/daemon.ts';

interface World { daemon: RunningDaemon; alice: Person }
const test = suite<World>('agent', { daemon: undefined as unknown as RunningDaemon, alice: undefined as unknown as Person });
const PASSWORD = 'planted secret: zebra lampshade quartz';

test.before(async (world) => {
  world.daemon = await startDaemon();
  world.alice = await Person.make(PASSWORD, { data: world.daemon.dataDir });
  await world.alice.signUp('alice');
});
test.after(async ({ daemon, alice }) => {
  await alice.run(['lock']);
  await daemon.stop();
});

const alive = (pid: number): boolean => existsSync(`/proc/${pid}`) && !/^State:\s+Z/m.test(readFileSync(`/proc/${pid}/status`, 'utf8'));

async function until(what: string, holds: () => boolean | Promise<boolean>, ms = 15_000): Promise<void> {
  for (const end = Date.now() + ms; Date.now() < end; await new Promise((done) => setTimeout(done, 50))) if (await holds()) return;
  throw new Error(`waited in vain: ${what}`);
}

test('whoami and contact tell login, public name, link and words', async ({ alice }) => {
  const who = await alice.demand('whoami');
  assert.is(who['login'], 'alice');
  assert.is((who['identity'] as { name: string }).name, 'alice');
  const contact = await alice.demand('contact');
  assert.match(String(contact['link']), /^alice#[a-z2-7]{52}$/);
  assert.is((contact['words'] as string[]).length, 12);
});

test('the agent\'s socket is its owner\'s alone', async ({ alice }) => {
  const socket = agentSocket(alice.data);
  assert.is(statSync(socket).mode & 0o777, 0o600);
  assert.is(statSync(join(socket, '..')).mode & 0o777, 0o700);
});

test('the password shows in no argument and no environment, here or in the agent', async ({ alice }) => {
  const pid = await alice.agentPid();
  for (const id of [String(pid), ...readdirSync('/proc').filter((name) => /^\d+$/.test(name))]) {
    for (const file of ['cmdline', 'environ']) {
      let text = '';
      try {
        text = readFileSync(`/proc/${id}/${file}`, 'utf8');
      } catch {
        continue;
      }
      assert.not.match(text, 'zebra lampshade', `${id}/${file}`);
    }
  }
});

test('nothing that the agent leaves on the disk holds the password or a name', async ({ alice, daemon }) => {
  const files = readdirSync(daemon.dataDir, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile() && entry.name !== 'password.txt');
  assert.ok(files.length > 3);
  for (const { parentPath, name } of files) {
    assert.not.match(readFileSync(join(parentPath, name), 'latin1'), 'zebra lampshade', name);
    if (parentPath.includes('/agent')) assert.not.match(readFileSync(join(parentPath, name), 'latin1') + name, 'alice', name);
  }
  assert.ok(existsSync(join(alice.data, 'agent', 'device')));
});

test('a second agent on the same folder is refused in one sentence', async ({ alice }) => {
  const refused = await alice.refusal('unlock', 'alice', '--password-file', alice.passwordFile);
  assert.is(refused.exit, 6);
  assert.is(refused.code, 'agent-running');
  assert.match(refused.message, 'underkeep lock');
});

test('lock ends the agent and removes its socket; commands then say how to unlock', async ({ alice }) => {
  const pid = await alice.agentPid();
  await alice.demand('lock').catch((error: unknown) => assert.unreachable(String(error)));
  await until('the agent ends', () => !alive(pid));
  assert.not.ok(existsSync(agentSocket(alice.data)));
  const refused = await alice.refusal('whoami');
  assert.is(refused.exit, 3);
  assert.match(refused.message, 'underkeep unlock');
  assert.is((await alice.run(['lock'])).code, 0);
  await alice.unlock('alice');
});

test('a wrong password, an unknown account and a taken login name each say so; no agent stays', async ({ alice, daemon }) => {
  const other = await Person.make('not at all the right one', { node: `unix:${daemon.localSocket}` });
  const wrong = await other.refusal('unlock', 'alice', '--password-file', other.passwordFile);
  assert.equal([wrong.exit, wrong.code], [6, 'wrong-password']);
  const unknown = await other.refusal('unlock', 'nobody', '--password-file', other.passwordFile);
  assert.equal([unknown.exit, unknown.code], [4, 'unknown-account']);
  const taken = await other.refusal('sign-up', 'alice', '--password-file', other.passwordFile);
  assert.equal([taken.exit, taken.code], [6, 'name-taken']);
  await until('the agent is gone', async () => (await other.demand('status'))['agent'] === null);
  assert.is((await alice.demand('whoami'))['login'], 'alice');
  await other.end();
});

test('a taken public name leaves an account that takes another', async ({ daemon }) => {
  const eve = await Person.make('seven lamps under water', { node: `unix:${daemon.localSocket}` });
  const taken = await eve.refusal('sign-up', 'alice', '--login', 'eve', '--password-file', eve.passwordFile);
  assert.equal([taken.exit, taken.code], [6, 'name-taken']);
  assert.match(taken.message, '--login eve');
  await eve.demand('sign-up', 'eve-two', '--login', 'eve');
  assert.is(((await eve.demand('whoami'))['identity'] as { name: string }).name, 'eve-two');
  await eve.end();
});

test('an account on a node that runs no more says so; the account is untouched', async () => {
  const daemon = await startDaemon();
  const person = await Person.make('seven lamps under water', { node: `unix:${daemon.localSocket}` });
  await person.signUp('tim');
  await daemon.stop();
  const gone = await person.refusal('put', '/etc/hostname', '/');
  assert.is(gone.exit, 5);
  assert.match(gone.message, 'underkeep up');
  await person.end();
});

test('the agent locks itself after its idle time, and wipes on the way', async ({ daemon }) => {
  const person = await Person.make('seven lamps under water', { node: `unix:${daemon.localSocket}` });
  await person.signUp('ida', '--idle', '0.03');
  const pid = await person.agentPid();
  await until('the agent locks itself', () => !alive(pid));
  assert.is((await person.refusal('whoami')).exit, 3);
  assert.not.ok(existsSync(agentSocket(person.data)));
  await person.end();
});

test('after a kill -9 the folder is free again, and the stale socket is no obstacle', async ({ alice }) => {
  const pid = await alice.agentPid();
  process.kill(pid, 'SIGKILL');
  await until('the agent is gone', () => !alive(pid));
  assert.is((await alice.refusal('whoami')).exit, 3);
  await alice.unlock('alice');
  assert.is((await alice.demand('whoami'))['login'], 'alice');
});

test('an agent that is told to end by a signal removes its socket', async ({ alice }) => {
  const pid = await alice.agentPid();
  process.kill(pid, 'SIGTERM');
  await until('the agent is gone', () => !alive(pid));
  assert.not.ok(existsSync(agentSocket(alice.data)));
  await alice.unlock('alice');
});

test('a data folder with a long path works too: its socket goes elsewhere', async ({ daemon }) => {
  const base = await mkdtemp('/tmp/uk-');
  const data = join(base, 'a'.repeat(60), 'b'.repeat(60));
  await mkdir(data, { recursive: true, mode: 0o700 });
  const person = await Person.make('seven lamps under water', { node: `unix:${daemon.localSocket}`, data });
  await person.signUp('longpath');
  assert.is((await person.demand('whoami'))['login'], 'longpath');
  assert.ok(agentSocket(data).length < 107);
  await person.end();
  await rm(base, { recursive: true });
});

test('the password changes by command; the old one is refused then', async ({ daemon }) => {
  const node = `unix:${daemon.localSocket}`;
  const person = await Person.make('seven lamps under water', { node });
  const next = await Person.make('eight lamps above water', { node });
  await person.signUp('pat', '--tick', '1');
  const weak = await Person.make('short', { node });
  assert.is((await person.refusal('passwd', '--password-file', person.passwordFile, '--new-password-file', weak.passwordFile)).code, 'weak-password');
  assert.is((await person.refusal('passwd', '--password-file', next.passwordFile, '--new-password-file', next.passwordFile)).code, 'wrong-password');
  await person.demand('passwd', '--password-file', person.passwordFile, '--new-password-file', next.passwordFile);
  await person.run(['lock']);
  assert.is((await person.refusal('unlock', 'pat', '--password-file', person.passwordFile)).code, 'old-password');
  await person.demand('unlock', 'pat', '--password-file', next.passwordFile);
  for (const one of [person, next, weak]) await one.end();
});

test('a password comes by standard input too, and is asked for nowhere else', async ({ daemon }) => {
  const person = await Person.make('seven lamps under water', { node: `unix:${daemon.localSocket}` });
  const { code, stdout } = await person.run(['sign-up', 'stdin', '--password-file', '-'], { input: 'seven lamps under water\n' });
  assert.is(code, 0);
  assert.match(stdout, 'stdin');
  await person.end();
});

test('status shows node and agent, and invite makes an invitation', async ({ alice }) => {
  const status = await alice.demand('status');
  assert.is((status['node'] as { carrier: string }).carrier, 'none');
  assert.is((status['agent'] as { login: string }).login, 'alice');
  assert.match((await alice.run(['status'])).stdout, /Agent: unlocked for alice/);
  assert.match(String((await alice.demand('invite'))['invitation']), /^[a-z2-7]+$/);
});

test.run();
