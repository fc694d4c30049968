import { compareBytes } from '../crypto/index.ts';
import { BUCKET_MAX, CellMap, decodeMapNode, hashText, MissingNode, nibble, type MapKey, type MapNode, type NodeHash, type NodeSource } from '../wire/index.ts';

/** Where nodes are read from: those of one space. */
export type NodeReader = (hashes: readonly NodeHash[]) => Promise<Map<string, Uint8Array>>;

/** A branch that was passed through, and the keys that lead below it. */
interface Step {
  readonly hash: NodeHash;
  readonly keys: readonly MapKey[];
}

/** What a deletion may have to merge is loaded at once, so a second look is rare; more than this is damage. */
const LOOKS_MAX = 64;

/**
 * Runs `work` on the map under `root` with the nodes at hand that lie on the way to `keys`. The map itself is
 * synchronous and the rows are not, so nodes come level by level beforehand. Throws MissingNode where the rows lack one.
 */
export async function withMap<T>(read: NodeReader, root: NodeHash, keys: readonly MapKey[], work: (map: CellMap) => T): Promise<T> {
  const held = new Map<string, Uint8Array>();
  const source: NodeSource = (hash) => held.get(hashText(hash));
  for (let look = 0, wanted = keys; ; look++) {
    await load(read, root, wanted, held);
    try {
      return work(CellMap.at(root, source));
    } catch (error) {
      if (!(error instanceof MissingNode) || look >= LOOKS_MAX) throw error;
      wanted = [error.key];
    }
  }
}

async function load(read: NodeReader, root: NodeHash, keys: readonly MapKey[], held: Map<string, Uint8Array>): Promise<void> {
  let level: Step[] = [{ hash: root, keys: [...keys].sort(compareBytes) }];
  for (let depth = 0; level.length > 0; depth++) {
    const missing = level.filter(({ hash }) => !held.has(hashText(hash)));
    for (const [text, encoded] of await read(missing.map(({ hash }) => hash))) held.set(text, encoded);
    level = level.flatMap(({ hash, keys: below }) => {
      const encoded = held.get(hashText(hash));
      return encoded === undefined ? [] : next(decodeMapNode(encoded), below, depth);
    });
  }
}

/** The children that the keys lead to, and all of them where a deletion could merge them. */
function next(node: MapNode, keys: readonly MapKey[], depth: number): Step[] {
  if (node.kind === 'bucket') return [];
  const groups = Map.groupBy(keys, (key) => nibble(key, depth));
  const present = node.children.filter((child) => child !== null).length;
  const all = groups.size > 0 && present - groups.size <= BUCKET_MAX;
  return node.children.flatMap((hash, slot) => {
    const below = groups.get(slot) ?? [];
    return hash === null || (below.length === 0 && !all) ? [] : [{ hash, keys: below }];
  });
}
