import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { concat, randomBytes, toHex, useEngine, utf8 } from '../../crypto/index.ts';
import { nodeEngine } from '../../engines/index.ts';
import { encodeFrame, encodeRecord, hiddenKeys, HiddenError, HiddenVault, MemoryLog, newWriter, type HiddenErrorCode, type LogCopy, type Range } from '../../hidden/index.ts';
import { encodeCbor } from '../../wire/index.ts';
import { Line, put, values } from './line.ts';

await useEngine(nodeEngine());
const label = randomBytes(32);
const secret = randomBytes(32);
const often = { checkpointEvery: 1, checkpointShare: 0, remembered: 0 };

function fails(code: HiddenErrorCode): (error: unknown) => boolean {
  return (error) => error instanceof HiddenError && error.code === code;
}

async function refusal(work: Promise<unknown>, code: HiddenErrorCode): Promise<void> {
  assert.ok(fails(code)(await work.catch((error: unknown) => error)), `expected a refusal: ${code}`);
}

test('sessions that write a cell at the same time leave one version each, and what they came from is known', async () => {
  const line = await Line.begin();
  const first = await line.open(secret);
  await put(first, label, utf8('as it was'));
  await line.drain(first);
  const second = await line.open(secret);
  const [origin] = first.versions(label).versions;
  await put(first, label, utf8('as the first left it'));
  await put(second, label, utf8('as the second left it'));
  await line.drain(first);
  await line.drain(second);
  await first.arrived();
  for (const vault of [first, second, await line.open(secret)]) {
    assert.equal((await values(vault, label)).map(toHex).sort(), ['as the first left it', 'as the second left it'].map((text) => toHex(utf8(text))).sort());
    const { ancestor } = vault.versions(label);
    assert.equal(ancestor?.id, origin?.id);
    assert.equal(ancestor && await vault.read(ancestor), utf8('as it was'));
  }
  await put(second, label, utf8('both in one'));
  await line.drain(second);
  await first.arrived();
  for (const vault of [first, second, await line.open(secret)]) assert.equal(await values(vault, label), [utf8('both in one')]);
});

test('a deletion holds where nobody wrote, and never takes what was written beside it', async () => {
  const line = await Line.begin();
  const other = randomBytes(32);
  const first = await line.open(secret);
  await put(first, label, utf8('one'));
  await put(first, other, utf8('two'));
  await line.drain(first);
  const second = await line.open(secret);
  await put(first, label, null);
  await put(first, other, null);
  await put(second, other, utf8('two, changed'));
  assert.is(first.versions(label).versions.length, 0);
  await line.drain(first);
  await line.drain(second);
  await first.arrived();
  for (const vault of [first, second, await line.open(secret)]) {
    assert.equal(await values(vault, label), []);
    assert.equal(await values(vault, other), [utf8('two, changed')]);
  }
});

test('a change of a version that was replaced long ago is read from the whole log', async () => {
  const line = await Line.begin();
  const content = randomBytes(20_000);
  const first = await line.open(secret, { checkpointEvery: 1000 });
  await put(first, label, content);
  await line.drain(first);
  const changed = content.slice();
  changed.set(randomBytes(8), 10_000);
  await put(first, label, changed);
  assert.is(first.status.waitingFrames, 1, 'it waits as a change');
  const second = await line.open(secret, often);
  const whole = randomBytes(20_000);
  await put(second, label, whole);
  await line.drain(second);
  await line.drain(first);
  const third = await line.open(secret, { checkpointEvery: 1000 });
  assert.equal((await values(third, label)).map(toHex).sort(), [changed, whole].map(toHex).sort());
  const part = new MemoryLog();
  await part.write(8, await line.copy.read(8, line.size - 8));
  const partly = await HiddenVault.open(secret, part);
  assert.ok(partly.ready, 'a checkpoint is enough to be ready');
  await refusal(values(partly, label), 'arriving');
});

test('a checkpoint holds what is in the log, not what still waits', async () => {
  const line = await Line.begin();
  const kept = randomBytes(32);
  const session = await line.open(secret, often);
  await put(session, label, utf8('drained'));
  await put(session, kept, utf8('kept'));
  await line.commit(1, session);
  await put(session, randomBytes(32), randomBytes(50_000));
  await put(session, label, utf8('waits'));
  await put(session, kept, null);
  for (let commits = 0; commits < 5; commits++) await line.commit(2, session);
  assert.ok(session.status.waitingBytes > 50_000);
  const copy = new MemoryLog();
  await copy.write(5, await line.copy.read(5, line.size - 5));
  const next = await HiddenVault.open(secret, copy);
  assert.ok(next.ready, 'opened from a checkpoint alone');
  await copy.write(0, await line.copy.read(0, 5));
  assert.equal(await values(next, kept), [utf8('kept')]);
  assert.equal(await values(next, label), [utf8('drained')]);
  assert.equal(await values(session, label), [utf8('waits')]);
});

test('a small change of a large cell takes one entry, and padding takes none', async () => {
  const line = await Line.begin();
  const session = await line.open(secret);
  const before = concat(randomBytes(200_000), new Uint8Array(50_000));
  await put(session, label, before);
  assert.ok(session.status.waitingBytes < 200_200);
  await line.drain(session);
  // As a folder's cell changes: its length and count at the front, an entry in the middle, less padding at the end.
  const after = concat(randomBytes(6), before.subarray(6, 90_000), randomBytes(150), before.subarray(90_000, 249_850));
  await put(session, label, after);
  assert.is(session.status.waitingFrames, 1);
  assert.ok(session.status.waitingBytes < 500, `${session.status.waitingBytes} bytes`);
  await line.drain(session);
  assert.equal(await values(await line.open(secret), label), [after]);
});

test('what would outgrow the vault or the session\'s memory is refused, and then nothing has changed', async () => {
  const line = await Line.begin(10);
  const session = await line.open(secret, { liveFloor: 30_000, waitingMax: 40_000 });
  await put(session, label, randomBytes(25_000));
  const before = session.status;
  await refusal(put(session, randomBytes(32), randomBytes(6000)), 'vault-full');
  assert.equal(session.status, before);
  await put(session, label, randomBytes(5000));
  await refusal(put(session, randomBytes(32), randomBytes(12_000)), 'waiting-full');
  await put(session, label, null);
  assert.is(session.status.liveBytes, 0);
  await line.append(Array.from({ length: 40 }, () => ({ tagKey: randomBytes(32), boxKey: randomBytes(32), plaintext: new Uint8Array(4040) })));
  assert.is(session.status.limit, 25 * 4026);
});

test('a batch that does not fit in memory of the writer shows as one, or not at all', async () => {
  const line = await Line.begin();
  const session = await line.open(secret);
  const labels = Array.from({ length: 20 }, () => randomBytes(32));
  await session.write(labels.map((one) => ({ label: one, content: randomBytes(3000), replaces: [] })));
  while (session.status.waitingFrames > 1) {
    await line.commit(1, session);
    const reader = await line.open(secret);
    for (const one of labels) assert.is(reader.versions(one).versions.length, 0);
  }
  await line.commit(1, session);
  const reader = await line.open(secret);
  for (const one of labels) assert.is(reader.versions(one).versions.length, 1);
});

/** Counts what is asked of a copy. */
class CountingCopy implements LogCopy {
  headsRead = 0;
  entriesRead = 0;
  readonly #copy: LogCopy;
  constructor(copy: LogCopy) {
    this.#copy = copy;
  }
  held(): readonly Range[] {
    return this.#copy.held();
  }
  read(from: number, count: number): Promise<Uint8Array> {
    this.entriesRead += count;
    return this.#copy.read(from, count);
  }
  heads(from: number, count: number): Promise<Uint8Array> {
    this.headsRead += count;
    return this.#copy.heads(from, count);
  }
  write(from: number, entries: Uint8Array): Promise<void> {
    return this.#copy.write(from, entries);
  }
}

test('opening looks at the log\'s newest part alone, back to a checkpoint', async () => {
  const line = await Line.begin();
  const session = await line.open(secret, { checkpointEvery: 64 });
  for (let round = 0; round < 40; round++) {
    await put(session, label, randomBytes(40_000));
    await line.drain(session);
  }
  assert.ok(line.size > 16_000);
  const counting = new CountingCopy(line.copy);
  const opened = await HiddenVault.open(secret, counting);
  assert.ok(counting.headsRead < 5000, `${counting.headsRead} heads of ${line.size}`);
  assert.ok(counting.entriesRead < 200, `${counting.entriesRead} entries`);
  assert.equal(await values(opened, label), await values(session, label));
});

test('while enough waits, at least 0.95 of the entries\' payload is content', async () => {
  const line = await Line.begin();
  const session = await line.open(secret);
  let content = 0;
  let entries = 0;
  for (let file = 0; file < 60; file++) {
    const size = 20_000 + (file % 7) * 60_000;
    content += size;
    await put(session, randomBytes(32), randomBytes(size));
    await put(session, label, concat(randomBytes(4), new Uint8Array(3000).fill(7), randomBytes(100 * file)).subarray(0, 4096));
  }
  while (session.status.waitingFrames > 8) entries += await line.commit(8, session);
  const used = content / (entries * 4040);
  console.log(`${(content / 2 ** 20).toFixed(1)} MiB of content in ${entries} entries: ${used.toFixed(3)} of their payload`);
  assert.ok(used > 0.95);
});

test('vaults of one header take turns, deepest first, and neither is kept waiting by the other', async () => {
  const line = await Line.begin();
  const [deep, shallow] = [await line.open(secret), await line.open(randomBytes(32))];
  await put(deep, label, randomBytes(40_000));
  await put(shallow, label, randomBytes(6000));
  await line.commit(4, deep, shallow);
  assert.is(shallow.status.waitingFrames, 0);
  assert.is(deep.status.waitingFrames, 8);
});

test('a record of a newer form is left out and counted; what follows it is read', async () => {
  const line = await Line.begin();
  const keys = hiddenKeys(secret);
  const writer = newWriter();
  const newer = encodeRecord(encodeCbor({ v: 2, something: 'else' }), [randomBytes(50)]);
  const known = encodeRecord(encodeCbor({ v: 1, counter: 1, parents: [], writes: [{ label, replaces: [], form: 'whole', size: 3, length: 3, splices: [] }] }), [utf8('abc')]);
  const junk = encodeFrame({ writer: newWriter(), sequence: 0, checkpoint: false, data: new Uint8Array(100).fill(255) });
  const bent = randomBytes(4040);
  for (const plaintext of [encodeFrame({ writer, sequence: 0, checkpoint: false, data: concat(newer, known) }), junk, bent]) {
    await line.append([{ tagKey: keys.tag, boxKey: keys.entry, plaintext }]);
  }
  const vault = await line.open(secret);
  assert.equal(await values(vault, label), [utf8('abc')]);
  assert.is(vault.status.unknown, 1);
});

test('what is missing of a version is said, and its content comes with the entries', async () => {
  const line = await Line.begin();
  const session = await line.open(secret, often);
  await put(session, label, randomBytes(100_000));
  await line.drain(session);
  await put(session, randomBytes(32), utf8('later'));
  await line.drain(session);
  const copy = new MemoryLog();
  await copy.write(20, await line.copy.read(20, line.size - 20));
  const reader = await HiddenVault.open(secret, copy);
  assert.ok(reader.ready);
  const [version] = reader.versions(label).versions;
  assert.ok(version);
  assert.is(version.size, 100_000);
  assert.is(reader.missing(version), 16);
  await refusal(reader.read(version), 'arriving');
  await copy.write(4, await line.copy.read(4, 16));
  assert.is(reader.missing(version), 0);
  assert.equal(await reader.read(version), (await values(session, label))[0]);
});

test('before enough of the log has come a vault is neither read nor written', async () => {
  const vault = await HiddenVault.open(secret, new MemoryLog());
  assert.not(vault.ready);
  assert.throws(() => vault.versions(label), fails('arriving'));
  await refusal(vault.write([{ label, content: utf8('x'), replaces: [] }]), 'arriving');
  assert.equal(vault.next(3), []);
});

test.run();
