import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import type { Invocation } from './arguments.ts';
import { ask, finish } from './ask.ts';
import { callAgent, type Fields } from './call.ts';
import { CliError } from './exit.ts';
import { agentSocket, dataFolder, privateFolder } from './paths.ts';
import { readNewPassword, readPassword } from './secrets.ts';
import { show } from './show.ts';
import { agentState, startAgent } from './start-agent.ts';
import { confirm, terminalTalk, type Talk } from './talk.ts';

/** `sign-up` and `unlock`: starts the agent where there is none, and hands it the password over its socket. */
export async function enter(invocation: Invocation): Promise<void> {
  const { command: { name }, positionals } = invocation;
  const data = dataFolder(invocation.text('data'));
  const idleMinutes = invocation.number('idle', 0.001, false) ?? 15;
  const tickSeconds = invocation.number('tick', 1, false) ?? 60;
  const login = invocation.text('login') ?? positionals[0] ?? '';
  const state = await agentState(data);
  const again = name === 'sign-up' && state?.['unlocked'] === true && state['login'] === login;
  if (state?.['unlocked'] === true && !again) throw new CliError('agent-running', 'An account is already unlocked on this data folder; run "underkeep lock" first, or give another folder with --data.');
  const password = again ? '' : await (name === 'sign-up' ? readNewPassword : readPassword)(invocation.text('password-file'), `Password of ${login}: `);
  const invitation = invocation.text('invitation');
  const started = performance.now();
  if (state === null) await startAgent({ ...connection(invocation, data), idleMinutes, tickSeconds });
  const startMs = Math.round(performance.now() - started);
  const args = { name: positionals[0], login, password, invitation: invitation === undefined ? null : readFileSync(invitation, 'utf8') };
  try {
    finish(invocation, { ...await ask(invocation, agentSocket(data), name, args), startMs });
  } catch (error) {
    if (state === null && (await agentState(data))?.['unlocked'] === false) await callAgent(agentSocket(data), 'lock', { force: true });
    throw error;
  }
}

/** The data folder, made if need be, and the node as the agent will reach it. */
export function connection(invocation: Invocation, data: string): { readonly data: string; readonly node: string | null; readonly socks: string | null } {
  privateFolder(data);
  const node = invocation.text('node') ?? null;
  return { data, node: node?.startsWith('unix:') === true ? `unix:${resolve(node.slice('unix:'.length))}` : node, socks: invocation.text('socks') ?? null };
}

export async function lock(invocation: Invocation): Promise<void> {
  await lockAgent(invocation, terminalTalk, invocation.flag('force'));
}

/** Resolves with true once the agent is gone; without one there is nothing to do. With changes waiting, asks first. */
export async function lockAgent(invocation: Invocation, talk: Talk, force: boolean): Promise<boolean> {
  const data = dataFolder(invocation.text('data'));
  try {
    const locked = await callAgent(agentSocket(data), 'lock', { force });
    for (let tries = 0; tries < 100 && await agentState(data) !== null; tries++) await new Promise((done) => setTimeout(done, 20));
    say(invocation, locked);
    return true;
  } catch (error) {
    if (!(error instanceof CliError)) throw error;
    if (error.code === 'waiting' && talk.terminal && !invocation.flag('json')) return await confirm(talk, `${error.message} Lock all the same?`) && lockAgent(invocation, talk, true);
    if (error.code !== 'no-agent') throw error;
    say(invocation, { locked: true });
    return true;
  }
}

function say(invocation: Invocation, result: Fields): void {
  process.stdout.write(invocation.flag('json') ? `${JSON.stringify(result)}\n` : show('lock', result, false));
}
