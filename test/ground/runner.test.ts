import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { plant, type Files } from '../runner/tree.ts';

const runner = join(import.meta.dirname, '../run.ts');
const uvu = `import { test, suite } from '${import.meta.resolve('uvu')}';\n`;
const passing = `${uvu}test('holds', () => {}); test.run();`;

interface Outcome {
  readonly code: number | null;
  readonly output: string;
  readonly last: string | undefined;
}

function run(files: Files, ...args: string[]): Outcome {
  const folder = plant(files);
  const { status, stdout, stderr } = spawnSync(process.execPath, [runner, '--folder', folder, ...args], { encoding: 'utf8' });
  return { code: status, output: stdout + stderr, last: stdout.trimEnd().split('\n').at(-1) };
}

/** Gone, or dead and not yet reaped. */
function isGone(pid: string): boolean {
  const { stdout } = spawnSync('cat', [`/proc/${pid}/stat`], { encoding: 'utf8' });
  return pid !== '' && (stdout === '' || stdout.includes(') Z '));
}

const fails = (name: string, file: string, said: RegExp, last = '0 passed, 1 failed'): void =>
  test(`${name} fails`, () => {
    const { code, output, last: line } = run({ 'planted.test.ts': file });
    assert.match(output, said);
    assert.is(line, last);
    assert.is(code, 1);
  });

test('files that pass are summed, and the last line says so alone', () => {
  const { code, last, output } = run({ 'a/one.test.ts': passing, 'b/two.test.ts': `${uvu}test('a', () => {}); test('b', () => {}); test.run();` });
  assert.is(last, '3 passed, 0 failed');
  assert.is(code, 0);
  assert.match(output, /^ok {3}a\/one {2}1 test {2}[\d.]+ s$/m);
});

test('a name keeps only the files that contain it', () => {
  const files = { 'a/one.test.ts': passing, 'b/two.test.ts': `throw new Error('not to be run');` };
  assert.is(run(files, 'a/').last, '1 passed, 0 failed');
  assert.is(run(files, '--list').output, 'a/one\nb/two\n');
});

test('a name that matches nothing fails', () => {
  const { code, last, output } = run({ 'a.test.ts': passing }, 'absent');
  assert.match(output, /nothing ran/);
  assert.is(last, '0 passed, 0 failed');
  assert.is(code, 1);
});

fails('a suite without .run()', `${uvu}test('never', () => {});`, /0 call\(s\) of \.run\(\)/);
fails('a second suite without .run()', `${uvu}const a = suite('a'); a('x', () => {}); const b = suite('b'); b('y', () => {});\na.run();`, /2 suite\(s\), but 1/, '1 passed, 1 failed');
fails('a suite without tests', `${uvu}test.run();`, /ran no test/);
fails('an empty file', '', /\.run\(\)/);
fails('a failing test', `${uvu}test('x', () => { throw new Error('planted failure'); });\ntest('y', () => {});\ntest.run();`, /planted failure/, '1 passed, 1 failed');
fails('a crash after passing', `${passing}\nprocess.on('exit', () => { process.exitCode = 7; });`, /exited with 7 after 1 passed/, '1 passed, 1 failed');
fails('an exit with 0 before the tests are done', `${uvu}test('x', async () => { process.exit(0); });\ntest.run();`, /FAIL planted/);
fails('an unhandled rejection after the tests', `${passing}\nsetTimeout(() => void Promise.reject(new Error('planted late')), 100);`, /planted late/, '1 passed, 1 failed');
fails('death by a signal', `${uvu}test('x', () => { process.kill(process.pid, 'SIGKILL'); });\ntest.run();`, /ended by SIGKILL/);
fails('.only', `${uvu}test.only('x', () => {}); test('y', () => {});\ntest.run();`, /\.only leaves/, '1 passed, 1 failed');
fails('a skip without a reason', `${uvu}test.skip('x', () => {});\ntest('y', () => {});\ntest.run();`, /1 skipped, but 0 say why/, '1 passed, 1 failed');
fails('a process left behind', `${uvu}import { spawn } from 'node:child_process';\ntest('x', () => { spawn('sleep', ['60'], { stdio: 'ignore' }).unref(); });\ntest.run();`, /left processes running/, '1 passed, 1 failed');
fails(
  'a process left behind in a group of its own',
  `${uvu}import { spawn } from 'node:child_process';\ntest('x', () => { spawn('sleep', ['60'], { stdio: 'ignore', detached: true }).unref(); });\ntest.run();`,
  /left processes running/,
  '1 passed, 1 failed',
);

test('a skip that says why passes, and is shown', () => {
  const { code, output } = run({ 'a.test.ts': `${uvu}test.skip('x', () => {}); // skipped: no such kernel\ntest('y', () => {});\ntest.run();` });
  assert.match(output, /skipped: no such kernel/);
  assert.is(code, 0);
});

test('a file past its limit fails, and its whole process group is ended', () => {
  const file = `// timeout: 1\n${uvu}import { spawn } from 'node:child_process';
const child = spawn('sleep', ['61'], { stdio: 'ignore' });
test('hangs', async () => { console.log('child ' + child.pid); await new Promise((resolve) => setTimeout(resolve, 60_000)); });
test.run();`;
  const { code, output } = run({ 'hang.test.ts': file });
  assert.is(code, 1);
  assert.match(output, /still running after 1 s/);
  assert.ok(isGone(/child (\d+)/.exec(output)?.[1] ?? ''));
});

test('serial files run alone, after the others', () => {
  const log = (name: string): string => `${uvu}import { appendFileSync } from 'node:fs';
const note = (text) => appendFileSync(process.env.UK_LOG, text);
test('x', async () => { note('${name}['); await new Promise((resolve) => setTimeout(resolve, 200)); note('${name}]'); });
test.run();`;
  const folder = plant({ log: '', 'a.test.ts': `// serial\n${log('a')}`, 'b.test.ts': `// serial\n${log('b')}`, 'c.test.ts': log('c'), 'd.test.ts': log('d') });
  const { status } = spawnSync(process.execPath, [runner, '--folder', folder], { env: { ...process.env, UK_LOG: join(folder, 'log') } });
  assert.is(status, 0);
  assert.match(readFileSync(join(folder, 'log'), 'utf8'), /^(c|d)\[.*\]a\[a\]b\[b\]$/);
});

test('what a file starts for the whole run lives until its end, and no longer', () => {
  const starter = `${uvu}import { spawn } from 'node:child_process'; import { writeFileSync } from 'node:fs';
test('x', () => {
  const { UNDERKEEP_TEST_TREE, ...env } = process.env;
  const child = spawn('sleep', ['62'], { stdio: 'ignore', detached: true, env });
  child.unref();
  writeFileSync(env.UNDERKEEP_TEST_RUN + '/rig.pid', String(child.pid));
});
test.run();`;
  const user = `// serial\n${uvu}import { readFileSync } from 'node:fs';
test('y', () => { const pid = Number(readFileSync(process.env.UNDERKEEP_TEST_RUN + '/rig.pid', 'utf8')); console.log('shared ' + pid); process.kill(pid, 0); throw new Error('to see the output'); });
test.run();`;
  const { output, last } = run({ 'starter.test.ts': starter, 'user.test.ts': user });
  assert.is(last, '1 passed, 1 failed');
  assert.match(output, /to see the output/);
  assert.ok(isGone(/shared (\d+)/.exec(output)?.[1] ?? ''));
});

test.run();
