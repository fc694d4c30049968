import type { Brand } from '../crypto/index.ts';
import { SocialError } from './error.ts';

/** Where a foreign node is reached: `http://<56 characters>.onion`, nothing before, behind or between. */
export type HostUrl = Brand<string, 'HostUrl'>;

const ONION_BASE = /^http:\/\/[a-z2-7]{56}\.onion$/;

/** What comes from another person may name an onion service and nothing else. Throws 'malformed'. The dialler checks the address's checksum. */
export function parseHost(text: string): HostUrl {
  if (!ONION_BASE.test(text)) throw new SocialError('malformed', 'What was received names a host that is no onion service; it was not used.');
  return text as HostUrl;
}
