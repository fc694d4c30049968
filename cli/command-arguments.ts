import { resolve } from 'node:path';
import type { Invocation } from './arguments.ts';
import type { Fields } from './call.ts';
import { usageError } from './exit.ts';

/** Makes a path of the drive whole. */
export type Remote = (path: string) => string;

/** What the agent is asked for a command; paths are made absolute, since it runs elsewhere. */
type Arguments = (invocation: Invocation, remote: Remote) => Fields | Promise<Fields>;

const first: Arguments = (invocation) => ({ name: invocation.argument(0) });
const nothing: Arguments = () => ({});

async function linkArguments(invocation: Invocation, remote: Remote): Promise<Fields> {
  const { readNewPassword } = await import('./secrets.ts');
  const wanted = invocation.flag('password') || invocation.text('link-password-file') !== undefined;
  const password = wanted ? await readNewPassword(invocation.text('link-password-file'), 'Password of the link: ') : null;
  return { path: remote(invocation.argument(0)), password, expires: expiry(invocation.text('expires')), opens: invocation.number('opens', 1, true) ?? null };
}

/** Unix seconds of a date, or of so long from now. */
function expiry(text: string | undefined): number | null {
  if (text === undefined) return null;
  const span = /^(\d+)(m|h|d)$/.exec(text);
  const unit = new Map([['m', 60], ['h', 3600], ['d', 86_400]]).get(span?.[2] ?? '');
  const at = span !== null && unit !== undefined ? Date.now() / 1000 + Number(span[1]) * unit : Date.parse(text) / 1000;
  if (!Number.isFinite(at) || at <= Date.now() / 1000) throw usageError('--expires takes a date to come (2026-12-31), or so long from now (90m, 12h, 30d).');
  return Math.floor(at);
}

async function passwordArguments(invocation: Invocation): Promise<Fields> {
  const { readNewPassword, readPassword } = await import('./secrets.ts');
  const current = await readPassword(invocation.text('password-file'), 'Current password: ');
  return { current, next: await readNewPassword(invocation.text('new-password-file'), 'New password: ') };
}

function withFriend(invocation: Invocation, remote: Remote): Fields {
  const friend = invocation.text('with');
  if (friend === undefined) throw usageError(`--with NAME is missing: underkeep ${invocation.command.name} ${invocation.command.usage}`);
  return { path: remote(invocation.argument(0)), with: friend };
}

const ARGUMENTS: ReadonlyMap<string, Arguments> = new Map<string, Arguments>([
  ['whoami', nothing], ['contact', nothing], ['requests', nothing], ['friends', nothing], ['shared', nothing], ['links', nothing],
  ['passwd', passwordArguments],
  ['put', ({ positionals }, remote) => ({ local: positionals.slice(0, -1).map((path) => resolve(path)), remote: remote(positionals.at(-1) ?? '/') })],
  ['get', (invocation, remote) => ({ remote: remote(invocation.argument(0)), local: absolute(invocation.argument(1)), force: invocation.flag('force') })],
  ['ls', ({ positionals }, remote) => ({ path: remote(positionals[0] ?? '/') })],
  ['mkdir', (invocation, remote) => ({ paths: invocation.positionals.map((path) => remote(path)), parents: invocation.flag('parents') })],
  ['mv', (invocation, remote) => ({ from: remote(invocation.argument(0)), to: remote(invocation.argument(1)) })],
  ['cp', (invocation, remote) => ({ from: remote(invocation.argument(0)), to: remote(invocation.argument(1)), recursive: invocation.flag('recursive') })],
  ['rm', (invocation, remote) => ({ paths: invocation.positionals.map((path) => remote(path)), recursive: invocation.flag('recursive') })],
  ['cat', (invocation, remote) => ({ path: remote(invocation.argument(0)) })],
  ['follow', (invocation) => ({ who: invocation.argument(0) })],
  ['accept', first], ['decline', first],
  ['share', withFriend], ['unshare', withFriend],
  ['link', linkArguments],
  ['unlink', (invocation) => ({ link: invocation.argument(0) })],
  ['check', (invocation) => ({ quick: invocation.flag('quick'), repair: invocation.flag('repair') })],
]);

/** A trailing slash means "into this folder", so it is kept. */
function absolute(path: string): string {
  return path.endsWith('/') && path !== '/' ? `${resolve(path)}/` : resolve(path);
}

/** What the agent is to be asked for an invocation, or null for a command that is no question to it. */
export async function argumentsOf(invocation: Invocation, remote: Remote): Promise<Fields | null> {
  return await ARGUMENTS.get(invocation.command.name)?.(invocation, remote) ?? null;
}
