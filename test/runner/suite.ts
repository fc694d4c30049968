import { readdirSync, readFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { parseSync, Visitor } from 'oxc-parser';

/** A test file, and what its text says about how it is to be run. */
export interface Suite {
  /** Path from the test folder, without `.test.ts`: `crypto/cell`. */
  readonly name: string;
  readonly path: string;
  /** Runs alone, after the others. */
  readonly serial: boolean;
  readonly limitSeconds: number;
  /** The reasons given for `.skip(` calls, one a call that gives one. */
  readonly skipReasons: readonly string[];
  /** What is wrong with the file before it even runs; null when nothing is. */
  readonly fault: string | null;
}

const defaultLimitSeconds = 300;

interface Calls {
  suites: number;
  runs: number;
  only: boolean;
  readonly skipReasons: string[];
}

/** Counts what decides whether tests run at all; looks at the syntax, since a text may quote the same words. */
function callsOf(path: string, text: string): Calls {
  const calls: Calls = { suites: 0, runs: 0, only: false, skipReasons: [] };
  const { program, comments } = parseSync(path, text);
  new Visitor({
    CallExpression({ callee }) {
      if (callee.type === 'Identifier' && callee.name === 'suite') calls.suites++;
      if (callee.type === 'MemberExpression' && callee.property.type === 'Identifier' && callee.property.name === 'run') calls.runs++;
    },
    MemberExpression({ property, end }) {
      if (property.type !== 'Identifier') return;
      if (property.name === 'only') calls.only = true;
      if (property.name !== 'skip') return;
      const comment = comments.find(({ start }) => start > end && !text.slice(end, start).includes('\n'));
      const reason = /^\s*skipped:\s*(\S.*)$/.exec(comment?.value ?? '')?.[1];
      if (reason !== undefined) calls.skipReasons.push(reason);
    },
  }).visit(program);
  return calls;
}

function faultOf({ suites, runs, only }: Calls): string | null {
  if (only) return '.only leaves the other tests out: take it away';
  const wanted = Math.max(1, suites);
  return runs < wanted ? `${wanted} suite(s), but ${runs} call(s) of .run()` : null;
}

/**
 * Reads how to run a file. In its leading comment lines: `// serial`, `// timeout: 900` (seconds).
 * A skipped test gives its reason on the line of its `.skip`: `// skipped: the kernel has no netem`.
 */
export function readSuite(folder: string, path: string): Suite {
  const text = readFileSync(path, 'utf8');
  const head = /^(?:\s*\/\/.*\n)*/.exec(text)?.[0] ?? '';
  const limit = /^\s*\/\/\s*timeout:\s*(\d+)\s*$/m.exec(head)?.[1];
  const calls = callsOf(path, text);
  return {
    name: relative(folder, path).replace(/\.test\.ts$/, ''),
    path,
    serial: /^\s*\/\/\s*serial\s*$/m.test(head),
    limitSeconds: limit === undefined ? defaultLimitSeconds : Number(limit),
    skipReasons: calls.skipReasons,
    fault: faultOf(calls),
  };
}

/** Every `*.test.ts` under the folder, by name. */
export function findSuites(folder: string): Suite[] {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((path) => path.endsWith('.test.ts') && !path.split('/').includes('node_modules'))
    .sort()
    .map((path) => readSuite(folder, join(folder, path)));
}
