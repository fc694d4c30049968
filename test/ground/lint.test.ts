import { execFileSync, spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { configuredHosts, sourceBreaches } from '../runner/checks.ts';
import { plant } from '../runner/tree.ts';

const root = join(import.meta.dirname, '../..');
const tsconfig = JSON.stringify({ compilerOptions: { strict: true, module: 'nodenext', target: 'esnext', noEmit: true }, include: ['*.ts'] });

function lint(text: string): { code: number | null; output: string } {
  const folder = plant({ 'tsconfig.json': tsconfig, 'package.json': '{"type":"module"}', 'planted.ts': text });
  const config = join(root, '.oxlintrc.json');
  const { status, stdout } = spawnSync(join(root, 'node_modules/.bin/oxlint'), ['--type-aware', '-c', config, folder], { encoding: 'utf8' });
  return { code: status, output: stdout };
}

const fails = (name: string, text: string, rule: string): void =>
  test(`${name} fails the lint`, () => {
    const { code, output } = lint(text);
    assert.ok(output.includes(rule), `${rule} expected in: ${output}`);
    assert.is(code, 1);
  });

test('plain code passes the lint', () => {
  assert.is(lint(`export const one = async (): Promise<number> => 1;\nexport const two = (await one()) + 1;\n`).code, 0);
});

fails('a promise that nobody awaits', `const later = async (): Promise<void> => {};\nlater();\nexport {};\n`, 'no-floating-promises');
fails('a promise as a condition', `const later = async (): Promise<boolean> => false;\nif (later()) console.log(1);\nexport {};\n`, 'no-misused-promises');
fails('any', `export const x = (y: any): string => String(y);\n`, 'no-explicit-any');
fails('an any that JSON.parse lets in', `export const x: { y: number } = JSON.parse('{}');\n`, 'no-unsafe-assignment');
fails('await on what is no promise', `export const x = await 1;\n`, 'await-thenable');
fails('an asserted non-null', `export const x = (y: string | null): string => y!;\n`, 'no-non-null-assertion');

test('a registry\'s address in the lockfile, or its host in any tracked file, is found', () => {
  const host = ['registry', 'npmjs', 'org'].join('.');
  const folder = plant({
    'package-lock.json': `{ "packages": { "a": { "resolved": "https://mirror.example/a.tgz" } } }`,
    'README.md': `see https://${host}/a`,
    'docs/own.md': 'from mirror.example',
    'clean.md': 'nothing here',
    'untracked.md': host,
  });
  execFileSync('git', ['init', '-q'], { cwd: folder });
  execFileSync('git', ['add', 'package-lock.json', 'README.md', 'docs', 'clean.md'], { cwd: folder });
  assert.equal(sourceBreaches(folder, configuredHosts({ npm_config_registry: 'https://mirror.example/npm/' })), [
    'README.md: names a package registry\'s host',
    'docs/own.md: names a package registry\'s host',
    'package-lock.json: names a package registry\'s host',
    'package-lock.json: has a "resolved" address',
  ]);
});

test.run();
