import { createHash, randomBytes } from 'node:crypto';

// RFC 2440, 3.6.1.3: indicator 96 stands for 65536 bytes hashed.
const INDICATOR = 96;
const HASHED_BYTES = 65_536;

/** A password as `HashedControlPassword` takes it (what `tor --hash-password` prints): OpenPGP's iterated, salted S2K. */
export function hashedControlPassword(password: string): string {
  const salt = randomBytes(8);
  const once = Buffer.concat([salt, Buffer.from(password)]);
  const hash = createHash('sha1');
  for (let left = HASHED_BYTES; left > 0; left -= once.length) hash.update(left >= once.length ? once : once.subarray(0, left));
  return `16:${salt.toString('hex')}${INDICATOR.toString(16)}${hash.digest('hex')}`.toUpperCase();
}
