/**
 * The test runner: `npm test -- [NAME...] [--jobs N] [--list] [--folder FOLDER]`.
 * First the checks (types, lint, imports, sources), then each `test/**` + `/*.test.ts` in a process of its own. A NAME keeps what contains it.
 * The last line is `N passed, N failed`; the exit code is 1 when something failed, or nothing ran.
 */
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { checksOf, type Check } from './runner/checks.ts';
import { killAll, runGroup, type Ending } from './runner/process.ts';
import { findSuites, type Suite } from './runner/suite.ts';
import { judge, type Verdict } from './runner/verdict.ts';

const root = join(import.meta.dirname, '..');
const checkLimitSeconds = 300;

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    jobs: { type: 'string', default: '2' },
    list: { type: 'boolean', default: false },
    /** Another folder of tests, without the checks: how the runner is itself tested. */
    folder: { type: 'string' },
  },
});

if (Number.parseInt(process.versions.node, 10) < 24) {
  console.error(`Node 24 is needed, and this is ${process.versions.node}; run "npm test".`);
  process.exit(1);
}

let passed = 0;
let failed = 0;

function report(name: string, ending: Ending, verdict: Verdict, notes: readonly string[]): void {
  passed += verdict.passed;
  failed += verdict.failed;
  const tests = `${verdict.passed + verdict.failed} ${verdict.passed + verdict.failed === 1 ? 'test' : 'tests'}`;
  const line = [`${verdict.reason === null ? 'ok  ' : 'FAIL'} ${name}`, tests, `${ending.seconds.toFixed(1)} s`, ...notes];
  if (verdict.reason !== null) console.log(`\n${ending.output.trimEnd().replace(/^/gm, '  | ')}`);
  console.log(line.join('  ') + (verdict.reason === null ? '' : `: ${verdict.reason}\n`));
}

async function runCheck({ name, command: [command, ...args] }: Check, env: NodeJS.ProcessEnv): Promise<void> {
  const ending = await runGroup({ command, args, cwd: root, env, limitSeconds: checkLimitSeconds });
  const well = ending.code === 0;
  report(name, ending, { passed: well ? 1 : 0, failed: well ? 0 : 1, reason: well ? null : `exited with ${ending.code ?? ending.signal}` }, []);
}

/**
 * What each process finds in its environment: the pinned Node first, no colours, and a temporary folder that ends with this run.
 * What one file starts for the others too goes there, with the number of its process group in a `*.pid` file.
 */
function environment(shared: string): NodeJS.ProcessEnv {
  const { FORCE_COLOR: _, NODE_OPTIONS: __, ...inherited } = process.env;
  return {
    ...inherited,
    NO_COLOR: '1',
    PATH: `${join(root, 'node_modules/.bin')}:${process.env['PATH'] ?? ''}`,
    TMPDIR: shared,
    UNDERKEEP_TEST_RUN: shared,
  };
}

async function runSuite(suite: Suite, env: NodeJS.ProcessEnv): Promise<void> {
  const ending = await runGroup({ command: process.execPath, args: [suite.path], cwd: root, env, limitSeconds: suite.limitSeconds });
  report(suite.name, ending, judge(suite, ending), suite.skipReasons.map((reason) => `skipped: ${reason}`));
}

async function runAll(suites: readonly Suite[], jobs: number, env: NodeJS.ProcessEnv): Promise<void> {
  const queue = [...suites];
  const work = async (): Promise<void> => {
    for (let suite = queue.shift(); suite; suite = queue.shift()) await runSuite(suite, env);
  };
  await Promise.all(Array.from({ length: jobs }, work));
}

/** Ends what test files started for the whole run: each `*.pid` file of the shared folder names a process group. */
function endShared(shared: string): void {
  for (const file of readdirSync(shared).filter((name) => name.endsWith('.pid'))) {
    const group = Number.parseInt(readFileSync(join(shared, file), 'utf8'), 10);
    try {
      if (group > 1) process.kill(-group, 'SIGKILL');
    } catch {
      // It ended by itself.
    }
  }
  rmSync(shared, { recursive: true, force: true });
}

const wanted = (name: string): boolean => positionals.length === 0 || positionals.some((part) => name.includes(part));
const checks = values.folder === undefined ? checksOf(root).filter(({ name }) => wanted(name)) : [];
const suites = findSuites(resolve(values.folder ?? import.meta.dirname)).filter(({ name }) => wanted(name));

if (values.list) {
  for (const { name } of [...checks, ...suites]) console.log(name);
  process.exit(0);
}

const shared = mkdtempSync(join(tmpdir(), 'uk-'));
process.on('exit', () => {
  killAll();
  endShared(shared);
});
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => process.exit(130));

const env = environment(shared);
for (const check of checks) await runCheck(check, env);
await runAll(suites.filter(({ serial }) => !serial), Math.max(1, Number(values.jobs) || 1), env);
await runAll(suites.filter(({ serial }) => serial), 1, env);

if (passed + failed === 0) console.log(`nothing ran: no check or test file matches ${positionals.join(' ') || 'at all'}`);
console.log(`${passed} passed, ${failed} failed`);
process.exitCode = failed > 0 || passed === 0 ? 1 : 0;
