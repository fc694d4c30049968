import { concat, openBoxes, randomBytes, sealBoxes, u64be } from '../crypto/index.ts';
import { HEADER_ITEM } from '../wire/index.ts';
import { VaultError } from './error.ts';

/** Nonce 24 and tag 16 bytes are the box's. */
export const HEADER_PLAINTEXT = HEADER_ITEM - 40;
/** Vault secrets that one header can hold. */
export const HEADER_VAULTS_MAX = 6;
const VERSION = 1;
const SECRETS_AT = 10;

/** What a password opens: the secrets of its vault and of all shallower ones, deepest first; the visible one is last. */
export interface Header {
  /** Grows by one with each change of the password; the highest that opens counts. */
  readonly generation: number;
  readonly secrets: readonly Uint8Array[];
}

/** `v u8=1 ‖ generation u64be ‖ count u8 ‖ count × 32 bytes ‖ zeros`, 216 bytes. */
export function encodeHeader(header: Header): Uint8Array {
  const { generation, secrets } = header;
  if (secrets.length < 1 || secrets.length > HEADER_VAULTS_MAX || secrets.some(({ length }) => length !== 32)) throw new RangeError('a header holds 1 to 6 secrets of 32 bytes');
  const out = new Uint8Array(HEADER_PLAINTEXT);
  out.set(concat(Uint8Array.of(VERSION), u64be(generation), Uint8Array.of(secrets.length), ...secrets));
  return out;
}

/** Throws 'corrupt' for bytes that authenticate but are no header of this version. */
export function decodeHeader(bytes: Uint8Array): Header {
  const count = bytes[9] ?? 0;
  const end = SECRETS_AT + 32 * count;
  const known = bytes.length === HEADER_PLAINTEXT && bytes[0] === VERSION && count >= 1 && count <= HEADER_VAULTS_MAX;
  const generation = known ? new DataView(bytes.buffer, bytes.byteOffset).getBigUint64(1) : 0n;
  if (!known || generation > BigInt(Number.MAX_SAFE_INTEGER) || bytes.subarray(end).some((byte) => byte !== 0)) {
    throw new VaultError('corrupt', 'The account\'s header is of a form that this version does not know; use the newest Underkeep.');
  }
  const secrets = Array.from({ length: count }, (_, index) => bytes.slice(SECRETS_AT + 32 * index, SECRETS_AT + 32 * (index + 1)));
  return { generation: Number(generation), secrets };
}

/** 256 bytes for the lane: `nonce 24 ‖ secretbox`. */
export async function sealHeader(header: Header, key: Uint8Array): Promise<Uint8Array> {
  const plaintext = encodeHeader(header);
  const [item] = await sealBoxes([{ key, plaintext }]);
  plaintext.fill(0);
  return item as Uint8Array;
}

/** An item of the lane that nobody can open: a box over zeros, its key thrown away. */
export async function fillerHeaders(count: number): Promise<Uint8Array[]> {
  const plaintext = new Uint8Array(HEADER_PLAINTEXT);
  return sealBoxes(Array.from({ length: count }, () => ({ key: randomBytes(32), plaintext })));
}

/** An item that opened, and where in the lane it lies. */
export interface Found {
  readonly header: Header;
  readonly item: Uint8Array;
}

/** Tries every item of the lane, without early exit; gives the header of the highest generation, or null for none. */
export async function findHeader(lane: Uint8Array, key: Uint8Array): Promise<Found | null> {
  const items = Array.from({ length: Math.floor(lane.length / HEADER_ITEM) }, (_, index) => lane.subarray(index * HEADER_ITEM, (index + 1) * HEADER_ITEM));
  const opened = await openBoxes(items.map((box) => ({ key, box })));
  let best: Found | null = null;
  for (const [index, plaintext] of opened.entries()) {
    const item = items[index];
    if (plaintext === null || item === undefined) continue;
    const header = decodeHeader(plaintext);
    plaintext.fill(0);
    if (best === null || header.generation > best.header.generation) best = { header, item: item.slice() };
  }
  return best;
}
