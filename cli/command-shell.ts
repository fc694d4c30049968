import { homedir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { Invocation } from './arguments.ts';
import { ask, finish } from './ask.ts';
import { callAgent } from './call.ts';
import { argumentsOf } from './command-arguments.ts';
import { lockAgent } from './command-account.ts';
import { findCommand } from './command-list.ts';
import { runVault } from './command-vault.ts';
import { CliError, exitCode, reportOf, usageError } from './exit.ts';
import { agentSocket, dataFolder } from './paths.ts';
import { readPassword } from './secrets.ts';
import { confirm, type Talk } from './talk.ts';
import { byteCount, plainText } from './text.ts';
import { splitWords, wholePath } from './words.ts';

const DRIVE = new Set(['ls', 'put', 'get', 'cat', 'mkdir', 'mv', 'cp', 'rm', 'whoami']);
const HELP = 'Commands: cd, pwd, ls, put, get, cat, mkdir, mv, cp, rm, whoami, vault add | status | export | cover, lock, exit. Hidden vaults lie at /~, /~2, …\n';

/** Reads commands, and runs them until the end of the input. Without a terminal, the first that fails ends it. */
export async function shell(invocation: Invocation): Promise<void> {
  const socket = agentSocket(dataFolder(invocation.text('data')));
  await callAgent(socket, 'whoami', {});
  const talk = process.stdin.isTTY ? new TerminalLines() : new PipedLines();
  const running = new Shell(invocation, socket, talk);
  for (;;) {
    const line = await talk.command(`underkeep:${running.folder}> `);
    try {
      if (line === null || await running.run(line) === 'end') {
        if (await running.mayLeave()) return;
      }
    } catch (error) {
      const { code, message } = reportOf(error);
      process.stderr.write(`underkeep: ${plainText(message)}\n`);
      if (code === 'no-agent' || !talk.terminal) {
        process.exitCode = exitCode(code);
        return;
      }
    }
  }
}

interface Lines extends Talk {
  /** The next command, or null at the end. */
  command(prompt: string): Promise<string | null>;
}

class Shell {
  folder = '/';
  readonly #invocation: Invocation;
  readonly #socket: string;
  readonly #talk: Lines;
  #locked = false;

  constructor(invocation: Invocation, socket: string, talk: Lines) {
    this.#invocation = invocation;
    this.#socket = socket;
    this.#talk = talk;
  }

  async run(line: string): Promise<'on' | 'end'> {
    const [name, ...words] = splitWords(line);
    if (name === undefined || name.startsWith('#')) return 'on';
    if (name === 'exit' || name === 'quit') return 'end';
    if (name === 'lock') {
      this.#locked = await lockAgent(this.#invocation, this.#talk, words.includes('--force') || words.includes('-f'));
      return this.#locked ? 'end' : 'on';
    }
    if (name === 'help') process.stdout.write(HELP);
    else if (name === 'pwd') process.stdout.write(`${plainText(this.folder)}\n`);
    else if (name === 'cd') await this.#enter(words[0] ?? '/');
    else await this.#command(name, words);
    return 'on';
  }

  /** Whether the shell may end: with changes waiting a person is asked, and a script needs --force. */
  async mayLeave(): Promise<boolean> {
    if (this.#locked || this.#invocation.flag('force')) return true;
    const { waiting } = await callAgent(this.#socket, 'vault-status', {});
    const bytes = typeof waiting === 'object' && waiting !== null && 'bytes' in waiting && typeof waiting.bytes === 'number' ? waiting.bytes : 0;
    if (bytes === 0) return true;
    const what = `${byteCount(bytes)} still wait in hidden vaults, and are lost if the agent locks before they have drained.`;
    // A terminal that is gone cannot be asked.
    if (this.#talk.terminal) return confirm(this.#talk, `${what} Leave all the same?`).catch(() => true);
    throw new CliError('waiting', what);
  }

  async #enter(to: string): Promise<void> {
    const path = wholePath(this.folder, to);
    await callAgent(this.#socket, 'ls', { path, shell: true });
    this.folder = path;
  }

  async #command(name: string, words: readonly string[]): Promise<void> {
    const command = DRIVE.has(name) || name === 'vault' ? findCommand(name) : undefined;
    if (command === undefined) throw usageError(`There is no command ${plainText(name)} in the shell; "help" lists them.`);
    const invocation = new Invocation(command, atHome(name, words));
    if (name === 'ls' && invocation.positionals.length === 0) return this.#command('ls', [...words, '.']);
    invocation.checkPositionals();
    if (name === 'vault') return runVault(invocation, this.#socket, this.#talk);
    const args = await argumentsOf(invocation, (path) => wholePath(this.folder, path));
    finish(invocation, await ask(invocation, this.#socket, name, { ...args, shell: true }));
  }
}

/** Local paths as a shell of the system would take them. */
function atHome(name: string, words: readonly string[]): string[] {
  const local = (index: number): boolean => (name === 'put' && index < words.length - 1) || (name === 'get' && index === words.length - 1);
  return words.map((word, index) => (local(index) && word.startsWith('~/') ? join(homedir(), word.slice(2)) : word));
}

/** A person at a terminal. What is typed stays in this process. */
class TerminalLines implements Lines {
  readonly terminal = true;
  #history: string[] = [];

  say(text: string): void {
    process.stderr.write(`${text}\n`);
  }

  async line(question: string): Promise<string> {
    const line = await this.#ask(question, []);
    if (line === null) throw new CliError('interrupted', 'Interrupted; nothing was changed.');
    return line;
  }

  secret(question: string): Promise<string> {
    return readPassword(undefined, question);
  }

  command(prompt: string): Promise<string | null> {
    return this.#ask(prompt, this.#history);
  }

  #ask(question: string, history: string[]): Promise<string | null> {
    const reader = createInterface({ input: process.stdin, output: process.stderr, history });
    if (history === this.#history) reader.on('history', (lines) => { this.#history = lines; });
    return new Promise((resolve) => {
      reader.once('close', () => resolve(null));
      reader.once('SIGINT', () => reader.close());
      reader.question(plainText(question), (line) => {
        resolve(line);
        reader.close();
      });
    });
  }
}

/** Lines of standard input: what a command asks for is the next line. */
class PipedLines implements Lines {
  readonly terminal = false;
  readonly #lines = createInterface({ input: process.stdin, crlfDelay: Infinity })[Symbol.asyncIterator]();

  say(text: string): void {
    process.stderr.write(`${text}\n`);
  }

  async line(): Promise<string> {
    const line = await this.command();
    if (line === null) throw new CliError('interrupted', 'Standard input ended in the middle of a command.');
    return line;
  }

  secret(): Promise<string> {
    return this.line();
  }

  async command(): Promise<string | null> {
    const next = await this.#lines.next();
    return next.done === true ? null : next.value;
  }
}
