import { equalBytes } from '../crypto/index.ts';
import { fingerprint, openIdentity, recordHash, type SignedIdentity } from '../wire/index.ts';
import { SocialError } from './error.ts';
import type { Friend } from './state.ts';

/** Same holder, later record: its signature is by the key that was seen before. */
function chains(before: SignedIdentity, after: SignedIdentity): boolean {
  const [old, next] = [openIdentity(before), openIdentity(after)];
  return old.name === next.name && equalBytes(old.ed25519, next.ed25519) && next.sequence > old.sequence;
}

/**
 * The friend with the record that the directory, or the friend, has given now. A record that was seen before yields only to
 * a later one of the same holder; an earlier one of the same holder is stale and changes nothing. Throws 'fingerprint-mismatch'.
 */
export function pinRecord(friend: Friend, found: SignedIdentity): Friend {
  const identity = openIdentity(found);
  const { record, fingerprint: promised } = friend;
  if (identity.name !== friend.name) throw mismatch();
  if (record !== null && equalBytes(recordHash(record), recordHash(found))) return { ...friend, checked: true };
  if (record !== null && chains(found, record)) return { ...friend, checked: true };
  if (record !== null && !chains(record, found)) throw mismatch();
  if (promised !== null && !equalBytes(fingerprint(identity), promised)) throw mismatch();
  return { ...friend, record: found, checked: true };
}

export function mismatch(): SocialError {
  return new SocialError('fingerprint-mismatch', 'This name has other keys now than its contact link says, or than were seen before: somebody may pretend to be this person. Ask for a new contact link by a way that you trust. Nothing was sent.');
}
