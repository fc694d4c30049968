/** The one error of this room: what the caller, or a record from outside, gave has a wrong form. Never for a foreign ciphertext. */
export class PqError extends Error {
  override readonly name = 'PqError';
  readonly code: 'malformed';

  constructor(message: string) {
    super(message);
    this.code = 'malformed';
  }
}
