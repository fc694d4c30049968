/** Stable names of what can go wrong between people. */
export type SocialErrorCode =
  | 'unknown-name'
  | 'bad-contact'
  | 'already-friends'
  | 'no-request'
  | 'not-friends'
  | 'not-shared'
  | 'fingerprint-mismatch'
  | 'name-taken'
  | 'no-identity'
  | 'has-identity'
  | 'bad-directory'
  | 'not-sent'
  | 'clock-skew'
  | 'too-many'
  | 'malformed'
  | 'bad-link'
  | 'no-link'
  | 'link-expired'
  | 'password-needed'
  | 'wrong-password';

/** The one error of this room: a sentence that says what happened and what to do. It holds no secret, and no name. */
export class SocialError extends Error {
  readonly code: SocialErrorCode;

  constructor(code: SocialErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'SocialError';
    this.code = code;
  }
}
