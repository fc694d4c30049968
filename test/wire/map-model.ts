import { toHex } from '../../crypto/index.ts';
import {
  BUCKET_MAX, FAN_OUT, encodeMapNode, hashMapNode, hashText, nibble, type CellHash, type MapChange, type MapEntry, type MapKey, type NodeHash,
} from '../../wire/index.ts';
import type { Random } from '../rig/random.ts';

/** The map as the design defines it, built from nothing each time: what it holds, and every node by its hash. */
export class MapModel {
  readonly #entries = new Map<string, MapEntry>();

  get size(): number {
    return this.#entries.size;
  }

  get keys(): MapKey[] {
    return [...this.#entries.values()].map(({ key }) => key);
  }

  /** In the order of keys. */
  get entries(): MapEntry[] {
    return [...this.#entries].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, entry]) => entry);
  }

  get(key: MapKey): CellHash | null {
    return this.#entries.get(toHex(key))?.value ?? null;
  }

  apply(changes: readonly MapChange[]): void {
    for (const { key, value } of changes) {
      if (value === null) this.#entries.delete(toHex(key));
      else this.#entries.set(toHex(key), { key, value });
    }
  }

  build(): { root: NodeHash; nodes: Map<string, Uint8Array> } {
    const nodes = new Map<string, Uint8Array>();
    return { root: node(this.entries, 0, nodes), nodes };
  }
}

function node(entries: readonly MapEntry[], depth: number, nodes: Map<string, Uint8Array>): NodeHash {
  const children = (): (NodeHash | null)[] => Array.from({ length: FAN_OUT }, (_, slot) => {
    const below = entries.filter(({ key }) => nibble(key, depth) === slot);
    return below.length === 0 ? null : node(below, depth + 1, nodes);
  });
  const encoded = encodeMapNode(entries.length <= BUCKET_MAX ? { kind: 'bucket', entries } : { kind: 'branch', children: children() });
  const hash = hashMapNode(encoded);
  nodes.set(hashText(hash), encoded);
  return hash;
}

export function anyCellHash(random: Random): CellHash {
  return random.bytes(32) as CellHash;
}

/** Keys of a few kinds: spread, crowded under few prefixes, and alike but for their last nibbles. */
export function keyPool(random: Random, size: number): MapKey[] {
  const kind = random.int(3);
  const stem = random.bytes(32);
  return Array.from({ length: size }, () => {
    const key = random.bytes(32);
    if (kind === 1) key.set(stem.subarray(0, random.int(4)));
    if (kind === 2) {
      key.set(stem.subarray(0, 30 + random.int(2)));
      key[31] = random.int(64);
    }
    return key as MapKey;
  });
}

/** `count` changes of keys from `pool`, about half of them deletions. */
export function someChanges(random: Random, pool: readonly MapKey[], count: number): MapChange[] {
  return Array.from({ length: count }, () => ({ key: random.pick(pool), value: random.int(2) === 0 ? null : anyCellHash(random) }));
}
