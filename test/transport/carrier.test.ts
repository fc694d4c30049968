import { createServer } from 'node:http';
import dns from 'node:dns';
import { connect } from 'node:net';
import type { AddressInfo } from 'node:net';
import { mock } from 'node:test';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { carriers, loopbackCarrier, memoryCarrier, noCarrier, OnionKey, torCarrier, TransportError } from '../../transport/index.ts';
import { socksCredentials } from '../../transport/isolation.ts';
import { rejection, text } from './compliance.ts';
import { close } from './peer.ts';

const isolation = { account: 'ada', purpose: 'read', peer: 'bob' };
const onionUrl = `http://${OnionKey.generate().address}/`;

async function codeOf(promise: Promise<unknown>): Promise<string> {
  const error = await rejection(promise);
  assert.instance(error, TransportError);
  return error instanceof TransportError ? error.code : '';
}

test('without a carrier every request fails at once and says what to do', async () => {
  const fetch = noCarrier().fetchFor(isolation);
  for (const url of [onionUrl, 'http://localhost:80/', 'http://example.com/']) {
    const started = performance.now();
    const error = await rejection(fetch(url, { method: 'GET' }));
    assert.ok(error instanceof TransportError && error.code === 'no-carrier');
    assert.match(String(error), /--carrier tor|--socks/);
    assert.ok(performance.now() - started < 5000);
  }
});

test("a SOCKS socket that is not there is 'no-carrier', at once", async () => {
  for (const socks of [{ path: '/tmp/uk-no-such-socket' }, { host: '127.0.0.1', port: 1 }] as const) {
    const started = performance.now();
    const carrier = torCarrier({ socks });
    const error = await rejection(carrier.fetchFor(isolation)(onionUrl, { method: 'GET' }));
    assert.ok(error instanceof TransportError && error.code === 'no-carrier', String(error));
    assert.ok(performance.now() - started < 5000);
    assert.not.match(`${String(error)} ${JSON.stringify(error)}`, /onion|uk-no-such/);
    await carrier.close();
  }
});

test('the router goes to onions by tor, to this machine by loopback, and nowhere else; no name is ever resolved', async () => {
  const server = createServer((_, response) => response.end('local')).listen(0, '127.0.0.1');
  await new Promise((resolve) => server.once('listening', resolve));
  const { port } = server.address() as AddressInfo;
  const lookups = [mock.method(dns, 'lookup'), mock.method(dns.promises, 'lookup')];
  const tor = memoryCarrier(new Map([[new URL(onionUrl).host, async () => new Response('onion')]]));
  const fetch = carriers({ local: loopbackCarrier(), tor }).fetchFor(isolation);
  assert.is(await text(await fetch(onionUrl, { method: 'GET' })), 'onion');
  assert.is(await text(await fetch(`http://localhost:${port}/`, { method: 'GET' })), 'local');
  for (const url of ['http://example.com/', 'http://198.51.100.1/', 'https://example.com/', onionUrl.replace('.onion/', '.onion.example.com/')]) {
    assert.is(await codeOf(fetch(url, { method: 'GET' })), 'bad-address');
  }
  assert.is(await codeOf(loopbackCarrier().fetchFor(isolation)(onionUrl, { method: 'GET' })), 'no-carrier');
  assert.is(await codeOf(torCarrier({ socks: { path: '/x' } }).fetchFor(isolation)(`http://127.0.0.1:${port}/`, { method: 'GET' })), 'bad-address');
  for (const lookup of lookups) assert.is(lookup.mock.callCount(), 0);
  // The watch itself works: Node's own way to "localhost" is seen.
  const socket = connect({ host: 'localhost', port }).on('error', () => {});
  assert.is(lookups[0]?.mock.callCount(), 1);
  socket.destroy();
  mock.reset();
  await close(server);
});

test('a silent server is given up after the time-out', async () => {
  const server = createServer(() => {}).listen(0, '127.0.0.1');
  await new Promise((resolve) => server.once('listening', resolve));
  const { port } = server.address() as AddressInfo;
  const carrier = loopbackCarrier({ timeoutMs: 200 });
  assert.is(await codeOf(carrier.fetchFor(isolation)(`http://127.0.0.1:${port}/`, { method: 'GET' })), 'timeout');
  await carrier.close();
  await close(server);
});

test('an answer whose end cannot be told from a lost connection is refused', async () => {
  const server = createServer((request) => request.socket.end('HTTP/1.1 200 OK\r\nConnection: close\r\n\r\nhalf of')).listen(0, '127.0.0.1');
  await new Promise((resolve) => server.once('listening', resolve));
  const { port } = server.address() as AddressInfo;
  const carrier = loopbackCarrier();
  assert.is(await codeOf(carrier.fetchFor(isolation)(`http://127.0.0.1:${port}/`, { method: 'GET' })), 'bad-response');
  await carrier.close();
  await close(server);
});

test('a GET survives a kept connection that the server has just closed; a POST is not sent twice', async () => {
  let requests = 0;
  const server = createServer((request, response) => {
    requests++;
    if (requests % 2 === 0) request.socket.destroy();
    else response.end('fine');
  }).listen(0, '127.0.0.1');
  server.keepAliveTimeout = 60_000;
  await new Promise((resolve) => server.once('listening', resolve));
  const { port } = server.address() as AddressInfo;
  const carrier = loopbackCarrier();
  const send = (method: 'GET' | 'POST') => carrier.fetchFor(isolation)(`http://127.0.0.1:${port}/`, { method });
  await text(await send('GET'));
  assert.is(await text(await send('GET')), 'fine');
  assert.is(requests, 3);
  assert.is(await codeOf(send('POST')), 'unreachable');
  assert.is(requests, 4);
  await carrier.close();
  await close(server);
});

test('a refusal that comes before the body was read is heard', async () => {
  const server = createServer((_, response) => response.writeHead(413).end('too much')).listen(0, '127.0.0.1');
  await new Promise((resolve) => server.once('listening', resolve));
  const { port } = server.address() as AddressInfo;
  const carrier = loopbackCarrier();
  async function* body(): AsyncGenerator<Uint8Array> {
    for (let i = 0; i < 256; i++) yield new Uint8Array(65536);
  }
  const response = await carrier.fetchFor(isolation)(`http://127.0.0.1:${port}/`, { method: 'POST', body: body(), bodyLength: 256 * 65536 });
  assert.is(response.status, 413);
  assert.is(await text(response), 'too much');
  await carrier.close();
  await close(server);
});

test('SOCKS credentials keep triples apart and tell nothing of them', () => {
  const one = socksCredentials(isolation);
  assert.equal(socksCredentials({ ...isolation }), one);
  const others = [{ ...isolation, account: 'a' }, { ...isolation, purpose: 'write' }, { ...isolation, peer: 'eve' }, { account: 'adar', purpose: 'ead', peer: 'bob' }];
  assert.is(new Set([isolation, ...others].map((triple) => socksCredentials(triple).username)).size, 5);
  assert.match(one.username, /^[0-9a-f]{32}$/);
  assert.match(one.password, /^[0-9a-f]{32}$/);
});

test.run();
