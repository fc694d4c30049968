import { readFileSync } from 'node:fs';
import { usageError, CliError } from './exit.ts';

/** The first line of a file, or of standard input for '-'. A password file holds one line. */
export function passwordFromFile(file: string): string {
  const text = readFileSync(file === '-' ? 0 : file, 'utf8');
  const line = /^[^\r\n]*/.exec(text)?.[0] ?? '';
  if (line === '') throw usageError(`The password file ${file} is empty; it must hold the password in its first line.`);
  return line;
}

/** From the file, or by asking on the terminal without showing what is typed. */
export async function readPassword(file: string | undefined, question: string): Promise<string> {
  if (file !== undefined) return passwordFromFile(file);
  return prompt(question);
}

/** As `readPassword`, asking twice on a terminal, for a password that is set. */
export async function readNewPassword(file: string | undefined, question: string): Promise<string> {
  if (file !== undefined) return passwordFromFile(file);
  const first = await prompt(question);
  if (await prompt('The same again: ') !== first) throw usageError('The two passwords are not the same; run the command again.');
  return first;
}

async function prompt(question: string): Promise<string> {
  const { stdin, stderr } = process;
  if (!stdin.isTTY) throw usageError('A password is needed and there is no terminal to ask on; give --password-file FILE ("-" for standard input).');
  stderr.write(question);
  stdin.setRawMode(true);
  stdin.setEncoding('utf8');
  try {
    return await typedLine(stdin);
  } finally {
    stdin.setRawMode(false);
    stdin.pause();
    stderr.write('\n');
  }
}

function typedLine(stdin: NodeJS.ReadStream): Promise<string> {
  return new Promise((resolve, reject) => {
    let line: string[] = [];
    const done = (finish: () => void): void => {
      stdin.removeListener('data', onData);
      finish();
    };
    const onData = (chunk: string): void => {
      for (const character of chunk) {
        if (character === '\r' || character === '\n') return done(() => resolve(line.join('')));
        if (character === '\u0003' || character === '\u0004') return done(() => reject(new CliError('interrupted', 'Interrupted; nothing was changed.')));
        if (character === '\u0015') line = [];
        else if (character === '\u007f' || character === '\b') line.pop();
        else if (character >= ' ') line.push(character);
      }
    };
    stdin.on('data', onData);
    stdin.resume();
  });
}
