/** What a command exits with; scripts may rely on it. */
export const EXIT = { ok: 0, failed: 1, usage: 2, locked: 3, notFound: 4, noConnection: 5, refused: 6, interrupted: 130 } as const;

const LOCKED = ['locked', 'no-agent'];
const NOT_FOUND = [
  'not-found', 'unknown-account', 'unknown-name', 'unknown-space', 'no-request', 'not-friends', 'no-identity', 'link-spent', 'link-expired', 'retired', 'root-gone', 'no-file', 'not-shared', 'no-link',
];
const NO_CONNECTION = ['no-node', 'no-carrier', 'unreachable', 'timeout', 'closed', 'tor-missing', 'tor-too-old', 'tor-stuck', 'tor-failed', 'tor-control', 'bad-response', 'not-sent'];
const REFUSED = [
  'agent-running', 'node-running', 'port-in-use', 'exists', 'name-taken', 'conflict', 'wrong-password', 'old-password', 'weak-password', 'password-needed', 'invitation-required', 'forbidden',
  'read-only', 'quota-full', 'disk-full', 'rolled-back', 'work-required', 'too-busy', 'clock-skew', 'already-friends', 'fingerprint-mismatch', 'not-a-folder', 'not-a-file', 'not-empty', 'changed', 'has-identity', 'too-many', 'busy', 'altered',
  'hidden', 'arriving', 'vault-full', 'waiting-full', 'waiting', 'password-used', 'vaults-full',
];
const CODES: ReadonlyMap<string, number> = new Map([
  ['usage', EXIT.usage], ['bad-path', EXIT.usage], ['bad-name', EXIT.usage], ['bad-address', EXIT.usage], ['bad-link', EXIT.usage], ['bad-contact', EXIT.usage],
  ['interrupted', EXIT.interrupted],
  ...LOCKED.map((code) => [code, EXIT.locked] as const),
  ...NOT_FOUND.map((code) => [code, EXIT.notFound] as const),
  ...NO_CONNECTION.map((code) => [code, EXIT.noConnection] as const),
  ...REFUSED.map((code) => [code, EXIT.refused] as const),
]);

/** The exit code of an error's `code`; 1 for those that have none of their own. */
export function exitCode(code: string): number {
  return CODES.get(code) ?? EXIT.failed;
}

/** An error of the command line itself, or one that the agent reported: one sentence for a person. */
export class CliError extends Error {
  readonly code: string;

  constructor(code: string, message: string) {
    super(message);
    this.name = 'CliError';
    this.code = code;
  }
}

export function usageError(message: string): CliError {
  return new CliError('usage', message);
}

/** What `--json` prints of an error, and what the agent sends. */
export interface ErrorReport {
  readonly code: string;
  readonly message: string;
}

const LOCAL_ERRORS: ReadonlyMap<string, readonly [code: string, sentence: string]> = new Map([
  ['ENOENT', ['no-file', 'there is no such file or folder on this machine']],
  ['EACCES', ['forbidden', 'this user may not open it']],
  ['EPERM', ['forbidden', 'this user may not change it']],
  ['EEXIST', ['exists', 'it exists already']],
  ['ENOTDIR', ['not-a-folder', 'a part of the path is not a folder']],
  ['EISDIR', ['not-a-file', 'it is a folder']],
  ['ELOOP', ['forbidden', 'a symbolic link stands in the way']],
  ['ENOSPC', ['disk-full', 'the disk of this machine is full; make room and run the command again, it goes on where it stopped']],
  ['EDQUOT', ['disk-full', 'this user\'s quota on this machine is full; make room and run the command again, it goes on where it stopped']],
  ['EROFS', ['forbidden', 'the file system is read-only']],
  ['ENAMETOOLONG', ['bad-path', 'the name is too long for this file system']],
  ['EMFILE', ['failed', 'too many files are open; try again']],
]);

/** Any error as its report: those with a code of ours keep it, those of the file system get a sentence. */
export function reportOf(error: unknown): ErrorReport {
  if (!(error instanceof Error)) return { code: 'failed', message: 'Something went wrong that has no name; try again.' };
  const code: unknown = 'code' in error ? error.code : undefined;
  const known = typeof code === 'string' ? LOCAL_ERRORS.get(code) : undefined;
  if (known !== undefined) {
    const path: unknown = 'path' in error ? error.path : undefined;
    return { code: known[0], message: `${typeof path === 'string' && !path.startsWith('/proc/self/') ? path : 'A local file'}: ${known[1]}.` };
  }
  if (error.name === 'AbortError') return { code: 'interrupted', message: 'The command was interrupted; run it again to go on.' };
  if (typeof code === 'string' && /^[a-z][a-z-]*$/.test(code)) return { code, message: error.message };
  return { code: 'failed', message: `An unexpected fault: ${error.message}` };
}
