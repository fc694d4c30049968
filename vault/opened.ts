import type { PublicKey } from '../crypto/index.ts';
import { MemoryLog, type LogCopy } from '../hidden/index.ts';
import type { LogHead, Name, ScryptCost } from '../wire/index.ts';
import type { Connect, Device } from './device.ts';
import { VaultError } from './error.ts';
import type { VaultSecret } from './keys.ts';

export interface UnlockInit {
  readonly connect: Connect;
  readonly login: Name;
  readonly password: string;
  readonly device: Device;
  readonly signal?: AbortSignal;
}

export interface SignUpInit extends UnlockInit {
  /** A one-time invitation, where the node asks for one. */
  readonly invitation?: Uint8Array | null;
  /** A harder cost than the default; softer ones are refused. */
  readonly scrypt?: ScryptCost;
}

/** The keys of one opened vault. */
export interface Opened {
  readonly secret: VaultSecret;
  /** All secrets of the header, deepest first. */
  readonly secrets: readonly Uint8Array[];
  readonly generation: number;
  /** By which the password is recognised. */
  readonly check: Uint8Array;
  /** What a login pays on this account. */
  readonly cost: ScryptCost;
}

/** What earlier sessions have left on the device. */
export interface Kept {
  readonly copy: LogCopy;
  readonly head: LogHead | null;
}

export async function keptOn(device: Device, home: PublicKey): Promise<Kept> {
  const [copy, head] = await Promise.all([device.log?.(home) ?? new MemoryLog(), device.loadLogHead?.(home) ?? null]);
  return { copy, head };
}

export function nameTaken(): VaultError {
  return new VaultError('name-taken', 'This node already has an account with that login name; choose another with --login, or unlock yours.');
}

export function oldPassword(): VaultError {
  return new VaultError('old-password', 'This password was changed since; unlock with the new one.');
}
