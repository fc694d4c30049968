import { parseArgs } from 'node:util';
import { GLOBAL_OPTIONS, type CommandSpec } from './command-list.ts';
import { usageError } from './exit.ts';

/** A command line, parsed strictly: every option is known and has the value that it needs. */
export class Invocation {
  readonly command: CommandSpec;
  readonly positionals: readonly string[];
  readonly #values: ReadonlyMap<string, string | boolean>;

  constructor(command: CommandSpec, argv: readonly string[]) {
    this.command = command;
    const specs = [...(command.options ?? []), ...GLOBAL_OPTIONS];
    const options = Object.fromEntries(specs.map(({ name, short, value }) => [name, { type: value === undefined ? 'boolean' : 'string', ...(short === undefined ? {} : { short }) } as const]));
    let parsed;
    try {
      parsed = parseArgs({ args: [...argv], options, allowPositionals: true, strict: true });
    } catch (error) {
      throw usageError(`${firstSentence(error)} See "underkeep ${command.name} --help".`);
    }
    this.positionals = parsed.positionals;
    this.#values = new Map(Object.entries(parsed.values).filter((pair): pair is [string, string | boolean] => typeof pair[1] === 'string' || typeof pair[1] === 'boolean'));
  }

  /** Throws a usage error where there are too few or too many arguments. */
  checkPositionals(): void {
    const { name, usage, args: [least, most] } = this.command;
    const count = this.positionals.length;
    if (count < least || count > most) throw usageError(`${count < least ? 'An argument is missing' : 'There is an argument too many'}: underkeep ${name} ${usage}`.trimEnd());
  }

  text(name: string): string | undefined {
    const value = this.#values.get(name);
    return typeof value === 'string' ? value : undefined;
  }

  flag(name: string): boolean {
    return this.#values.get(name) === true;
  }

  argument(index: number): string {
    const value = this.positionals[index];
    if (value === undefined) throw usageError(`An argument is missing: underkeep ${this.command.name} ${this.command.usage}`);
    return value;
  }

  /** A number of at least `least`. Throws a usage error naming the option. */
  number(name: string, least: number, whole: boolean): number | undefined {
    const given = this.text(name);
    if (given === undefined) return undefined;
    const value = Number(given);
    if (given.trim() === '' || !Number.isFinite(value) || value < least || (whole && !Number.isSafeInteger(value))) {
      throw usageError(`--${name} takes a ${whole ? 'whole ' : ''}number of at least ${least}.`);
    }
    return value;
  }
}

function firstSentence(error: unknown): string {
  const message = error instanceof Error ? error.message : 'The arguments are not understood.';
  const sentence = message.split(/\. (?=[A-Z])|\n/)[0] ?? message;
  return sentence.endsWith('.') ? sentence : `${sentence}.`;
}
