import { taggedHash, type Brand } from '../crypto/index.ts';
import { encodeCbor } from './cbor.ts';
import { logHeadSchema, type LogHead } from './log.ts';
import type { NodeHash } from './map-node.ts';
import { bytes, literal, nullable, parse, record, type Schema } from './schema.ts';

export type RootHash = Brand<Uint8Array, 'RootHash'>;

/** The cover log of a home space: 4096-byte entries, and the header lane of 256-byte items, one a commit. */
export interface CoverHeads {
  readonly entries: LogHead;
  readonly lane: LogHead;
}

/** All of a space under one hash. `cover` is null for every space but a home space. */
export interface Root {
  readonly v: 1;
  readonly map: NodeHash;
  readonly cover: CoverHeads | null;
}

export const rootSchema: Schema<Root> = record({
  v: literal(1),
  map: bytes<NodeHash>(32),
  cover: nullable(record({ entries: logHeadSchema, lane: logHeadSchema })),
});

export function encodeRoot(root: Root): Uint8Array {
  return encodeCbor(root);
}

export function decodeRoot(encoded: Uint8Array): Root {
  return parse(rootSchema, encoded, 'root');
}

export function rootHash(root: Root): RootHash {
  return taggedHash('underkeep/root/1', encodeRoot(root)) as RootHash;
}
