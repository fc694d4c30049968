/** What every carrier must do, whatever it runs over: one suite, passed by memory, loopback and Tor. */
import { createHash } from 'node:crypto';
import { setImmediate as immediately, setTimeout as sleep } from 'node:timers/promises';
import { suite } from 'uvu';
import type { Test } from 'uvu';
import * as assert from 'uvu/assert';
import { TransportError } from '../../transport/index.ts';
import type { Carrier } from '../../transport/index.ts';
import type { CarrierResponse } from '../../wire/index.ts';

/** Answers a request; `connection` names the connection (or, in memory, the isolation) that it came over. */
export type Behaviour = (request: Request, connection: string) => Promise<Response>;

/** A carrier, a peer at `base` that behaves as told, and the URL of one that refuses. */
export interface Rig {
  readonly carrier: Carrier;
  readonly base: string;
  readonly refusing: string;
  close(): Promise<void>;
}

const MIB = 1024 * 1024;
const LARGE = 8 * MIB;
// Kernel and tor buffers hold some; a carrier that read ahead without end would hold all 64.
const FLOW = 64 * MIB;
const FLOW_HELD_MAX = 24 * MIB;

const seen = { produced: 0, uploaded: 0, cancelled: 0, whole: 0 };

async function behave(request: Request, connection: string): Promise<Response> {
  const { pathname } = new URL(request.url);
  const behaviour = behaviours.get(pathname);
  return behaviour === undefined ? new Response('nothing here', { status: 404 }) : behaviour(request, connection);
}

const behaviours = new Map<string, Behaviour>([
  ['/hello', async (request) => new Response(`hello ${request.headers.get('x-name')}`, { status: 201, headers: { 'x-answer': 'yes' } })],
  ['/digest', async (request) => {
    const bytes = new Uint8Array(await request.arrayBuffer());
    seen.whole++;
    return Response.json({ length: bytes.length, announced: request.headers.get('content-length'), sha256: sha256(bytes) });
  }],
  ['/large', async () => new Response(pattern(LARGE))],
  ['/endless', async () => new Response(endless())],
  ['/slow-reader', async (request) => {
    const reader = request.body?.getReader();
    await reader?.read();
    await sleep(800);
    for (;;) if ((await reader?.read())?.done !== false) return new Response('read it all');
  }],
  ['/never', () => new Promise(() => {})],
  ['/cut-off', async () => new Response(cutOff(), { headers: { 'content-length': '1000' } })],
  ['/cut-off-chunked', async () => new Response(cutOff())],
  ['/elsewhere', async () => new Response(null, { status: 302, headers: { location: 'http://192.0.2.1/' } })],
  ['/connection', async (_, connection) => new Response(connection)],
  ['/echo', async (request) => new Response(request.headers.get('x-name'))],
]);

export { behave };

/** The whole suite over the rig that `open` gives; call `.run()` on it. */
export function compliance(name: string, open: () => Promise<Rig>): Test<{ rig: Rig }> {
  const test = suite<{ rig: Rig }>(name);
  test.before(async (context) => {
    context.rig = await open();
  });
  test.after(async ({ rig }) => {
    await rig.carrier.close();
    await rig.close();
  });
  const fetchOf = ({ carrier }: Rig, purpose = 'test') => carrier.fetchFor({ account: 'a', purpose, peer: 'b' });

  test('carries status and headers both ways', async ({ rig }) => {
    const response = await fetchOf(rig)(`${rig.base}/hello`, { method: 'GET', headers: { 'x-name': 'Ada' } });
    assert.is(response.status, 201);
    assert.is(response.header('X-Answer'), 'yes');
    assert.is(response.header('x-missing'), null);
    assert.is(response.header('constructor'), null);
    assert.is(await text(response), 'hello Ada');
    const missing = await fetchOf(rig)(`${rig.base}/nowhere`, { method: 'GET' });
    assert.is(missing.status, 404);
    assert.is(await text(missing), 'nothing here');
  });

  test('follows no redirect', async ({ rig }) => {
    const response = await fetchOf(rig)(`${rig.base}/elsewhere`, { method: 'GET' });
    assert.is(response.status, 302);
    assert.is(response.header('location'), 'http://192.0.2.1/');
    await text(response);
  });

  test('carries a body of bytes, a stream of announced length, and a stream of unknown length', async ({ rig }) => {
    const body = pattern(300_000);
    const announced = await digest(rig, { body });
    assert.equal(announced, { length: body.length, announced: String(body.length), sha256: sha256(body) });
    assert.equal(await digest(rig, { body: pieces(body, 7000), bodyLength: body.length }), announced);
    assert.equal(await digest(rig, { body: pieces(body, 7000) }), { ...announced, announced: null });
    assert.is((await digest(rig, {})).length, 0);
    assert.is((await digest(rig, { body: new Uint8Array() })).length, 0);
  });

  test('carries large bodies both ways', async ({ rig }) => {
    const body = pattern(LARGE);
    assert.is((await digest(rig, { body })).sha256, sha256(body));
    const response = await fetchOf(rig)(`${rig.base}/large`, { method: 'GET' });
    assert.is(sha256(await bytes(response)), sha256(body));
  });

  test('makes a fast server wait for a slow reader, and tells it when the reader leaves', async ({ rig }) => {
    seen.produced = 0;
    seen.cancelled = 0;
    const response = await fetchOf(rig, 'endless')(`${rig.base}/endless`, { method: 'GET' });
    for await (const chunk of response.body) {
      assert.ok(chunk.length > 0);
      await sleep(800);
      break;
    }
    assert.ok(seen.produced < FLOW_HELD_MAX, `the server was let produce ${seen.produced} bytes`);
    for (let tries = 0; seen.cancelled === 0 && tries < 100; tries++) await sleep(50);
    assert.is(seen.cancelled, 1);
  });

  test('makes a fast sender wait for a slow server', async ({ rig }) => {
    seen.uploaded = 0;
    const controller = new AbortController();
    const sending = fetchOf(rig, 'slow')(`${rig.base}/slow-reader`, { method: 'POST', body: counted(), bodyLength: FLOW, signal: controller.signal });
    sending.catch(() => {});
    await sleep(700);
    assert.ok(seen.uploaded > 0 && seen.uploaded < FLOW_HELD_MAX, `${seen.uploaded} bytes were taken from the sender`);
    controller.abort();
    await rejection(sending);
  });

  test('rejects with the reason of an abort: before, while waiting, and within the body', async ({ rig }) => {
    const reason = new Error('enough');
    const before = fetchOf(rig)(`${rig.base}/hello`, { method: 'GET', signal: AbortSignal.abort(reason) });
    assert.is(await rejection(before), reason);

    const waiting = new AbortController();
    setTimeout(() => waiting.abort(reason), 100);
    assert.is(await rejection(fetchOf(rig, 'never')(`${rig.base}/never`, { method: 'GET', signal: waiting.signal })), reason);

    const within = new AbortController();
    const response = await fetchOf(rig, 'endless')(`${rig.base}/endless`, { method: 'GET', signal: within.signal });
    setTimeout(() => within.abort(reason), 100);
    assert.is(await rejection(bytes(response)), reason);
  });

  test('says that a refusing peer is unreachable', async ({ rig }) => {
    const error = await rejection(fetchOf(rig)(`${rig.refusing}/hello`, { method: 'GET' }));
    assert.instance(error, TransportError);
    assert.ok(error instanceof TransportError && ['unreachable', 'timeout'].includes(error.code), `got ${String(error)}`);
    assert.not.match(String(error), /onion\b.*\.onion|\/tmp\//);
  });

  for (const path of ['/cut-off', '/cut-off-chunked']) {
    test(`never takes a body that was cut off for a whole one (${path})`, async ({ rig }) => {
      const read = fetchOf(rig)(`${rig.base}${path}`, { method: 'GET' }).then(bytes);
      const error = await rejection(read);
      assert.ok(error instanceof TransportError && error.code === 'unreachable', `got ${String(error)}`);
    });
  }

  test('keeps concurrent requests apart', async ({ rig }) => {
    const names = Array.from({ length: 20 }, (_, i) => `name-${i}`);
    const answers = await Promise.all(names.map(async (name) => text(await fetchOf(rig)(`${rig.base}/echo`, { method: 'GET', headers: { 'x-name': name } }))));
    assert.equal(answers, names);
  });

  test('shares connections within an isolation and never between two', async ({ rig }) => {
    const isolations = [['a', 'read', 'x'], ['a', 'read', 'x'], ['a', 'write', 'x'], ['b', 'read', 'x'], ['a', 'read', 'y']] as const;
    const connections = [];
    for (const [account, purpose, peer] of isolations) {
      const fetch = rig.carrier.fetchFor({ account, purpose, peer });
      connections.push(await text(await fetch(`${rig.base}/connection`, { method: 'GET' })));
    }
    assert.is(connections[0], connections[1]);
    assert.is(new Set(connections).size, 4);
  });

  test("passes on the body source's own error, and the server never sees that body as whole", async ({ rig }) => {
    const failure = new Error('the disk went away');
    const whole = seen.whole;
    async function* failing(): AsyncGenerator<Uint8Array> {
      yield pattern(1000);
      throw failure;
    }
    assert.is(await rejection(fetchOf(rig)(`${rig.base}/digest`, { method: 'POST', body: failing() })), failure);
    const short = fetchOf(rig)(`${rig.base}/digest`, { method: 'POST', body: pieces(pattern(10), 5), bodyLength: 11 });
    const long = fetchOf(rig)(`${rig.base}/digest`, { method: 'POST', body: pieces(pattern(10), 5), bodyLength: 9 });
    for (const sending of [short, long]) {
      const error = await rejection(sending);
      assert.ok(error instanceof TransportError && error.code === 'bad-request', `got ${String(error)}`);
    }
    assert.is(seen.whole, whole);
  });

  test('refuses header values that would split the request', async ({ rig }) => {
    const error = await rejection(fetchOf(rig)(`${rig.base}/hello`, { method: 'GET', headers: { 'x-name': 'a\r\nx-evil: b' } }));
    assert.ok(error instanceof TransportError && error.code === 'bad-request', `got ${String(error)}`);
  });

  test('ends what is under way on close, and is closed from then on', async ({ rig }) => {
    const fetch = fetchOf(rig, 'never');
    const underWay = fetch(`${rig.base}/never`, { method: 'GET' });
    const streaming = bytes(await fetch(`${rig.base}/endless`, { method: 'GET' }));
    setTimeout(() => void rig.carrier.close(), 100);
    const errors = [await rejection(underWay), await rejection(streaming), await rejection(fetch(`${rig.base}/hello`, { method: 'GET' }))];
    for (const error of errors) assert.ok(error instanceof TransportError && error.code === 'closed', `got ${String(error)}`);
  });

  async function digest(rig: Rig, body: { body?: Uint8Array | AsyncIterable<Uint8Array>; bodyLength?: number }) {
    const response = await fetchOf(rig)(`${rig.base}/digest`, { method: 'POST', ...body });
    return JSON.parse(await text(response)) as { length: number; announced: string | null; sha256: string };
  }

  return test;
}

export async function bytes(response: CarrierResponse): Promise<Uint8Array> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of response.body) chunks.push(chunk);
  return Buffer.concat(chunks);
}

export async function text(response: CarrierResponse): Promise<string> {
  return Buffer.from(await bytes(response)).toString();
}

/** What the promise rejects with; fails the test when it resolves. */
export async function rejection(promise: Promise<unknown>): Promise<unknown> {
  try {
    await promise;
  } catch (error) {
    return error;
  }
  return assert.unreachable('it should have been rejected');
}

function sha256(data: Uint8Array): string {
  return createHash('sha256').update(data).digest('hex');
}

function pattern(length: number): Uint8Array<ArrayBuffer> {
  const all = new Uint8Array(length);
  for (let i = 0; i < length; i++) all[i] = (i * 31 + (i >> 8)) & 0xff;
  return all;
}

async function* pieces(data: Uint8Array, size: number): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < data.length; at += size) yield data.subarray(at, at + size);
}

async function* counted(): AsyncGenerator<Uint8Array> {
  const chunk = new Uint8Array(64 * 1024);
  for (let sent = 0; sent < FLOW; sent += chunk.length) {
    seen.uploaded += chunk.length;
    yield chunk;
  }
}

function endless(): ReadableStream<Uint8Array> {
  return new ReadableStream({
    async pull(controller) {
      await immediately(); // in memory nothing else would let timers run
      seen.produced += 64 * 1024;
      controller.enqueue(new Uint8Array(64 * 1024));
    },
    cancel() {
      seen.cancelled++;
    },
  });
}

function cutOff(): ReadableStream<Uint8Array> {
  let pulls = 0;
  return new ReadableStream({
    async pull(controller) {
      if (pulls++ === 0) controller.enqueue(new Uint8Array(500));
      else {
        await sleep(50);
        controller.error(new Error('cut off on purpose'));
      }
    },
  });
}
