import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { callAgent, errorOf, type Fields } from './call.ts';
import { CliError } from './exit.ts';
import { agentSocket } from './paths.ts';

export interface AgentSettings {
  readonly data: string;
  readonly node: string | null;
  readonly socks: string | null;
  readonly idleMinutes: number;
  readonly tickSeconds: number;
}

/** What the agent of a data folder says of itself, or null where there is none. */
export async function agentState(data: string): Promise<Fields | null> {
  try {
    return await callAgent(agentSocket(data), 'state', {});
  } catch (error) {
    if (error instanceof CliError && (error.code === 'no-agent' || error.code === 'failed')) return null;
    throw error;
  }
}

/** Starts the agent as a process of its own, which outlives this one. Resolves once it listens. */
export async function startAgent(settings: AgentSettings): Promise<void> {
  const child = spawn(process.execPath, [join(import.meta.dirname, 'agent.ts')], { detached: true, stdio: ['pipe', 'pipe', 'ignore'], cwd: '/' });
  child.stdin.on('error', () => undefined);
  child.stdin.end(`${JSON.stringify(settings)}\n`);
  let said = '';
  for await (const chunk of child.stdout.setEncoding('utf8')) {
    said += String(chunk);
    if (said.includes('\n')) break;
  }
  child.stdout.destroy();
  child.unref();
  const line: unknown = said.includes('\n') ? JSON.parse(said.slice(0, said.indexOf('\n'))) : null;
  if (typeof line === 'object' && line !== null && 'ready' in line) return;
  const error: unknown = typeof line === 'object' && line !== null && 'error' in line ? line.error : null;
  throw errorOf(error, 'The agent did not start; see whether the data folder is writable and Underkeep is installed whole.');
}
