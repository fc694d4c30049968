import { hmac } from '@noble/hashes/hmac.js';
import { sha256 } from '@noble/hashes/sha2.js';
import scryptJs from 'scrypt-js';
import nacl from 'tweetnacl';
import { concat } from './bytes.ts';
import type { Engine } from './engine.ts';
import { portableEngine } from './portable.ts';
import { admissibleSignature } from './strict.ts';

/** Slow and independent: the port of TweetNaCl, and scrypt-js. The known answers were made with it. */
export const referenceEngine: Engine = {
  name: 'reference',
  randomBytes: portableEngine.randomBytes,
  sha256: (data) => sha256(data),
  digest: async (data) => data.map((one) => sha256(one)),
  hmac: (key, data) => hmac(sha256, key, data),
  hmacs: async (key, data) => data.map((one) => hmac(sha256, key, one)),
  seal: async (jobs) => jobs.map(({ key, nonce, plaintext, prefix }) => concat(prefix, nacl.secretbox(plaintext, nonce, key))),
  open: async (jobs) => jobs.map(({ key, nonce, box }) => nacl.secretbox.open(box, nonce, key)),
  scrypt: (password, salt, { N, r, p, length }) => scryptJs.scrypt(password, salt, N, r, p, length),
  ed25519PublicKey: (seed) => nacl.sign.keyPair.fromSeed(seed).publicKey,
  ed25519Sign: (seed, message) => nacl.sign.detached(message, concat(seed, nacl.sign.keyPair.fromSeed(seed).publicKey)),
  ed25519Verify: (publicKey, message, signature) =>
    admissibleSignature(publicKey, signature) && nacl.sign.detached.verify(message, signature, publicKey),
};
