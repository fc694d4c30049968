import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { CarReader, CarWriter } from '@ipld/car';
import * as dagCbor from '@ipld/dag-cbor';
import { CID } from 'multiformats/cid';
import { useEngine } from '../../crypto/index.ts';
import { nodeEngine } from '../../engines/index.ts';
import { cellHash, cidOf, encodeCbor, encodeRequest, mapKey, parseCid, signMirror, type Cid } from '../../wire/index.ts';
import { ask, demand, refusal } from '../rig/ask.ts';
import { startDaemon } from '../rig/daemon.ts';
import { newSpace, randomCell, randomLabel, SpaceWriter } from '../rig/space-writer.ts';

await useEngine(nodeEngine());
const daemon = await startDaemon();
test.after(async () => daemon.stop());

const writer = new SpaceWriter();
const cells = Array.from({ length: 40 }, (_, index) => ({ label: randomLabel(), cell: randomCell(index === 0 ? 2_500_000 : 700) }));
const created = await writer.draft([[writer.home, cells]], { create: { login: 'gateway' } });
await demand(daemon, '/v1/commit', { body: created.body() });
created.accept();
const fragments = created.commit.spaces[0]?.changes.map(([, cids]) => cids ?? []) ?? [];
const first: Cid = fragments[0]?.[0] ?? cidOf('raw', new Uint8Array());
const now = (): number => Math.floor(Date.now() / 1000);

test('a block is served as a trustless gateway does', async () => {
  for (const question of [{ path: `/ipfs/${first}?format=raw`, headers: {} }, { path: `/ipfs/${first}`, headers: { accept: 'application/vnd.ipld.raw' } }]) {
    const answer = await ask(daemon, question.path, { method: 'GET', headers: question.headers, via: 'onion' });
    assert.is(answer.status, 200);
    assert.is(cidOf('raw', answer.body), first);
    assert.is(answer.headers['content-type'], 'application/vnd.ipld.raw');
    assert.match(answer.headers['cache-control'] ?? '', /immutable/);
    assert.match(answer.headers['content-disposition'] ?? '', /^attachment/);
    assert.is(answer.headers['x-content-type-options'], 'nosniff');
    assert.is(answer.headers['access-control-allow-origin'], '*');
  }
  const head = await ask(daemon, `/ipfs/${first}?format=raw`, { method: 'HEAD', via: 'onion' });
  assert.is(head.status, 200);
  assert.is(head.body.length, 0);
  assert.is(head.headers['content-length'], '1048576');
});

test('what is no block of the node, or not asked for as one, is not found', async () => {
  const stranger = cidOf('raw', randomCell(10));
  const record = cidOf('dag-cbor', created.record.bytes);
  for (const path of [`/ipfs/${stranger}?format=raw`, `/ipfs/${record}?format=raw`, `/ipfs/${first}`, `/ipfs/${first}?format=car`, `/ipfs/${first}/child?format=raw`]) {
    assert.is((await refusal(daemon, path, { method: 'GET', via: 'onion' })).code, 'not-found', path);
  }
  for (const path of ['/ipfs/nonsense?format=raw', `/ipfs/${first.toUpperCase()}?format=raw`, '/ipfs/QmYwAPJzv5CZsnA625s3Xf2nemtYgPpHdWEz79ojWnPbdG?format=raw']) {
    assert.is((await refusal(daemon, path, { method: 'GET', via: 'onion' })).code, 'malformed', path);
  }
});

test('an answer to a read is a CAR that an independent reader takes', async () => {
  const request = encodeRequest({ v: 1, space: writer.home.key.publicKey, root: null, labels: cells.slice(0, 3).map(({ label }) => label), prove: [], bytes: 8_000_000 });
  const answer = await ask(daemon, '/v1/cells', { body: request, via: 'onion' });
  assert.is(answer.headers['content-length'], String(answer.body.length));
  const car = await CarReader.fromBytes(answer.body);
  const [root] = await car.getRoots();
  if (root === undefined) throw new Error('no root');
  const record = dagCbor.decode<{ included: number; cells: CID[][] }>((await car.get(root))?.bytes ?? new Uint8Array());
  assert.is(record.included, 3);
  for (const [index, cids] of record.cells.entries()) {
    const parts = await Promise.all(cids.map(async (cid) => (await car.get(cid))?.bytes ?? new Uint8Array()));
    assert.ok(Buffer.concat(parts).equals(cells[index]?.cell ?? new Uint8Array()));
  }
});

test('a commit that an independent writer made of the same parts has the same bytes', async () => {
  const { writer: put, out } = CarWriter.create([CID.parse(created.record.cid)]);
  const parts: Uint8Array[] = [];
  const reading = (async () => { for await (const part of out) parts.push(part); })();
  for (const { cid, bytes } of [created.record, ...created.blocks]) await put.put({ cid: CID.parse(cid), bytes });
  await put.close();
  await reading;
  assert.ok(Buffer.concat(parts).equals(created.bytes()));
});

test('a whole space is mirrored for its writer\'s signature of now, and for nothing else', async () => {
  const car = await CarReader.fromBytes(await demand(daemon, '/v1/mirror', { body: encodeRequest(signMirror(writer.home.key, now())), via: 'onion' }));
  const [root] = await car.getRoots();
  if (root === undefined) throw new Error('no root');
  const load = async <T>(cid: CID): Promise<T> => dagCbor.decode<T>((await car.get(cid))?.bytes ?? new Uint8Array());
  const record = await load<{ root: { map: Uint8Array }; cells: CID[]; lane: CID[]; cover: [number, CID][] }>(root);
  assert.equal(record.root.map, writer.home.map.root);
  const entries = (await Promise.all(record.cells.map(async (page) => load<[Uint8Array, CID[]][]>(page)))).flat();
  assert.is(entries.length, cells.length);
  for (const [key, cids] of entries) {
    const index = cells.findIndex(({ label }) => Buffer.from(mapKey(label)).equals(key));
    assert.equal(cellHash(cids.map((cid) => parseCid(cid.toString()))), cellHash(fragments[index] ?? []));
    for (const cid of cids) assert.ok(await car.get(cid));
  }
  const lane = await Promise.all(record.lane.map(async (piece) => load<Uint8Array>(piece)));
  assert.is(Buffer.concat(lane).length, 256);
  for (const [count, cid] of record.cover) assert.is((await car.get(cid))?.bytes.length, count * 4096);

  const stranger = newSpace(false).key;
  const forged = { ...signMirror(stranger, now()), space: writer.home.key.publicKey };
  assert.is((await refusal(daemon, '/v1/mirror', { body: encodeCbor(forged) })).code, 'bad-signature');
  for (const at of [now() - 400, now() + 400]) assert.is((await refusal(daemon, '/v1/mirror', { body: encodeRequest(signMirror(writer.home.key, at)) })).code, 'clock-skew');
  assert.is((await refusal(daemon, '/v1/mirror', { body: encodeRequest(signMirror(stranger, now())) })).code, 'unknown-space');
});

test('a space with nothing in it is mirrored too', async () => {
  const empty = newSpace(false);
  const draft = await writer.draft([[writer.home, []], [empty, []]]);
  await demand(daemon, '/v1/commit', { body: draft.body() });
  const car = await CarReader.fromBytes(await demand(daemon, '/v1/mirror', { body: encodeRequest(signMirror(empty.key, now())) }));
  assert.is((await car.getRoots()).length, 1);
});

test.run();
