import { mkdtemp, readdir, readFile, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { buildPage } from '../../bin/build-ui.ts';

const ui = join(import.meta.dirname, '../../ui');
const KB = 1000;

const folder = await mkdtemp(join(tmpdir(), 'uk-build-'));
const [first, second] = [join(folder, 'first'), join(folder, 'second')];
await buildPage(ui, first);
await buildPage(ui, second);
const index = await readFile(join(first, 'index.html'), 'utf8');
const assets = await readdir(join(first, 'assets'));

/** Bytes of what a browser fetches of a file, compressed as the build did. */
async function compressed(name: string): Promise<number> {
  return (await stat(join(first, `${name}.br`))).size;
}

const sum = async (names: readonly string[]): Promise<number> => (await Promise.all(names.map(compressed))).reduce((total, size) => total + size, 0);

/** What a page or script names among the assets. */
function named(text: string, kind: string): string[] {
  return [...new Set(text.matchAll(new RegExp(`assets/[\\w.-]+\\.${kind}`, 'g')).map(([name]) => name))];
}

test('the same checkout gives the same bytes', async () => {
  assert.is(await readFile(join(first, 'manifest.json'), 'utf8'), await readFile(join(second, 'manifest.json'), 'utf8'));
  for (const name of await readdir(join(first, 'assets'))) {
    assert.ok((await readFile(join(first, 'assets', name))).equals(await readFile(join(second, 'assets', name))), name);
  }
});

test('the manifest lists every file, and no source map is among them', async () => {
  const { files } = JSON.parse(await readFile(join(first, 'manifest.json'), 'utf8')) as { files: { name: string }[] };
  const listed = files.map(({ name }) => name);
  assert.equal(listed.toSorted(), ['index.html', ...assets.filter((name) => !/\.(br|gz)$/.test(name)).map((name) => `assets/${name}`)].toSorted());
  assert.is(assets.some((name) => name.endsWith('.map')), false);
  for (const name of listed) assert.not.match(await readFile(join(first, name), 'latin1'), /sourceMappingURL/, name);
});

test('nothing is inline, nothing is data:, and nothing comes from elsewhere', async () => {
  assert.not.match(index, /<script(?![^>]*\bsrc=)/);
  assert.not.match(index, /<style|\sstyle=|\son\w+=|javascript:|data:/);
  for (const [, address = ''] of index.matchAll(/(?:src|href)="([^"]*)"/g)) assert.match(address, /^\/assets\/[\w.-]+$/);
  for (const name of assets.filter((asset) => asset.endsWith('.css'))) {
    assert.not.match(await readFile(join(first, 'assets', name), 'utf8'), /@import|url\((?!["']?\/assets\/)/, name);
  }
});

test('the page\'s script is at most 90 KB compressed, and its worker at most 160 KB', async () => {
  const scripts = named(index, 'js');
  assert.is(scripts.length, 1);
  const page = await sum(scripts);
  const workers = assets.filter((name) => /^main-[\w-]+\.js$/.test(name)).map((name) => `assets/${name}`);
  assert.is(workers.length, 1);
  const worker = await sum(workers);
  console.log(`page ${(page / KB).toFixed(1)} KB, worker ${(worker / KB).toFixed(1)} KB, compressed`);
  assert.ok(page <= 90 * KB, `${page}`);
  assert.ok(worker <= 160 * KB, `${worker}`);
});

test('what the first paint needs is under 100 KB compressed', async () => {
  const first = await sum(['index.html', ...named(index, 'js'), ...named(index, 'css')]);
  console.log(`first paint ${(first / KB).toFixed(1)} KB, compressed`);
  assert.ok(first < 100 * KB, `${first}`);
});

test.after(async () => rm(folder, { recursive: true, force: true }));
test.run();
