import { Invocation } from './arguments.ts';
import { findCommand } from './command-list.ts';
import { EXIT, exitCode, reportOf, usageError } from './exit.ts';
import { plainText } from './text.ts';

/** Runs one command line; sets the exit code. Nothing is printed that a terminal would obey. */
export async function main(argv: readonly string[]): Promise<void> {
  process.stdout.on('error', (error: NodeJS.ErrnoException) => {
    // Whoever read our output has had enough.
    process.exit(error.code === 'EPIPE' ? EXIT.ok : EXIT.failed);
  });
  try {
    await dispatch(argv);
  } catch (error) {
    const { code, message } = reportOf(error);
    process.exitCode = exitCode(code);
    if (argv.includes('--json')) process.stdout.write(`${JSON.stringify({ error: { code, message } })}\n`);
    else process.stderr.write(`underkeep: ${plainText(message)}\n`);
  }
}

async function dispatch(argv: readonly string[]): Promise<void> {
  const { name, rest } = splitName(argv);
  if (name === null) {
    const { generalHelp } = await import('./help.ts');
    process.stdout.write(generalHelp());
    return;
  }
  const command = findCommand(name);
  if (command === undefined) throw usageError(`There is no command ${plainText(name)}; "underkeep --help" lists them.`);
  const invocation = new Invocation(command, rest);
  if (invocation.flag('help')) {
    const { commandHelp } = await import('./help.ts');
    process.stdout.write(commandHelp(command));
    return;
  }
  invocation.checkPositionals();
  if (name === 'up') {
    const { up } = await import('./up.ts');
    await up(invocation);
  } else {
    const { runCommand } = await import('./command.ts');
    await runCommand(invocation);
  }
}

/** The command is the first word; global options may stand before it. */
function splitName(argv: readonly string[]): { readonly name: string | null; readonly rest: readonly string[] } {
  const valued = new Set(['--data', '--node', '--socks']);
  for (let at = 0; at < argv.length; at++) {
    const word = argv[at] ?? '';
    if (word === '--help' || word === '-h') return { name: null, rest: [] };
    if (valued.has(word)) at++;
    else if (!word.startsWith('-')) return { name: word, rest: [...argv.slice(0, at), ...argv.slice(at + 1)] };
    else if (word !== '--json' && ![...valued].some((name) => word.startsWith(`${name}=`))) throw usageError(`Unknown option ${plainText(word)}; "underkeep --help" lists the commands.`);
  }
  return { name: null, rest: [] };
}
