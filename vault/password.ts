import { VaultError } from './error.ts';

/** Characters at least, counted after normalisation. */
export const PASSWORD_MIN = 12;
/** What must be left of them once words and runs that everybody tries have been counted as one character each. */
const STRENGTH_MIN = 8;
const LENGTH_MAX = 1024;

const COMMON = ['password', 'passwort', 'passphrase', 'qwertyuiop', 'qwerty', 'qwertz', 'azerty', 'asdfghjkl', 'asdf', 'letmein', 'iloveyou', 'welcome', 'admin', 'dragon', 'monkey', 'underkeep'];

/** One spelling for what looks and is typed the same: Unicode NFC, on every keyboard. */
export function normalizePassword(password: string): string {
  return password.normalize('NFC');
}

/**
 * The one rule for passwords that are set, at sign-up and at a change alike: 12 characters, of which 8 are left when
 * common words, the login name, runs ("1234", "aaaa") and repeated parts count once. Throws 'weak-password'.
 */
export function checkNewPassword(password: string, login: string): void {
  const text = normalizePassword(password);
  const length = Array.from(text).length;
  if (!text.isWellFormed() || length > LENGTH_MAX) throw new VaultError('weak-password', `The password is not proper text of at most ${LENGTH_MAX} characters; choose another.`);
  if (length < PASSWORD_MIN) throw new VaultError('weak-password', `The password has ${length} characters; choose one of at least ${PASSWORD_MIN}, such as four or five words that do not belong together.`);
  if (strength(text, login) < STRENGTH_MIN) throw new VaultError('weak-password', 'The password is among the first that anybody would try; choose four or five words that do not belong together.');
}

function strength(password: string, login: string): number {
  let text = password.toLowerCase();
  for (const word of [...COMMON, login]) if (word.length >= 3) text = text.replaceAll(word, '\u0000');
  text = text.replace(/(.{2,}?)\1+/gu, '$1');
  const points = Array.from(text, (character) => character.codePointAt(0) ?? 0);
  return points.filter((point, index) => {
    const step = Math.abs(point - (points[index - 1] ?? -9));
    return step > 1;
  }).length;
}
