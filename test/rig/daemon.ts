/** Real node processes for tests: started as `underkeep up` starts them, stopped by the id that was started. */
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import type { DaemonConfig, DaemonEvent } from '../../daemon/index.ts';

const MAIN = join(import.meta.dirname, '../../daemon/main.ts');
/** Kept between starts, so that types are stripped once: it halves the start, and saves the stripper's 30 MB. */
const NODE_COMPILE_CACHE = join(import.meta.dirname, '../../node_modules/.cache/compiled');
/** Keeps the young generation small: the process handles large buffers, few objects. */
export const DAEMON_FLAGS = ['--max-semi-space-size=2'];

export interface RunningDaemon {
  readonly url: string;
  readonly localSocket: string;
  readonly onionSocket: string;
  /** The secret of this start, for the `x-underkeep-key` header of the local door. */
  readonly key: string;
  readonly pid: number;
  readonly dataDir: string;
  readonly events: readonly DaemonEvent[];
  /** Everything that it wrote. */
  output(): string;
  /** Resolves with the first event that fits, past ones included. */
  event(fits: (event: DaemonEvent) => boolean, timeoutMs?: number): Promise<DaemonEvent>;
  /** Resident memory in MiB, now and at its highest. */
  memory(): Promise<{ now: number; peak: number }>;
  /** An orderly end. */
  stop(): Promise<void>;
  /** `kill -9`. */
  kill(): Promise<void>;
}

/** A short path under /tmp, so that Unix sockets fit in it. */
export async function shortFolder(): Promise<string> {
  return mkdtemp('/tmp/uk-');
}

/** Thrown where a node refuses to start. */
export class StartFailure extends Error {
  readonly code: string;
  constructor(code: string, message: string) {
    super(message);
    this.code = code;
  }
}

/** Starts a node; without `dataDir` on a folder of its own that `stop` removes. `carrier` is `none` unless said otherwise. */
export async function startDaemon(options: Partial<DaemonConfig> = {}): Promise<RunningDaemon> {
  const dataDir = options.dataDir ?? await shortFolder();
  const child = spawn(process.execPath, [...DAEMON_FLAGS, MAIN], { stdio: ['pipe', 'pipe', 'pipe'], env: { ...process.env, NODE_COMPILE_CACHE } });
  const events: DaemonEvent[] = [];
  const waiting = new Set<() => void>();
  const wakeAll = (): void => { for (const wake of waiting) wake(); };
  let output = '';
  createInterface({ input: child.stdout }).on('line', (line) => {
    output += `${line}\n`;
    events.push(JSON.parse(line) as DaemonEvent);
    wakeAll();
  });
  child.stderr.on('data', (chunk: Buffer) => { output += chunk.toString(); });
  child.stdin.on('error', () => undefined);
  child.stdin.write(`${JSON.stringify({ carrier: 'none', port: 0, ...options, dataDir })}\n`);
  const ended = once(child, 'exit').then(wakeAll);

  const event = async (fits: (event: DaemonEvent) => boolean, timeoutMs = 15_000): Promise<DaemonEvent> => {
    const deadline = Date.now() + timeoutMs;
    for (;;) {
      const found = events.find(fits);
      if (found !== undefined) return found;
      if (child.exitCode !== null || child.signalCode !== null) throw new StartFailure('exited', `The node ended: ${output}`);
      if (Date.now() > deadline) throw new StartFailure('timeout', `The node did not say what was waited for: ${output}`);
      await new Promise<void>((resolve) => {
        const wake = (): void => { clearTimeout(timer); waiting.delete(wake); resolve(); };
        const timer = setTimeout(wake, Math.max(1, deadline - Date.now()));
        waiting.add(wake);
      });
    }
  };

  const first = await event(({ event: name }) => name === 'ready' || name === 'failed').catch(async (error: unknown) => {
    await endChild(child, 'SIGKILL', ended);
    throw error;
  });
  if (first.event === 'failed') {
    await ended;
    throw new StartFailure(first.code, first.message);
  }
  if (first.event !== 'ready') throw new Error('unreachable');
  const own = options.dataDir === undefined;
  const stop = async (signal: NodeJS.Signals): Promise<void> => {
    await endChild(child, signal, ended);
    if (own) await rm(dataDir, { recursive: true, force: true });
  };
  return {
    url: first.url, localSocket: first.socket, onionSocket: join(dataDir, 'onion.sock'), dataDir, events, event,
    key: (await readFile(first.key, 'utf8')).trim(), pid: child.pid ?? 0,
    output: () => output, memory: async () => memoryOf(child.pid ?? 0),
    stop: async () => stop('SIGTERM'), kill: async () => stop('SIGKILL'),
  };
}

async function endChild(child: ChildProcess, signal: NodeJS.Signals, ended: Promise<void>): Promise<void> {
  if (child.exitCode === null && child.signalCode === null) child.kill(signal);
  await ended;
}

async function memoryOf(pid: number): Promise<{ now: number; peak: number }> {
  const status = await readFile(`/proc/${pid}/status`, 'utf8');
  const kib = (name: string): number => Number(new RegExp(`^${name}:\\s+(\\d+) kB`, 'm').exec(status)?.[1] ?? 0);
  return { now: kib('VmRSS') / 1024, peak: kib('VmHWM') / 1024 };
}
