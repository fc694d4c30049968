import { WireError } from '../wire/index.ts';

export type StoreErrorCode =
  /** Another node holds the data folder. */
  | 'folder-in-use'
  /** The data folder cannot be made, read or written. */
  | 'folder-unusable'
  /** The data was written by a newer Underkeep. */
  | 'too-new';

/** Why a store does not open. What goes wrong later in answering a request is a `WireError`. */
export class StoreError extends Error {
  override readonly name = 'StoreError';
  readonly code: StoreErrorCode;

  constructor(code: StoreErrorCode, message: string) {
    super(message);
    this.code = code;
  }
}

export function diskFull(): WireError {
  return new WireError('disk-full', 'The disk of the node is full: nothing was stored, and nothing that was stored before is lost. Make room there, then try again.');
}

export function quotaFull(): WireError {
  return new WireError('quota-full', 'The account has no room left for this: delete something (its room is free again after an hour), or ask the host of the node for a larger quota.');
}

export function retired(): WireError {
  return new WireError('retired', 'This was withdrawn by its owner.');
}

export function linkSpent(): WireError {
  return new WireError('link-spent', 'This link has expired or was opened as often as it may be.');
}

export function missingBlock(): WireError {
  return new WireError('missing-block', 'The commit names a block that it does not bring and that the account does not hold: send the commit again with all its blocks.');
}

/** The error code of a failed system call (`ENOSPC`), or the empty string. */
export function systemCode(error: unknown): string {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : '';
}
