import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { Person, underkeep } from '../rig/cli.ts';

const MAIN = join(import.meta.dirname, '../../cli/main.ts');

interface Up { readonly child: ChildProcess; readonly output: () => string; ready(): Promise<string> }

function up(args: readonly string[]): Up {
  const child = spawn(process.execPath, [MAIN, 'up', '--carrier', 'none', ...args], { stdio: ['ignore', 'pipe', 'pipe'] });
  let output = '';
  child.stdout.on('data', (chunk: Buffer) => { output += chunk.toString(); });
  child.stderr.on('data', (chunk: Buffer) => { output += chunk.toString(); });
  const ready = async (): Promise<string> => {
    for (const end = Date.now() + 20_000; Date.now() < end; await new Promise((done) => setTimeout(done, 50))) {
      const url = /Local door: (http:\/\/127\.0\.0\.1:\d+)/.exec(output)?.[1];
      if (url !== undefined) return url;
      if (child.exitCode !== null) break;
    }
    throw new Error(`the node did not come up: ${output}`);
  };
  return { child, output: () => output, ready };
}

async function stopped({ child }: Up, signal: NodeJS.Signals): Promise<number | null> {
  const gone = child.exitCode === null ? once(child, 'exit') : Promise.resolve();
  child.kill(signal);
  await gone;
  return child.exitCode;
}

/** Processes below a process. */
function childrenOf(pid: number): number[] {
  return readdirSync('/proc').filter((name) => /^\d+$/.test(name)).flatMap((name) => {
    try {
      return Number(/^PPid:\s+(\d+)$/m.exec(readFileSync(`/proc/${name}/status`, 'utf8'))?.[1]) === pid ? [Number(name)] : [];
    } catch {
      return [];
    }
  });
}

test('up runs a node until it is told to end, and leaves no process behind', async () => {
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    const data = await mkdtemp('/tmp/uk-');
    const node = up(['--data', data, '--port', '0']);
    assert.match(await node.ready(), /^http/);
    const [daemon = 0] = childrenOf(node.child.pid ?? 0);
    assert.ok(daemon > 0);
    assert.match((await underkeep(['status', '--data', data])).stdout, 'no carrier');
    assert.is(await stopped(node, signal), 0);
    assert.not.ok(existsSync(`/proc/${daemon}`));
    await rm(data, { recursive: true });
  }
});

test('a node whose starter is killed ends too', async () => {
  const data = await mkdtemp('/tmp/uk-');
  const node = up(['--data', data, '--port', '0']);
  await node.ready();
  const [daemon = 0] = childrenOf(node.child.pid ?? 0);
  await stopped(node, 'SIGKILL');
  for (const end = Date.now() + 10_000; existsSync(`/proc/${daemon}`) && Date.now() < end;) await new Promise((done) => setTimeout(done, 50));
  assert.not.ok(existsSync(`/proc/${daemon}`));
  await rm(data, { recursive: true });
});

test('a second node on one folder, and a port in use, are each told in one sentence', async () => {
  const [data, other] = [await mkdtemp('/tmp/uk-'), await mkdtemp('/tmp/uk-')];
  const first = up(['--data', data, '--port', '0']);
  await first.ready();
  const second = await underkeep(['up', '--carrier', 'none', '--data', data, '--port', '0', '--json']);
  assert.is(second.code, 6);
  assert.is((JSON.parse(second.stdout) as { error: { code: string } }).error.code, 'node-running');
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as { port: number };
  const taken = await underkeep(['up', '--carrier', 'none', '--data', other, '--port', String(port)]);
  assert.is(taken.code, 6);
  assert.match(taken.stderr, '--port');
  assert.is(taken.stderr.trim().split('\n').length, 1, taken.stderr);
  server.close();
  await stopped(first, 'SIGTERM');
  await Promise.all([data, other].map((folder) => rm(folder, { recursive: true })));
});

test('a node that was stopped comes back with everything in it', async () => {
  const data = await mkdtemp('/tmp/uk-');
  const person = await Person.make('seven lamps under water', { data });
  let node = up(['--data', data, '--port', '0']);
  await node.ready();
  await person.signUp('alice');
  await person.demand('mkdir', '/kept');
  await stopped(node, 'SIGTERM');
  const gone = await person.refusal('ls', '/');
  assert.is(gone.exit, 5);
  assert.match(gone.message, 'underkeep up');
  node = up(['--data', data, '--port', '0']);
  await node.ready();
  const listed = await person.demand('ls', '/');
  assert.is((listed['entries'] as { name: string }[])[0]?.name, 'kept');
  await person.run(['lock']);
  await stopped(node, 'SIGTERM');
  await rm(data, { recursive: true });
});

test('a folder that others may enter is refused, and so is one that belongs to somebody else', async () => {
  const { chmod, writeFile } = await import('node:fs/promises');
  const data = await mkdtemp('/tmp/uk-');
  await writeFile(join(data, 'something'), '');
  await chmod(data, 0o755);
  const refused = await underkeep(['up', '--carrier', 'none', '--data', data]);
  assert.is(refused.code, 6);
  assert.match(refused.stderr, 'chmod 700');
  await rm(data, { recursive: true });
});

test.run();
