/** Stable names of what can go wrong with an account and its session. */
export type VaultErrorCode =
  | 'wrong-password'
  | 'unknown-account'
  | 'name-taken'
  | 'weak-password'
  | 'old-password'
  | 'rolled-back'
  | 'corrupt'
  | 'locked'
  /** A password that is to be set opens something of this account already, or did. */
  | 'password-used'
  /** A header holds six secrets. */
  | 'vaults-full'
  /** Asked of a hidden vault, which cannot do it. */
  | 'hidden';

/** The one error of this room: a sentence that says what happened and what to do, without passwords, keys or names. */
export class VaultError extends Error {
  readonly code: VaultErrorCode;

  constructor(code: VaultErrorCode, message: string) {
    super(message);
    this.name = 'VaultError';
    this.code = code;
  }
}
