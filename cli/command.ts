import type { Invocation } from './arguments.ts';
import { ask, finish } from './ask.ts';
import { argumentsOf, type Remote } from './command-arguments.ts';
import { remoteArguments } from './command-path.ts';
import { agentSocket, dataFolder } from './paths.ts';

const fromRoot: Remote = (path) => (path.startsWith('/') ? path : `/${path}`);

/** Runs every command but `up`. */
export async function runCommand(invocation: Invocation): Promise<void> {
  const { name } = invocation.command;
  const { remote, fromInput } = remoteArguments(invocation, fromRoot);
  const args = await argumentsOf(invocation, remote);
  if (args === null) return runSpecial(invocation);
  const socket = agentSocket(dataFolder(invocation.text('data')));
  finish(invocation, await ask(invocation, socket, name, fromInput() ? { ...args, shell: true } : args));
}

async function runSpecial(invocation: Invocation): Promise<void> {
  const { name } = invocation.command;
  if (name === 'sign-up' || name === 'unlock' || name === 'lock') {
    const { enter, lock } = await import('./command-account.ts');
    return name === 'lock' ? lock(invocation) : enter(invocation);
  }
  if (name === 'status' || name === 'invite') {
    const { invite, status } = await import('./command-node.ts');
    return name === 'status' ? status(invocation) : invite(invocation);
  }
  if (name === 'ui') {
    const { ui } = await import('./command-ui.ts');
    return ui(invocation);
  }
  if (name === 'vault') {
    const { vault } = await import('./command-vault.ts');
    return vault(invocation);
  }
  if (name === 'shell') {
    const { shell } = await import('./command-shell.ts');
    return shell(invocation);
  }
  if (invocation.positionals.length === 0) {
    const { page } = await import('./command-node.ts');
    return page(invocation);
  }
  const { open } = await import('./command-open.ts');
  return open(invocation);
}
