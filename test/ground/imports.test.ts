import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { importBreaches } from '../imports.ts';
import { plant, type Files } from '../runner/tree.ts';

const manifest = JSON.stringify({ dependencies: { hono: '1', 'sodium-native': '1' }, devDependencies: { uvu: '1' } });

/** A small house in which nothing is wrong; each test plants one thing into it. */
const house: Files = {
  'package.json': manifest,
  'crypto/index.ts': `export { seal } from './cell.ts'; export type { Key } from './key.ts';`,
  'crypto/cell.ts': `import type { Key } from './key.ts'; export const seal = (key: Key): Key => key;`,
  'crypto/key.ts': `export type Key = string;`,
  'wire/index.ts': `import { seal } from '../crypto/index.ts'; export const wire = seal('k');`,
  'engines/index.ts': `import { createHash } from 'node:crypto'; import type { Key } from '../crypto/index.ts'; export const hash = (key: Key) => createHash(key);`,
  'store/index.ts': `import 'node:fs'; import { wire } from '../wire/index.ts'; export const rows = wire;`,
  'daemon/index.ts': `import { Hono } from 'hono'; import { rows } from '../store/index.ts'; export const app = [Hono, rows];`,
  'daemon/main.ts': `import { hash } from '../engines/index.ts'; import { app } from './index.ts'; console.log(hash, app);`,
  'cli/agent.ts': `import { hash } from '../engines/index.ts'; console.log(hash);`,
  'cli/main.ts': `console.log(process.pid);`,
  'test/wire/deep.test.ts': `import { test } from 'uvu'; import { seal } from '../../crypto/cell.ts'; await import(String(seal)); test.run();`,
};

function breachesWith(planted: Files): string[] {
  return importBreaches(plant({ ...house, ...planted }));
}

const fails = (name: string, planted: Files, said: RegExp): void =>
  test(`${name} fails`, () => {
    const found = breachesWith(planted);
    assert.is(found.length, 1, `one breach expected, found: ${JSON.stringify(found)}`);
    assert.match(found[0] ?? '', said);
  });

test('a house that keeps the table passes', () => {
  assert.equal(breachesWith({}), []);
});

fails('an uphill import', { 'crypto/up.ts': `import { wire } from '../wire/index.ts'; console.log(wire);` }, /crypto\/up\.ts:1: imports wire\/, which crypto\/ may not/);
fails('a type-only uphill import', { 'wire/up.ts': `\nimport type { rows } from '../store/index.ts'; export type R = typeof rows;` }, /wire\/up\.ts:2: imports store\//);
fails('an inline type import uphill', { 'wire/up.ts': `import { type rows } from '../store/index.ts'; export type R = typeof rows;` }, /imports store\//);
fails('an import() type uphill', { 'wire/up.ts': `export type R = import('../store/index.ts').rows;` }, /imports store\//);
fails('a re-export uphill', { 'wire/up.ts': `export * from '../store/index.ts';` }, /imports store\//);
fails('a dynamic import uphill', { 'wire/up.ts': `export const later = () => import('../store/index.ts');` }, /imports store\//);
fails('a computed import in a room', { 'wire/up.ts': `export const later = (name: string) => import(name);` }, /computed import/);
fails('a reference comment uphill', { 'wire/up.ts': `/// <reference path="../store/index.ts" />\nexport {};` }, /imports store\//);
fails('a deep import past the door', { 'wire/deep.ts': `import { seal } from '../crypto/cell.ts'; console.log(seal);` }, /enters crypto\/ past its door, by crypto\/cell\.ts/);
fails('a deep type import past the door', { 'wire/deep.ts': `import type { Key } from '../crypto/key.ts'; export type K = Key;` }, /past its door/);
fails('a cycle inside a room', { 'crypto/key.ts': `import { seal } from './cell.ts'; export type Key = typeof seal;` }, /cycle inside crypto\/: crypto\/cell\.ts -> crypto\/key\.ts -> crypto\/cell\.ts/);
fails('a type-only cycle through the door', { 'wire/root.ts': `import type { wire } from './index.ts'; export type W = typeof wire;`, 'wire/index.ts': `export type { W } from './root.ts'; export const wire = 1;` }, /cycle inside wire\//);
fails('a node: import in an isomorphic room', { 'wire/fs.ts': `import 'node:fs';` }, /imports node:fs in an isomorphic room/);
fails('a node: type import in an isomorphic room', { 'wire/fs.ts': `import type { Stats } from 'node:fs'; export type S = Stats;` }, /imports node:fs/);
fails('a built-in without node: in an isomorphic room', { 'wire/fs.ts': `import 'fs';` }, /imports fs in an isomorphic room/);
fails('Buffer in an isomorphic room', { 'wire/b.ts': `export const b = Buffer.from('');` }, /uses Buffer/);
fails('Buffer as a type in an isomorphic room', { 'wire/b.ts': `export type B = Buffer;` }, /uses Buffer/);
fails('process in an isomorphic room', { 'wire/p.ts': `export const p = process.pid;` }, /uses process/);
fails('process by way of globalThis', { 'wire/p.ts': `export const p = globalThis.process;` }, /uses process/);
fails('a NodeJS type in an isomorphic room', { 'wire/t.ts': `export type T = NodeJS.Timeout;` }, /uses NodeJS/);
fails('a package that needs Node in an isomorphic room', { 'crypto/s.ts': `import 'sodium-native';` }, /sodium-native, which needs Node/);
fails('an undeclared package', { 'store/p.ts': `import 'left-pad';` }, /left-pad, which package\.json does not declare/);
fails('a development package in a room', { 'store/p.ts': `import 'uvu';` }, /uvu, which package\.json does not declare/);
fails('the daemon in the cli', { 'cli/d.ts': `import { app } from '../daemon/index.ts'; console.log(app);` }, /imports daemon\/, which cli\/ may not/);
fails('the store in the cli', { 'cli/d.ts': `import type { rows } from '../store/index.ts'; export type R = typeof rows;` }, /imports store\/, which cli\/ may not/);
fails('the engines outside a composition root', { 'cli/put.ts': `import { hash } from '../engines/index.ts'; console.log(hash);` }, /imports engines\//);
fails('a test in a room', { 'store/t.ts': `import '../test/wire/deep.test.ts';` }, /imports test\//);
fails('a folder that is not in the table', { 'misc/x.ts': `export {};` }, /misc is not a room of the table/);
fails('a file above the rooms', { 'x.ts': `export {};` }, /the top folder is not a room of the table/);
fails('an import from outside the house', { 'store/x.ts': `import '../../elsewhere/x.ts';` }, /outside the house/);
fails('an import by address', { 'store/x.ts': `import 'data:text/javascript,1';` }, /neither a file here nor a package/);

test('a property, a key or a method called process or Buffer is nobody\'s global', () => {
  assert.equal(breachesWith({ 'wire/k.ts': `export const k = { process: 1, Buffer() {} }; console.log(k.process, k.Buffer); export interface I { process: string }` }), []);
});

test('a cell may import its siblings, and the tests may enter anything', () => {
  assert.equal(breachesWith({ 'test/x.test.ts': `import '../daemon/main.ts'; import '../engines/index.ts';` }), []);
});

test.run();
