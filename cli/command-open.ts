import type { Invocation } from './arguments.ts';
import { CliError } from './exit.ts';

export async function open(_invocation: Invocation): Promise<void> {
  throw new CliError('failed', 'Not built yet.');
}
