/** The real command line on the pinned Node, as `bin/underkeep` runs it, for tests. */
import { spawn } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

const MAIN = join(import.meta.dirname, '../../cli/main.ts');

export interface Ran {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
  readonly raw: Buffer;
  /** Milliseconds from start to end of the process. */
  readonly ms: number;
}

export interface RunOptions {
  readonly input?: string;
  readonly env?: Readonly<Record<string, string>>;
  readonly cwd?: string;
  readonly signal?: AbortSignal;
}

/** Runs `underkeep ARGS`, and gives what came of it whatever that is. */
export async function underkeep(args: readonly string[], options: RunOptions = {}): Promise<Ran> {
  const started = performance.now();
  const child = spawn(process.execPath, [MAIN, ...args], { stdio: ['pipe', 'pipe', 'pipe'], env: { ...process.env, ...options.env }, ...(options.cwd === undefined ? {} : { cwd: options.cwd }), ...(options.signal === undefined ? {} : { signal: options.signal }) });
  child.on('error', () => undefined);
  child.stdin.on('error', () => undefined);
  child.stdin.end(options.input ?? '');
  const out: Buffer[] = [];
  const err: Buffer[] = [];
  child.stdout.on('data', (chunk: Buffer) => out.push(chunk));
  child.stderr.on('data', (chunk: Buffer) => err.push(chunk));
  const code = await new Promise<number | null>((done) => child.once('close', done));
  const raw = Buffer.concat(out);
  return { code, raw, stdout: raw.toString('utf8'), stderr: Buffer.concat(err).toString('utf8'), ms: performance.now() - started };
}

/** What `--json` commands carry of their cost. */
export interface Cost {
  readonly rounds: number;
  readonly requests: number;
  readonly bytesSent: number;
  readonly bytesReceived: number;
  readonly ms: number;
}

export type Answer = Readonly<Record<string, unknown>> & { readonly cost: Cost; readonly error?: { readonly code: string; readonly message: string } };

/** One person at one machine: a data folder, a password file, and the node that it uses. */
export class Person {
  readonly data: string;
  readonly passwordFile: string;
  readonly #node: readonly string[];

  private constructor(data: string, node: string | null) {
    this.data = data;
    this.passwordFile = join(data, 'password.txt');
    this.#node = node === null ? [] : ['--node', node];
  }

  /** `node` null is the node of the person's own data folder. */
  static async make(password: string, options: { readonly node?: string; readonly data?: string } = {}): Promise<Person> {
    const person = new Person(options.data ?? await mkdtemp('/tmp/uk-'), options.node ?? null);
    await writeFile(person.passwordFile, `${password}\n`, { mode: 0o600 });
    return person;
  }

  run(args: readonly string[], options: RunOptions = {}): Promise<Ran> {
    return underkeep([...args, '--data', this.data, ...this.#node], options);
  }

  /** Runs with `--json`; the object that it printed, errors included, and the exit code. */
  async ask(...args: readonly string[]): Promise<{ readonly code: number | null; readonly answer: Answer }> {
    const { code, stdout, stderr } = await this.run([...args, '--json']);
    try {
      return { code, answer: JSON.parse(stdout) as Answer };
    } catch {
      throw new Error(`no JSON from ${args.join(' ')}: ${stdout} ${stderr}`);
    }
  }

  /** As `ask`, for what must succeed. */
  async demand(...args: readonly string[]): Promise<Answer> {
    const { code, answer } = await this.ask(...args);
    if (code !== 0) throw new Error(`underkeep ${args.join(' ')} exited with ${code}: ${JSON.stringify(answer.error)}`);
    return answer;
  }

  /** As `ask`, for what must fail; gives the exit code and the error. */
  async refusal(...args: readonly string[]): Promise<{ readonly exit: number | null; readonly code: string; readonly message: string }> {
    const { code, answer } = await this.ask(...args);
    if (code === 0 || answer.error === undefined) throw new Error(`underkeep ${args.join(' ')} did not fail: ${JSON.stringify(answer)}`);
    return { exit: code, ...answer.error };
  }

  signUp(name: string, ...more: readonly string[]): Promise<Answer> {
    return this.demand('sign-up', name, '--password-file', this.passwordFile, ...more);
  }

  unlock(login: string, ...more: readonly string[]): Promise<Answer> {
    return this.demand('unlock', login, '--password-file', this.passwordFile, ...more);
  }

  /** The agent's process id; throws where there is none. */
  async agentPid(): Promise<number> {
    const status = await this.demand('status');
    const agent = status['agent'] as { pid?: number } | null;
    if (typeof agent?.pid !== 'number') throw new Error('no agent runs');
    return agent.pid;
  }

  /** Locks, and removes the data folder. */
  async end(): Promise<void> {
    await this.run(['lock']);
    await rm(this.data, { recursive: true, force: true });
  }
}
