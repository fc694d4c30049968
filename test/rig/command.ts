import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';

/** The command that a person types. */
export const UNDERKEEP = fileURLToPath(new URL('../../bin/underkeep', import.meta.url));

/** Puts a command line before another: a namespace, a trace, or nothing. */
export type Wrap = (command: readonly string[]) => readonly string[];
export const plainly: Wrap = (command) => command;

export interface CommandResult {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs `underkeep …args` to its end. */
export async function underkeep(args: readonly string[], options: { wrap?: Wrap; input?: string; timeoutMs?: number } = {}): Promise<CommandResult> {
  const [program = '', ...rest] = (options.wrap ?? plainly)([UNDERKEEP, ...args]);
  const child = spawn(program, rest, { stdio: ['pipe', 'pipe', 'pipe'] });
  child.stdin.on('error', () => undefined);
  child.stdin.end(options.input ?? '');
  const out: Buffer[] = [];
  const err: Buffer[] = [];
  child.stdout.on('data', (chunk: Buffer) => out.push(chunk));
  child.stderr.on('data', (chunk: Buffer) => err.push(chunk));
  const timer = setTimeout(() => child.kill('SIGKILL'), options.timeoutMs ?? 300_000);
  // Not only `close`: a tracer that follows an agent keeps the command's output open after it.
  const closed = once(child, 'close');
  const [code, signal] = (await once(child, 'exit')) as [number | null, string | null];
  await Promise.race([closed, sleep(500)]);
  clearTimeout(timer);
  const stderr = Buffer.concat(err).toString() + (signal === null ? '' : `\n(ended by ${signal})`);
  return { code: code ?? 1, stdout: Buffer.concat(out).toString(), stderr };
}

/** Runs a command with `--json` and gives what it printed; throws what it said when it failed. */
export async function underkeepJson(args: readonly string[], options: { wrap?: Wrap; input?: string } = {}): Promise<Record<string, unknown>> {
  const result = await underkeep([...args, '--json'], options);
  if (result.code !== 0) throw new Error(`underkeep ${args[0] ?? ''} failed (${result.code}): ${result.stdout}${result.stderr}`);
  const last = result.stdout.trim().split('\n').at(-1) ?? '';
  return JSON.parse(last) as Record<string, unknown>;
}

/** A node that runs until `stop`, with the events that it printed. */
export interface RunningNode {
  readonly child: ChildProcess;
  readonly events: readonly Record<string, unknown>[];
  /** Waits for an event that fits; throws when the node ends before. */
  until(fits: (event: Record<string, unknown>) => boolean, timeoutMs?: number): Promise<Record<string, unknown>>;
  stop(): Promise<void>;
}

/** Starts `underkeep up …args --json`. */
export function startNode(args: readonly string[], wrap: Wrap = plainly): RunningNode {
  const [program = '', ...rest] = wrap([UNDERKEEP, 'up', ...args, '--json']);
  const child = spawn(program, rest, { stdio: ['ignore', 'pipe', 'pipe'] });
  const events: Record<string, unknown>[] = [];
  const watchers = new Set<() => void>();
  const notify = (): void => { for (const watcher of watchers) watcher(); };
  let said = '';
  child.stderr.on('data', (chunk: Buffer) => { said = (said + chunk.toString()).slice(-4000); });
  createInterface({ input: child.stdout }).on('line', (line) => {
    try {
      events.push(JSON.parse(line) as Record<string, unknown>);
    } catch {
      said += `${line}\n`;
    }
    notify();
  });
  let over = false;
  child.on('exit', () => { over = true; notify(); });

  const until: RunningNode['until'] = (fits, timeoutMs = 180_000) => new Promise((resolve, reject) => {
    const timer = setTimeout(() => { end(); reject(new Error(`The node did not get there in time. It said: ${JSON.stringify(events.at(-1))} ${said}`)); }, timeoutMs);
    const end = (): void => { clearTimeout(timer); watchers.delete(look); };
    const look = (): void => {
      const found = events.find(fits);
      if (found !== undefined) { end(); resolve(found); }
      else if (over) { end(); reject(new Error(`The node ended: ${JSON.stringify(events.at(-1))} ${said}`)); }
    };
    watchers.add(look);
    look();
  });

  const stop = async (): Promise<void> => {
    if (over) return;
    child.kill('SIGTERM');
    const killer = setTimeout(() => child.kill('SIGKILL'), 20_000);
    await once(child, 'exit');
    clearTimeout(killer);
  };
  return { child, events, until, stop };
}
