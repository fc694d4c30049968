/** Stable names of what can go wrong with a hidden vault. */
export type HiddenErrorCode =
  /** It authenticates, but is of no form that this version knows. */
  | 'corrupt'
  /** What is asked for lies in entries of the log that this device does not hold yet. */
  | 'arriving'
  /** The vault would take a larger share of the log than it may. */
  | 'vault-full'
  /** More waits in memory than a session may hold. */
  | 'waiting-full'
  | 'locked';

/** The one error of this room: a sentence that says what happened and what to do, without keys or names. */
export class HiddenError extends Error {
  readonly code: HiddenErrorCode;

  constructor(code: HiddenErrorCode, message: string) {
    super(message);
    this.name = 'HiddenError';
    this.code = code;
  }
}

export function corrupt(what: string): HiddenError {
  return new HiddenError('corrupt', `A hidden vault's ${what} is of a form that this version does not know; use the newest Underkeep.`);
}

export function arriving(): HiddenError {
  return new HiddenError('arriving', 'This is still arriving: the part of the log that holds it is not on this device yet; wait, then try again.');
}

export function locked(): HiddenError {
  return new HiddenError('locked', 'The session is locked; unlock it, then try again.');
}
