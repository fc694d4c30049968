import { spawnSync } from 'node:child_process';
import { copyFileSync, mkdirSync, readFileSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { plant } from '../runner/tree.ts';

const root = join(import.meta.dirname, '../..');
const arch = `node-linux-${process.arch}`;
const manifest = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as { optionalDependencies: Record<string, string> };
const pinned = manifest.optionalDependencies[arch] ?? '';

/** A checkout with the real script and the real Node, and a command line that only says what it was given. */
function checkout(withNode: boolean): string {
  const folder = plant({ 'cli/main.ts': `const said: string[] = [process.version, ...process.argv.slice(2)]; console.log(JSON.stringify(said));`, 'package.json': '{"type":"module"}' });
  mkdirSync(join(folder, 'bin'));
  copyFileSync(join(root, 'bin/underkeep'), join(folder, 'bin/underkeep'));
  if (!withNode) return folder;
  mkdirSync(join(folder, 'node_modules'));
  symlinkSync(join(root, 'node_modules', arch), join(folder, 'node_modules', arch));
  return folder;
}

test('underkeep runs the pinned Node, from anywhere and through links, with its arguments whole', () => {
  const folder = checkout(true);
  const elsewhere = plant({});
  symlinkSync(join(folder, 'bin/underkeep'), join(elsewhere, 'absolute'));
  symlinkSync('absolute', join(elsewhere, 'relative'));
  const { stdout } = spawnSync(join(elsewhere, 'relative'), ['put', 'a file', '--json'], { cwd: '/', encoding: 'utf8', env: { PATH: '/usr/bin:/bin' } });
  assert.equal(JSON.parse(stdout), [`v${pinned}`, 'put', 'a file', '--json']);
});

test('without node modules it says in one sentence what to run', () => {
  const folder = checkout(false);
  const { status, stderr } = spawnSync(join(folder, 'bin/underkeep'), ['status'], { encoding: 'utf8' });
  assert.is(status, 1);
  assert.is(stderr, `underkeep: the node modules are missing; run "sh ${folder}/bin/set-up" once, then this again.\n`);
});

test.run();
