import { readdirSync, readFileSync } from 'node:fs';
import { join, relative } from 'node:path';

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

function faultOf(text: string): string | null {
  if (/^[^/\n]*\.only\(/m.test(text)) return '.only leaves the other tests out: take it away';
  const suites = text.match(/=\s*suite(<[^(]*>)?\(/g)?.length ?? 0;
  const runs = text.match(/^\s*\w+\.run\(\)/gm)?.length ?? 0;
  if (runs < Math.max(1, suites)) return `${Math.max(1, suites)} suite(s), but ${runs} call(s) of .run()`;
  return null;
}

/**
 * Reads how to run a file. In its leading comment lines: `// serial`, `// timeout: 900` (seconds).
 * A skipped test gives its reason on the line of its `.skip(`: `// skipped: the kernel has no netem`.
 */
export function readSuite(folder: string, path: string): Suite {
  const text = readFileSync(path, 'utf8');
  const head = /^(?:\s*\/\/.*\n)*/.exec(text)?.[0] ?? '';
  const limit = /^\s*\/\/\s*timeout:\s*(\d+)\s*$/m.exec(head)?.[1];
  return {
    name: relative(folder, path).replace(/\.test\.ts$/, ''),
    path,
    serial: /^\s*\/\/\s*serial\s*$/m.test(head),
    limitSeconds: limit === undefined ? defaultLimitSeconds : Number(limit),
    skipReasons: [...text.matchAll(/\.skip\b.*\/\/\s*skipped:\s*(\S.*)$/gm)].map((match) => match[1] ?? ''),
    fault: faultOf(text),
  };
}

/** Every `*.test.ts` under the folder, by name. */
export function findSuites(folder: string): Suite[] {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((path) => path.endsWith('.test.ts') && !path.split('/').includes('node_modules'))
    .sort()
    .map((path) => readSuite(folder, join(folder, path)));
}
