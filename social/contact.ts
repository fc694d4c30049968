import { fromBase32, toBase32 } from '../crypto/index.ts';
import { fingerprint, openIdentity, parseName, type Fingerprint, type Identity, type Name, type SignedIdentity } from '../wire/index.ts';
import { SocialError } from './error.ts';
import { WORDS } from './words.ts';

/** What a person hands out: the link pins the keys, so that no directory need be trusted for them. */
export interface Contact {
  readonly name: Name;
  /** `name#<fingerprint, 52 base32 characters>`. */
  readonly link: string;
  /** Twelve words to compare by voice: the first 96 bits of the fingerprint. */
  readonly words: readonly string[];
}

const WORDS_SHOWN = 12;

export function fingerprintWords(of: Fingerprint): string[] {
  return Array.from(of.subarray(0, WORDS_SHOWN), (byte) => WORDS[byte] ?? '');
}

export function contactOf(identity: Identity): Contact {
  const print = fingerprint(identity);
  return { name: identity.name, link: `${identity.name}#${toBase32(print)}`, words: fingerprintWords(print) };
}

export function contactOfRecord(record: SignedIdentity): Contact {
  return contactOf(openIdentity(record));
}

/** Reads `name` or `name#fingerprint`. Throws 'bad-contact' for anything else. */
export function parseContact(text: string): { readonly name: Name; readonly fingerprint: Fingerprint | null } {
  const hash = text.indexOf('#');
  try {
    if (hash === -1) return { name: parseName(text), fingerprint: null };
    const print = fromBase32(text.slice(hash + 1));
    if (print.length !== 32) throw new RangeError('not a fingerprint');
    return { name: parseName(text.slice(0, hash)), fingerprint: print as Fingerprint };
  } catch (error) {
    throw new SocialError('bad-contact', 'This is neither a name (1 to 32 of a-z, 0-9, - and _, a letter first) nor a whole contact link; copy it again.', { cause: error });
  }
}
