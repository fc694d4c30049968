import { CryptoError } from './error.ts';

const encoder = new TextEncoder();
const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

export function utf8(text: string): Uint8Array {
  return encoder.encode(text);
}

/** Throws CryptoError('malformed') where the bytes are not UTF-8. A byte order mark is kept as a character. */
export function fromUtf8(bytes: Uint8Array): string {
  try {
    return decoder.decode(bytes);
  } catch {
    throw new CryptoError('malformed', 'not UTF-8');
  }
}

/** An alphabet of 2^bits letters, without padding (RFC 4648, sections 5, 6 and 8). */
interface Base {
  readonly name: string;
  readonly bits: number;
  readonly letters: string;
  readonly values: ReadonlyMap<string, number>;
}

function base(name: string, bits: number, letters: string): Base {
  return { name, bits, letters, values: new Map(Array.from(letters, (letter, value) => [letter, value])) };
}

const HEX = base('hexadecimal', 4, '0123456789abcdef');
const BASE32 = base('base32', 5, 'abcdefghijklmnopqrstuvwxyz234567');
const BASE64URL = base('base64url', 6, 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_');

function encode({ bits, letters }: Base, bytes: Uint8Array): string {
  let text = '';
  let pending = 0;
  let held = 0;
  for (const byte of bytes) {
    pending = (pending << 8) | byte;
    held += 8;
    while (held >= bits) {
      held -= bits;
      text += letters.charAt(pending >>> held);
      pending &= (1 << held) - 1;
    }
  }
  return held === 0 ? text : text + letters.charAt(pending << (bits - held));
}

/** The inverse of `encode` and of nothing else: what does not encode back to `text` is refused. */
function decode({ name, bits, values }: Base, text: string): Uint8Array {
  const bytes = new Uint8Array(Math.floor((text.length * bits) / 8));
  let pending = 0;
  let held = 0;
  let at = 0;
  for (const letter of text) {
    const value = values.get(letter);
    if (value === undefined) throw new CryptoError('malformed', `not ${name}`);
    pending = (pending << bits) | value;
    held += bits;
    if (held >= 8) {
      held -= 8;
      bytes[at++] = pending >>> held;
      pending &= (1 << held) - 1;
    }
  }
  // A canonical text ends with fewer spare bits than a letter holds, and all of them are zero.
  if (held >= bits || pending !== 0) throw new CryptoError('malformed', `not canonical ${name}`);
  return bytes;
}

export const toHex = (bytes: Uint8Array): string => encode(HEX, bytes);
/** Lower case only. Throws CryptoError('malformed'). */
export const fromHex = (text: string): Uint8Array => decode(HEX, text);

/** RFC 4648 base32, lower case, without padding. */
export const toBase32 = (bytes: Uint8Array): string => encode(BASE32, bytes);
/** Strict: lower case, no padding, zero spare bits. Throws CryptoError('malformed'). */
export const fromBase32 = (text: string): Uint8Array => decode(BASE32, text);

/** RFC 4648 base64url, without padding. */
export const toBase64url = (bytes: Uint8Array): string => encode(BASE64URL, bytes);
/** Strict: no padding, zero spare bits. Throws CryptoError('malformed'). */
export const fromBase64url = (text: string): Uint8Array => decode(BASE64URL, text);
