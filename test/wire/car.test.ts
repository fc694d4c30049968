import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { CarReader, CarWriter } from '@ipld/car';
import { CID } from 'multiformats/cid';
import { concat, fromHex, toHex } from '../../crypto/index.ts';
import {
  BLOCK_MAX, WireError, carHeader, carLength, cidBytes, cidOf, commitBody, decodeCar, encodeCar, encodeCbor, sectionHead, toLink, type Block, type ErrorCode,
} from '../../wire/index.ts';
import { seededRandom } from '../rig/random.ts';

const random = seededRandom('car');
const MAX = 8 * BLOCK_MAX;

function block(bytes: Uint8Array, codec: 'raw' | 'dag-cbor' = 'raw'): Block {
  return { cid: cidOf(codec, bytes), bytes };
}
const record = block(encodeCbor({ v: 1, what: 'a record' }), 'dag-cbor');
const section = (of: Block): Uint8Array => concat(sectionHead(of.cid, of.bytes.length), of.bytes);

async function* stream(bytes: Uint8Array, chunk = bytes.length): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < bytes.length; at += chunk) yield bytes.subarray(at, at + chunk);
}

async function read(bytes: Uint8Array | AsyncIterable<Uint8Array>, max = MAX): Promise<Block[]> {
  const blocks: Block[] = [];
  for await (const one of decodeCar(bytes instanceof Uint8Array ? stream(bytes) : bytes, max)) blocks.push(one);
  return blocks;
}

async function refused(bytes: Uint8Array | AsyncIterable<Uint8Array>, code: ErrorCode, max = MAX): Promise<void> {
  const error: unknown = await read(bytes, max).then(() => null, (reason: unknown) => reason);
  assert.ok(error instanceof WireError, `no WireError but ${String(error)}`);
  assert.is(error.code, code);
}

function someBlocks(count: number, size: number): Block[] {
  return Array.from({ length: count }, () => block(random.bytes(random.int(size) + 1)));
}

test('blocks come out as they went in, however the stream is cut', async () => {
  const blocks = someBlocks(20, 300);
  const whole = concat(...encodeCar(record, blocks));
  assert.is(whole.length, carLength(record, blocks));
  assert.is(whole.length, commitBody(record, blocks).length);
  assert.equal(concat(...commitBody(record, blocks).pieces()), whole);
  for (const chunk of [1, 2, 7, 36, 38, 4096, whole.length]) assert.equal(await read(stream(whole, chunk)), [record, ...blocks]);
  const ragged = async function* (): AsyncGenerator<Uint8Array> {
    for (let at = 0; at < whole.length; ) {
      const size = random.int(60);
      yield whole.slice(at, at + size);
      at += size;
    }
  };
  assert.equal(await read(ragged()), [record, ...blocks]);
});

test('a full block of 1 MiB and an empty one pass, one byte more does not', async () => {
  const full = block(new Uint8Array(BLOCK_MAX).fill(7));
  const empty = block(new Uint8Array());
  assert.equal(await read(concat(...encodeCar(record, [full, empty]))), [record, full, empty]);
  await refused(concat(...encodeCar(record, [block(new Uint8Array(BLOCK_MAX + 1))])), 'malformed');
});

test('@ipld/car reads what we write', async () => {
  const blocks = someBlocks(10, 2000);
  const reader = await CarReader.fromBytes(concat(...encodeCar(record, blocks)));
  assert.equal((await reader.getRoots()).map(String), [record.cid]);
  const seen: Block[] = [];
  for await (const { cid, bytes } of reader.blocks()) seen.push({ cid: cid.toString() as Block['cid'], bytes });
  assert.equal(seen, [record, ...blocks]);
});

test('we read what @ipld/car writes, byte for byte the same', async () => {
  const blocks = someBlocks(10, 2000);
  const { writer, out } = CarWriter.create([CID.parse(record.cid)]);
  const written = Array.fromAsync(out);
  for (const { cid, bytes } of [record, ...blocks]) await writer.put({ cid: CID.parse(cid), bytes });
  await writer.close();
  const theirs = concat(...(await written));
  assert.is(toHex(theirs), toHex(concat(...encodeCar(record, blocks))));
  assert.equal(await read(theirs), [record, ...blocks]);
});

test('a stream that ends inside a section is malformed; between sections it is a shorter CAR', async () => {
  const blocks = someBlocks(4, 60);
  const whole = concat(...encodeCar(record, blocks));
  const ends = new Map<number, number>();
  let end = carHeader(record.cid).length;
  for (const [index, one] of [record, ...blocks].entries()) ends.set((end += section(one).length), index + 1);
  for (let length = 0; length <= whole.length; length++) {
    const count = ends.get(length);
    if (count === undefined) await refused(whole.subarray(0, length), 'malformed');
    else assert.is((await read(whole.subarray(0, length))).length, count);
  }
});

test('a block that is not its CID is never given out', async () => {
  const blocks = someBlocks(3, 60);
  const whole = concat(...encodeCar(record, blocks));
  const first = carHeader(record.cid).length + section(record).length;
  for (let at = 0; at < whole.length; at++) {
    const changed = whole.slice();
    changed[at] = (changed[at] ?? 0) ^ (1 << random.int(8));
    const given: Block[] = [];
    const error: unknown = await (async () => {
      for await (const one of decodeCar(stream(changed), MAX)) given.push(one);
    })().then(() => null, (reason: unknown) => reason);
    assert.ok(error instanceof WireError && ['malformed', 'corrupt-block'].includes(error.code), `byte ${at}: ${String(error)}`);
    for (const one of given) assert.is(cidOf(one.cid === record.cid ? 'dag-cbor' : 'raw', one.bytes), one.cid);
    assert.ok(given.length <= (at < first ? 0 : 3), `byte ${at}`);
  }
});

test('hostile lengths: zero, too long, padded, endless, or shorter than a CID', async () => {
  const start = concat(carHeader(record.cid), section(record));
  const lengths = ['00', '01', '23', '8000', 'a400', 'a48000', 'a5808001', 'ffffffff0f', 'ffffffffffffffff7f', '808080808001', '80'.repeat(20), 'ff'.repeat(64), 'a580c080'];
  for (const hex of lengths) await refused(concat(start, fromHex(hex), new Uint8Array(64)), 'malformed');
  for (const hex of lengths) await refused(concat(fromHex(hex), new Uint8Array(256)), 'malformed');
});

test('a header has version 1 and one root, which is the first block', async () => {
  const framed = (header: unknown): Uint8Array => {
    const bytes = encodeCbor(header);
    return concat(Uint8Array.of(bytes.length), bytes, section(record));
  };
  const root = toLink(record.cid);
  assert.equal(await read(framed({ version: 1, roots: [root] })), [record]);
  const raw = block(record.bytes);
  const others = [
    { version: 2, roots: [root] }, { version: 1, roots: [] }, { version: 1, roots: [root, root] }, { version: 1 }, { version: 1, roots: root },
    { version: 1, roots: [root], more: 1 }, { version: '1', roots: [root] }, { version: 1, roots: [toLink(raw.cid)] }, { version: 1, roots: [null] }, [1, root], 1, null,
  ];
  for (const header of others) await refused(framed(header), 'malformed');
  await refused(concat(carHeader(raw.cid), section(raw)), 'malformed');
  await refused(concat(carHeader(record.cid), section(raw), section(record)), 'malformed');
  await refused(carHeader(record.cid), 'malformed');
  await refused(new Uint8Array(), 'malformed');
});

test('a section with another kind of CID is refused', async () => {
  const start = concat(carHeader(record.cid), section(record));
  const one = block(Uint8Array.of(1));
  for (const [at, value] of [[0, 0x12], [1, 0x70], [2, 0x13], [3, 31]] as const) {
    const cid = cidBytes(one.cid).slice();
    cid[at] = value;
    await refused(concat(start, Uint8Array.of(37), cid, one.bytes), 'malformed');
  }
});

test('a body is read no further than its limit', async () => {
  const blocks = someBlocks(8, 500);
  const whole = concat(...encodeCar(record, blocks));
  assert.is((await read(whole, whole.length)).length, 9);
  await refused(stream(whole, 10), 'too-large', whole.length - 1);
  let taken = 0;
  const endless = async function* (): AsyncGenerator<Uint8Array> {
    yield* encodeCar(record, []);
    const one = section(block(Uint8Array.of(1)));
    for (;;) {
      taken += one.length;
      yield one;
    }
  };
  await refused(endless(), 'too-large', 100_000);
  assert.ok(taken <= 100_000 + 100);
});

test('the stream is closed when its reader stops, when it is refused, and only then', async () => {
  const whole = concat(...encodeCar(record, someBlocks(3, 50)));
  let closed = 0;
  const watched = async function* (bytes: Uint8Array): AsyncGenerator<Uint8Array> {
    let ended = false;
    try {
      yield* stream(bytes, 8);
      ended = true;
    } finally {
      if (!ended) closed++;
    }
  };
  for await (const _ of decodeCar(watched(whole), MAX)) break;
  assert.is(closed, 1);
  await refused(watched(concat(fromHex('00'), whole)), 'malformed');
  assert.is(closed, 2);
  await read(watched(whole));
  assert.is(closed, 2);
});

test('what the stream fails with comes through', async () => {
  const failing = async function* (): AsyncGenerator<Uint8Array> {
    yield carHeader(record.cid);
    throw new RangeError('the line is dead');
  };
  const error: unknown = await read(failing()).then(() => null, (reason: unknown) => reason);
  assert.instance(error, RangeError);
});

test.run();
