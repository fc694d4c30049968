import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { connect } from 'node:net';
import { generateSigningKey, oprfBlind, randomBytes, useEngine, utf8 } from '../../crypto/index.ts';
import { nodeEngine } from '../../engines/index.ts';
import { decodeError, encodeCbor, encodeRequest, isErrorCode, nameHash, parseName, signIdentity, signMirror } from '../../wire/index.ts';
import { ask, refusal } from '../rig/ask.ts';
import { startDaemon } from '../rig/daemon.ts';
import { seededRandom } from '../rig/random.ts';
import { randomCell, randomLabel, SpaceWriter } from '../rig/space-writer.ts';

await useEngine(nodeEngine());
const random = seededRandom('hostile');
const daemon = await startDaemon({ freeGuesses: 1_000_000 });
test.after(async () => {
  await daemon.stop();
  assert.not(daemon.output().includes('uncaught') || daemon.output().includes('unhandled'), daemon.output());
});

const name = parseName('constructor');
const key = generateSigningKey();
const now = Math.floor(Date.now() / 1000);
const writer = new SpaceWriter();
const draft = await writer.draft([[writer.home, [{ label: randomLabel(), cell: randomCell(500) }]]], { create: { login: 'valid' } });

/** One valid body for each route. */
const valid: readonly (readonly [string, Uint8Array])[] = [
  ['/v1/login', encodeRequest({ v: 1, login: name, blinded: oprfBlind(utf8('x')).blinded, lane: 0, work: null })],
  ['/v1/cells', encodeRequest({ v: 1, space: key.publicKey, root: null, labels: [randomLabel()], prove: [], bytes: 100 })],
  ['/v1/directory', encodeRequest({ v: 1, op: 'page', bits: 0, prefix: nameHash(name).slice(0, 4) })],
  ['/v1/directory', encodeRequest({ v: 1, op: 'publish', record: signIdentity(key, { name, kem: new Uint8Array(1216), bucket: 0, sequence: 1 }) })],
  ['/v1/bucket', encodeRequest({ v: 1, op: 'put', bucket: 0, epoch: Math.floor(now / 86_400), envelope: randomBytes(8192) })],
  ['/v1/bucket', encodeRequest({ v: 1, op: 'collect', bucket: 0, after: 0 })],
  ['/v1/mirror', encodeRequest(signMirror(key, now))],
  ['/v1/commit', draft.bytes()],
];
const paths = [...new Set(valid.map(([path]) => path))];

function mutated(body: Uint8Array): Uint8Array {
  const copy = Uint8Array.from(body);
  switch (random.int(5)) {
    case 0: return copy.subarray(0, random.int(copy.length));
    case 1: return Uint8Array.from([...copy, ...random.bytes(1 + random.int(8))]);
    case 2: return Uint8Array.from([...copy.subarray(0, random.int(copy.length)), ...random.bytes(1 + random.int(4)), ...copy.subarray(random.int(copy.length))]);
    default:
      for (let times = 1 + random.int(3); times > 0; times--) copy[random.int(copy.length)] = random.int(256);
      return copy;
  }
}

test('a body that is not what it should be is refused by a known code, never by a fault of the node', async () => {
  for (let round = 0; round < 250; round++) {
    const [path, body] = random.pick(valid);
    const answer = await ask(daemon, path, { via: random.pick(['socket', 'onion'] as const), body: mutated(body) });
    if (answer.status === 200) continue;
    const { code } = decodeError(answer.body);
    assert.ok(isErrorCode(code) && code !== 'internal', `${path}: ${code}`);
    assert.is(answer.headers['content-type'], 'application/cbor');
  }
});

test('nothing, other encodings of a body, and other shapes are malformed', async () => {
  const shapes = [new Uint8Array(), Uint8Array.of(0xf6), encodeCbor({}), encodeCbor([]), encodeCbor({ v: 2 }), encodeCbor({ v: 1, op: '__proto__' }), encodeCbor({ v: 1, op: 'constructor' }), utf8('{"v":1}')];
  for (const path of paths) {
    for (const body of shapes) assert.is((await refusal(daemon, path, { body })).code, 'malformed', path);
  }
});

test('a body that is too large is refused, with its length told beforehand or not', async () => {
  for (const path of paths.filter((each) => each !== '/v1/commit')) {
    assert.is((await refusal(daemon, path, { body: new Uint8Array(100_000), headers: { 'content-length': '100000' } })).code, 'too-large', path);
    assert.is((await refusal(daemon, path, { body: Array.from({ length: 10 }, () => new Uint8Array(10_000)) })).code, 'too-large', path);
  }
  const answer = await ask(daemon, '/v1/commit', { body: [], headers: { 'content-length': String(2 ** 40) } }).catch(() => null);
  assert.ok(answer === null || answer.status === 413);
});

test('paths lead nowhere but to the routes', async () => {
  for (const path of ['/', '/v1', '/v1/', '/v1/commit/', '/v1/constructor', '/__proto__', '/ipfs/', '/ipfs/..%2f..%2fetc%2fpasswd', '/%00', '/v1/login?x=1#y', '//v1/login', '/v2/login']) {
    const { status } = await ask(daemon, path, { method: 'GET', via: 'onion' });
    assert.ok(status === 404 || status === 400 || (path === '/' && status === 200), `${path}: ${status}`);
  }
  for (const method of ['GET', 'PUT', 'DELETE', 'PATCH']) assert.is((await ask(daemon, '/v1/login', { method })).status, 404);
});

test('what is not HTTP is cut off, and the node goes on', async () => {
  for (const bytes of ['\u0000\u0001\u0002', 'GET\r\n\r\n', 'POST /v1/commit HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\nZZ\r\n', `GET / HTTP/1.1\r\n${'x: y\r\n'.repeat(10_000)}\r\n`]) {
    await new Promise<void>((resolve) => {
      const socket = connect(daemon.onionSocket, () => { socket.write(bytes); });
      socket.on('data', () => undefined);
      socket.on('error', () => { resolve(); });
      socket.on('close', () => { resolve(); });
    });
  }
  assert.is((await ask(daemon, '/v1/node', { method: 'GET' })).status, 200);
});

test('an upload that breaks off leaves nothing, and the same can be sent again', async () => {
  const body = draft.bytes();
  await new Promise<void>((resolve) => {
    const socket = connect(daemon.localSocket, () => {
      socket.write(`POST /v1/commit HTTP/1.1\r\nHost: x\r\nContent-Length: ${body.length}\r\n\r\n`);
      socket.write(body.subarray(0, body.length - 100), () => { socket.destroy(); });
    });
    socket.on('close', () => { resolve(); });
  });
  assert.is((await ask(daemon, '/v1/commit', { body })).status, 200);
});

test.run();
