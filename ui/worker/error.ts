import { WayError } from './ask.ts';

/** A refusal of the worker's own: a stable code, and a sentence for where the page has no text for it. */
export class WorkerError extends Error {
  readonly code: string;

  constructor(code: string, message: string) {
    super(message);
    this.name = 'WorkerError';
    this.code = code;
  }
}

/** Any error as what the page is told: those with a code of ours keep it, everything else is a fault. */
export function asUiError(error: unknown): { readonly code: string; readonly message: string } {
  if (!(error instanceof Error)) return { code: 'internal', message: 'Something went wrong that has no name; try again.' };
  if (error instanceof WayError && error.home && error.code === 'unreachable') return { code: 'offline', message: error.message };
  if (error.name === 'AbortError') return { code: 'cancelled', message: 'This was cancelled.' };
  const code: unknown = 'code' in error ? error.code : undefined;
  if (typeof code === 'string' && /^[a-z][a-z-]*$/.test(code)) return { code, message: error.message };
  return { code: 'internal', message: `An unexpected fault: ${error.message}` };
}

export function locked(): WorkerError {
  return new WorkerError('locked', 'The account is locked; unlock it, then try again.');
}
