import { execFile } from 'node:child_process';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { Wrap } from './command.ts';
import { readTrace, type NetworkCalls } from './confinement.ts';

const run = promisify(execFile);
const TRACE = ['strace', '-D', '-f', '-qq', '--seccomp-bpf', '-e', 'trace=%network', '-e', 'signal=none'];

/** A network namespace that outlives single commands, for nodes and agents that go on running: an empty loopback, no way out. */
export interface NetworkNamespace {
  /** Runs a command in the namespace, every network call of it and of what it leaves running written down. */
  readonly wrap: Wrap;
  /** All network calls so far. */
  calls(): Promise<NetworkCalls>;
  remove(): Promise<void>;
}

let traces = 0;

/** Needs root. `folder` takes the traces. */
export async function networkNamespace(name: string, folder: string): Promise<NetworkNamespace> {
  const id = `uk-${process.pid}-${name}`;
  await run('ip', ['netns', 'add', id]);
  await run('ip', ['netns', 'exec', id, 'ip', 'link', 'set', 'lo', 'up']);
  return {
    wrap: (command) => ['ip', 'netns', 'exec', id, ...TRACE, '-o', join(folder, `${name}.${traces++}.trace`), ...command],
    calls: async () => {
      const files = (await readdir(folder)).filter((file) => file.startsWith(`${name}.`) && file.endsWith('.trace'));
      const texts = await Promise.all(files.map((file) => readFile(join(folder, file), 'utf8')));
      return readTrace(texts.join('\n'));
    },
    remove: async () => { await run('ip', ['netns', 'delete', id]); },
  };
}
