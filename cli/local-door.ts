import { readFileSync } from 'node:fs';
import { request } from 'node:http';
import { join } from 'node:path';
import { CliError } from './exit.ts';

/** What the local door of a node says of it (`GET /v1/status`). */
export interface NodeStatus {
  readonly carrier: string;
  readonly phase: string;
  readonly percent: number;
  readonly summary: string;
  readonly advice: string | null;
  /** Tor's SOCKS endpoint, for the agent to dial other nodes with. */
  readonly socks?: string | null;
  readonly onion: string | null;
  readonly reachable: boolean | null;
  readonly version: string;
  readonly directory: string | null;
  readonly [total: string]: unknown;
}

/** The header by which the local TCP door knows the person at the machine. */
export const KEY_HEADER = 'x-underkeep-key';

export function nodeSocket(data: string): string {
  return join(data, 'local.sock');
}

/** The key of the local TCP door of this data folder's node, or null where there is none. */
export function doorKey(data: string): string | null {
  try {
    return readFileSync(join(data, 'local.key'), 'utf8').trim();
  } catch {
    return null;
  }
}

/** How a door on this machine is reached: a Unix socket, or a loopback port with its key. */
export type LocalDoor = { readonly socketPath: string } | { readonly host: string; readonly port: number; readonly key: string | null };

export async function nodeStatus(door: LocalDoor): Promise<NodeStatus> {
  const status: unknown = JSON.parse(await ask(door, 'GET', '/v1/status'));
  if (typeof status !== 'object' || status === null || !('carrier' in status)) throw new CliError('bad-response', 'The node gave no status that this version knows; restart it with the same version of Underkeep.');
  return status as NodeStatus;
}

/** A new one-time invitation. */
export async function newInvitation(door: LocalDoor): Promise<string> {
  const answer: unknown = JSON.parse(await ask(door, 'POST', '/v1/invite'));
  if (typeof answer !== 'object' || answer === null || !('invitation' in answer) || typeof answer.invitation !== 'string') {
    throw new CliError('bad-response', 'The node gave no invitation; restart it with the same version of Underkeep.');
  }
  return answer.invitation;
}

/** The address of the node's page for a browser on this machine; it can be used once. */
export async function pageAddress(door: LocalDoor): Promise<string> {
  const answer: unknown = JSON.parse(await ask(door, 'POST', '/v1/page/token'));
  if (typeof answer !== 'object' || answer === null || !('url' in answer) || typeof answer.url !== 'string') {
    throw new CliError('bad-response', 'The node gave no address of a page; restart it with the same version of Underkeep.');
  }
  return answer.url;
}

function ask(door: LocalDoor, method: 'GET' | 'POST', path: string): Promise<string> {
  const headers = { ...('key' in door && door.key !== null ? { [KEY_HEADER]: door.key } : {}), ...(method === 'POST' ? { 'content-length': '0' } : {}) };
  const where = 'socketPath' in door ? { socketPath: door.socketPath, host: 'localhost' } : { host: door.host, port: door.port };
  return new Promise((resolve, reject) => {
    const sent = request({ ...where, method, path, headers, agent: false, timeout: 30_000 }, (response) => {
      const chunks: Buffer[] = [];
      response.on('data', (chunk: Buffer) => chunks.push(chunk));
      response.on('error', reject);
      response.on('end', () => {
        if (response.statusCode === 200) resolve(Buffer.concat(chunks).toString('utf8'));
        else reject(new CliError('forbidden', `The node refused (status ${response.statusCode ?? 0}); ask on its own machine, through the data folder that it runs on.`));
      });
    });
    sent.on('timeout', () => sent.destroy(new CliError('timeout', 'The node does not answer; see whether it still runs.')));
    sent.on('error', (error: NodeJS.ErrnoException) => {
      const gone = error.code === 'ENOENT' || error.code === 'ECONNREFUSED';
      reject(gone ? new CliError('no-node', 'No node runs on this data folder; start one with "underkeep up", or name another with --node.') : error);
    });
    sent.end();
  });
}
