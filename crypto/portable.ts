import { xsalsa20poly1305 } from '@noble/ciphers/salsa.js';
import { ed25519 } from '@noble/curves/ed25519.js';
import { hmac } from '@noble/hashes/hmac.js';
import { scryptAsync } from '@noble/hashes/scrypt.js';
import { sha256, sha512 } from '@noble/hashes/sha2.js';
import { concat, equalBytes } from './bytes.ts';
import type { Engine, OpenJob } from './engine.ts';
import { admissibleSignature } from './strict.ts';

/** getRandomValues gives at most this many bytes a call. */
const RANDOM_QUOTA = 65_536;

function randomBytes(length: number): Uint8Array {
  const bytes = new Uint8Array(length);
  for (let at = 0; at < length; at += RANDOM_QUOTA) crypto.getRandomValues(bytes.subarray(at, at + RANDOM_QUOTA));
  return bytes;
}

/** Web Crypto stays fast where a browser's JIT is off; it is missing outside secure contexts. */
async function digestOne(data: Uint8Array): Promise<Uint8Array> {
  const subtle: SubtleCrypto | undefined = crypto.subtle;
  if (subtle === undefined || !(data.buffer instanceof ArrayBuffer)) return sha256(data);
  return new Uint8Array(await subtle.digest('SHA-256', data as Uint8Array<ArrayBuffer>));
}

function openOne({ key, nonce, box }: OpenJob): Uint8Array | null {
  if (box.length < 16) return null;
  try {
    return xsalsa20poly1305(key, nonce).decrypt(box);
  } catch {
    return null;
  }
}

/** noble's state after the key's block, copied for each input: a sixth of the time that as many whole HMACs take. */
function hmacs(key: Uint8Array, data: readonly Uint8Array[]): Uint8Array[] {
  const keyed = hmac.create(sha256, key);
  const scratch = keyed.clone();
  // oxlint-disable-next-line no-underscore-dangle -- noble's own name for it
  const tags = data.map((one) => keyed._cloneInto(scratch).update(one).digest());
  keyed.destroy();
  scratch.destroy();
  return tags;
}

/** noble's own verify uses the cofactored equation; this one gives the verdict of RFC 8032's, as the other engines do. */
function verifySignature(publicKey: Uint8Array, message: Uint8Array, signature: Uint8Array): boolean {
  if (!admissibleSignature(publicKey, signature)) return false;
  const { Point } = ed25519;
  const littleEndian = (bytes: Uint8Array): bigint => bytes.reduceRight((sum, byte) => (sum << 8n) | BigInt(byte), 0n);
  const R = signature.subarray(0, 32);
  try {
    const A = Point.fromBytes(publicKey);
    const k = Point.Fn.create(littleEndian(sha512(concat(R, publicKey, message))));
    const expected = Point.BASE.multiplyUnsafe(littleEndian(signature.subarray(32))).subtract(A.multiplyUnsafe(k));
    return equalBytes(expected.toBytes(), R);
  } catch {
    return false;
  }
}

/** The engine that runs everywhere: noble, and Web Crypto for bulk digests. */
export const portableEngine: Engine = {
  name: 'portable',
  randomBytes,
  sha256: (data) => sha256(data),
  digest: (data) => Promise.all(data.map(digestOne)),
  hmac: (key, data) => hmac(sha256, key, data),
  hmacs: async (key, data) => hmacs(key, data),
  seal: async (jobs) => jobs.map(({ key, nonce, plaintext, prefix }) => concat(prefix, xsalsa20poly1305(key, nonce).encrypt(plaintext))),
  open: async (jobs) => jobs.map(openOne),
  scrypt: (password, salt, { N, r, p, length }) => scryptAsync(password, salt, { N, r, p, dkLen: length, maxmem: 2 ** 31 }),
  ed25519PublicKey: (seed) => ed25519.getPublicKey(seed),
  ed25519Sign: (seed, message) => ed25519.sign(message, seed),
  ed25519Verify: verifySignature,
};
