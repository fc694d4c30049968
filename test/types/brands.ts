/**
 * Checked by the compiler, never run: each `@ts-expect-error` fails the type check when the line under it compiles.
 * Keys, signatures and labels are brands, so that passing one for another is a compile error.
 */
import { cellKey, hkdf, openCell, randomBytes, sealCell, Secret, sign, signingKey, verify } from '../../crypto/index.ts';
import type { CellKey, PublicKey, Signature } from '../../crypto/index.ts';
import { hpkeSeal, kemKey, sealEnvelope } from '../../pq/index.ts';
import type { KemPublicKey } from '../../pq/index.ts';

const bytes = randomBytes(32);
const cell: CellKey = cellKey(bytes);
const signer = signingKey(bytes);
const kem = kemKey(bytes);
const drop = { bucket: 1, epoch: 1 };
const message = { type: 1, body: bytes };

export async function swapped(): Promise<void> {
  // @ts-expect-error: bytes that no parser has seen are no cell key
  await sealCell(bytes, bytes);
  // @ts-expect-error: a public key is no cell key
  await openCell(signer.publicKey, bytes);
  // @ts-expect-error: a KEM key is no signing key
  verify(kem.publicKey, 'underkeep/pointer/1', bytes, bytes);
  // @ts-expect-error: a signing key is no KEM key
  await hpkeSeal(signer.publicKey, bytes, bytes, bytes);
  // @ts-expect-error: nor in an envelope
  await sealEnvelope({ key: signer.publicKey, recordHash: bytes }, drop, message);
  // @ts-expect-error: a KEM key pair signs nothing
  sign(kem, 'underkeep/pointer/1', bytes);
  // @ts-expect-error: every label is underkeep/<what>/<version>
  hkdf(bytes, 'pointer', bytes, 32);
  // @ts-expect-error: a version is a number
  hkdf(bytes, 'underkeep/pointer/one', bytes, 32);
}

// @ts-expect-error: two brands of bytes do not mix
export const notASignature: Signature = signer.publicKey;
// @ts-expect-error: nor these
export const notAPublicKey: PublicKey = cell;
// @ts-expect-error: nor these
export const notAKemKey: KemPublicKey = signer.publicKey;
// @ts-expect-error: nor secrets of two kinds
export const notAKemSeed: typeof kem.seed = signer.seed;
// @ts-expect-error: a secret is not its bytes
export const notBytes: Uint8Array = Secret.of(bytes, 'signing-seed');
// What a brand is made of, it still is.
export const stillBytes: Uint8Array = cell;
