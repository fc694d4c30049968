import { readFile } from 'node:fs/promises';
import { crc32 } from 'node:zlib';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import type { Page } from 'playwright-core';
import { zip, type ZipItem } from '../../ui/worker/zip.ts';
import { withHarness } from './harness.ts';

/** Reads an archive by its central directory, as programs do, and checks every checksum and size on the way. */
function unzip(bytes: Buffer): Map<string, string> {
  const end = bytes.lastIndexOf(Buffer.from([0x50, 0x4b, 5, 6]));
  assert.ok(end >= 0, 'an end');
  let [count, at] = [bytes.readUInt16LE(end + 10), bytes.readUInt32LE(end + 16)];
  if (at === 0xffff_ffff || count === 0xffff) {
    const end64 = Number(bytes.readBigUInt64LE(end - 20 + 8));
    assert.is(bytes.readUInt32LE(end64), 0x0606_4b50);
    [count, at] = [Number(bytes.readBigUInt64LE(end64 + 32)), Number(bytes.readBigUInt64LE(end64 + 48))];
  }
  const found = new Map<string, string>();
  for (let entry = 0; entry < count; entry++) {
    assert.is(bytes.readUInt32LE(at), 0x0201_4b50);
    assert.is(bytes.readUInt16LE(at + 8) & 0x0808, 0x0808);
    const [nameLength, extraLength] = [bytes.readUInt16LE(at + 28), bytes.readUInt16LE(at + 30)];
    const name = bytes.toString('utf8', at + 46, at + 46 + nameLength);
    const extra = at + 46 + nameLength;
    const large = bytes.readUInt32LE(at + 42) === 0xffff_ffff;
    const size = large ? Number(bytes.readBigUInt64LE(extra + 12)) : bytes.readUInt32LE(at + 24);
    const local = large ? Number(bytes.readBigUInt64LE(extra + 20)) : bytes.readUInt32LE(at + 42);
    assert.is(bytes.readUInt32LE(local), 0x0403_4b50);
    const start = local + 30 + bytes.readUInt16LE(local + 26) + bytes.readUInt16LE(local + 28);
    const content = bytes.subarray(start, start + size);
    assert.is(bytes.readUInt32LE(at + 16), crc32(content), name);
    assert.is(bytes.readUInt32LE(start + size), 0x0807_4b50, name);
    found.set(name, content.toString('utf8'));
    at += 46 + nameLength + extraLength;
  }
  return found;
}

async function* once(text: string): AsyncGenerator<Uint8Array> {
  yield new TextEncoder().encode(text);
}

async function archive(items: readonly ZipItem[]): Promise<Buffer> {
  const parts: Uint8Array[] = [];
  for await (const part of zip((async function* () { yield* items; })())) parts.push(part);
  return Buffer.concat(parts);
}

test('an archive is read back as it was written, whatever the names and times', async () => {
  const items = [['a.txt', 'one'], ['Ferien/', ''], ['Ferien/ليل.txt', 'zwei'], ['empty', '']] as const;
  const bytes = await archive(items.map(([path, text], index) => ({ path, modified: index * 1e12, size: text.length, content: path.endsWith('/') ? null : once(text) })));
  assert.equal([...unzip(bytes)], items.map(([path, text]) => [path, text]));
});

test('an archive of a file that may pass 4 GiB is a ZIP64 one', async () => {
  const bytes = await archive([{ path: 'huge', modified: 0, size: 2 ** 33, content: once('short after all') }, { path: 'b', modified: 0, size: 1, content: once('b') }]);
  assert.is(bytes.readUInt16LE(4), 45);
  assert.is(bytes.readUInt32LE(18), 0xffff_ffff);
});

const saved = async (page: Page, paths: readonly string[]): Promise<{ name: string; bytes: Buffer }> => {
  const [download] = await Promise.all([page.waitForEvent('download'), page.evaluate(async (wanted) => {
    // As in a browser that cannot ask where to save.
    Object.assign(globalThis, { showSaveFilePicker: undefined });
    await harness.api.download(wanted);
  }, paths)]);
  return { name: download.suggestedFilename(), bytes: await readFile(await download.path()) };
};

test('one file is saved as it is, a folder or several items as one archive; also straight into a file that was chosen', () => withHarness(async (page) => {
  await page.evaluate(() => harness.api.signUp({ name: 'alice', password: 'seven slow turtles walk home' }));
  await page.evaluate(async () => {
    const { id } = await harness.api.upload([
      { path: 'note.txt', file: new File(['just a note'], 'note.txt') }, { path: 'Trip/1.txt', file: new File(['first'], '1') }, { path: 'Trip/inner/2.txt', file: new File(['second'], '2') },
      { path: 'Trip/big.bin', file: new File(['big '.repeat(3_000_000)], 'b') },
    ], '/');
    while (!harness.events.some((event) => event.type === 'progress' && event.id === id && event.file === null && event.state === 'done')) await new Promise((resolve) => { setTimeout(resolve, 20); });
  });
  const one = await saved(page, ['/note.txt']);
  assert.equal([one.name, one.bytes.toString()], ['note.txt', 'just a note']);
  const folder = await saved(page, ['/Trip']);
  assert.is(folder.name, 'Trip.zip');
  const inside = unzip(folder.bytes);
  assert.equal([...inside.keys()].toSorted(), ['Trip/', 'Trip/1.txt', 'Trip/big.bin', 'Trip/inner/', 'Trip/inner/2.txt']);
  assert.is(inside.get('Trip/inner/2.txt'), 'second');
  assert.is(inside.get('Trip/big.bin')?.length, 12_000_000);
  const several = await saved(page, ['/note.txt', '/Trip/1.txt']);
  assert.equal([several.name, [...unzip(several.bytes)]], ['Underkeep.zip', [['note.txt', 'just a note'], ['1.txt', 'first']]]);
  const streamed = await page.evaluate(async () => {
    const directory = await navigator.storage.getDirectory();
    const chosen = await directory.getFileHandle('chosen', { create: true });
    Object.assign(globalThis, { showSaveFilePicker: async () => chosen });
    await harness.api.download(['/Trip/big.bin']);
    const file = await chosen.getFile();
    const text = await file.slice(4_000_000, 4_000_008).text();
    await directory.removeEntry('chosen');
    return [file.size, text];
  });
  assert.equal(streamed, [12_000_000, 'big big ']);
  const states = await page.evaluate(() => harness.events.flatMap((event) => (event.type === 'progress' && event.kind === 'download' ? [event.state] : [])));
  assert.is(states.filter((state) => state === 'done').length, 4);
}));

test.run();
