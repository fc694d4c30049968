import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { stat } from 'node:fs/promises';
import { fromBase32, useEngine } from '../../crypto/index.ts';
import { nodeEngine } from '../../engines/index.ts';
import { decodeError, decodeNodeInfo } from '../../wire/index.ts';
import { ask, demand, refusal, type Question } from '../rig/ask.ts';
import { startDaemon } from '../rig/daemon.ts';
import { SpaceWriter } from '../rig/space-writer.ts';

await useEngine(nodeEngine());
const daemon = await startDaemon();
test.after(async () => daemon.stop());
const { port } = new URL(daemon.url);

const local = async (headers: Record<string, string>): Promise<number> => (await ask(daemon, '/v1/status', { method: 'GET', via: 'local', headers })).status;

test('the local door answers to its own two names and port, and to no other Host', async () => {
  assert.is(await local({ host: `localhost:${port}` }), 200);
  assert.is(await local({ host: `127.0.0.1:${port}` }), 200);
  for (const host of [`evil.example:${port}`, `localhost`, `127.0.0.1:1`, `[::1]:${port}`, `LOCALHOST:${port}`, `localhost:${port}.evil.example`, `127.0.0.1.:${port}`]) {
    const status = await local({ host });
    assert.ok(status === 403 || status === 400, `${host}: ${status}`);
  }
});

test('the local door answers to no page from elsewhere, and sends no CORS header', async () => {
  const host = `localhost:${port}`;
  assert.is(await local({ host, origin: `http://${host}` }), 200);
  for (const origin of ['null', 'http://evil.example', `http://127.0.0.1:${port}`, `https://${host}`, `http://localhost`, `http://${host}.evil.example`]) {
    const answer = await ask(daemon, '/v1/status', { method: 'GET', via: 'local', headers: { host, origin } });
    assert.is(answer.status, 403, origin);
    assert.is(answer.headers['access-control-allow-origin'], undefined);
  }
  const preflight = await ask(daemon, '/v1/login', { method: 'OPTIONS', via: 'local', headers: { host, origin: `http://${host}`, 'access-control-request-method': 'POST' } });
  assert.is(preflight.status, 404);
  assert.is(preflight.headers['access-control-allow-origin'], undefined);
});

test('the local door wants the key of this start, which only its owner can read', async () => {
  for (const key of ['', 'wrong', daemon.key.slice(1), `${daemon.key}a`]) assert.is(await local({ 'x-underkeep-key': key }), 403);
  assert.is(await local({}), 200);
  assert.is((await stat(`${daemon.dataDir}/local.key`)).mode & 0o777, 0o600);
  assert.is((await stat(daemon.localSocket)).mode & 0o777, 0o600);
  assert.is((await stat(daemon.onionSocket)).mode & 0o777, 0o600);
});

test('the onion door answers everyone alike, with a literal *, and has no preflight', async () => {
  const answer = await ask(daemon, '/v1/node', { method: 'GET', via: 'onion', headers: { origin: 'http://page.onion', host: 'whatever' } });
  assert.is(answer.status, 200);
  assert.is(answer.headers['access-control-allow-origin'], '*');
  assert.is(answer.headers['access-control-allow-credentials'], undefined);
  const refused = await ask(daemon, '/v1/login', { method: 'OPTIONS', via: 'onion' });
  assert.is(refused.status, 404);
  assert.is(refused.headers['access-control-allow-headers'], undefined);
  const error = await ask(daemon, '/v1/cells', { via: 'onion', body: Uint8Array.of(1) });
  assert.is(error.headers['access-control-allow-origin'], '*', 'a page can read why');
  assert.is(decodeError(error.body).code, 'malformed');
});

test('status and invitations are for the person at the machine', async () => {
  for (const [path, method] of [['/v1/status', 'GET'], ['/v1/invite', 'POST']] as const) assert.is((await refusal(daemon, path, { method, via: 'onion' })).code, 'not-found');
  const status = JSON.parse(new TextDecoder().decode(await demand(daemon, '/v1/status', { method: 'GET' }))) as Record<string, unknown>;
  assert.is(status['carrier'], 'none');
  assert.is(status['onion'], null);
  assert.type(status['accounts'], 'number');
});

test('nobody signs up through the onion door without an invitation, and each serves once', async () => {
  assert.is(decodeNodeInfo(await demand(daemon, '/v1/node', { method: 'GET', via: 'onion' })).signUp, 'invitation');
  assert.is(decodeNodeInfo(await demand(daemon, '/v1/node', { method: 'GET' })).signUp, 'open');
  const create = async (login: string, invitation?: Uint8Array): Promise<Question> => {
    const writer = new SpaceWriter();
    const draft = await writer.draft([[writer.home, []]], { create: { login, ...(invitation === undefined ? {} : { invitation }) } });
    return { body: draft.bytes() };
  };
  assert.is((await refusal(daemon, '/v1/commit', { ...await create('guest'), via: 'onion' })).code, 'invitation-required');
  const { invitation } = JSON.parse(new TextDecoder().decode(await demand(daemon, '/v1/invite'))) as { invitation: string };
  await demand(daemon, '/v1/commit', { ...await create('guest', fromBase32(invitation)), via: 'onion' });
  assert.is((await refusal(daemon, '/v1/commit', { ...await create('second', fromBase32(invitation)), via: 'onion' })).code, 'invitation-required');
  await demand(daemon, '/v1/commit', { ...await create('host'), via: 'local' });
});

test('every answer forbids guessing its type', async () => {
  for (const via of ['local', 'socket', 'onion'] as const) {
    for (const path of ['/v1/node', '/nowhere']) assert.is((await ask(daemon, path, { method: 'GET', via })).headers['x-content-type-options'], 'nosniff');
  }
});

test.run();
