import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'uvu';
import * as assert from 'uvu/assert';

const root = join(import.meta.dirname, '../..');

interface Manifest {
  readonly [section: string]: Readonly<Record<string, string>> | undefined;
}

const manifest = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as Manifest;
const declared = ['dependencies', 'devDependencies', 'optionalDependencies'].flatMap((section) => Object.entries(manifest[section] ?? {}));
const rows = readFileSync(join(root, 'docs/dependencies.md'), 'utf8').match(/^\| `.*\|$/gm) ?? [];

test('every dependency has exactly one line in docs/dependencies.md, and every line a dependency', () => {
  const explained = rows.flatMap((row) => [...(row.split(' | ')[0] ?? '').matchAll(/`([^`]+)`/g)].map((match) => match[1] ?? ''));
  assert.equal(explained.sort(), declared.map(([name]) => name).sort());
});

test('every line says why, who and in place of what', () => {
  for (const row of rows) assert.is(row.split(' | ').length, 4, row);
});

test('every version is exact', () => {
  for (const [name, version] of declared) assert.match(version, /^\d+\.\d+\.\d+$/, name);
});

test.run();
