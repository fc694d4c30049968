import { CryptoError } from '../crypto/index.ts';
import { WireError } from '../wire/index.ts';

/** Whatever was thrown as what may cross the wire; what is nobody's business becomes `internal`. */
export function asWireError(error: unknown): WireError {
  if (error instanceof WireError) return error;
  if (error instanceof CryptoError && error.code === 'malformed') return new WireError('malformed', `Malformed request: ${error.message}.`);
  return new WireError('internal', 'The node failed on this request: nothing was stored. Its log holds the code of the error.');
}

/** What may be logged about an error: codes and places in our own code, never a message, which may hold a path or a name. */
export function describe(error: unknown): string {
  if (!(error instanceof Error)) return 'unknown';
  const code = 'code' in error && typeof error.code === 'string' ? error.code : error.name;
  const place = /\/(store|daemon|wire|crypto|transport)\/[a-z-]+\.ts:\d+/.exec(error.stack ?? '')?.[0].slice(1) ?? 'elsewhere';
  return `${code} at ${place}`;
}
