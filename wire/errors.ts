/** Every error that crosses the wire: a stable code, its HTTP status, and what a person reads. */
const STATUS = {
  malformed: 400,
  'bad-signature': 400,
  'bad-proof': 400,
  'clock-skew': 400,
  'unsupported-version': 400,
  'work-required': 401,
  'invitation-required': 403,
  forbidden: 403,
  'not-found': 404,
  'unknown-space': 404,
  'unknown-account': 404,
  'missing-block': 409,
  conflict: 409,
  'name-taken': 409,
  'prefix-too-short': 409,
  retired: 410,
  'root-gone': 410,
  'link-spent': 410,
  'too-large': 413,
  'too-busy': 429,
  'quota-full': 507,
  'disk-full': 507,
  'corrupt-block': 500,
  'rolled-back': 500,
  internal: 500,
} as const;

export type ErrorCode = keyof typeof STATUS;

export function isErrorCode(code: string): code is ErrorCode {
  return Object.hasOwn(STATUS, code);
}

export function httpStatus(code: ErrorCode): (typeof STATUS)[ErrorCode] {
  return STATUS[code];
}

/**
 * A refusal with a stable `code`. The message is one sentence for a person; it never holds a secret, a path or a
 * name. `detail` is data that a program needs to go on (see `answers.ts`), already encoded.
 */
export class WireError extends Error {
  readonly code: ErrorCode;
  readonly detail: Uint8Array | null;

  constructor(code: ErrorCode, message: string, detail: Uint8Array | null = null) {
    super(message);
    this.name = 'WireError';
    this.code = code;
    this.detail = detail;
  }
}
