import { spawn, type ChildProcess } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';

/** How a process ended. `output` is stdout and stderr together, the last MiB at most. */
export interface Ending {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly output: string;
  readonly seconds: number;
  readonly timedOut: boolean;
  /** Processes of its group were still running after it ended; they were killed. */
  readonly leftBehind: boolean;
}

export interface Command {
  readonly command: string;
  readonly args: readonly string[];
  readonly cwd: string;
  readonly env?: NodeJS.ProcessEnv;
  readonly limitSeconds: number;
}

const keptOutput = 1 << 20;
const graceSeconds = 2;
const running = new Set<number>();

function signalGroup(group: number, signal: NodeJS.Signals | 0): boolean {
  try {
    return process.kill(-group, signal);
  } catch {
    return false;
  }
}

/** Kills every process group started here that still runs; for the end of the runner itself. */
export function killAll(): void {
  for (const group of running) signalGroup(group, 'SIGKILL');
}

function collect(child: ChildProcess): () => string {
  const chunks: Buffer[] = [];
  let size = 0;
  const take = (chunk: Buffer): void => {
    chunks.push(chunk);
    size += chunk.length;
    while (size - (chunks[0]?.length ?? 0) > keptOutput) size -= chunks.shift()?.length ?? 0;
  };
  child.stdout?.on('data', take);
  child.stderr?.on('data', take);
  return () => Buffer.concat(chunks).toString('utf8');
}

/** The state and the group of a process, from `/proc/PID/stat`; the name before them may hold spaces and brackets. */
function isAlive(pid: string, group: number): boolean {
  try {
    const [state, , processGroup] = readFileSync(`/proc/${pid}/stat`, 'utf8').replace(/^.*\) /s, '').split(' ');
    return state !== 'Z' && state !== 'X' && Number(processGroup) === group;
  } catch {
    return false;
  }
}

/** Dead processes that nobody has reaped (a container's first process may not) still answer to signals, but do not count. */
function isGroupAlive(group: number): boolean {
  return signalGroup(group, 0) && readdirSync('/proc').some((name) => /^\d+$/.test(name) && isAlive(name, group));
}

/** The children of one that just ended take a moment to follow it; what is still there after that was left behind. */
async function survivors(group: number): Promise<boolean> {
  for (let turn = 0; turn < 10; turn++) {
    if (!isGroupAlive(group)) return false;
    await sleep(20);
  }
  return true;
}

/** Runs one command in a process group of its own, ends the whole group at the limit, and leaves nothing of it running. */
export async function runGroup({ command, args, cwd, env, limitSeconds }: Command): Promise<Ending> {
  const started = performance.now();
  const child = spawn(command, args, { cwd, env: env ?? process.env, detached: true, stdio: ['ignore', 'pipe', 'pipe'] });
  const output = collect(child);
  const closed = new Promise<void>((resolve) => void child.once('close', () => resolve()));
  const ended = new Promise<[number | null, NodeJS.Signals | null]>((resolve, reject) => {
    child.once('error', reject);
    child.once('exit', (code, signal) => resolve([code, signal]));
  });
  const group = child.pid;
  if (group === undefined) return ended.then(() => Promise.reject(new Error(`cannot start ${command}`)));
  running.add(group);

  let timedOut = false;
  const end = setTimeout(() => {
    timedOut = true;
    signalGroup(group, 'SIGTERM');
    setTimeout(() => signalGroup(group, 'SIGKILL'), graceSeconds * 1000).unref();
  }, limitSeconds * 1000);
  const [code, signal] = await ended;
  clearTimeout(end);
  const seconds = (performance.now() - started) / 1000;
  const leftBehind = (await survivors(group)) && !timedOut;
  signalGroup(group, 'SIGKILL');
  running.delete(group);
  // A process that left the group can hold the pipes open: its output is not waited for.
  await Promise.race([closed, sleep(1000, undefined, { ref: false })]);
  child.stdout.destroy();
  child.stderr.destroy();
  return { code, signal, output: output(), seconds, timedOut, leftBehind };
}
