import type { Drive } from '../files/index.ts';
import type { Session } from '../vault/index.ts';
import type { Args } from './agent-args.ts';
import { CliError } from './exit.ts';

/** A path, and the drive that it is a path of. */
export interface Place {
  readonly drive: Drive;
  /** Within that drive. */
  readonly path: string;
  /** Which hidden vault, counted from the deepest open one; null is the visible drive. */
  readonly vault: number | null;
}

const HIDDEN = /^\/+~(\d*)(?=\/|$)/;

/** Whether a path leads into a hidden vault: `/~` is the deepest open one, `/~2` the next shallower. */
export function isHidden(path: string): boolean {
  return HIDDEN.test(path);
}

export function vaultPath(index: number): string {
  return index === 0 ? '/~' : `/~${index + 1}`;
}

/** What an argument of a request names. Only a shell and standard input may name what is hidden: nobody can list those. */
export function placeOf(session: Session, args: Args, path: string): Place {
  const match = HIDDEN.exec(path);
  if (match === null) return { drive: session.drive, path, vault: null };
  if (!args.flag('shell')) throw new CliError('usage', 'What is hidden is named in "underkeep shell" or on standard input only.');
  const vault = match[1] === '' ? 0 : Number(match[1]) - 1;
  const open = session.vaults()[vault];
  if (open === undefined || vaultPath(vault) !== `/~${match[1] ?? ''}`) throw new CliError('not-found', 'There is nothing of this name.');
  if (open.drive === null) throw new CliError('arriving', 'This is still arriving: too little of the log is on this device yet; "vault status" says how much is missing.');
  const rest = path.slice(match[0].length);
  return { drive: open.drive, path: rest === '' ? '/' : rest, vault };
}
