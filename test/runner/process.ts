import { spawn, type ChildProcess } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';

/** How a process ended. `output` is stdout and stderr together, the last MiB at most. */
export interface Ending {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly output: string;
  readonly seconds: number;
  readonly timedOut: boolean;
  /** Processes that it had started were still running after it ended; they were killed. */
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
/** The process groups that run now, each with what marks its tree. */
const running = new Map<number, string>();

function kill(target: number, signal: NodeJS.Signals): void {
  try {
    process.kill(target, signal);
  } catch {
    // It ended by itself.
  }
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

/**
 * Each process tree carries its own value of this in its environment, which finds even those that left the process group.
 * What is meant to outlive a test file is started without it.
 */
export const treeVariable = 'UNDERKEEP_TEST_TREE';

/** Whether a process belongs to the group or the tree, and lives: one that is dead but not reaped still answers to signals. */
function belongs(pid: string, group: number, tree: string): boolean {
  try {
    // The name before the state may itself hold spaces and brackets.
    const [state, , processGroup] = readFileSync(`/proc/${pid}/stat`, 'utf8').replace(/^.*\) /s, '').split(' ');
    if (state === 'Z' || state === 'X') return false;
    return Number(processGroup) === group || readFileSync(`/proc/${pid}/environ`, 'latin1').includes(tree);
  } catch {
    return false;
  }
}

function living(group: number, tree: string): number[] {
  return readdirSync('/proc').filter((name) => /^\d+$/.test(name) && belongs(name, group, tree)).map(Number);
}

/** The children of one that just ended take a moment to follow it; what is still there after that was left behind. */
async function survivors(group: number, tree: string): Promise<number[]> {
  let found = living(group, tree);
  for (let turn = 0; turn < 10 && found.length > 0; turn++) {
    await sleep(20);
    found = living(group, tree);
  }
  return found;
}

/** Kills everything started here that still runs; for the end of the runner itself. */
export function killAll(): void {
  for (const [group, tree] of running) {
    for (const pid of living(group, tree)) kill(pid, 'SIGKILL');
  }
}

/** Runs one command in a process group of its own, ends the group at the limit, and leaves nothing of what it started running. */
export async function runGroup({ command, args, cwd, env, limitSeconds }: Command): Promise<Ending> {
  const started = performance.now();
  const id = randomUUID();
  const tree = `${treeVariable}=${id}`;
  const child = spawn(command, args, { cwd, env: { ...(env ?? process.env), [treeVariable]: id }, detached: true, stdio: ['ignore', 'pipe', 'pipe'] });
  const output = collect(child);
  const closed = new Promise<void>((resolve) => void child.once('close', () => resolve()));
  const ended = new Promise<[number | null, NodeJS.Signals | null]>((resolve, reject) => {
    child.once('error', reject);
    child.once('exit', (code, signal) => resolve([code, signal]));
  });
  const group = child.pid;
  if (group === undefined) return ended.then(() => Promise.reject(new Error(`cannot start ${command}`)));
  running.set(group, tree);

  let timedOut = false;
  const end = setTimeout(() => {
    timedOut = true;
    kill(-group, 'SIGTERM');
    setTimeout(() => running.has(group) && kill(-group, 'SIGKILL'), graceSeconds * 1000).unref();
  }, limitSeconds * 1000);
  const [code, signal] = await ended;
  clearTimeout(end);
  const seconds = (performance.now() - started) / 1000;
  const left = await survivors(group, tree);
  for (const pid of left) kill(pid, 'SIGKILL');
  running.delete(group);
  // A process that left the group can hold the pipes open: its output is not waited for.
  await Promise.race([closed, sleep(1000, undefined, { ref: false })]);
  child.stdout.destroy();
  child.stderr.destroy();
  return { code, signal, output: output(), seconds, timedOut, leftBehind: left.length > 0 && !timedOut };
}
