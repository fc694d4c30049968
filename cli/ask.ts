import type { Invocation } from './arguments.ts';
import { callAgent, type Fields } from './call.ts';
import { ProgressBar } from './progress.ts';
import { show } from './show.ts';
import { plainText } from './text.ts';

/** Asks the agent, with a bar on a terminal. Ctrl-C ends the command, not the agent. */
export async function ask(invocation: Invocation, socket: string, name: string, args: Fields): Promise<Fields> {
  const bar = new ProgressBar(invocation.flag('json') ? null : process.stderr);
  try {
    return await callAgent(socket, name, args, {
      progress: (report) => bar.update(report),
      warning: (message) => {
        bar.clear();
        process.stderr.write(`underkeep: ${plainText(message)}\n`);
      },
      bytes: (chunk) => writeOut(chunk),
    });
  } finally {
    bar.clear();
  }
}

async function writeOut(chunk: Buffer): Promise<void> {
  if (!process.stdout.write(chunk)) await new Promise<void>((resolve) => process.stdout.once('drain', resolve));
}

/** Prints a result: as JSON, or for a person. */
export function finish(invocation: Invocation, result: Fields): void {
  const { name } = invocation.command;
  // The bytes are the output; what they cost goes where it does not mix with them.
  if (name === 'cat') {
    if (invocation.flag('json')) process.stderr.write(`${JSON.stringify(result)}\n`);
  } else if (invocation.flag('json')) process.stdout.write(`${JSON.stringify(result)}\n`);
  else process.stdout.write(show(name, result, invocation.flag('long')));
  if (name === 'check' && result['clean'] === false) process.exitCode = 1;
}
