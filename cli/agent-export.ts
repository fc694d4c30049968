import { join } from 'node:path';
import { fromBase32 } from '../crypto/index.ts';
import type { Drive } from '../files/index.ts';
import { Session } from '../vault/index.ts';
import { parseName } from '../wire/index.ts';
import { Ways } from './agent-connect.ts';
import type { Agent } from './agent-core.ts';
import { FolderDevice } from './agent-device.ts';
import type { Call, Result } from './agent-server.ts';
import { CliError } from './exit.ts';
import { agentFolder } from './paths.ts';

const AGAIN_MS = 1000;

/**
 * Copies everything that is open into a new account, one password a vault, visible one first. Hidden content goes in
 * beside the visible copy, as fast as the new account's cover takes it. The old account is only read.
 */
export async function exportAll(agent: Agent, call: Call): Promise<Result> {
  const { args, signal } = call;
  const passwords = args.texts('passwords');
  const old = agent.session;
  const vaults = [...old.vaults()].reverse();
  if (passwords.length !== vaults.length + 1) throw new CliError('malformed', 'An export takes one password for each vault.');
  const drives = [old.drive, ...vaults.map(({ drive }) => drive)];
  if (drives.includes(null)) throw new CliError('arriving', 'A hidden vault is still arriving; wait until "vault status" says that nothing is missing.');
  const login = args.text('login');
  const ways = new Ways({ ...agent.config, node: args.maybeText('node') ?? agent.config.node }, login);
  const device = new FolderDevice(join(agentFolder(agent.config.data), 'device'), ways.homeNode.base);
  const invitation = args.maybeText('invitation');
  try {
    const fresh = await Session.signUp({ connect: ways, device, login: parseName(login), password: passwords[0] ?? '', invitation: invitation === undefined ? null : fromBase32(invitation.trim().toLowerCase()), signal });
    try {
      const stop = agent.schedule(fresh);
      try {
        return await copyAll(fresh, drives.filter((drive) => drive !== null), passwords, call);
      } finally {
        stop();
      }
    } finally {
      await fresh.wipe();
    }
  } finally {
    await ways.close();
    await device.close();
  }
}

async function copyAll(fresh: Session, drives: readonly Drive[], passwords: readonly string[], call: Call): Promise<Result> {
  const totals = await Promise.all(drives.map(sizeOf));
  const total = totals.reduce((sum, size) => sum + size, 0);
  const done = drives.map(() => 0);
  const tell = (index: number, bytes: number, name?: string): void => {
    done[index] = bytes;
    call.progress({ done: done.reduce((sum, size) => sum + size, 0), total, ...(name === undefined ? {} : { name }) });
  };
  for (const password of passwords.slice(1)) await fresh.addVault(password);
  while (fresh.vaults().some(({ drive }) => drive === null)) await pause(call.signal);
  const hidden = [...fresh.vaults()].reverse();
  await Promise.all(drives.map(async (from, index) => {
    const to = index === 0 ? fresh.drive : hidden[index - 1]?.drive ?? null;
    if (to === null) throw new CliError('failed', 'A new hidden vault did not open; the old account is untouched: export again under another login name.');
    await copyDrive(from, to, call.signal, (bytes, name) => tell(index, bytes, name));
  }));
  await drained(fresh, call);
  return { login: fresh.login, bytes: total, vaults: drives.length - 1 };
}

async function sizeOf(drive: Drive): Promise<number> {
  let size = 0;
  for await (const { entry } of drive.walk('/')) if (entry.kind === 'file') size += entry.size;
  return size;
}

/** One item of the root after the other. Where too much waits already, it waits until some of it has gone. */
async function copyDrive(from: Drive, to: Drive, signal: AbortSignal, tell: (bytes: number, name: string) => void): Promise<void> {
  let before = 0;
  for (const { name } of await from.list('/', { signal })) {
    const source = await from.source(`/${name}`);
    let copied = 0;
    for (let put = false; !put; ) {
      try {
        const result = await to.put([source], '/', { signal, progress: ({ done }) => tell(before + done, name) });
        copied = result.bytes;
        put = true;
      } catch (error) {
        if (!(error instanceof Error && 'code' in error && error.code === 'waiting-full')) throw error;
        await pause(signal);
      }
    }
    before += copied;
    tell(before, name);
  }
}

async function drained(fresh: Session, { progress, signal }: Call): Promise<void> {
  const first = fresh.waiting().bytes;
  for (let left = first; left > 0; left = fresh.waiting().bytes) {
    progress({ done: first - left, total: first, name: 'waiting for the new account\'s cover' });
    await pause(signal);
  }
}

async function pause(signal: AbortSignal): Promise<void> {
  signal.throwIfAborted();
  await new Promise((resolve) => {
    setTimeout(resolve, AGAIN_MS);
  });
}
