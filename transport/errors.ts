/** Stable names of what can go wrong on the way to another node. */
export type TransportErrorCode =
  | 'no-carrier'
  | 'bad-address'
  | 'bad-request'
  | 'bad-response'
  | 'unreachable'
  | 'timeout'
  | 'closed'
  | 'socket-path'
  | 'tor-missing'
  | 'tor-too-old'
  | 'tor-stuck'
  | 'tor-failed'
  | 'tor-control';

/**
 * The one error of this room. The message is a sentence that says what happened and what to do; it holds no address,
 * credential or path, and no `cause` is kept, since the SOCKS library's own errors carry the credentials.
 */
export class TransportError extends Error {
  readonly code: TransportErrorCode;

  constructor(code: TransportErrorCode, message: string) {
    super(message);
    this.name = 'TransportError';
    this.code = code;
  }
}
