import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import type { Invocation } from './arguments.ts';
import { finish } from './ask.ts';
import { connection } from './command-account.ts';
import { CliError } from './exit.ts';
import { dataFolder } from './paths.ts';
import { ProgressBar } from './progress.ts';
import { readPassword } from './secrets.ts';
import { plainText } from './text.ts';

/** `open`: needs neither account nor agent. Asks for a password only where the link wants one. */
export async function open(invocation: Invocation): Promise<void> {
  const { openHere } = await import('./agent-open.ts');
  const given = invocation.argument(0);
  const link = given === '-' ? readFileSync(0, 'utf8').trim() : given;
  const config = connection(invocation, dataFolder(invocation.text('data')));
  const file = invocation.text('link-password-file');
  const bar = new ProgressBar(invocation.flag('json') ? null : process.stderr);
  const gone = new AbortController();
  process.once('SIGINT', () => gone.abort(new CliError('interrupted', 'Interrupted; run the command again to go on.')));
  const run = (password: string | null): Promise<Record<string, unknown>> => openHere(config, link, resolve(invocation.argument(1)), password, {
    force: invocation.flag('force'),
    signal: gone.signal,
    progress: (report) => bar.update(report),
    warn: (message) => process.stderr.write(`underkeep: ${plainText(message)}\n`),
  });
  try {
    finish(invocation, await run(file === undefined ? null : await readPassword(file, '')).catch(async (error: unknown) => {
      const asks = error instanceof Error && 'code' in error && error.code === 'password-needed' && process.stdin.isTTY;
      if (!asks) throw error;
      return run(await readPassword(undefined, 'Password of the link: '));
    }));
  } finally {
    bar.clear();
  }
}
