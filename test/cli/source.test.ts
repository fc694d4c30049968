import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { appendFile, mkdir, mkdtemp, rm, symlink, truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { localSource, totalSize } from '../../cli/agent-source.ts';
import { randomBytes } from '../../crypto/index.ts';
import type { PutSource } from '../../files/index.ts';

async function inFolder(work: (at: string) => Promise<void>): Promise<void> {
  const at = await mkdtemp('/tmp/uk-');
  try {
    await work(at);
  } finally {
    await rm(at, { recursive: true, force: true });
  }
}

const silent = (): void => undefined;

async function codeOf(work: Promise<unknown>): Promise<string> {
  try {
    await work;
    return 'done';
  } catch (error) {
    return error instanceof Error && 'code' in error ? String(error.code) : String(error);
  }
}

async function namesOf(source: PutSource): Promise<string[]> {
  const names: string[] = [];
  for await (const child of source.children?.() ?? []) names.push(child.name);
  return names;
}

test('any range of a file is read, in any order and side by side', () => inFolder(async (at) => {
  const content = randomBytes(100_000);
  await writeFile(join(at, 'f'), content);
  const source = await localSource(join(at, 'f'), silent);
  const ranges = [[99_000, 1000], [0, 10], [50_000, 30_000], [0, 100_000], [100_000, 0]] as const;
  const read = await Promise.all(ranges.map(([offset, length]) => source.read(offset, length)));
  for (const [index, [offset, length]] of ranges.entries()) assert.equal(read[index], content.subarray(offset, offset + length));
}));

test('a file that is changed, cut or lengthened while it is read is noticed', () => inFolder(async (at) => {
  const path = join(at, 'f');
  const changes: (() => Promise<void>)[] = [() => writeFile(path, randomBytes(1000)), () => truncate(path, 500), () => appendFile(path, 'more')];
  for (const change of changes) {
    await writeFile(path, randomBytes(1000));
    const source = await localSource(path, silent);
    await source.read(0, 100);
    await new Promise((done) => setTimeout(done, 20));
    await change();
    assert.is(await codeOf(source.read(100, 900)), 'changed');
  }
}));

test('the fingerprint holds as long as the file does', () => inFolder(async (at) => {
  const path = join(at, 'f');
  await writeFile(path, 'one');
  const print = async (): Promise<string | undefined> => (await localSource(path, silent)).fingerprint;
  const before = await print();
  assert.is(await print(), before);
  await new Promise((done) => setTimeout(done, 20));
  await writeFile(path, 'two');
  assert.is.not(await print(), before);
}));

test('a folder gives its children by name, without links and without names that cannot be stored', () => inFolder(async (at) => {
  const warnings: string[] = [];
  await mkdir(join(at, 'd', 'sub'), { recursive: true });
  for (const name of ['b', 'a', 'bad\u202ename']) await writeFile(join(at, 'd', name), 'xy');
  await symlink('a', join(at, 'd', 'link'));
  const source = await localSource(join(at, 'd'), (warning) => warnings.push(warning));
  assert.equal(await namesOf(source), ['a', 'b', 'sub']);
  assert.is(warnings.length, 2);
  assert.is(await totalSize(join(at, 'd')), 6);
}));

test('a link that the person names is followed; devices and nothing are refused', () => inFolder(async (at) => {
  await writeFile(join(at, 'f'), 'content');
  await symlink(join(at, 'f'), join(at, 'link'));
  const source = await localSource(join(at, 'link'), silent);
  assert.equal([source.name, source.size], ['link', 7]);
  assert.is(await codeOf(localSource('/dev/null', silent)), 'not-a-file');
  assert.is(await codeOf(localSource(join(at, 'none'), silent)), 'ENOENT');
}));

test.run();
