/**
 * The agent's process: holds the unlocked account of one data folder behind a Unix socket. Started by `sign-up` and
 * `unlock`, which write one line of JSON with its settings to its standard input and read one line from its standard
 * output, `{"ready": true}` or `{"error": {code, message}}`. No secret comes that way, by argument or environment.
 */
import { text } from 'node:stream/consumers';
import { useEngine } from '../crypto/index.ts';
import { nodeEngine } from '../engines/index.ts';
import { accountHandlers } from './agent-account.ts';
import { Args } from './agent-args.ts';
import { Agent, type AgentConfig } from './agent-core.ts';
import { driveHandlers } from './agent-drive.ts';
import { takeAgentLock } from './agent-lock.ts';
import { peopleHandlers } from './agent-people.ts';
import { AgentServer, type Handler } from './agent-server.ts';
import { vaultHandlers } from './agent-vault.ts';
import { CliError, reportOf } from './exit.ts';
import { agentFolder, agentSocket, privateFolder } from './paths.ts';
import { byteCount } from './text.ts';

process.umask(0o077);
process.stdout.on('error', () => undefined);
const say = (line: unknown): void => { process.stdout.write(`${JSON.stringify(line)}\n`); };

function readConfig(line: string): AgentConfig {
  const args = new Args(JSON.parse(line));
  return { data: args.text('data'), node: args.maybeText('node') ?? null, socks: args.maybeText('socks') ?? null, idleMinutes: args.maybeNumber('idleMinutes') ?? 15, tickSeconds: args.maybeNumber('tickSeconds') ?? 60 };
}

function handlersOf(agent: Agent): (name: string) => Handler | null {
  const measured = new Map([...accountHandlers(agent), ...driveHandlers(agent), ...peopleHandlers(agent), ...vaultHandlers(agent)].map(([name, handler]) => [name, agent.measured(handler, name.startsWith('vault-'))]));
  const state: Handler = async () => ({ unlocked: agent.unlocked, login: agent.unlocked ? agent.session.login : null, condemned: agent.unlocked && agent.session.condemned !== null ? reportOf(agent.session.condemned) : null, pid: process.pid, idleMinutes: agent.config.idleMinutes, node: agent.config.node });
  const lock: Handler = async ({ args }) => {
    // What waits in a session that can do nothing more is lost either way.
    const waiting = agent.unlocked && agent.session.condemned === null ? agent.session.waiting().bytes : 0;
    if (waiting > 0 && !args.flag('force')) throw new CliError('waiting', `${byteCount(waiting)} still wait in hidden vaults and would be lost; "vault status" says how fast they drain, --force loses them.`);
    setTimeout(() => void agent.lock(), 10);
    return { locked: true };
  };
  return (name) => (name === 'state' ? state : name === 'lock' ? lock : measured.get(name) ?? null);
}

async function start(): Promise<void> {
  const config = readConfig(await text(process.stdin));
  privateFolder(agentFolder(config.data));
  const letGo = takeAgentLock(agentFolder(config.data));
  await useEngine(nodeEngine());
  const agent = new Agent(config, () => {
    server.close();
    letGo();
    process.exit(0);
  });
  const server = new AgentServer(agentSocket(config.data), handlersOf(agent));
  await server.listen();
  for (const signal of ['SIGTERM', 'SIGINT', 'SIGHUP'] as const) process.on(signal, () => void agent.lock());
  agent.restartIdle();
  say({ ready: true });
}

// Once whoever started it is gone, nobody reads what a fault would print, and it may hold what is private.
process.on('uncaughtException', () => undefined);
process.on('unhandledRejection', () => undefined);
start().catch((error: unknown) => {
  say({ error: reportOf(error) });
  process.exitCode = 1;
});
