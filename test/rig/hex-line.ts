import { toHex } from '../../crypto/index.ts';

const SHOWN_MAX = 40;
const EDGE = 12;
const COMMENT_AT = 84;

/** The first and last bytes of what is too long for a line. */
export function shortHex(bytes: Uint8Array): string {
  if (bytes.length <= SHOWN_MAX) return toHex(bytes);
  return `${toHex(bytes.subarray(0, EDGE))}…${toHex(bytes.subarray(-EDGE))}`;
}

/** One line of an example: bytes, and behind `#` what they are. `head` is shown apart from the bytes that follow it. */
export function hexLine(indent: number, bytes: Uint8Array, what: string, ...heads: readonly Uint8Array[]): string {
  const hex = [...heads.map(toHex), shortHex(bytes)].filter((part) => part !== '').join(' ');
  const line = ' '.repeat(indent) + hex;
  return what === '' ? line : `${line.padEnd(COMMENT_AT)}  # ${what}`.trimEnd();
}
