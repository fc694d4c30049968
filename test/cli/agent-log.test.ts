import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync, statSync, truncateSync, writeFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { FileLog } from '../../cli/agent-log.ts';
import { concat, randomBytes } from '../../crypto/index.ts';
import { HiddenError, MemoryLog, type LogCopy } from '../../hidden/index.ts';
import { COVER_ENTRY } from '../../wire/index.ts';

const folder = await mkdtemp('/tmp/uk-');
const log = Array.from({ length: 64 }, () => randomBytes(COVER_ENTRY));
const entries = (from: number, to: number): Uint8Array => concat(...log.slice(from, to));
const heads = (from: number, to: number): Uint8Array => concat(...log.slice(from, to).map((entry) => entry.subarray(0, 40)));

async function isArriving(work: Promise<unknown>): Promise<void> {
  const error: unknown = await work.then(() => null, (reason: unknown) => reason);
  assert.ok(error instanceof HiddenError && error.code === 'arriving');
}

let made = 0;
const opened: FileLog[] = [];
async function openFresh(): Promise<FileLog> {
  const copy = await FileLog.open(join(folder, `copy ${made++}`));
  opened.push(copy);
  return copy;
}
const kinds: [string, () => Promise<LogCopy>][] = [
  ['in memory', async () => new MemoryLog()],
  ['in files', openFresh],
];

for (const [kind, make] of kinds) {
  const test = suite(`log copy ${kind}`);

  test('takes entries newest first, and gives back what it took', async () => {
    const copy = await make();
    assert.equal(copy.held(), []);
    await copy.write(40, entries(40, 64));
    await copy.write(0, entries(0, 10));
    assert.equal(copy.held(), [{ from: 0, to: 10 }, { from: 40, to: 64 }]);
    assert.equal(await copy.read(41, 20), entries(41, 61));
    assert.equal(await copy.heads(2, 8), heads(2, 10));
    await copy.write(10, entries(10, 40));
    assert.equal(copy.held(), [{ from: 0, to: 64 }]);
    assert.equal(await copy.read(0, 64), entries(0, 64));
    assert.equal(await copy.heads(0, 64), heads(0, 64));
  });

  test('what it does not hold is arriving', async () => {
    const copy = await make();
    await copy.write(4, entries(4, 8));
    await isArriving(copy.read(3, 2));
    await isArriving(copy.heads(7, 2));
    await isArriving(copy.read(0, 1));
  });

  test('what it holds never changes, whatever is written over it', async () => {
    const copy = await make();
    await copy.write(4, entries(4, 8));
    await copy.write(2, concat(entries(2, 4), randomBytes(4 * COVER_ENTRY), entries(8, 10)));
    assert.equal(await copy.read(2, 8), entries(2, 10));
    assert.equal(await copy.heads(2, 8), heads(2, 10));
  });

  test('takes whole entries only, and many writers at once', async () => {
    const copy = await make();
    assert.instance(await copy.write(0, randomBytes(COVER_ENTRY + 1)).then(() => null, (reason: unknown) => reason), RangeError);
    await Promise.all(log.map((_, index) => copy.write(index, entries(index, index + 1))));
    assert.equal(copy.held(), [{ from: 0, to: 64 }]);
    assert.equal(await copy.read(0, 64), entries(0, 64));
  });

  test.run();
}

const files = suite('log copy on the disk');
files.after(async () => {
  for (const copy of opened) await copy.close();
  await rm(folder, { recursive: true });
});

files('is there again when it is opened again', async () => {
  const path = join(folder, 'again');
  const before = await FileLog.open(path);
  await before.write(30, entries(30, 33));
  await before.write(5, entries(5, 6));
  await before.close();
  const after = await FileLog.open(path);
  assert.equal(after.held(), [{ from: 5, to: 6 }, { from: 30, to: 33 }]);
  assert.equal(await after.read(30, 3), entries(30, 33));
  await after.close();
});

files('three files, of sizes that follow from which entries are held and from nothing else', async () => {
  const sizes = async (name: string, content: Uint8Array): Promise<unknown> => {
    const copy = await FileLog.open(join(folder, name));
    await copy.write(7, content);
    await copy.close();
    return readdirSync(folder).filter((file) => file.startsWith(name)).map((file) => [file.slice(name.length), statSync(join(folder, file)).size, statSync(join(folder, file)).mode & 0o777]);
  };
  const one = await sizes('size one', entries(7, 9));
  assert.equal(one, await sizes('size two', randomBytes(2 * COVER_ENTRY)));
  assert.is((one as unknown[]).length, 3);
});

files('entries that a damaged disk lost are held no longer', async () => {
  const path = join(folder, 'damaged');
  const before = await FileLog.open(path);
  await before.write(0, entries(0, 10));
  await before.close();
  truncateSync(`${path}.log`, 6 * COVER_ENTRY + 17);
  const after = await FileLog.open(path);
  assert.equal(after.held(), [{ from: 0, to: 6 }]);
  await after.close();
  writeFileSync(`${path}.held`, 'nonsense');
  const nothing = await FileLog.open(path);
  assert.equal(nothing.held(), []);
  await nothing.write(0, entries(0, 10));
  assert.equal(await nothing.read(0, 10), entries(0, 10));
  await nothing.close();
});

files('after a kill -9 in the middle, whatever counts as held is there', async () => {
  const path = join(folder, 'killed');
  const script = `
    const { FileLog } = await import(${JSON.stringify(join(import.meta.dirname, '../../cli/agent-log.ts'))});
    const copy = await FileLog.open(${JSON.stringify(path)});
    for (let at = 0; ; at += 3) {
      await copy.write(at, new Uint8Array(3 * ${COVER_ENTRY}).fill(1 + (at / 3) % 255));
      process.stdout.write('.');
    }`;
  const child = spawn(process.execPath, ['--input-type=module', '--eval', script], { stdio: ['ignore', 'pipe', 'inherit'] });
  let told = 0;
  for await (const dots of child.stdout) {
    told += (dots as Buffer).length;
    if (told >= 20) break;
  }
  child.kill('SIGKILL');
  await once(child, 'exit');
  const copy = await FileLog.open(path);
  const [held] = copy.held();
  assert.ok(held !== undefined && held.from === 0 && held.to >= 3 * told);
  for (let at = 0; at < held.to; at += 3) {
    const bytes = await copy.read(at, 3);
    assert.ok(bytes.every((byte) => byte === 1 + (at / 3) % 255));
  }
  await copy.close();
});

files.run();
