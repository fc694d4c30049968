import { stripVTControlCharacters } from 'node:util';
import type { Ending } from './process.ts';
import type { Suite } from './suite.ts';

/** The outcome of one file or one check. `reason` is null when all is well. */
export interface Verdict {
  readonly passed: number;
  readonly failed: number;
  readonly reason: string | null;
}

interface Totals {
  readonly runs: number;
  readonly total: number;
  readonly passed: number;
  readonly skipped: number;
}

/** Sums what uvu prints at the end of each run: `Total: 3`, `Passed: 3`, `Skipped: 0`. */
function totalsOf(output: string): Totals {
  const blocks = [...stripVTControlCharacters(output).matchAll(/^ {2}Total: +(\d+)\n {2}Passed: +(\d+)\n {2}Skipped: +(\d+)$/gm)];
  const sum = (column: number): number => blocks.reduce((all, block) => all + Number(block[column]), 0);
  return { runs: blocks.length, total: sum(1), passed: sum(2), skipped: sum(3) };
}

function reasonOf(suite: Suite, ending: Ending, totals: Totals): string | null {
  if (ending.timedOut) return `still running after ${suite.limitSeconds} s; its processes were ended`;
  if (ending.signal) return `ended by ${ending.signal}`;
  if (totals.passed < totals.total) return `${totals.total - totals.passed} of ${totals.total} tests failed`;
  if (ending.code !== 0) return `exited with ${ending.code} after ${totals.passed} passed tests`;
  if (suite.fault !== null) return suite.fault;
  if (totals.runs === 0 || totals.total === 0) return 'exited with 0, but ran no test';
  if (totals.passed !== totals.total) return `reports ${totals.passed} passed of ${totals.total}`;
  if (totals.skipped > suite.skipReasons.length) return `${totals.skipped} skipped, but ${suite.skipReasons.length} say why ("// skipped: reason" on the line)`;
  if (ending.leftBehind) return 'left processes running; they were ended';
  return null;
}

/** Judges a test file by how it ended, what it printed and what its text says; a failed file counts as one failed test at least. */
export function judge(suite: Suite, ending: Ending): Verdict {
  const totals = totalsOf(ending.output);
  const reason = reasonOf(suite, ending, totals);
  const failed = reason === null ? 0 : Math.max(1, totals.total - totals.passed);
  return { passed: Math.min(totals.passed, totals.total), failed, reason };
}
