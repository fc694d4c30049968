import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { CID } from 'multiformats/cid';
import { concat, toHex, utf8, fromUtf8, sign, type DomainLabel, type Signature } from '../../crypto/index.ts';
import {
  WireError, cidBytes, cidFromBytes, decodeBucket, decodeCar, decodeCbor, decodeCells, decodeCellsAnswer, decodeCollected, decodeCommit, decodeCommitAnswer, decodeDirectory, decodeDirectoryPage, decodeDone,
  decodeError, decodeLog, decodeLogin, decodeLoginAnswer, decodeMapNode, decodeMirror, decodeNodeInfo, decodePrefixDetail, decodeRoot, decodeSegmentAnswer, decodeSpineAnswer, decodeWorkDetail, encodeCar, encodeCbor, encodeCellsAnswer, encodeCollected, encodeCommit,
  encodeCommitAnswer, encodeDirectoryPage, encodeDone, encodeError, encodeLoginAnswer, encodeMapNode, encodeNodeInfo, encodePrefixDetail, encodeRequest, encodeRoot, encodeSegmentAnswer, encodeSpineAnswer, encodeWorkDetail, leafHash, openIdentity, openPointer, parseCid,
  parseName, type Block, type LoginRequest,
} from '../../wire/index.ts';
import { seededRandom } from '../rig/random.ts';
import { fixed, makeSamples } from './samples.ts';

const random = seededRandom('fuzz');
/** Mutations of each format; `UNDERKEEP_FUZZ_ROUNDS=10000` looks longer. */
const ROUNDS = Number(process.env['UNDERKEEP_FUZZ_ROUNDS'] ?? 400);
const SLOW_MS = 2000;

interface Target {
  readonly name: string;
  readonly samples: readonly Uint8Array[];
  /** The bytes that the parsed value encodes back to. */
  readonly again: (bytes: Uint8Array) => Uint8Array | Promise<Uint8Array>;
}

function target<T>(name: string, samples: readonly Uint8Array[], decode: (bytes: Uint8Array) => T, encode: (value: T) => Uint8Array): Target {
  return { name, samples, again: (bytes) => encode(decode(bytes)) };
}

/** A record that is parsed only once its signature verifies: each mutation is signed by the key that made the original. */
function signed(name: string, sample: Uint8Array, label: DomainLabel, key: typeof fixed.writer, open: (bytes: Uint8Array, signature: Signature) => object): Target {
  return { name, samples: [sample], again: (bytes) => encodeCbor(open(bytes, sign(key, label, bytes))) };
}

const s = await makeSamples();
const login: LoginRequest = { v: 1, login: parseName('alice'), blinded: random.bytes(32), lane: 300, work: random.bytes(8) };
const car = concat(...encodeCar(s.record, s.fragments));

async function carAgain(bytes: Uint8Array): Promise<Uint8Array> {
  const blocks: Block[] = [];
  const stream = async function* (): AsyncGenerator<Uint8Array> {
    for (let at = 0; at < bytes.length; at += 100) yield bytes.subarray(at, at + 100);
  };
  for await (const block of decodeCar(stream(), 2 ** 20)) blocks.push(block);
  const [record, ...rest] = blocks;
  assert.ok(record);
  return concat(...encodeCar(record, rest));
}

const targets: readonly Target[] = [
  target('cbor', [encodeCbor({ a: [1, null, true, 'x', s.value], b: { c: CID.parse(s.record.cid) } })], decodeCbor, encodeCbor),
  target('cid text', s.cids.map(utf8), (bytes) => parseCid(fromUtf8(bytes.map((byte) => byte & 127))), (cid) => utf8(cid)),
  target('cid bytes', s.cids.map(cidBytes), cidFromBytes, cidBytes),
  target('map node', [...s.branched.prove(s.keys), ...s.map.prove(s.keys)], decodeMapNode, encodeMapNode),
  target('root', [encodeRoot(s.root), encodeRoot(s.linkRoot)], decodeRoot, encodeRoot),
  target('commit', [s.record.bytes, encodeCommit(s.second).bytes], decodeCommit, (commit) => encodeCommit(commit).bytes),
  target('commit answer', [encodeCommitAnswer({ v: 1, spaces: [s.home, s.friend] })], decodeCommitAnswer, encodeCommitAnswer),
  target('cells request', [encodeRequest({ v: 1, space: fixed.writer.publicKey, root: null, labels: fixed.labels, prove: s.keys, bytes: 5 })], decodeCells, encodeRequest),
  target('cells answer', [encodeCellsAnswer(s.cells).bytes], decodeCellsAnswer, (answer) => encodeCellsAnswer(answer).bytes),
  target('login request', [encodeRequest(login), encodeRequest({ ...login, work: null })], decodeLogin, encodeRequest),
  target('login answer', [encodeLoginAnswer({ v: 1, known: true, evaluated: random.bytes(32), scrypt: s.create.scrypt, lane: s.header, size: 1 })], decodeLoginAnswer, encodeLoginAnswer),
  target('directory request', [encodeRequest({ v: 1, op: 'page', bits: 7, prefix: random.bytes(4) }), encodeRequest({ v: 1, op: 'publish', record: s.identity })], decodeDirectory, encodeRequest),
  target('directory page', [encodeDirectoryPage({ v: 1, bits: 7, records: [s.identity, s.identity], bucketBits: 3 })], decodeDirectoryPage, encodeDirectoryPage),
  target('bucket request', [encodeRequest({ v: 1, op: 'put', ...fixed.drop, envelope: s.envelope }), encodeRequest({ v: 1, op: 'collect', bucket: 77, after: 9 })], decodeBucket, encodeRequest),
  target('bucket answer', [encodeCollected({ v: 1, cursor: 3, more: false, envelopes: [{ epoch: 20_833, envelope: s.envelope }] })], decodeCollected, encodeCollected),
  target('log request', [encodeRequest({ v: 1, op: 'spine', space: fixed.writer.publicKey }), encodeRequest({ v: 1, op: 'segment', space: fixed.writer.publicKey, index: 300, from: 7 })], decodeLog, encodeRequest),
  target('spine', [encodeSpineAnswer({ v: 1, ...s.home, segments: [leafHash(s.entry)], tail: [leafHash(s.entry), leafHash(s.header)] })], decodeSpineAnswer, encodeSpineAnswer),
  target('segment', [encodeSegmentAnswer({ v: 1, entries: s.entry })], decodeSegmentAnswer, encodeSegmentAnswer),
  target('mirror request', [encodeRequest(s.mirror)], decodeMirror, encodeRequest),
  target('node information', [encodeNodeInfo(s.nodeInfo)], decodeNodeInfo, encodeNodeInfo),
  target('done', [encodeDone()], decodeDone, encodeDone),
  target('work detail', [encodeWorkDetail(20)], decodeWorkDetail, encodeWorkDetail),
  target('prefix detail', [encodePrefixDetail(7)], decodePrefixDetail, encodePrefixDetail),
  // A code that is not known reads as `internal`: the one place where a decoder forgets something.
  { name: 'error', samples: [encodeError(s.error), encodeError(s.detailed)], again: (bytes) => {
    const error = decodeError(bytes);
    return error.code === 'internal' ? bytes : encodeError(error);
  } },
  signed('pointer', s.pointer.pointer, 'underkeep/pointer/1', fixed.writer, (pointer, signature) => openPointer({ pointer, signature })),
  signed('identity record', s.identity.identity, 'underkeep/identity/1', fixed.person, (identity, signature) => openIdentity({ identity, signature })),
  { name: 'car', samples: [car], again: carAgain },
];

const heads = [0x00, 0x17, 0x18, 0x1b, 0x20, 0x3b, 0x40, 0x58, 0x5a, 0x5f, 0x60, 0x7b, 0x80, 0x81, 0x9a, 0x9f, 0xa0, 0xa1, 0xbb, 0xbf, 0xc0, 0xd8, 0xf4, 0xf5, 0xf6, 0xf7, 0xf9, 0xfb, 0xff];

/** Bytes changed without regard to what they mean. */
function mangled(bytes: Uint8Array): Uint8Array {
  const at = random.int(bytes.length + 1);
  const to = Math.min(bytes.length, at + random.int(40));
  const before = bytes.subarray(0, at);
  const after = bytes.subarray(at);
  const foreign = random.pick(random.pick(targets).samples);
  const from = random.int(foreign.length);
  return random.pick([
    () => concat(before, Uint8Array.of(random.pick(heads)), after.subarray(1)),
    () => concat(before, Uint8Array.of((after[0] ?? 0) ^ (1 << random.int(8))), after.subarray(1)),
    () => concat(before, Uint8Array.of(random.pick(heads)), after),
    () => concat(before, random.bytes(random.int(9)), after),
    () => concat(before, bytes.subarray(to)),
    () => before,
    () => concat(bytes.subarray(0, to), after),
    () => concat(before, foreign.subarray(from, from + random.int(60)), after),
    () => concat(before, foreign.subarray(from)),
  ])();
}

const strange: readonly unknown[] = [
  null, true, false, 0, 1, -1, 2 ** 53 - 1, 0.5, '', 'v', '__proto__', 'x'.repeat(1025), '\u0000', [], [[]], new Map(), new Map([['__proto__', 1]]), new Uint8Array(), new Uint8Array(32), new Uint8Array(64), new Uint8Array(65),
  new Uint8Array(8192), new Uint8Array(2049), fixed.writer.publicKey, CID.parse(s.record.cid), CID.createV1(0x70, CID.parse(s.record.cid).multihash),
];

function reshapedList(list: readonly unknown[], depth: number): unknown[] {
  const at = random.int(list.length + 1);
  if (at < list.length && random.int(4) > 0) return list.with(at, reshaped(list[at], depth + 1));
  return random.pick([[...list, random.pick(strange)], list.slice(1), [...list, ...list], Array.from({ length: 70 }, () => list[0] ?? 0)]);
}

/** A value with one part replaced, left out, doubled or added: what encodes to it is canonical, and only its shape can be wrong. */
function reshaped(value: unknown, depth = 0): unknown {
  if (depth > 0 && random.int(4) === 0) return random.pick(strange);
  if (Array.isArray(value)) return reshapedList(value, depth);
  if (value instanceof Map) {
    const entries = [...(value as Map<unknown, unknown>)];
    const at = random.int(entries.length + 1);
    const [key, inner] = entries[at] ?? ['v', 1];
    const kind = random.int(5);
    if (kind === 0) return new Map(entries.toSpliced(at, 1));
    if (kind === 1) return new Map([...entries, [random.pick(['__proto__', 'constructor', 'v', 'op', 'zz']), random.pick(strange)]]);
    return new Map([...entries, [key, reshaped(inner, depth + 1)]]);
  }
  if (value instanceof Uint8Array) return random.int(2) === 0 ? mangled(value) : random.bytes(value.length);
  if (typeof value === 'number') return random.pick([value + 1, value - 1, -value, 2 ** 40, 2 ** 32, 2 ** 16, 64, 0, random.int(2 ** 32)]);
  if (typeof value === 'string') return random.pick([`${value}x`, value.slice(1), value.toUpperCase(), 'constructor', '']);
  return random.pick(strange);
}

function mutation({ samples }: Target): Uint8Array {
  const sample = random.pick(samples);
  if (random.int(2) === 0) {
    try {
      return encodeCbor(reshaped(decodeCbor(sample)));
    } catch {
      // Not a CBOR format, or a value that has no encoding.
    }
  }
  let bytes = mangled(sample);
  while (random.int(4) === 0) bytes = mangled(bytes);
  return bytes;
}

for (const one of targets) {
  test(`${one.name}: a valid one encodes back`, async () => {
    for (const sample of one.samples) assert.is(toHex(await one.again(sample)), toHex(sample));
  });

  test(`${one.name}: what was tampered with is refused as WireError, or is exactly what it encodes to`, async () => {
    let taken = 0;
    for (let round = 0; round < ROUNDS; round++) {
      const bytes = mutation(one);
      const start = performance.now();
      try {
        const again = await one.again(bytes);
        taken++;
        if (one.name !== 'cid text') assert.is(toHex(again), toHex(bytes));
      } catch (error) {
        if (!(error instanceof WireError)) throw new Error(`${one.name}: ${toHex(bytes).slice(0, 2000)}`, { cause: error });
        assert.ok(error.message.length < 400 && !error.message.includes('undefined'), error.message);
      }
      assert.ok(performance.now() - start < SLOW_MS, `${one.name} is slow for ${toHex(bytes).slice(0, 2000)}`);
    }
    // Were nothing taken or everything, the mutations would say little.
    if (ROUNDS >= 400) assert.ok(taken > 0 && taken < ROUNDS, `${taken} of ${ROUNDS} taken`);
  });
}

test('bytes that were never anything are refused', async () => {
  for (const one of targets) {
    if (one.name === 'cbor') continue;
    for (let round = 0; round < 50; round++) {
      const error: unknown = await Promise.resolve().then(() => one.again(random.bytes(random.int(200)))).then(() => null, (reason: unknown) => reason);
      assert.instance(error, WireError, one.name);
    }
  }
});

test.run();
