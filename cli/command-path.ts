import { readFileSync } from 'node:fs';
import type { Invocation } from './arguments.ts';
import type { Remote } from './command-arguments.ts';
import { usageError } from './exit.ts';

const DRIVE: ReadonlySet<string> = new Set(['put', 'get', 'ls', 'mkdir', 'mv', 'cp', 'rm', 'cat']);

/**
 * Paths of the drive as the arguments of a command give them: "-" stands for the next line of standard input. What is
 * hidden can be named there alone, since other users can list arguments and a shell remembers them.
 */
export function remoteArguments(invocation: Invocation, whole: Remote): { readonly remote: Remote; readonly fromInput: () => boolean } {
  const { command: { name }, positionals } = invocation;
  if (positionals.some((path) => /^\/+~/.test(path))) throw hiddenArgument();
  let lines: string[] | null = null;
  const nextLine = (): string => {
    lines ??= readFileSync(0, 'utf8').split('\n').filter((line) => line !== '');
    const line = lines.shift();
    if (line === undefined) throw usageError('Standard input has too few lines: one path for each "-".');
    return line;
  };
  const remote: Remote = (path) => {
    if (path === '-' && DRIVE.has(name)) return whole(nextLine());
    if (path.startsWith('~')) throw hiddenArgument();
    return whole(path);
  };
  return { remote, fromInput: () => lines !== null };
}

function hiddenArgument(): Error {
  return usageError('Paths that begin with /~ are never given as arguments, which every user of this machine can list and your shell remembers; use "underkeep shell", or "-" and standard input.');
}
