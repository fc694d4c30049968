import { createHash } from 'node:crypto';
import { chmodSync, lstatSync, mkdirSync, readdirSync } from 'node:fs';
import { homedir, tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { CliError } from './exit.ts';

const SOCKET_PATH_MAX = 107;

/** The data folder: `--data`, else UNDERKEEP_DATA, else `~/.local/share/underkeep`; absolute. */
export function dataFolder(option: string | undefined): string {
  const given = option ?? process.env['UNDERKEEP_DATA'];
  if (given !== undefined && given !== '') return resolve(given);
  return join(process.env['XDG_DATA_HOME'] ?? join(homedir(), '.local', 'share'), 'underkeep');
}

/** What the agent keeps of its own in the data folder. */
export function agentFolder(data: string): string {
  return join(data, 'agent');
}

/** The agent's socket: in the data folder, or in a private folder under /tmp where that path is too long for a socket. */
export function agentSocket(data: string): string {
  const direct = join(agentFolder(data), 'agent.sock');
  if (Buffer.byteLength(direct) <= SOCKET_PATH_MAX) return direct;
  const hash = createHash('sha256').update(data).digest('hex').slice(0, 16);
  return join(tmpdir().length > 40 ? '/tmp' : tmpdir(), `uk-${process.getuid?.() ?? 0}-${hash}`, 'agent.sock');
}

/** Makes a folder that this user alone may enter, or closes an empty one; refuses others that are open or somebody else's. */
export function privateFolder(path: string): void {
  mkdirSync(path, { recursive: true, mode: 0o700 });
  if (readdirSync(path).length === 0 && lstatSync(path).uid === process.getuid?.()) chmodSync(path, 0o700);
  const found = lstatSync(path);
  const mine = found.isDirectory() && found.uid === (process.getuid?.() ?? found.uid) && (found.mode & 0o077) === 0;
  if (!mine) throw new CliError('forbidden', `${path} must be a folder that you alone may enter; run "chmod 700 ${path}", or choose another with --data.`);
}
