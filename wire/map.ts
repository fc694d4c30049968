import { compareBytes, equalBytes } from '../crypto/index.ts';
import {
  BUCKET_MAX, DEPTH_MAX, FAN_OUT, decodeMapNode, emptyMapRoot, encodeMapNode, hashMapNode, hashText, keyWithPrefix, nibble,
  type CellHash, type MapEntry, type MapKey, type NodeHash,
} from './map-node.ts';
import { WireError } from './errors.ts';

/** Gives a node's encoding by its hash, or undefined where it is not at hand. Need not be trusted: hashes are checked. */
export type NodeSource = (hash: NodeHash) => Uint8Array | undefined;

/** A node is needed that the source does not have; a proof for `key` brings it. */
export class MissingNode extends Error {
  readonly key: MapKey;
  constructor(key: MapKey) {
    super('A node of the map is not at hand.');
    this.name = 'MissingNode';
    this.key = key;
  }
}

interface Stub { kind: 'stub'; readonly hash: NodeHash; readonly from: NodeSource; loaded: Loaded | null }
interface Bucket { readonly kind: 'bucket'; readonly entries: readonly MapEntry[]; hash: NodeHash | null; encoded: Uint8Array | null }
interface Branch { readonly kind: 'branch'; readonly children: readonly (Tree | null)[]; hash: NodeHash | null; encoded: Uint8Array | null }
type Loaded = Bucket | Branch;
type Tree = Stub | Loaded;

export interface MapChange {
  readonly key: MapKey;
  /** null deletes. */
  readonly value: CellHash | null;
}

/** What a change of root does to a store of nodes: which come, which are no longer reached. */
export interface NodeDelta {
  readonly root: NodeHash;
  readonly added: readonly { readonly hash: NodeHash; readonly encoded: Uint8Array }[];
  readonly removed: readonly NodeHash[];
}

/**
 * A canonical 16-way Merkle trie over the nibbles of 32-byte keys (design, section 2): a subtree of at most three
 * entries is a bucket, any other a branch, so the same content has the same root whatever the order of writes.
 * Immutable; it knows only the nodes that its source gives, and throws `MissingNode` where it would need another.
 */
export class CellMap {
  readonly #root: Tree;

  private constructor(root: Tree) {
    this.#root = root;
  }

  static at(root: NodeHash, source: NodeSource): CellMap {
    if (equalBytes(root, emptyMapRoot())) return CellMap.empty();
    return new CellMap({ kind: 'stub', hash: root, from: source, loaded: null });
  }

  static empty(): CellMap {
    return new CellMap(bucket([]));
  }

  get root(): NodeHash {
    return hashOf(this.#root);
  }

  /** The value under `key`, or null where the map provably has none. */
  get(key: MapKey): CellHash | null {
    let tree: Tree | null = this.#root;
    for (let depth = 0; tree !== null; depth++) {
      const node = load(tree, key, depth);
      if (node.kind === 'bucket') return node.entries.find((entry) => equalBytes(entry.key, key))?.value ?? null;
      tree = node.children[nibble(key, depth)] ?? null;
    }
    return null;
  }

  /** Throws `too-large` where an entry would make a node below `deepest` nibbles, which keys that are hashes do not. */
  apply(changes: Iterable<MapChange>, deepest = DEPTH_MAX): CellMap {
    let root: Tree | null = this.#root;
    for (const { key, value } of changes) {
      root = value === null ? remove(root, 0, key) : insert(root, 0, { key, value }, deepest);
    }
    return new CellMap(root ?? bucket([]));
  }

  /** The encodings that prove what the map says of `keys`, with the neighbours that a deletion would have to merge. */
  prove(keys: readonly MapKey[]): Uint8Array[] {
    const out = new Map<string, Uint8Array>();
    prove(this.#root, 0, sorted(keys), out);
    return [...out.values()];
  }

  /** How the store of nodes changes between `before` and this map, which must descend from it by `apply`. */
  delta(before: CellMap): NodeDelta {
    const root = this.root;
    const mine = new Map<string, Loaded>();
    const theirs = new Map<string, Loaded>();
    collect(this.#root, mine);
    collect(before.#root, theirs);
    const added = [...mine].filter(([text]) => !theirs.has(text)).map(([, node]) => ({ hash: hashOf(node), encoded: encode(node) }));
    const removed = [...theirs].filter(([text]) => !mine.has(text)).map(([, node]) => hashOf(node));
    return { root, added, removed };
  }

  /** Every entry, in the order of keys; needs all nodes. */
  *entries(): Generator<MapEntry> {
    yield* walk(this.#root, 0, new Uint8Array(32) as MapKey);
  }
}

/** A source over proof nodes, which are filed under the hashes that they really have. */
export class ProofNodes {
  readonly #nodes = new Map<string, Uint8Array>();

  get size(): number {
    return this.#nodes.size;
  }

  add(encoded: Iterable<Uint8Array>): void {
    for (const node of encoded) this.#nodes.set(hashText(hashMapNode(node)), node);
  }

  addAll(delta: NodeDelta): void {
    for (const { hash, encoded } of delta.added) this.#nodes.set(hashText(hash), encoded);
    for (const hash of delta.removed) this.#nodes.delete(hashText(hash));
  }

  readonly source: NodeSource = (hash) => this.#nodes.get(hashText(hash));
}

function bucket(entries: readonly MapEntry[]): Bucket {
  return { kind: 'bucket', entries, hash: null, encoded: null };
}

function load(tree: Tree, key: MapKey, depth: number): Loaded {
  if (tree.kind !== 'stub') return tree;
  tree.loaded ??= fetchNode(tree, key, depth);
  return tree.loaded;
}

function fetchNode(stub: Stub, key: MapKey, depth: number): Loaded {
  // At depth 64 stand the buckets of keys that differ in the last nibble alone.
  if (depth > DEPTH_MAX) throw new WireError('bad-proof', 'The map is deeper than its keys.');
  const encoded = stub.from(stub.hash);
  if (encoded === undefined) throw new MissingNode(key);
  if (!equalBytes(hashMapNode(encoded), stub.hash)) throw new WireError('bad-proof', 'A node of the map does not match its hash.');
  const node = decodeMapNode(encoded);
  if (node.kind === 'bucket') return { ...node, hash: stub.hash, encoded };
  const children = node.children.map((hash): Tree | null => (hash === null ? null : { kind: 'stub', hash, from: stub.from, loaded: null }));
  return { kind: 'branch', children, hash: stub.hash, encoded };
}

function insert(tree: Tree | null, depth: number, entry: MapEntry, deepest: number): Tree {
  if (tree === null) return bucket([entry]);
  const node = load(tree, entry.key, depth);
  if (node.kind === 'branch') {
    const slot = nibble(entry.key, depth);
    return branch(replaced(node.children, slot, insert(node.children[slot] ?? null, depth + 1, entry, deepest)));
  }
  const others = node.entries.filter(({ key }) => !equalBytes(key, entry.key));
  const entries = [...others, entry].sort((a, b) => compareBytes(a.key, b.key));
  return entries.length <= BUCKET_MAX ? bucket(entries) : split(entries, depth, deepest);
}

function split(entries: readonly MapEntry[], depth: number, deepest: number): Branch {
  if (depth >= deepest) throw new WireError('too-large', 'Keys of this map are more alike than hashes ever are: its nodes would lie too deep.');
  let children: readonly (Tree | null)[] = Array.from({ length: FAN_OUT }, () => null);
  for (const entry of entries) {
    const slot = nibble(entry.key, depth);
    children = replaced(children, slot, insert(children[slot] ?? null, depth + 1, entry, deepest));
  }
  return branch(children);
}

function remove(tree: Tree | null, depth: number, key: MapKey): Tree | null {
  if (tree === null) return null;
  const node = load(tree, key, depth);
  if (node.kind === 'bucket') {
    const entries = node.entries.filter((entry) => !equalBytes(entry.key, key));
    if (entries.length === node.entries.length) return tree;
    return entries.length === 0 ? null : bucket(entries);
  }
  const slot = nibble(key, depth);
  const before = node.children[slot] ?? null;
  const after = remove(before, depth + 1, key);
  if (after === before) return tree;
  return collapsed(replaced(node.children, slot, after), depth, key);
}

/** A branch whose subtree has shrunk to a bucket's size becomes that bucket; otherwise order of writes would show. */
function collapsed(children: readonly (Tree | null)[], depth: number, near: MapKey): Tree | null {
  const present = children.filter((child) => child !== null).length;
  if (present === 0) return null;
  if (present > BUCKET_MAX) return branch(children);
  const entries: MapEntry[] = [];
  for (const [slot, child] of children.entries()) {
    if (child === null) continue;
    const node = load(child, keyWithPrefix(near, depth, slot), depth + 1);
    if (node.kind === 'branch') return branch(children);
    entries.push(...node.entries);
  }
  return entries.length <= BUCKET_MAX ? bucket(entries) : branch(children);
}

function branch(children: readonly (Tree | null)[]): Branch {
  return { kind: 'branch', children, hash: null, encoded: null };
}

function replaced<T>(items: readonly T[], at: number, item: T): T[] {
  const copy = [...items];
  copy[at] = item;
  return copy;
}

function encode(node: Loaded): Uint8Array {
  node.encoded ??= node.kind === 'bucket'
    ? encodeMapNode(node)
    : encodeMapNode({ kind: 'branch', children: node.children.map((child) => (child === null ? null : hashOf(child))) });
  return node.encoded;
}

function hashOf(tree: Tree): NodeHash {
  if (tree.kind === 'stub') return tree.hash;
  tree.hash ??= hashMapNode(encode(tree));
  return tree.hash;
}

function collect(tree: Tree | null, into: Map<string, Loaded>): void {
  const node = tree?.kind === 'stub' ? tree.loaded : tree;
  if (node === null) return;
  into.set(hashText(hashOf(node)), node);
  if (node.kind === 'branch') for (const child of node.children) collect(child, into);
}

function prove(tree: Tree | null, depth: number, keys: readonly MapKey[], out: Map<string, Uint8Array>): void {
  const first = keys[0];
  if (tree === null || first === undefined) return;
  const node = load(tree, first, depth);
  out.set(hashText(hashOf(node)), encode(node));
  if (node.kind === 'bucket') return;
  const groups = Map.groupBy(keys, (key) => nibble(key, depth));
  for (const [slot, group] of groups) prove(node.children[slot] ?? null, depth + 1, group, out);
  const present = node.children.filter((child) => child !== null).length;
  if (present - groups.size > BUCKET_MAX) return;
  for (const [slot, child] of node.children.entries()) {
    if (child === null) continue;
    const neighbour = load(child, keyWithPrefix(first, depth, slot), depth + 1);
    out.set(hashText(hashOf(neighbour)), encode(neighbour));
  }
}

function sorted(keys: readonly MapKey[]): MapKey[] {
  return [...keys].sort(compareBytes);
}

function* walk(tree: Tree, depth: number, prefix: MapKey): Generator<MapEntry> {
  const node = load(tree, prefix, depth);
  if (node.kind === 'bucket') {
    yield* node.entries;
    return;
  }
  for (const [slot, child] of node.children.entries()) {
    if (child !== null) yield* walk(child, depth + 1, keyWithPrefix(prefix, depth, slot));
  }
}
