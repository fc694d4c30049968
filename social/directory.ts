import type { NodeClient } from '../node/index.ts';
import { decodeCbor, decodePrefixDetail, nameHash, openIdentity, WireError, type DirectoryPage, type Name, type SignedIdentity } from '../wire/index.ts';
import { parseKemPublicKey } from '../pq/index.ts';
import { SocialError } from './error.ts';

/** Bits of a name's hash that a look-up gives away at most. */
export const PREFIX_BITS_LIMIT = 10;
/** A page that is not of everybody must be of at least so many. */
export const PAGE_MIN = 64;
const ATTEMPTS = 4;

export interface Found {
  /** null: the directory knows nobody of this name. */
  readonly record: SignedIdentity | null;
  /** The prefix length that served, for the next look-up. */
  readonly bits: number;
  /** How many bits of the name's hash make a bucket's number now. */
  readonly bucketBits: number;
}

/** The first `bits` bits of the name's hash, zeros behind them: nothing more of it leaves. */
export function namePrefix(name: Name, bits: number): Uint8Array {
  const prefix = nameHash(name).slice(0, 4);
  return prefix.map((byte, index) => byte & (0xff00 >> Math.min(8, Math.max(0, bits - 8 * index))) & 0xff);
}

/** The number of the bucket that serves this name. */
export function bucketOf(name: Name, bucketBits: number): number {
  const [high = 0, low = 0] = nameHash(name);
  return ((high << 8) | low) >>> (16 - bucketBits);
}

/**
 * Looks a name up among all names that begin like it: one round trip where `bits` still serves, two otherwise. Throws
 * 'bad-directory' where the page is too small to hide in, or the record is not what its holder signed.
 */
export async function lookUp(client: NodeClient, name: Name, bits: number, signal?: AbortSignal): Promise<Found> {
  let asked = Math.min(bits, PREFIX_BITS_LIMIT);
  for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
    const page = await pageOrLonger(client, name, asked, signal);
    if (typeof page !== 'number') {
      const served = Math.min(asked, page.bits);
      return { record: recordIn(page, name, served), bits: served, bucketBits: page.bucketBits };
    }
    if (page <= asked || page > PREFIX_BITS_LIMIT) throw badDirectory('asks for more of a name\'s hash than a look-up should give away');
    asked = page;
  }
  throw badDirectory('keeps asking for more of the name\'s hash');
}

/** The page, or how many bits the directory wants. */
async function pageOrLonger(client: NodeClient, name: Name, bits: number, signal?: AbortSignal): Promise<DirectoryPage | number> {
  try {
    return await client.directoryPage(bits, namePrefix(name, bits), signal);
  } catch (error) {
    if (!(error instanceof WireError) || error.code !== 'prefix-too-short' || error.detail === null) throw error;
    return decodePrefixDetail(error.detail);
  }
}

function nameIn(record: SignedIdentity): unknown {
  const value = decodeCbor(record.identity, 'identity record');
  return value instanceof Map ? value.get('name') : null;
}

function recordIn(page: DirectoryPage, name: Name, bits: number): SignedIdentity | null {
  const names = page.records.map(nameIn);
  const fitting = new Set(names.filter((other) => typeof other === 'string' && startsAlike(other, name, bits)));
  if (bits > 0 && fitting.size < PAGE_MIN) throw badDirectory('gave a page that is too small to hide a look-up in');
  const records = page.records.filter((_, index) => names[index] === name);
  const [record] = records;
  if (record === undefined) return null;
  if (records.length > 1) throw badDirectory('gave two records for one name');
  checkRecord(record);
  return record;
}

function startsAlike(other: string, name: Name, bits: number): boolean {
  const theirs = namePrefix(other as Name, bits);
  return namePrefix(name, bits).every((byte, index) => byte === theirs[index]);
}

function checkRecord(record: SignedIdentity): void {
  try {
    parseKemPublicKey(openIdentity(record).kem);
  } catch (error) {
    throw new SocialError('bad-directory', 'The directory gave a record for this name that its holder did not sign.', { cause: error });
  }
}

function badDirectory(what: string): SocialError {
  return new SocialError('bad-directory', `The directory ${what}; nothing was sent.`);
}
