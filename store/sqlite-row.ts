import { concat, type PublicKey, type Signature } from '../crypto/index.ts';
import { cidDigest, cidOfDigest, decodeRoot, encodeCbor, frontierSchema, schema, type Cid, type PointerHash, type RootHash } from '../wire/index.ts';
import type { Account, Frontiers, Space } from './rows.ts';
import type { Row } from './sqlite.ts';

const DIGEST = 32;
const frontiersSchema = schema.record({ entries: frontierSchema, lane: frontierSchema });

export function encodeFrontiers(frontiers: Frontiers | null): Uint8Array | null {
  return frontiers === null ? null : encodeCbor(frontiers);
}

export function decodeFrontiers(encoded: Uint8Array | null): Frontiers | null {
  return encoded === null ? null : schema.parse(frontiersSchema, encoded, 'frontiers');
}

/** Digests behind one another: every fragment is a `raw` block. */
export function encodeFragments(fragments: readonly Cid[]): Uint8Array {
  return concat(...fragments.map(cidDigest));
}

export function decodeFragments(encoded: Uint8Array): Cid[] {
  return Array.from({ length: encoded.length / DIGEST }, (_, index) => rawCid(encoded.subarray(index * DIGEST, (index + 1) * DIGEST)));
}

export function rawCid(digest: Uint8Array): Cid {
  return cidOfDigest('raw', digest);
}

export function accountOf(row: Row): Account {
  return {
    id: row.number('id'),
    key: row.bytes('key') as PublicKey,
    scrypt: { N: row.number('n'), r: row.number('r'), p: row.number('p') },
    quota: row.number('quota'),
    used: row.number('used'),
  };
}

export function spaceOf(row: Row): Space {
  return {
    id: row.number('id'),
    writer: row.bytes('writer') as PublicKey,
    account: row.number('account'),
    home: row.number('home') === 1,
    terms: row.number('terms') === 1 ? { expires: row.maybeNumber('expires'), opens: row.maybeNumber('opens') } : null,
    retired: row.maybeNumber('retired') !== null,
    sequence: row.number('sequence'),
    pointer: { pointer: row.bytes('pointer'), signature: row.bytes('signature') as Signature },
    pointerHash: row.bytes('pointer_hash') as PointerHash,
    root: decodeRoot(row.bytes('root')),
    rootHash: row.bytes('root_hash') as RootHash,
    frontiers: decodeFrontiers(row.maybeBytes('frontiers')),
  };
}
