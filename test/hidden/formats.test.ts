import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { concat, equalBytes, randomBytes, toHex, useEngine, utf8 } from '../../crypto/index.ts';
import { nodeEngine } from '../../engines/index.ts';
import {
  applySplices, decodeBatch, decodeCheckpoint, decodeFrame, encodeBatch, encodeCheckpoint, encodeFrame, encodeRecord, FRAME_DATA, HiddenError, HiddenVault, hiddenKeys, MemoryLog, newWriter,
  splicesOf, withRange, type BatchHead, type Checkpoint, type Range, type WriterId,
} from '../../hidden/index.ts';
import { encodeCbor } from '../../wire/index.ts';
import { seededRandom } from '../rig/random.ts';
import { Line, put, values } from './line.ts';

const random = seededRandom('formats of hidden vaults');
await useEngine(nodeEngine());

const isCorrupt = (error: unknown): boolean => error instanceof HiddenError && error.code === 'corrupt';
const writer = (): WriterId => toHex(random.bytes(8)) as WriterId;

/** One to four changes of any kind: a bit, a cut, an insertion, a repetition. */
function damaged(bytes: Uint8Array): Uint8Array {
  let out: Uint8Array = bytes.slice();
  for (let times = 1 + random.int(4); times > 0; times--) {
    const at = random.int(out.length + 1);
    const kind = random.int(4);
    if (kind === 0 && at < out.length) out[at] = random.int(256);
    if (kind === 1) out = concat(out.subarray(0, at), out.subarray(at + random.int(20)));
    if (kind === 2) out = concat(out.subarray(0, at), random.bytes(random.int(20)), out.subarray(at));
    if (kind === 3) out = concat(out.subarray(0, at), out.subarray(Math.max(0, at - random.int(20))));
  }
  return out;
}

test('a frame is what this example shows, byte for byte', () => {
  const frame = encodeFrame({ writer: '0102030405060708' as WriterId, sequence: 258, checkpoint: false, data: utf8('abc') });
  assert.is(frame.length, 4040);
  assert.is(toHex(frame.subarray(0, 20)), ['0102030405060708', '00000102', '0003', '616263', '000000'].join(''));
  const checkpoint = encodeFrame({ writer: 'ffffffffffffffff' as WriterId, sequence: 0, checkpoint: true, data: new Uint8Array(FRAME_DATA).fill(9) });
  assert.is(toHex(checkpoint.subarray(0, 16)), ['ffffffffffffffff', '00000000', '8fba', '0909'].join(''));
});

test('frames have one form', () => {
  for (let round = 0; round < 500; round++) {
    const frame = { writer: writer(), sequence: random.int(2 ** 32), checkpoint: random.int(2) === 0, data: random.bytes(1 + random.int(FRAME_DATA)) };
    assert.equal(decodeFrame(encodeFrame(frame)), frame);
  }
  for (const data of [new Uint8Array(0), new Uint8Array(FRAME_DATA + 1)]) assert.throws(() => encodeFrame({ writer: writer(), sequence: 0, checkpoint: false, data }));
  const good = encodeFrame({ writer: writer(), sequence: 0, checkpoint: false, data: utf8('abc') });
  const bad = [good.subarray(1), concat(good, good), new Uint8Array(0), new Uint8Array(4040), changedAt(good, 12, 0x10), changedAt(good, 12, 0x40), changedAt(good, 13, 2), changedAt(good, 4039, 1)];
  for (const bytes of bad) assert.throws(() => decodeFrame(bytes), isCorrupt);
});

function changedAt(bytes: Uint8Array, at: number, to: number): Uint8Array {
  const copy = bytes.slice();
  copy[at] = to;
  return copy;
}

function anyBatch(): BatchHead {
  const id = (): { writer: WriterId; counter: number; index: number } => ({ writer: writer(), counter: random.int(2 ** 32), index: random.int(1000) });
  const writes = Array.from({ length: 1 + random.int(5) }, (): BatchHead['writes'][number] => {
    const label = random.bytes(32);
    const form = random.pick(['whole', 'delta', 'gone'] as const);
    const length = random.int(5000);
    const at = random.int(4000);
    if (form === 'gone') return { label, replaces: [id(), id()], form, size: 0, length: 0, splices: [] };
    if (form === 'whole') return { label, replaces: [id()].slice(random.int(2)), form, size: length + random.int(100), length, splices: [] };
    return { label, replaces: [id()], form, size: random.int(9000), length, splices: [{ at, cut: random.int(50), length: 0 }, { at: at + 100, cut: 0, length }] };
  });
  return { counter: random.int(2 ** 32), parents: Array.from({ length: random.int(3) }, () => ({ writer: writer(), counter: random.int(99) })), writes };
}

const bodyOf = ({ writes }: BatchHead): number => writes.reduce((sum, { length }) => sum + length, 0);

test('the head of a batch has one form, and nothing else is taken for one', () => {
  let refused = 0;
  for (let round = 0; round < 1500; round++) {
    const head = anyBatch();
    const encoded = encodeBatch(head);
    assert.equal(decodeBatch(encoded, bodyOf(head)), head);
    assert.throws(() => decodeBatch(encoded, bodyOf(head) + 1), isCorrupt);
    const bent = damaged(encoded);
    try {
      assert.equal(encodeBatch(decodeBatch(bent, bodyOf(head))), bent);
    } catch (error) {
      assert.ok(isCorrupt(error));
      refused++;
    }
  }
  assert.ok(refused > 500);
  const write = { label: random.bytes(32), replaces: [], form: 'whole', size: 3, length: 3, splices: [] };
  const good = { v: 1, counter: 0, parents: [], writes: [write] };
  decodeBatch(encodeCbor(good), 3);
  const bad: unknown[] = [
    { ...good, v: 2 }, { ...good, more: 1 }, { ...good, counter: -1 }, { ...good, writes: [] }, { ...good, writes: [{ ...write, label: random.bytes(31) }] }, { ...good, writes: [{ ...write, size: 2 }] },
    { ...good, writes: [{ ...write, form: 'delta' }] }, { ...good, writes: [{ ...write, form: 'gone' }] }, { ...good, writes: [{ ...write, splices: [[0, 0, 3]] }] },
    { ...good, writes: [{ ...write, size: 2 ** 40, length: 2 ** 40 }] }, { ...good, parents: [[random.bytes(7), 0]] }, [], null, 1, 'batch',
  ];
  for (const value of bad) assert.throws(() => decodeBatch(encodeCbor(value), 3), isCorrupt);
});

test('splices make the new content of the old one, and those that cannot are refused', () => {
  for (let round = 0; round < 3000; round++) {
    const alphabet = 1 + random.int(4);
    const before = random.bytes(random.int(random.pick([20, 3000]))).map((byte) => byte % alphabet);
    const after = damaged(before);
    const splices = splicesOf(before, after);
    const made = applySplices(before, splices);
    assert.ok(made !== null && equalBytes(made, after));
    assert.ok(splices.length <= 16);
    assert.ok(splices.every(({ at }, index) => index === 0 || at >= (splices[index - 1]?.at ?? 0) + (splices[index - 1]?.cut ?? 0)) && splices.every(({ at, cut }) => at + cut <= before.length));
  }
  const none = new Uint8Array(0);
  for (const splices of [[{ at: 5, cut: 0, insert: none }], [{ at: 0, cut: 5, insert: none }], [{ at: 2, cut: 1, insert: none }, { at: 2, cut: 1, insert: none }], [{ at: 1, cut: 0, insert: random.bytes(9) }, { at: 0, cut: 4, insert: none }]]) {
    assert.is(applySplices(new Uint8Array(4), splices), null);
  }
});

/** A vault with some history, and the plaintexts of all that it sent. */
async function someVault(): Promise<{ secret: Uint8Array; sent: Uint8Array[]; vault: HiddenVault; label: Uint8Array }> {
  const secret = randomBytes(32);
  const line = await Line.begin();
  const vault = await line.open(secret, { checkpointEvery: 8, checkpointShare: 1 });
  const label = random.bytes(32);
  const sent: Uint8Array[] = [];
  for (let round = 0; round < 40; round++) {
    const [version] = vault.versions(label).versions;
    await put(vault, label, version === undefined ? random.bytes(9000) : damaged(await vault.read(version)));
    for (const entry of vault.next(4)) {
      sent.push(entry.plaintext);
      await line.append([entry]);
      entry.settle({ kind: 'committed', at: line.size - 1 });
    }
    await vault.arrived();
  }
  return { secret, sent, vault, label };
}

test('entries that carry the right tag and anything at all inside never stop a vault from opening', async () => {
  const { secret, sent } = await someVault();
  const keys = hiddenKeys(secret);
  let shown = 0;
  for (let round = 0; round < 60; round++) {
    const line = await Line.begin();
    const plaintexts = sent.map((plaintext) => (random.int(6) === 0 ? bent(plaintext) : plaintext)).filter(() => random.int(12) > 0);
    const order = random.int(2) === 0 ? plaintexts : random.shuffled(plaintexts);
    await line.append(order.map((plaintext) => ({ tagKey: keys.tag, boxKey: keys.entry, plaintext })));
    const vault = await line.open(secret, { checkpointEvery: 4, checkpointShare: 0 });
    assert.ok(vault.ready);
    const fresh = random.bytes(32);
    await put(vault, fresh, utf8('new'));
    await line.drain(vault);
    assert.equal(await values(await line.open(secret), fresh), [utf8('new')]);
    shown += vault.status.liveBytes;
  }
  assert.ok(shown > 0);
});

/** Damage that leaves the frame's length; half of the time its own head too, so that what it carries is bent. */
function bent(plaintext: Uint8Array): Uint8Array {
  const out = new Uint8Array(plaintext.length);
  if (random.int(3) === 0) out.set(damaged(plaintext).subarray(0, out.length));
  else out.set(encodeFrame({ ...decodeFrame(plaintext), data: damaged(decodeFrame(plaintext).data).subarray(0, FRAME_DATA) }));
  return out;
}

test('a checkpoint is read back as it was, and a damaged one is refused as such', async () => {
  const { sent } = await someVault();
  const frames = sent.map(decodeFrame).filter(({ checkpoint }) => checkpoint);
  const streams = Map.groupBy(frames, ({ writer: of }) => of);
  assert.ok(streams.size > 3);
  let refused = 0;
  for (const stream of streams.values()) {
    const record = concat(...stream.map(({ data }) => data));
    const checkpoint: Checkpoint = await decodeCheckpoint(record);
    assert.equal(await encodeCheckpoint(checkpoint), record);
    for (let round = 0; round < 150; round++) {
      try {
        await decodeCheckpoint(damaged(record));
      } catch (error) {
        assert.ok(isCorrupt(error), String(error));
        refused++;
      }
    }
  }
  assert.ok(refused > 100);
  for (const bytes of [new Uint8Array(0), new Uint8Array(8), encodeRecord(encodeCbor({ v: 1 }), [])]) assert.ok(isCorrupt(await decodeCheckpoint(bytes).catch((error: unknown) => error)));
});

test('a copy knows what it holds, in whatever order it was filled', async () => {
  for (let round = 0; round < 200; round++) {
    let ranges: Range[] = [];
    const held = new Set<number>();
    for (let step = 0; step < 12; step++) {
      const from = random.int(40);
      const to = from + random.int(8);
      for (let at = from; at < to; at++) held.add(at);
      ranges = withRange(ranges, { from, to });
      assert.equal(ranges.flatMap((range) => Array.from({ length: range.to - range.from }, (_, index) => range.from + index)), [...held].sort((a, b) => a - b));
      assert.ok(ranges.every((range, index) => range.to > range.from && (index === 0 || range.from > (ranges[index - 1]?.to ?? 0))));
    }
  }
  const copy = new MemoryLog();
  await copy.write(5, random.bytes(8192));
  const kept = await copy.read(5, 2);
  await copy.write(4, random.bytes(8192));
  assert.equal((await copy.read(4, 3)).subarray(4096), kept, 'what it holds never changes');
  assert.equal(await copy.heads(5, 2), concat(kept.subarray(0, 40), kept.subarray(4096, 4136)));
  const refusal: unknown = await copy.read(3, 2).catch((error: unknown) => error);
  assert.ok(refusal instanceof HiddenError && refusal.code === 'arriving');
  assert.is(newWriter().length, 16);
});

test.run();
