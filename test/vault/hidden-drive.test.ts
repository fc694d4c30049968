import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { concat, randomBytes, useEngine } from '../../crypto/index.ts';
import { nodeEngine } from '../../engines/index.ts';
import type { PutSource } from '../../files/index.ts';
import { HiddenVault, MemoryLog } from '../../hidden/index.ts';
import { fillerEntries, sealEntries, type EntryContent } from '../../vault/cover.ts';
import { HiddenDrive } from '../../vault/hidden-drive.ts';

await useEngine(nodeEngine());

/** One account's log, with a device's copy of it for each session. */
class Log {
  readonly entries: Uint8Array[] = [];

  /** Appends `count` entries, as commits of visible work would, and brings the copy up to date. */
  async pass(vault: HiddenVault, copy: MemoryLog, count: number): Promise<void> {
    const hidden = vault.next(count);
    const filler: EntryContent[] = [...fillerEntries(count - hidden.length)];
    const sealed = await sealEntries([...hidden, ...filler]);
    hidden.forEach((entry, index) => entry.settle({ kind: 'committed', at: this.entries.length + index }));
    this.entries.push(...sealed);
    await this.bring(vault, copy);
  }

  async bring(vault: HiddenVault, copy: MemoryLog): Promise<void> {
    await copy.write(0, concat(...this.entries));
    await vault.arrived();
  }
}

/** Every account has entries from its first commit on. */
async function newLog(): Promise<Log> {
  const log = new Log();
  log.entries.push(...await sealEntries([...fillerEntries(2)]));
  return log;
}

async function device(log: Log, secret: Uint8Array): Promise<{ vault: HiddenVault; copy: MemoryLog; hidden: HiddenDrive }> {
  const copy = new MemoryLog();
  await copy.write(0, concat(...log.entries));
  const vault = await HiddenVault.open(secret, copy);
  return { vault, copy, hidden: await HiddenDrive.open(vault, () => 1_700_000_000_000) };
}

function file(name: string, content: Uint8Array): PutSource {
  return { name, kind: 'file', modified: 1, size: content.length, read: async (offset, length) => content.slice(offset, offset + length) };
}

async function contentOf({ drive }: HiddenDrive, path: string): Promise<Uint8Array> {
  const parts: Uint8Array[] = [];
  for await (const part of (await drive.read(path)).bytes) parts.push(part.slice());
  return concat(...parts);
}

const names = async ({ drive }: HiddenDrive, path = '/'): Promise<string[]> => (await drive.list(path)).map(({ name }) => name).sort();

async function drain(log: Log, { vault, copy }: { vault: HiddenVault; copy: MemoryLog }): Promise<void> {
  for (let turn = 0; vault.status.waitingFrames > 0 && turn < 5000; turn++) await log.pass(vault, copy, 16);
  assert.is(vault.status.waitingBytes, 0);
}

test('files and folders of any size work over hidden cells as over any others', async () => {
  const log = await newLog();
  const secret = randomBytes(32);
  const one = await device(log, secret);
  const { drive } = one.hidden;
  assert.equal(await drive.list('/'), []);
  const large = randomBytes(6 * 2 ** 20);
  await drive.mkdir('/papers/old', { parents: true });
  await drive.put([file('small', randomBytes(10)), file('large', large)], '/papers');
  await drive.move('/papers/small', '/papers/old/tiny');
  await drive.put([file('gone', randomBytes(100))], '/');
  await drive.remove('/gone');
  assert.equal(await names(one.hidden), ['papers']);
  await drain(log, one);
  const two = await device(log, secret);
  assert.equal(await names(two.hidden, '/papers'), ['large', 'old']);
  assert.equal(await names(two.hidden, '/papers/old'), ['tiny']);
  assert.equal(await contentOf(two.hidden, '/papers/large'), large);
  const stretch = await two.hidden.drive.read('/papers/large', { offset: 5_300_000, length: 1000 });
  const parts: Uint8Array[] = [];
  for await (const part of stretch.bytes) parts.push(part.slice());
  assert.equal(concat(...parts), large.slice(5_300_000, 5_301_000));
});

test('what has not drained ends with the session, and says how much it is', async () => {
  const log = await newLog();
  const secret = randomBytes(32);
  const one = await device(log, secret);
  await one.hidden.drive.put([file('waiting', randomBytes(5000))], '/');
  assert.ok(one.hidden.status.waitingBytes > 5000);
  const two = await device(log, secret);
  assert.equal(await names(two.hidden), []);
});

test('two devices that write at once keep both: other names, one name, and a change beside a removal', async () => {
  const log = await newLog();
  const secret = randomBytes(32);
  const one = await device(log, secret);
  await one.hidden.drive.put([file('shared', randomBytes(10)), file('old', randomBytes(10))], '/');
  await drain(log, one);
  const two = await device(log, secret);
  await one.hidden.drive.put([file('same', Uint8Array.of(1)), file('left', randomBytes(10))], '/');
  await one.hidden.drive.remove('/old');
  await two.hidden.drive.put([file('same', Uint8Array.of(2)), file('right', randomBytes(10))], '/');
  await two.hidden.drive.put([file('shared', Uint8Array.of(3))], '/');
  await drain(log, one);
  await log.bring(two.vault, two.copy);
  await drain(log, two);
  await log.bring(one.vault, one.copy);
  for (const opened of [one, two, await device(log, secret)]) {
    assert.equal(await names(opened.hidden), ['left', 'right', 'same', 'same (2)', 'shared']);
    assert.equal([(await contentOf(opened.hidden, '/same'))[0], (await contentOf(opened.hidden, '/same (2)'))[0]].sort((a = 0, b = 0) => a - b), [1, 2]);
    assert.equal(await contentOf(opened.hidden, '/shared'), Uint8Array.of(3));
  }
});

test('a small change of a large folder takes few entries', async () => {
  const log = await newLog();
  const one = await device(log, randomBytes(32));
  await one.hidden.drive.put(Array.from({ length: 300 }, (_, index) => file(`file ${index}`, randomBytes(10))), '/');
  await drain(log, one);
  const before = log.entries.length;
  await one.hidden.drive.put([file('one more', randomBytes(10))], '/');
  assert.ok(one.vault.status.waitingFrames <= 2, `${one.vault.status.waitingFrames} entries`);
  await drain(log, one);
  assert.ok(log.entries.length - before <= 16);
});

test('nothing hidden can be shared or linked by reference', async () => {
  const one = await device(await newLog(), randomBytes(32));
  await one.hidden.drive.put([file('a', randomBytes(10))], '/');
  await one.hidden.drive.detach('/a').then(() => assert.unreachable(), (error: unknown) => assert.instance(error, Error));
  assert.equal(await names(one.hidden), ['a']);
});

test.run();
