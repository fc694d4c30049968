// serial
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { useEngine } from '../../crypto/index.ts';
import { nodeEngine } from '../../engines/index.ts';
import { torCarrier } from '../../transport/index.ts';
import { decodeError, decodeNodeInfo } from '../../wire/index.ts';
import { ask } from '../rig/ask.ts';
import { shortFolder, startDaemon, type RunningDaemon } from '../rig/daemon.ts';
import { sharedTorNetwork } from '../rig/tor-shared.ts';

await useEngine(nodeEngine());
const network = await sharedTorNetwork();
const dataDir = await shortFolder();
let daemon: RunningDaemon | null = null;
test.after(async () => {
  await daemon?.stop();
  await rm(dataDir, { recursive: true, force: true });
  await network.stop();
});

async function started(): Promise<{ node: RunningDaemon; address: string }> {
  const node = await startDaemon({ dataDir, carrier: 'tor', torrcExtra: network.torrcExtraPath });
  daemon = node;
  const onion = await node.event((event) => event.event === 'onion' && event.reachable, 90_000);
  return { node, address: onion.event === 'onion' ? onion.address : '' };
}

test('a node is reached at its onion address, keeps it over a restart, and tells how far tor is', async () => {
  const first = await started();
  assert.ok(first.node.events.some((event) => event.event === 'tor' && event.percent === 100));
  const status: unknown = JSON.parse(new TextDecoder().decode((await ask(first.node, '/v1/status', { method: 'GET' })).body));
  assert.is((status as { reachable: unknown }).reachable, true);
  assert.is((await stat(join(dataDir, 'onion.key'))).mode & 0o777, 0o600);

  const carrier = torCarrier({ socks: { path: join(dataDir, 'tor', 'socks.sock') } });
  const fetch = carrier.fetchFor({ account: 'a', purpose: 'test', peer: first.address });
  const answer = await fetch(`${first.address}/v1/node`, { method: 'GET' });
  assert.is(answer.header('access-control-allow-origin'), '*');
  const info = decodeNodeInfo(await all(answer.body));
  assert.is(info.signUp, 'invitation');
  assert.is(info.onion, first.address);
  const refused = await fetch(`${first.address}/v1/status`, { method: 'GET' });
  assert.is(refused.status, 404);
  assert.is(decodeError(await all(refused.body)).code, 'not-found');
  await carrier.close();

  await first.node.stop();
  assert.is((await started()).address, first.address);
  assert.not.ok(first.node.output().includes('uncaught') || first.node.output().includes('unhandled'));
});

test('a node on a tor that runs already publishes its own address there, and leaves that tor running', async () => {
  const host = daemon ?? (await started()).node;
  const tor = join(host.dataDir, 'tor');
  const guest = await startDaemon({ carrier: 'tor', systemTor: { socks: join(tor, 'socks.sock'), control: join(tor, 'control.sock') } });
  try {
    await guest.event((event) => event.event === 'onion' && event.reachable, 90_000);
    assert.is((await stat(guest.onionSocket)).mode & 0o777, 0o660, 'for the group that the system gives its tor');
  } finally {
    await guest.stop();
  }
  const status = JSON.parse(new TextDecoder().decode((await ask(host, '/v1/status', { method: 'GET' })).body)) as { phase: unknown };
  assert.is(status.phase, 'ready');
});

async function all(body: AsyncIterable<Uint8Array>): Promise<Uint8Array> {
  const parts: Uint8Array[] = [];
  for await (const part of body) parts.push(part);
  return new Uint8Array(Buffer.concat(parts));
}

test.run();
