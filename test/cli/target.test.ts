import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { mkdir, mkdtemp, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { getItem, type Item } from '../../cli/agent-get.ts';
import { CHUNK_BYTES, checkLocalName, partName } from '../../cli/agent-target.ts';
import { randomBytes, toHex } from '../../crypto/index.ts';
import type { Entry, FileSecret } from '../../files/index.ts';

const quiet = { force: false, signal: new AbortController().signal, progress: () => undefined };

function file(name: string, content: Uint8Array | (() => AsyncIterable<Uint8Array>), size = content instanceof Uint8Array ? content.length : 0): Item {
  const secret = randomBytes(32) as FileSecret;
  const entry: Entry = { id: toHex(randomBytes(16)), name, kind: 'file', size, modified: 1_700_000_000_000, created: 0, secret, target: null, exposed: false };
  return {
    entry,
    children: async () => [],
    content: async (offset) => (content instanceof Uint8Array ? (async function* () { yield content.subarray(offset); })() : content()),
  };
}

function folder(name: string, children: readonly Item[]): Item {
  const item = file(name, new Uint8Array(0));
  return { ...item, entry: { ...item.entry, kind: 'folder' }, children: async () => [...children] };
}

async function inFolder(work: (at: string) => Promise<void>): Promise<void> {
  const at = await mkdtemp('/tmp/uk-');
  try {
    await work(at);
  } finally {
    await rm(at, { recursive: true, force: true });
  }
}

async function codeOf(work: Promise<unknown>): Promise<string> {
  try {
    await work;
    return 'done';
  } catch (error) {
    return error instanceof Error && 'code' in error ? String(error.code) : String(error);
  }
}

test('hostile names are skipped with a warning, and nothing is written outside the folder', () => inFolder(async (at) => {
  const warnings: string[] = [];
  const hostile = ['..', '.', '', '../x', '/etc/x', 'a/b', 'nul\0', 'x'.repeat(256), 'x'.repeat(100_000)];
  const fine = ['constructor', '__proto__', '\u202egnp.exe', 'é', '.hidden', '-rf', 'CON'];
  await mkdir(join(at, 'in'));
  await getItem(folder('f', [...hostile, ...fine].map((name) => file(name, Uint8Array.of(1)))), join(at, 'in'), { ...quiet, warn: (message) => warnings.push(message) });
  assert.is(warnings.length, hostile.length);
  assert.ok(warnings.every((warning) => warning.length < 400 && !warning.includes('\0') && !warning.includes('\u202e')));
  assert.equal((await readdir(at)).sort(), ['in']);
  assert.equal((await readdir(join(at, 'in'))).sort(), ['f']);
  assert.equal((await readdir(join(at, 'in', 'f'))).sort(), [...fine].sort());
}));

test('a hostile name of the item itself is refused', () => inFolder(async (at) => {
  for (const name of ['..', '../x', 'a/b', '']) assert.is(await codeOf(getItem(file(name, Uint8Array.of(1)), at, { ...quiet, warn: () => undefined })), 'bad-name');
  assert.equal(await readdir(at), []);
}));

test('a file in the way is replaced by --force alone, a folder never', () => inFolder(async (at) => {
  const item = file('a', Uint8Array.of(1, 2));
  await writeFile(join(at, 'a'), 'old');
  assert.is(await codeOf(getItem(item, at, { ...quiet, warn: () => undefined })), 'exists');
  assert.is(await readFile(join(at, 'a'), 'utf8'), 'old');
  assert.is(await codeOf(getItem(item, at, { ...quiet, force: true, warn: () => undefined })), 'done');
  assert.equal([...await readFile(join(at, 'a'))], [1, 2]);
  await mkdir(join(at, 'b'));
  assert.is(await codeOf(getItem(folder('b', []), at, { ...quiet, force: true, warn: () => undefined })), 'exists');
  assert.is(await codeOf(getItem(item, join(at, 'none', 'c'), { ...quiet, warn: () => undefined })), 'ENOENT');
}));

test('a symbolic link that appears inside a download is not followed', () => inFolder(async (at) => {
  const outside = join(at, 'outside');
  const inside = join(at, 'inside');
  await Promise.all([mkdir(outside), mkdir(inside)]);
  const sub = folder('sub', [file('x', Uint8Array.of(1))]);
  const trap: Item = {
    ...folder('f', []),
    children: async () => {
      const [part = ''] = await readdir(inside);
      await symlink(outside, join(inside, part, 'sub'));
      return [sub];
    },
  };
  assert.is(await codeOf(getItem(trap, inside, { ...quiet, warn: () => undefined })), 'ENOTDIR');
  assert.equal(await readdir(outside), []);
}));

test('moving the target folder away during a download leads nothing astray', () => inFolder(async (at) => {
  const { rename } = await import('node:fs/promises');
  await Promise.all([mkdir(join(at, 'real')), mkdir(join(at, 'decoy'))]);
  const item = file('x', async function* () {
    await rename(join(at, 'real'), join(at, 'moved'));
    await symlink(join(at, 'decoy'), join(at, 'real'));
    yield Uint8Array.of(7);
  }, 1);
  await getItem(item, join(at, 'real'), { ...quiet, warn: () => undefined });
  assert.equal(await readdir(join(at, 'decoy')), []);
  assert.equal(await readdir(join(at, 'moved')), ['x']);
}));

test('an interrupted file goes on at its last whole chunk, and only the rest is asked for', () => inFolder(async (at) => {
  const content = randomBytes(2 * CHUNK_BYTES + 1000);
  const whole = file('big', content);
  let failing = true;
  let from = -1;
  const flaky: Item = {
    ...whole,
    content: async (offset) => {
      from = offset;
      return (async function* (): AsyncGenerator<Uint8Array> {
        if (!failing) {
          yield content.subarray(offset);
          return;
        }
        yield content.subarray(0, CHUNK_BYTES);
        yield content.subarray(CHUNK_BYTES, CHUNK_BYTES + 77);
        throw Object.assign(new Error('gone'), { code: 'unreachable' });
      })();
    },
  };
  assert.is(await codeOf(getItem(flaky, at, { ...quiet, warn: () => undefined })), 'unreachable');
  assert.ok((await readdir(at)).every((name) => /^\.big\.[0-9a-f]{8}\.part$/.test(name)));
  failing = false;
  const got = await getItem(flaky, at, { ...quiet, warn: () => undefined });
  assert.is(from, CHUNK_BYTES);
  assert.is(got.received, content.length - CHUNK_BYTES);
  assert.ok((await readFile(join(at, 'big'))).equals(content));
  assert.equal(await readdir(at), ['big']);
}));

test('a folder that was fetched in part is not fetched again where it is whole', () => inFolder(async (at) => {
  let reads = 0;
  const counted = (name: string, content: Uint8Array): Item => {
    const item = file(name, content);
    return { ...item, content: async (offset, signal) => { reads++; return item.content(offset, signal); } };
  };
  const children = Array.from({ length: 20 }, (_, index) => counted(`f${index}`, randomBytes(10)));
  const broken: Item = { ...file('z', new Uint8Array(5)), content: async () => { throw Object.assign(new Error('gone'), { code: 'unreachable' }); } };
  const base = folder('d', children);
  assert.is(await codeOf(getItem({ ...base, children: async () => [...children, broken] }, at, { ...quiet, warn: () => undefined })), 'unreachable');
  const before = reads;
  await getItem(base, at, { ...quiet, warn: () => undefined });
  assert.ok(reads - before <= 8, `${reads - before} files were fetched twice`);
  assert.is((await readdir(join(at, 'd'))).length, 20);
}));

test('names of parts fit the file system, however long the name is', () => {
  const name = '€'.repeat(85);
  assert.is(checkLocalName(name), name);
  assert.ok(Buffer.byteLength(partName(name, '01234567')) <= 255);
});

test.run();
