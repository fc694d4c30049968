// serial
import type { Server } from 'node:http';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { attachTor, generateClientAuthorization, OnionKey, torCarrier, TransportError } from '../../transport/index.ts';
import type { Carrier, OnionAddress, TorService } from '../../transport/index.ts';
import { startTorClient } from '../rig/tor-client.ts';
import type { TorClient } from '../rig/tor-client.ts';
import { sharedTorNetwork } from '../rig/tor-shared.ts';
import type { TorNetwork } from '../rig/tor.ts';
import { rejection, text } from './compliance.ts';
import { close, listen } from './peer.ts';

/** One tor that hosts, another that visits. */
interface Context {
  network: TorNetwork;
  host: TorClient;
  visitor: TorClient;
  carrier: Carrier;
  door: string;
  server: Server;
  release: () => void;
}

const test = suite<Context>('a kept tor');

test.before(async (context) => {
  context.network = await sharedTorNetwork();
  [context.host, context.visitor] = await Promise.all([startTorClient(context.network), startTorClient(context.network)]);
  context.carrier = torCarrier({ socks: context.visitor.tor.socks, timeoutMs: 60_000 });
  context.door = join(context.host.folder, 'door');
  context.server = await listen(async (request) => {
    const { promise, resolve } = Promise.withResolvers<void>();
    const { release } = context;
    context.release = () => [release, resolve].forEach((step) => step());
    if (request.url.endsWith('/wait')) await promise;
    return new Response('here');
  }, { path: context.door });
  context.release = () => {};
  await Promise.all([context.host.tor.ready(), context.visitor.tor.ready()]);
});

test.after(async ({ network, host, visitor, carrier, server }) => {
  await carrier.close();
  await Promise.all([host.stop(), visitor.stop(), close(server)]);
  await network.stop();
});

function visit(carrier: Carrier, address: OnionAddress, purpose: string, path = '/'): Promise<string> {
  return carrier.fetchFor({ account: 'a', purpose, peer: address })(`http://${address}${path}`, { method: 'GET' }).then(text);
}

/** Tries again until it works: a descriptor takes a moment to arrive, and one that was just missed is remembered. */
async function visitSoon(carrier: Carrier, address: OnionAddress, purpose: string): Promise<string> {
  for (let tries = 0; ; tries++) {
    try {
      return await visit(carrier, address, `${purpose} ${tries}`);
    } catch (error) {
      if (tries >= 20) throw error;
      await sleep(1000);
    }
  }
}

/** Ends the tor that this service controls, as a crash would. */
async function crash(tor: TorService): Promise<void> {
  process.kill(Number(await tor.control().getInfo('process/pid')), 'SIGKILL');
  while (tor.status().phase === 'ready') await sleep(20);
}

test('two isolations use two circuits, one isolation uses one', async (context) => {
  const { host, visitor, carrier, door } = context;
  const onion = await host.tor.publish({ key: OnionKey.generate(), socketPath: door });
  await onion.published();
  await visitSoon(carrier, onion.address, 'first');
  const waiting = ['read', 'read', 'write'].map((purpose) => visit(carrier, onion.address, purpose, '/wait'));
  let circuits: string[] = [];
  for (let tries = 0; circuits.length < 3 && tries < 300; tries++) {
    await sleep(100);
    const streams = (await visitor.tor.control().getInfo('stream-status')).split('\n').map((line) => line.split(' '));
    circuits = streams.flatMap(([, status, circuit = '', target]) => (status === 'SUCCEEDED' && target?.startsWith(onion.address.slice(0, 56)) ? [circuit] : []));
  }
  while (!(await isAnswered(waiting))) context.release();
  // Kept connections of the first visit may be among them: count the circuits, and how many carry two streams.
  const streamsOn = new Map<string, number>();
  for (const circuit of circuits) streamsOn.set(circuit, (streamsOn.get(circuit) ?? 0) + 1);
  assert.ok([...streamsOn.values()].includes(2), `streams by circuit: ${JSON.stringify([...streamsOn])}`);
  assert.ok([...streamsOn.values()].includes(1), `streams by circuit: ${JSON.stringify([...streamsOn])}`);
  await onion.close();
  assert.is((await host.tor.control().getInfo('onions/current')).trim(), '');
});

test('with client authorization, only an authorized tor gets in', async ({ host, visitor, carrier, door }) => {
  const { publicKey, privateKey } = generateClientAuthorization();
  const onion = await host.tor.publish({ key: OnionKey.generate(), socketPath: door, clients: [publicKey], proofOfWork: true, maxStreams: 100 });
  await onion.published();
  const error = await rejection(visit(carrier, onion.address, 'stranger'));
  assert.ok(error instanceof TransportError && error.code === 'unreachable', String(error));
  assert.match(String(error), /client authorization/);
  await visitor.tor.authorize(onion.address, privateKey);
  assert.is(await visitSoon(carrier, onion.address, 'friend'), 'here');
  await onion.close();
});

test('a service knows whether strangers can reach it', async ({ host, door }) => {
  const onion = await host.tor.publish({ key: OnionKey.generate(), socketPath: door });
  const nobody = await host.tor.publish({ key: OnionKey.generate(), socketPath: `${door}-of-nobody` });
  await Promise.all([onion.published(), nobody.published()]);
  assert.is(await onion.checkReachable(), true);
  assert.equal(onion.state(), { address: onion.address, published: true, reachable: true });
  assert.is(await nobody.checkReachable(20_000), false);
  await Promise.all([onion.close(), nobody.close()]);
});

test('when tor is killed it comes back, with the onion at the same address', async ({ host, visitor, carrier, door }) => {
  const onion = await host.tor.publish({ key: OnionKey.generate(), socketPath: door });
  await onion.published();
  assert.is(await visitSoon(carrier, onion.address, 'before'), 'here');
  await crash(host.tor);
  assert.equal(onion.state(), { address: onion.address, published: false });
  await host.tor.ready();
  await onion.published();
  assert.is(await visitSoon(carrier, onion.address, 'after'), 'here');

  await crash(visitor.tor);
  await visitor.tor.ready();
  assert.is(await visitSoon(carrier, onion.address, 'after the visitor'), 'here');
  await onion.close();
});

test("the system's tor is used without owning it, and found again after its restart", async ({ host, carrier, door }) => {
  const phases: string[] = [];
  const attached = await attachTor({ socks: host.tor.socks, control: { path: host.controlPath }, onProgress: ({ phase }) => phases.push(phase) });
  const onion = await attached.publish({ key: OnionKey.generate(), socketPath: door });
  await onion.published();
  assert.is(await visitSoon(carrier, onion.address, 'system'), 'here');
  await crash(attached);
  await attached.ready();
  await onion.published();
  assert.is(await visitSoon(carrier, onion.address, 'system again'), 'here');
  assert.ok(phases.includes('down'));
  await attached.stop();
  await host.tor.ready();
  assert.is((await host.tor.control().getInfo('onions/current').catch(() => '')).trim(), '');
});

async function isAnswered(answers: readonly Promise<string>[]): Promise<boolean> {
  const answered = Promise.allSettled(answers).then(() => true);
  return Promise.race([answered, sleep(50).then(() => false)]);
}

test.run();
