import { createInterface } from 'node:readline/promises';
import { CliError } from './exit.ts';
import { readPassword } from './secrets.ts';

/** How a command talks with the person: on a terminal, or by lines of standard input. */
export interface Talk {
  /** Whether somebody is there to be asked. */
  readonly terminal: boolean;
  say(text: string): void;
  /** One line; throws 'interrupted' at the end of the input. */
  line(question: string): Promise<string>;
  /** One line that is not shown while it is typed. */
  secret(question: string): Promise<string>;
}

export const terminalTalk: Talk = {
  terminal: process.stdin.isTTY,
  say: (text) => void process.stderr.write(`${text}\n`),
  line: async (question) => {
    const reader = createInterface({ input: process.stdin, output: process.stderr });
    const ended = new Promise<never>((_, reject) => {
      reader.once('close', () => reject(new CliError('interrupted', 'Interrupted; nothing was changed.')));
      reader.once('SIGINT', () => reader.close());
    });
    try {
      return await Promise.race([reader.question(question), ended]);
    } finally {
      ended.catch(() => undefined);
      reader.close();
    }
  },
  secret: (question) => readPassword(undefined, question),
};

export async function confirm(talk: Talk, question: string): Promise<boolean> {
  return /^y(es)?$/i.test((await talk.line(`${question} [y/N] `)).trim());
}
