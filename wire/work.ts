import { concat, taggedHash, u64be } from '../crypto/index.ts';

/** Proof of work (hashcash; Back, 2002): leading zero bits of `sha256("underkeep/work/1" ‖ challenge ‖ nonce)`. */
export function hashBits(challenge: Uint8Array, nonce: Uint8Array): number {
  const hash = taggedHash('underkeep/work/1', concat(challenge, nonce));
  let bits = 0;
  for (const byte of hash) {
    if (byte !== 0) return bits + Math.clz32(byte) - 24;
    bits += 8;
  }
  return bits;
}

/** The most work a client will do for one request: about a minute of hashing. */
export const WORK_BITS_MAX = 24;

/** Searches an 8-byte nonce with `bits` leading zero bits, giving way to other work now and then. */
export async function doWork(challenge: Uint8Array, bits: number, signal?: AbortSignal): Promise<Uint8Array> {
  for (let count = 0; ; count++) {
    const nonce = u64be(count);
    if (hashBits(challenge, nonce) >= bits) return nonce;
    if (count % 1024 === 1023) {
      signal?.throwIfAborted();
      await new Promise((resolve) => setTimeout(resolve, 0));
    }
  }
}
