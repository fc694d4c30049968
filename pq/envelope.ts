import { concat, expectLength, randomBytes, u32be, u64be, utf8 } from '../crypto/index.ts';
import { PqError } from './error.ts';
import { hpkeSeal, openWith } from './hpke.ts';
import { generateKemKey } from './key.ts';
import type { KemKey, KemPublicKey } from './key.ts';
import { XWING_CIPHERTEXT_BYTES, holdXWing } from './xwing.ts';

/** Every envelope, cover included: `enc 1120 ‖ ciphertext 7072`. */
export const ENVELOPE_BYTES = 8192;
const PLAINTEXT_BYTES = ENVELOPE_BYTES - XWING_CIPHERTEXT_BYTES - 16;
const BODY_AT = 3;
/** The longest body: 7056 bytes less type and length. */
export const ENVELOPE_BODY_MAX = PLAINTEXT_BYTES - BODY_AT;

/** Whom an envelope is sealed to: a key, and the sha256 of the identity record that it was taken from. */
export interface Recipient {
  readonly key: KemPublicKey;
  readonly recordHash: Uint8Array;
}

/** Where and when an envelope is dropped: bucket 0..2^32-1, epoch a safe integer. */
export interface Drop {
  readonly bucket: number;
  readonly epoch: number;
}

export interface Message {
  /** 0..255 */
  readonly type: number;
  readonly body: Uint8Array;
}

const infoFor = (recordHash: Uint8Array): Uint8Array =>
  concat(utf8('underkeep/envelope/1'), expectLength(recordHash, 32, 'a record hash'));
const aadFor = ({ bucket, epoch }: Drop): Uint8Array => concat(u32be(bucket), u64be(epoch));

/** `type u8 ‖ length u16be ‖ body ‖ zeros`, 7056 bytes. */
function writeMessage({ type, body }: Message): Uint8Array {
  if (!Number.isInteger(type) || type < 0 || type > 255) throw new PqError('an envelope type must be one byte');
  if (body.length > ENVELOPE_BODY_MAX) throw new PqError(`an envelope body holds at most ${ENVELOPE_BODY_MAX} bytes`);
  const plaintext = new Uint8Array(PLAINTEXT_BYTES);
  plaintext.set([type, body.length >>> 8, body.length & 0xff]);
  plaintext.set(body, BODY_AT);
  return plaintext;
}

function readMessage(plaintext: Uint8Array): Message | null {
  const [type = 0, high = 0, low = 0] = plaintext;
  const end = BODY_AT + ((high << 8) | low);
  if (end > plaintext.length || plaintext.subarray(end).some((byte) => byte !== 0)) return null;
  return { type, body: plaintext.slice(BODY_AT, end) };
}

/** 8192 bytes. Throws PqError('malformed') for a type or body out of bounds. Nothing in it is signed: the sender can deny it. */
export async function sealEnvelope(to: Recipient, where: Drop, message: Message): Promise<Uint8Array> {
  const { enc, ciphertext } = await hpkeSeal(to.key, infoFor(to.recordHash), aadFor(where), writeMessage(message));
  return concat(enc, ciphertext);
}

/**
 * Tries each envelope of one bucket and epoch, all of them to the end; null for those that are not for this key and
 * record. So is one that opens but is malformed inside: anyone can seal such a thing, and it must not stop a collection.
 */
export async function openEnvelopes(
  key: KemKey, recordHash: Uint8Array, where: Drop, envelopes: readonly Uint8Array[],
): Promise<(Message | null)[]> {
  const holder = holdXWing(key.seed.expose());
  const info = infoFor(recordHash);
  const aad = aadFor(where);
  return envelopes.map((envelope) => {
    if (envelope.length !== ENVELOPE_BYTES) return null;
    const enc = envelope.subarray(0, XWING_CIPHERTEXT_BYTES);
    const plaintext = openWith(holder, enc, info, aad, envelope.subarray(XWING_CIPHERTEXT_BYTES));
    return plaintext === null ? null : readMessage(plaintext);
  });
}

/** An envelope that nobody can open: a real encapsulation to a key that is thrown away, since random bytes would stand out. */
export async function coverEnvelope(where: Drop): Promise<Uint8Array> {
  const { publicKey, seed } = generateKemKey();
  seed.wipe();
  return sealEnvelope({ key: publicKey, recordHash: randomBytes(32) }, where, { type: 0, body: new Uint8Array(0) });
}
