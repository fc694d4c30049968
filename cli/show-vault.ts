import type { Fields } from './call.ts';
import { byteCount, durationText, plainText } from './text.ts';

const text = (value: unknown): string => plainText(typeof value === 'string' || typeof value === 'number' ? String(value) : '');
const number = (value: unknown): number => (typeof value === 'number' ? value : 0);
const fields = (value: unknown): Fields => (typeof value === 'object' && value !== null ? value as Fields : {});

function vaultLines(vault: Fields, tickSeconds: number): string[] {
  const path = text(vault['path']);
  const missing = number(vault['missing']);
  const waiting = number(vault['waitingEntries']);
  return [
    `${path}  ${byteCount(number(vault['liveBytes']))} of at most ${byteCount(number(vault['limit']))}`,
    ...(vault['ready'] === true ? [] : [`    arriving: ${missing > 0 ? `${missing} entries of the log are missing` : 'the log has not come yet'}`]),
    ...(vault['ready'] === true && missing > 0 ? [`    ${missing} entries of the log are still arriving; files in them open once they are here`] : []),
    waiting === 0
      ? '    nothing waits'
      : `    waiting: ${byteCount(number(vault['waitingBytes']))} in ${waiting} entries, lost if this session ends now; ${durationText(Math.ceil(waiting / 2) * tickSeconds)} by ticks alone`,
    ...(number(vault['unknown']) > 0 ? [`    ${number(vault['unknown'])} records are of a newer version; use the newest Underkeep`] : []),
  ];
}

function statusLines(result: Fields): string[] {
  const vaults = Array.isArray(result['vaults']) ? result['vaults'].map(fields) : [];
  const tick = number(result['tickSeconds']);
  const drain = fields(result['drain']);
  return [
    ...(vaults.length === 0 ? ['No hidden vault is open.'] : vaults.flatMap((vault) => vaultLines(vault, tick))),
    `Cover ${text(result['cover'])}: ${byteCount(number(drain['mibBytes']))} can drain with each MiB stored in the visible drive, and ${byteCount(number(drain['tickBytes']))} every ${tick} s.`,
  ];
}

/** What `vault` commands say to a person. */
export function showVault(what: string, result: Fields): string {
  const lines = new Map<string, (of: Fields) => string[]>([
    ['status', statusLines],
    ['cover', statusLines],
    ['add', ({ path }) => [
      `The new vault is open at ${text(path)}. Its password opens it and everything that is open now.`,
      'The password that you unlocked with opens what it did, and nothing of the new vault.',
      'What you put there waits until cover comes by: see "vault status" before you lock.',
    ]],
    ['export', ({ login, bytes, vaults }) => [
      `${byteCount(number(bytes))} and ${number(vaults)} hidden ${number(vaults) === 1 ? 'vault' : 'vaults'} are in the new account ${text(login)}. Friends, shares and links stay with the old one, which is untouched.`,
    ]],
  ]).get(what);
  return (lines?.(result) ?? []).map((line) => `${line}\n`).join('');
}
