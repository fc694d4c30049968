import { resolve } from 'node:path';
import type { Invocation } from './arguments.ts';
import { finish } from './ask.ts';
import { CliError, usageError } from './exit.ts';
import { hasDesktop, launch } from './launch.ts';
import { doorKey, newInvitation, nodeSocket, nodeStatus, pageAddress, type LocalDoor } from './local-door.ts';
import { dataFolder } from './paths.ts';
import { agentState } from './start-agent.ts';

export async function status(invocation: Invocation): Promise<void> {
  const data = dataFolder(invocation.text('data'));
  const node = await nodeStatus(door(invocation, data)).catch((error: unknown) => {
    if (error instanceof CliError && error.code === 'no-node') return null;
    throw error;
  });
  finish(invocation, { data, node, agent: await agentState(data) });
}

export async function invite(invocation: Invocation): Promise<void> {
  finish(invocation, { invitation: await newInvitation(door(invocation, dataFolder(invocation.text('data')))) });
}

/** Prints the page's address, and opens it where there is a browser to open it in. */
export async function page(invocation: Invocation): Promise<void> {
  const url = await pageAddress(door(invocation, dataFolder(invocation.text('data'))));
  finish(invocation, { url });
  if (invocation.flag('json') || !hasDesktop()) return;
  if (!(await launch(url))) process.stderr.write('underkeep: no browser could be started; open the address above in one.\n');
}

/** A door of this machine; a node elsewhere tells nothing of itself and invites nobody. */
function door(invocation: Invocation, data: string): LocalDoor {
  const node = invocation.text('node');
  if (node === undefined) return { socketPath: nodeSocket(data) };
  if (node.startsWith('unix:')) return { socketPath: resolve(node.slice('unix:'.length)) };
  const local = /^http:\/\/(?:localhost|127\.0\.0\.1):(\d+)\/?$/.exec(node);
  if (local === null) throw usageError('This command asks a node on this machine; give --node http://127.0.0.1:PORT or unix:/path, or none.');
  return { host: '127.0.0.1', port: Number(local[1]), key: doorKey(data) };
}
