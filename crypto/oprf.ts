import { ristretto255_oprf } from '@noble/curves/ed25519.js';
import { engine } from './current.ts';
import { CryptoError } from './error.ts';

// RFC 9497, suite ristretto255-SHA512, mode OPRF (0x00). Elements and scalars are 32 bytes.
const { oprf } = ristretto255_oprf;

/** noble throws plain errors for what a peer sent malformed; the identity element is refused there too. */
function refusing<T>(what: string, work: () => T): T {
  try {
    return work();
  } catch {
    throw new CryptoError('malformed', `${what} is malformed`);
  }
}

/** The client's first step. `blind` stays secret and serves once; `blinded` goes to the node. Input: at most 65535 bytes. */
export function oprfBlind(input: Uint8Array): { readonly blind: Uint8Array; readonly blinded: Uint8Array } {
  return refusing('the input of the oblivious PRF', () => oprf.blind(input, (length = 32) => Uint8Array.from(engine().randomBytes(length))));
}

/** DeriveKeyPair (RFC 9497, section 3.2.1) of a 32-byte seed; returns the secret scalar. */
export function oprfKeyFromSeed(seed: Uint8Array, info: Uint8Array): Uint8Array {
  return refusing('the seed of the oblivious PRF', () => oprf.deriveKeyPair(seed, info).secretKey);
}

/** The node's step. Throws CryptoError('malformed') for what is not a canonical element, or the identity. */
export function oprfEvaluate(key: Uint8Array, blinded: Uint8Array): Uint8Array {
  return refusing('the blinded element', () => oprf.blindEvaluate(key, blinded));
}

/** The client's last step: 64 bytes. Throws CryptoError('malformed') for an answer that is not a canonical element. */
export function oprfFinalize(input: Uint8Array, blind: Uint8Array, evaluated: Uint8Array): Uint8Array {
  return refusing('the evaluated element', () => oprf.finalize(input, blind, evaluated));
}
