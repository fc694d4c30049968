import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, rm, writeFile } from 'node:fs/promises';
import { createServer, type AddressInfo } from 'node:net';
import { join } from 'node:path';
import { parseConfig } from '../../daemon/index.ts';
import { ask } from '../rig/ask.ts';
import { shortFolder, startDaemon, StartFailure } from '../rig/daemon.ts';

const MAIN = join(import.meta.dirname, '../../daemon/main.ts');
const folder = await shortFolder();
test.after(async () => rm(folder, { recursive: true, force: true }));

async function failure(options: Parameters<typeof startDaemon>[0]): Promise<StartFailure> {
  const error = await startDaemon(options).then(async (daemon) => daemon.stop(), (thrown: unknown) => thrown);
  if (!(error instanceof StartFailure)) throw new Error('the node started');
  assert.match(error.message, /^[A-Z][^\n]+\.$/);
  assert.not.match(error.message, /\/tmp|stack|undefined/);
  return error;
}

test('a second node on the same data folder does not start, and the first goes on', async () => {
  const first = await startDaemon({ dataDir: folder });
  assert.is((await failure({ dataDir: folder })).code, 'folder-in-use');
  assert.is((await ask(first, '/v1/node', { method: 'GET' })).status, 200);
  await first.stop();
  await (await startDaemon({ dataDir: folder })).stop();
});

test('a node starts after one that was killed, on the same folder and sockets', async () => {
  await (await startDaemon({ dataDir: folder })).kill();
  const again = await startDaemon({ dataDir: folder });
  assert.is((await ask(again, '/v1/node', { method: 'GET' })).status, 200);
  await again.stop();
});

test('a port in use, a path that is too long, and a folder that is none are told in one sentence', async () => {
  const other = createServer();
  other.listen(0, '127.0.0.1');
  await once(other, 'listening');
  const { port } = other.address() as AddressInfo;
  const inUse = await failure({ port });
  assert.is(inUse.code, 'port-in-use');
  assert.match(inUse.message, new RegExp(`${port}.*--port`));
  other.close();
  assert.is((await failure({ dataDir: join(folder, 'x'.repeat(100)) })).code, 'socket-path');
  await writeFile(join(folder, 'file'), '');
  assert.is((await failure({ dataDir: join(folder, 'file') })).code, 'folder-unusable');
  await mkdir(join(folder, 'broken'));
  await writeFile(join(folder, 'broken', 'underkeep.db'), 'this is not a database, and long enough to be one: '.repeat(100));
  assert.is((await failure({ dataDir: join(folder, 'broken') })).code, 'folder-unusable');
});

test('a setting that is wrong or unknown is named, its value is not', () => {
  const dataDir = '/tmp/x';
  assert.is(parseConfig(JSON.stringify({ dataDir })).carrier, 'tor');
  for (const [setting, value] of [['port', 70_000], ['port', '80'], ['carrier', 'clearnet'], ['quota', 0], ['dataDir', 'relative'], ['systemTor', { socks: 'x' }]] as const) {
    assert.throws(() => parseConfig(JSON.stringify({ dataDir, [setting]: value })), (error: Error) => error.message.includes(setting) && !error.message.includes('clearnet'));
  }
  for (const line of ['', '[]', 'null', '{', JSON.stringify({ dataDir, surprise: 1 }), '{"dataDir":"/x","__proto__":1}']) assert.throws(() => parseConfig(line));
});

test('a node ends when whoever started it is gone', async () => {
  const child = spawn(process.execPath, [MAIN], { stdio: ['pipe', 'pipe', 'inherit'] });
  child.stdin.write(`${JSON.stringify({ dataDir: folder, port: 0, carrier: 'none' })}\n`);
  await once(child.stdout, 'data');
  child.stdin.destroy();
  const [code] = await once(child, 'exit') as [number | null];
  assert.is(code, 0);
});

test('a node without a configuration says so', async () => {
  const child = spawn(process.execPath, [MAIN], { stdio: ['ignore', 'pipe', 'inherit'] });
  const [line] = await once(child.stdout, 'data') as [Buffer];
  assert.match(line.toString(), /"event":"failed","code":"bad-config"/);
  const [code] = await once(child, 'exit') as [number | null];
  assert.is(code, 1);
});

test('a tor that is not there is told as such', async () => {
  const systemTor = { socks: join(folder, 'no-socks'), control: join(folder, 'no-control') };
  assert.is((await failure({ carrier: 'tor', systemTor })).code, 'tor-control');
});

test.run();
