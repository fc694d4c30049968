// serial
import { randomBytes } from 'node:crypto';
import { chmod, copyFile, readFile, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { Tor as Witness } from 'tor-control-ts';
import { connectControl, OnionKey, TransportError } from '../../transport/index.ts';
import type { TorControl } from '../../transport/index.ts';
import { hashedControlPassword } from '../rig/tor-password.ts';
import { freePorts } from '../rig/ports.ts';
import { startTorClient } from '../rig/tor-client.ts';
import type { TorClient } from '../rig/tor-client.ts';
import { sharedTorNetwork } from '../rig/tor-shared.ts';
import type { TorNetwork } from '../rig/tor.ts';
import { rejection } from './compliance.ts';

/** One tor with our own connection to it, and with a control port by password for the independent witness. */
interface Context {
  network: TorNetwork;
  client: TorClient;
  control: TorControl;
  witness: Witness;
}

const test = suite<Context>('control client');

test.before(async (context) => {
  context.network = await sharedTorNetwork();
  const password = randomBytes(12).toString('hex');
  const [port = 0] = await freePorts(1);
  const torrcExtra = `${context.network.torrcExtraPath}-witness-${port}`;
  await copyFile(context.network.torrcExtraPath, torrcExtra);
  await writeFile(torrcExtra, `ControlPort 127.0.0.1:${port}\nHashedControlPassword ${hashedControlPassword(password)}\n`, { flag: 'a' });
  context.client = await startTorClient(context.network, { torrcExtra });
  context.control = await connectControl({ path: context.client.controlPath });
  context.witness = new Witness({ host: '127.0.0.1', port, password });
  await context.witness.connect();
});

test.after(async ({ network, client, control, witness }) => {
  control.close();
  await witness.quit();
  await client.stop();
  await network.stop();
});

const onions = (control: TorControl): Promise<string> => control.getInfo('onions/current').catch(() => '');

/** What the witness reads for one key; it knows single-line replies alone. */
async function witnessInfo(witness: Witness, key: string): Promise<string> {
  const { data } = await witness.sendCommand(`GETINFO ${key}`);
  return new RegExp(`^250-${key}=(.*)\\r$`, 'm').exec(data)?.[1] ?? data;
}

test('our client and an independent one read the same', async ({ control, witness }) => {
  for (const key of ['version', 'process/pid', 'config-defaults-file', 'net/listeners/socks', 'status/version/current']) {
    assert.is(await control.getInfo(key), await witnessInfo(witness, key), key);
  }
});

test('an onion that we add is there for the other client at the address we computed, and gone when we take it back', async ({ client, witness }) => {
  const { tor, folder } = client;
  const key = OnionKey.generate();
  const byWitness = (): Promise<{ type: number; data: string }> => witness.sendCommand(`ADD_ONION ${key.expose()} Port=80,127.0.0.1:1`);
  const onion = await tor.publish({ key, socketPath: join(folder, 'door') });
  assert.match(await onions(tor.control()), new RegExp(key.address.slice(0, 56)));
  assert.match((await byWitness()).data, /^550 Onion address collision/);
  await onion.close();
  assert.is(/ServiceID=(\S+)/.exec((await byWitness()).data)?.[1], key.address.slice(0, 56));

  const refused = await rejection(tor.publish({ key, socketPath: join(folder, 'door') }));
  assert.ok(refused instanceof TransportError && refused.code === 'tor-control', String(refused));
  await witness.delOnion(key.address);
  await (await tor.publish({ key, socketPath: join(folder, 'door') })).close();
});

test('commands sent at once get their own replies, multi-line ones and refusals among them', async ({ control }) => {
  const keys = ['version', 'config/names', 'process/pid', 'no/such/key', 'status/bootstrap-phase', 'circuit-status', 'events/names'];
  const alone = new Map<string, string>();
  const ask = (key: string): Promise<string> => control.getInfo(key).catch((error: unknown) => String(error));
  for (const key of keys) alone.set(key, await ask(key));
  const wanted = Array.from({ length: 70 }, (_, i) => keys[i % keys.length] ?? '').filter((key) => key !== 'circuit-status');
  assert.equal(await Promise.all(wanted.map(ask)), wanted.map((key) => alone.get(key)));
  assert.match(alone.get('no/such/key') ?? '', /TransportError: Tor refused a command with its code 552/);
  assert.match(alone.get('config/names') ?? '', /\nSocksPort /);
});

test('events come beside replies', async ({ control }) => {
  const lines: string[] = [];
  await control.setEvents(['STATUS_GENERAL', 'SIGNAL'], (line) => lines.push(line));
  await control.signal('NEWNYM');
  for (let tries = 0; lines.length === 0 && tries < 100; tries++) await sleep(50);
  assert.equal(lines, ['SIGNAL NEWNYM']);
  await control.setEvents([], () => {});
});

test('injection changes nothing: the live tor sees one refused value, never a second command', async ({ control, client, witness }) => {
  const pid = await control.getInfo('process/pid');
  const evil = ['version\r\nSIGNAL HALT', 'version\nSIGNAL HALT', 'version"', 'version\\', ' ', 'ü'];
  for (const value of evil) {
    const error = await rejection(control.getInfo(value));
    assert.ok(error instanceof TransportError && error.code === 'tor-control', String(error));
  }
  const { address } = OnionKey.generate();
  assert.instance(await rejection(control.onionClientAuthAdd(address, 'AAAA\r\nSIGNAL HALT')), TransportError);
  const request = { key: OnionKey.generate(), socketPath: join(client.folder, 'door') };
  for (const client of ['x\r\nSIGNAL HALT', 'x Port=81,127.0.0.1:22']) assert.instance(await rejection(control.addOnion({ ...request, clients: [client] })), TransportError);
  assert.instance(await rejection(control.addOnion({ ...request, socketPath: '/x Port=81,127.0.0.1:22' })), TransportError);
  await sleep(200);
  assert.is(await witnessInfo(witness, 'process/pid'), pid);
});

test('a wrong password turns the witness away, a wrong cookie turns us away', async ({ client }) => {
  const port = Number(/127\.0\.0\.1:(\d+)/.exec(await client.tor.control().getInfo('net/listeners/control'))?.[1]);
  const turnedAway = await rejection(new Witness({ host: '127.0.0.1', port, password: 'wrong' }).connect());
  assert.match(JSON.stringify(turnedAway), /Authentication failed/);
  const cookie = join(client.folder, 'tor/control_auth_cookie');
  const right = await readFile(cookie);
  await writeFile(cookie, randomBytes(32));
  await chmod(cookie, 0o600);
  const error = await rejection(connectControl({ path: client.controlPath }));
  assert.ok(error instanceof TransportError && error.code === 'tor-control', String(error));
  assert.match(String(error), /does not know Tor's cookie/);
  await writeFile(cookie, right);
  (await connectControl({ path: client.controlPath })).close();
});

test('what only pretends to be tor gets no cookie, and no patience without end', async ({ client }) => {
  const cookie = await readFile(join(client.folder, 'tor/control_auth_cookie'), 'hex');
  const path = join(client.folder, 'pretender');
  let heard = '';
  const server = createServer((socket) => {
    socket.on('error', () => {});
    socket.on('data', (data) => {
      heard += data.toString();
      if (heard.includes('silence')) return;
      if (data.includes('PROTOCOLINFO')) socket.write(`250-PROTOCOLINFO 1\r\n250-AUTH METHODS=COOKIE,SAFECOOKIE COOKIEFILE="${client.folder}/tor/control_auth_cookie"\r\n250 OK\r\n`);
      else if (data.includes('AUTHCHALLENGE')) socket.write(`250 AUTHCHALLENGE SERVERHASH=${'0'.repeat(64)} SERVERNONCE=${'0'.repeat(64)}\r\n`);
      else socket.write('250 OK\r\n');
    });
  });
  await new Promise<void>((resolve) => server.listen(path, resolve));
  assert.match(String(await rejection(connectControl({ path }))), /does not know Tor's cookie/);
  assert.not.match(heard.toLowerCase(), new RegExp(cookie));
  heard = 'silence';
  assert.match(String(await rejection(connectControl({ path }, { timeoutMs: 200 }))), /is gone/);
  await new Promise((resolve) => server.close(resolve));
});

test.run();
