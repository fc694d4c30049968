import { engine } from './current.ts';
import { expectLength } from './error.ts';

const NONCE_BYTES = 24;
const TAG_BYTES = 16;

/** What a box adds to its plaintext: nonce 24 and tag 16 bytes. */
export const BOX_OVERHEAD = NONCE_BYTES + TAG_BYTES;

/**
 * Boxes for items of one fixed place (header items, cover entries): `nonce 24 ‖ secretbox`, key 32 bytes. Without a
 * commitment: where it matters that only one key opens something, use a cell.
 */
export async function sealBoxes(jobs: readonly { readonly key: Uint8Array; readonly plaintext: Uint8Array }[]): Promise<Uint8Array[]> {
  return engine().seal(jobs.map(({ key, plaintext }) => {
    const nonce = engine().randomBytes(NONCE_BYTES);
    return { key: expectLength(key, 32, 'a box key'), nonce, plaintext, prefix: nonce };
  }));
}

/** null where a box is not this key's, was changed, or is too short to be one. */
export async function openBoxes(jobs: readonly { readonly key: Uint8Array; readonly box: Uint8Array }[]): Promise<(Uint8Array | null)[]> {
  return engine().open(jobs.map(({ key, box }) => {
    expectLength(key, 32, 'a box key');
    // A box too short for a nonce is opened under zeros as an empty one, which fails like any other.
    const whole = box.length >= BOX_OVERHEAD;
    return { key, nonce: whole ? box.subarray(0, NONCE_BYTES) : new Uint8Array(NONCE_BYTES), box: whole ? box.subarray(NONCE_BYTES) : new Uint8Array(0) };
  }));
}
