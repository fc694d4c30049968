import { compareBytes, taggedHash, toHex, type Brand } from '../crypto/index.ts';
import { encodeCbor } from './cbor.ts';
import { WireError } from './errors.ts';
import { bytes, list, literal, nullable, pair, parse, type Schema } from './schema.ts';

/** `sha256(label)`: where a cell stands in the map. */
export type MapKey = Brand<Uint8Array, 'MapKey'>;
/** `sha256("underkeep/cell/1" ‖ cbor[fragment CIDs])`: what the map says about a cell. */
export type CellHash = Brand<Uint8Array, 'CellHash'>;
/** The hash of one map node; the root's stands for the whole map. */
export type NodeHash = Brand<Uint8Array, 'NodeHash'>;

export interface MapEntry {
  readonly key: MapKey;
  readonly value: CellHash;
}
export type MapNode =
  | { readonly kind: 'bucket'; readonly entries: readonly MapEntry[] }
  | { readonly kind: 'branch'; readonly children: readonly (NodeHash | null)[] };

export const BUCKET_MAX = 3;
export const FAN_OUT = 16;
/** A 32-byte key has 64 nibbles. */
export const DEPTH_MAX = 64;

const bucketSchema: Schema<[0, [MapKey, CellHash][]]> = pair(literal(0), list(pair(bytes<MapKey>(32), bytes<CellHash>(32)), BUCKET_MAX));
const branchSchema: Schema<[1, (NodeHash | null)[]]> = pair(literal(1), list(nullable(bytes<NodeHash>(32)), FAN_OUT, FAN_OUT));

/** `cbor[0, [[key, value]…]]` with the keys ascending, or `cbor[1, [16 × (hash | null)]]`. */
export function encodeMapNode(node: MapNode): Uint8Array {
  if (node.kind === 'bucket') return encodeCbor([0, node.entries.map(({ key, value }) => [key, value])]);
  return encodeCbor([1, node.children]);
}

export function decodeMapNode(encoded: Uint8Array): MapNode {
  // The kind is the second byte of the canonical form: 0x82 (pair), then 0 or 1.
  if (encoded[1] === 1) {
    const children = parse(branchSchema, encoded, 'map node')[1];
    if (children.every((child) => child === null)) throw new WireError('malformed', 'Malformed map node: a branch without children.');
    return { kind: 'branch', children };
  }
  const entries = parse(bucketSchema, encoded, 'map node')[1].map(([key, value]) => ({ key, value }));
  entries.forEach((entry, index) => {
    const before = entries[index - 1];
    if (before !== undefined && compareBytes(before.key, entry.key) >= 0) throw new WireError('malformed', 'Malformed map node: keys out of order.');
  });
  return { kind: 'bucket', entries };
}

export function hashMapNode(encoded: Uint8Array): NodeHash {
  return taggedHash('underkeep/map/1', encoded) as NodeHash;
}

/** The root of the map that holds nothing. */
export function emptyMapRoot(): NodeHash {
  return hashMapNode(encodeMapNode({ kind: 'bucket', entries: [] }));
}

export function nibble(key: Uint8Array, depth: number): number {
  const byte = key[depth >> 1];
  if (byte === undefined) throw new WireError('malformed', 'Malformed map: deeper than its keys.');
  return depth % 2 === 0 ? byte >> 4 : byte & 15;
}

/** A key that begins with the given nibbles, for asking for the node that stands there. */
export function keyWithPrefix(like: MapKey, depth: number, next: number): MapKey {
  const key = new Uint8Array(32);
  for (let at = 0; at <= depth; at++) {
    const value = at === depth ? next : nibble(like, at);
    key[at >> 1] = (key[at >> 1] ?? 0) | (at % 2 === 0 ? value << 4 : value);
  }
  return key as MapKey;
}

/** The text under which a hash or key is filed in a `Map`. */
export function hashText(hash: Uint8Array): string {
  return toHex(hash);
}
