export type CryptoErrorCode =
  /** Bytes of a wrong length or a non-canonical form. */
  | 'malformed'
  /** An engine gave another answer than the reference, and was refused. */
  | 'engine'
  /** A secret was used after it was wiped. */
  | 'wiped';

/** The one error of this room. Messages name what was wrong, never a value. */
export class CryptoError extends Error {
  override readonly name = 'CryptoError';
  readonly code: CryptoErrorCode;

  constructor(code: CryptoErrorCode, message: string) {
    super(message);
    this.code = code;
  }
}

/** Returns `bytes` when it is exactly `length` bytes long; throws CryptoError('malformed') otherwise. */
export function expectLength(bytes: Uint8Array, length: number, what: string): Uint8Array {
  if (!(bytes instanceof Uint8Array) || bytes.length !== length) {
    throw new CryptoError('malformed', `${what} must be ${length} bytes`);
  }
  return bytes;
}
