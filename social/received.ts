import { decodeEntry, type Entry } from '../files/index.ts';
import { parseHost } from './host.ts';
import { SocialError } from './error.ts';

/**
 * An entry that another person sent: for reading, with a space of its own on an onion service or (null) on the node that
 * this account lives on too. Throws 'malformed' (of this room, or of the wire) for anything else.
 */
export function receivedEntry(bytes: Uint8Array): Entry {
  const entry = decodeEntry(bytes);
  if (entry.target === null) throw new SocialError('malformed', 'What was shared has no space of its own; it was not used.');
  if (entry.target.node !== null) parseHost(entry.target.node);
  return { ...entry, exposed: false, target: { ...entry.target, write: null } };
}
