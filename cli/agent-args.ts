import { CliError } from './exit.ts';

/** The arguments of a request to the agent: what came as JSON, read field by field and checked. */
export class Args {
  readonly #values: ReadonlyMap<string, unknown>;

  constructor(body: unknown) {
    if (typeof body !== 'object' || body === null || Array.isArray(body)) throw new CliError('malformed', 'The agent was asked in a form that it does not know.');
    this.#values = new Map(Object.entries(body));
  }

  text(name: string): string {
    const value = this.#values.get(name);
    if (typeof value !== 'string') throw missing(name);
    return value;
  }

  maybeText(name: string): string | undefined {
    return this.#values.has(name) && this.#values.get(name) !== null ? this.text(name) : undefined;
  }

  texts(name: string): string[] {
    const value = this.#values.get(name);
    if (!Array.isArray(value) || !value.every((item) => typeof item === 'string')) throw missing(name);
    return value;
  }

  /** Whether nothing but what is hidden is named: every path of the drive among the values begins with `/~`. */
  namesHidden(): boolean {
    const paths = ['path', 'from', 'to', 'remote', 'paths'].flatMap((name) => this.#values.get(name) ?? []);
    return paths.length > 0 && paths.every((path) => typeof path === 'string' && path.startsWith('/~'));
  }

  flag(name: string): boolean {
    return this.#values.get(name) === true;
  }

  maybeNumber(name: string): number | undefined {
    const value = this.#values.get(name);
    if (value === undefined || value === null) return undefined;
    if (typeof value !== 'number' || !Number.isFinite(value)) throw missing(name);
    return value;
  }
}

function missing(name: string): CliError {
  return new CliError('malformed', `The agent was asked without a proper "${name}".`);
}
