import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { chmod, mkdtemp, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { attachTor, OnionKey, startTor, TransportError } from '../../transport/index.ts';
import type { TorOptions } from '../../transport/index.ts';
import { rejection } from './compliance.ts';

const test = suite<{ folder: string }>('starting tor');

test.before.each(async (context) => {
  context.folder = await mkdtemp(join(tmpdir(), 'uk-'));
});
test.after.each(async ({ folder }) => {
  await rm(folder, { recursive: true });
});

// A network of which nothing answers: ports below 10 are nobody's.
const NOWHERE = [1, 2, 3].map((port) => `DirAuthority a${port} orport=${port} no-v2 v3ident=${String(port).repeat(40)} 127.0.0.1:${port + 3} ${String(port + 3).repeat(40)}`);

async function options(folder: string, lines: readonly string[] = ['TestingTorNetwork 1', ...NOWHERE]): Promise<TorOptions> {
  const torrcExtra = join(folder, 'extra');
  await writeFile(torrcExtra, lines.join('\n'));
  return { dataDir: join(folder, 'tor'), socksPath: join(folder, 'tor/socks'), controlPath: join(folder, 'tor/control'), torrcExtra };
}

async function fails(starting: Promise<unknown>, code: string, words: RegExp): Promise<void> {
  const error = await rejection(starting);
  assert.ok(error instanceof TransportError && error.code === code, String(error));
  assert.match(String(error), words);
}

test('a missing tor is named, with the command that installs it', async ({ folder }) => {
  await fails(startTor({ ...(await options(folder)), binary: join(folder, 'no-tor') }), 'tor-missing', /apt install tor/);
});

test('a tor that the network no longer takes is refused', async ({ folder }) => {
  const binary = join(folder, 'old-tor');
  for (const version of ['0.4.8.16', '0.3.9.9', 'x']) {
    await writeFile(binary, `#!/bin/sh\necho "Tor version ${version}."\n`);
    await chmod(binary, 0o755);
    await fails(startTor({ ...(await options(folder)), binary }), 'tor-too-old', /0\.4\.9/);
  }
});

test("a bad line in --torrc-extra comes back with tor's own complaint", async ({ folder }) => {
  await fails(startTor(await options(folder, ['NoSuchOption 1'])), 'tor-failed', /NoSuchOption/);
  await fails(startTor({ ...(await options(folder)), torrcExtra: join(folder, 'missing') }), 'tor-failed', /--torrc-extra file cannot be read/);
});

test('a path that is too long for a socket is named with its length', async ({ folder }) => {
  const long = join(folder, 'x'.repeat(120));
  await fails(startTor({ ...(await options(folder)), socksPath: long }), 'socket-path', /bytes long/);
});

test('a tor that gets nowhere counts as stuck, says what to do, and goes on trying', async ({ folder }) => {
  const seen: string[] = [];
  const tor = await startTor({ ...(await options(folder)), stuckAfterMs: 1500, onProgress: ({ phase }) => seen.push(phase) });
  try {
    await fails(tor.ready({ orStuck: true, signal: AbortSignal.timeout(20_000) }), 'tor-stuck', /stuck at \d+ %.*--torrc-extra.*keeps trying/);
    const status = tor.status();
    assert.is(status.phase, 'stuck');
    assert.ok(status.percent < 50);
    assert.ok(seen.includes('bootstrapping'));
    const reason = new Error('no longer');
    assert.is(await rejection(tor.ready({ signal: AbortSignal.abort(reason) })), reason);
    assert.is((await stat(join(folder, 'tor'))).mode & 0o777, 0o700);

    // An onion is taken before there is a network, and its address is known.
    const key = OnionKey.generate();
    const onion = await tor.publish({ key, socketPath: join(folder, 'door') });
    assert.equal(onion.state(), { address: key.address, published: false });
    await fails(tor.publish({ key: OnionKey.generate(), socketPath: `${folder}/a door` }), 'tor-control', /plain letters/);
    await fails(tor.publish({ key: OnionKey.generate(), socketPath: folder, clients: ['x'] }), 'tor-control', /refused/);
    await fails(tor.publish({ key: OnionKey.generate(), socketPath: `${folder}/door\r\nSIGNAL HALT` }), 'socket-path', /control character/);
    await fails(tor.publish({ key, socketPath: join(folder, 'door') }), 'tor-control', /published already/);
    assert.is(onion.state().address, key.address);
  } finally {
    await tor.stop();
  }
  assert.is(tor.status().phase, 'stopped');
  await fails(tor.ready(), 'closed', /start the node again/);
  await fails(tor.publish({ key: OnionKey.generate(), socketPath: '/x' }), 'closed', /start the node again/);
});

test('a second tor on the same folder fails and leaves the first one running', async ({ folder }) => {
  const first = await startTor(await options(folder));
  try {
    const pid = await first.control().getInfo('process/pid');
    await fails(startTor({ ...(await options(folder)), socksPath: join(folder, 'tor/s2'), controlPath: join(folder, 'tor/c2') }), 'tor-failed', /Another tor still uses this data folder/);
    assert.is(await first.control().getInfo('process/pid'), pid);
  } finally {
    await first.stop();
  }
});

test('when the node is killed, its tor ends too', async ({ folder }) => {
  const script = `import { startTor } from ${JSON.stringify(new URL('../../transport/index.ts', import.meta.url).href)};
    const tor = await startTor(${JSON.stringify(await options(folder))});
    console.log(await tor.control().getInfo('process/pid'));`;
  const node = spawn(process.execPath, ['--input-type=module-typescript', '-e', script], { stdio: ['ignore', 'pipe', 'inherit'] });
  const [line] = (await once(node.stdout, 'data')) as [Buffer];
  const pid = Number(line.toString());
  assert.ok(isRunning(pid));
  node.kill('SIGKILL');
  for (let tries = 0; isRunning(pid) && tries < 200; tries++) await sleep(100);
  assert.not.ok(isRunning(pid));
});

test('attaching to a tor that is not there says so', async ({ folder }) => {
  const path = join(folder, 'control');
  await fails(attachTor({ socks: { path }, control: { path } }), 'tor-control', /does not answer/);
});

/** Whether the process lives; a dead one may still wait to be reaped. */
function isRunning(pid: number): boolean {
  try {
    return !/^State:\s+[ZX]/m.test(readFileSync(`/proc/${pid}/status`, 'utf8'));
  } catch {
    return false;
  }
}

test.run();
