import { equalBytes, toHex, type PublicKey, type SigningKey } from '../crypto/index.ts';
import {
  BLOCK_MAX, CellMap, CELLS_ANSWER_MAX, cellHash, checkFrontier, emptyMapRoot, EMPTY_FRONTIER, logHead, mapKey, MissingNode, openPointer, pointerHash, ProofNodes,
  PROOFS_MAX, rootHash, spineFrontier, WireError,
  type Block, type CellHash, type CellsAnswer, type Cid, type Frontier, type Label, type LogHash, type MapChange, type MapKey, type NodeDelta, type Pointer,
  type PointerHash, type Root, type SpaceState,
} from '../wire/index.ts';
import type { NodeClient } from './client.ts';

/** The highest pointer seen of a space: what no honest node goes back behind. */
export interface SpacePin {
  readonly sequence: number;
  readonly hash: PointerHash;
}

export interface Frontiers {
  readonly entries: Frontier;
  readonly lane: Frontier;
}

/** Where a space stands, verified: signature, sequence, root, and frontiers for a home space. */
export interface SpaceHead {
  readonly pointer: Pointer | null;
  readonly hash: PointerHash | null;
  readonly root: Root;
  readonly frontiers: Frontiers | null;
}

/** A cover log: the roots of its complete segments of 256 entries, and the leaf hashes of the entries behind them. */
export interface Spine {
  readonly frontier: Frontier;
  readonly segments: readonly LogHash[];
  readonly tail: readonly LogHash[];
}

/** A cell as it is stored: its fragments, and its sealed bytes where they were asked for. */
export interface StoredCell {
  readonly label: Label;
  readonly hash: CellHash;
  readonly fragments: readonly Cid[];
  readonly sealed: Uint8Array | null;
}

export interface SpaceInit {
  readonly client: NodeClient;
  readonly writer: PublicKey;
  /** Who may write holds the key. */
  readonly key?: SigningKey | null;
  readonly pin?: SpacePin | null;
  /** Keys worth proving in answers that have room for them. */
  readonly wanted?: () => readonly MapKey[];
}

const NODES_MAX = 30_000;
const PARALLEL = 32;

/**
 * One space behind one node. Keeps no whole map: only the nodes that proofs have brought. Every answer is checked
 * before a byte of it is used, and one that goes back behind the pin throws `rolled-back`.
 */
export class Space {
  readonly client: NodeClient;
  readonly writer: PublicKey;
  readonly key: SigningKey | null;
  wanted: () => readonly MapKey[];
  /** Told when the node, and no commit of one's own, has moved the space on from `before`. */
  onMoved: (before: SpaceHead) => void = () => undefined;
  /** Told once, when the space is condemned. */
  onCondemned: (error: Error) => void = () => undefined;
  #condemned: Error | null = null;
  #pin: SpacePin | null;
  #head: SpaceHead | null = null;
  #nodes = new ProofNodes();
  /** The map at the head's root: what it has decoded, it keeps. */
  #map: CellMap | null = null;

  constructor(init: SpaceInit) {
    this.client = init.client;
    this.writer = init.writer;
    this.key = init.key ?? null;
    this.#pin = init.pin ?? null;
    this.wanted = init.wanted ?? (() => []);
  }

  /** A space that is about to be made: nothing is on the node yet. */
  static unborn(init: SpaceInit & { readonly key: SigningKey; readonly home: boolean }): Space {
    const space = new Space(init);
    space.beginUnborn(init.home);
    return space;
  }

  /** As `unborn`, for a view that is there already; a space that has a head keeps it. */
  beginUnborn(home = false): void {
    this.#head ??= unbornHead(home);
  }

  get pin(): SpacePin | null {
    return this.#pin;
  }

  /** Why nothing of this space is believed any more, or null. */
  get condemned(): Error | null {
    return this.#condemned;
  }

  /** From now on every reading and every commit throws `error`: the node lost data or cheats, and asking again does not heal that. */
  condemn(error: Error): void {
    if (this.#condemned !== null) return;
    this.#condemned = error;
    this.onCondemned(error);
  }

  /** Throws what the space is condemned for, if it is. */
  checkSound(): void {
    if (this.#condemned !== null) throw this.#condemned;
  }

  /** The newest head seen, or null before the first answer. */
  get head(): SpaceHead | null {
    return this.#head;
  }

  get map(): CellMap {
    const { root } = this.#known();
    if (this.#map === null || !equalBytes(this.#map.root, root.map)) this.#map = CellMap.at(root.map, this.#nodes.source);
    return this.#map;
  }

  /** The cells under `labels`, null where there provably is none, at one root: the newest when it began, or the one given. */
  async read(labels: readonly Label[], options: ReadOptions = {}): Promise<(StoredCell | null)[]> {
    const out: (StoredCell | null)[] = [];
    for await (const cell of this.readEach(labels, options)) out.push(cell);
    return out;
  }

  /** As `read`, giving each cell as it arrives, in the order of `labels`. */
  async *readEach(labels: readonly Label[], options: ReadOptions = {}): AsyncGenerator<StoredCell | null> {
    let pinned = options.root ?? (options.pinned === true ? this.#known().root : null);
    for (let next = 0; next < labels.length; ) {
      this.checkSound();
      const asked = labels.slice(next, next + PROOFS_MAX);
      const prove = this.#room(asked.length, options.prove ?? []);
      const bytes = options.bytes ?? CELLS_ANSWER_MAX;
      const root = pinned === null ? null : rootHash(pinned);
      const floor = this.#pin;
      const { answer, blocks } = await this.client.cells({ space: this.writer, root, labels: asked, prove, bytes }, options.signal, reusedSection());
      try {
        if (pinned === null) this.#acceptSince(answer, floor);
        else this.#acceptPinned(answer, pinned);
        pinned ??= answer.root;
        options.onRoot?.(pinned);
        const cells = this.#checked(asked, answer);
        const given = bytes === 0 ? cells.length : answer.included;
        if (given === 0) throw new WireError('bad-proof', 'The node left out what it was asked for.');
        for (const cell of cells.slice(0, given)) {
          next++;
          yield cell === null || bytes === 0 ? cell : { ...cell, sealed: await assemble(cell.fragments, blocks, options.memory) };
        }
        if ((await blocks.next()).done !== true && given === cells.length) throw new WireError('malformed', 'The node sent blocks that nobody asked for.');
      } finally {
        await blocks.return(undefined);
      }
    }
  }

  /** Brings the nodes that show what the map says of `keys` at the present root: one round trip, however many. */
  async prove(keys: readonly MapKey[], signal?: AbortSignal): Promise<void> {
    this.checkSound();
    const root = this.#known().root;
    const batches: MapKey[][] = [];
    for (let at = 0; at < keys.length; at += PROOFS_MAX) batches.push(keys.slice(at, at + PROOFS_MAX));
    const ask = async (prove: readonly MapKey[]): Promise<void> => {
      const request = { space: this.writer, root: rootHash(root), labels: [], prove, bytes: 0 };
      const { answer, blocks } = await this.client.cells(request, signal);
      this.#acceptPinned(answer, root);
      if ((await blocks.next()).done !== true) throw new WireError('malformed', 'The node sent blocks that nobody asked for.');
    };
    for (let at = 0; at < batches.length; at += PARALLEL) await Promise.all(batches.slice(at, at + PARALLEL).map(ask));
  }

  /** Asks for the newest head, with proofs for what is wanted. */
  async refresh(signal?: AbortSignal): Promise<void> {
    await this.refreshProving([], signal);
  }

  /** As `refresh`, with proofs for `keys` before those for what is wanted. */
  async refreshProving(keys: readonly MapKey[], signal?: AbortSignal): Promise<void> {
    this.checkSound();
    const request = { space: this.writer, root: null, labels: [], prove: this.#room(0, keys), bytes: 0 };
    const floor = this.#pin;
    const { answer, blocks } = await this.client.cells(request, signal);
    this.#acceptSince(answer, floor);
    await blocks.return(undefined);
  }

  /**
   * The cover log of a home space by its segments, checked against the root that the answer signs; the head moves there
   * where that is newer. Whether the log continues one seen before is the caller's to check. Throws as `accept` does.
   */
  async spine(signal?: AbortSignal): Promise<Spine> {
    this.checkSound();
    const floor = this.#pin;
    const answer = await this.client.spine(this.writer, signal);
    const { root, segments, tail } = answer;
    const frontier = spineFrontier(segments, tail);
    if (root.cover === null) throw new WireError('bad-proof', 'The node shows a space without a cover log.');
    checkFrontier(frontier, root.cover.entries);
    this.#acceptSince(answer, floor);
    return { frontier, segments, tail };
  }

  /** The map after `changes`, fetching whatever proofs are not at hand. Empty-handed spaces need none. */
  async mapAfter(changes: readonly MapChange[], signal?: AbortSignal): Promise<{ map: CellMap; delta: NodeDelta }> {
    for (let asked = new Set<string>(); ; ) {
      const before = this.map;
      try {
        const map = before.apply(changes);
        return { map, delta: map.delta(before) };
      } catch (error) {
        if (!(error instanceof MissingNode)) throw error;
        const unknown = changes.map(({ key }) => key).filter((key) => !this.shows(key));
        const missing = asked.size === 0 ? [...unknown, error.key] : [error.key];
        if (asked.has(toHex(error.key))) throw new WireError('bad-proof', 'The node does not prove what it was asked to.');
        asked = asked.add(toHex(error.key));
        await this.prove(missing, signal);
      }
    }
  }

  /** Whether what the map says of `key` can be told from the nodes at hand. */
  shows(key: MapKey): boolean {
    if (this.#head === null) return false;
    try {
      this.map.get(key);
      return true;
    } catch (error) {
      if (error instanceof MissingNode) return false;
      throw error;
    }
  }

  /** Takes the node's word for where the space stands, after checking it. Throws `rolled-back`, `bad-signature`, `bad-proof`. */
  accept(state: SpaceState): void {
    this.#acceptSince(state, this.#pin);
  }

  /** `floor` is what was seen when the question was asked: an answer may be overtaken on its way by a commit of one's own. */
  #acceptSince(state: SpaceState, floor: SpacePin | null): void {
    this.checkSound();
    const pointer = openPointer(state.pointer);
    const hash = pointerHash(state.pointer);
    if (!equalBytes(pointer.writer, this.writer)) throw new WireError('bad-proof', 'The node answered with another space.');
    if (!equalBytes(rootHash(state.root), pointer.root)) throw new WireError('bad-proof', 'The node answered with a root that was not signed.');
    this.#checkPin(pointer, hash, floor);
    if (state.root.cover !== null && state.frontiers !== null) {
      checkFrontier(state.frontiers.entries, state.root.cover.entries);
      checkFrontier(state.frontiers.lane, state.root.cover.lane);
    }
    const overtaken = this.#pin !== null && pointer.sequence < this.#pin.sequence;
    if (!overtaken) {
      this.#checkPin(pointer, hash, this.#pin);
      const before = this.#head;
      this.#move({ pointer, hash, root: state.root, frontiers: state.root.cover === null ? null : state.frontiers }, { sequence: pointer.sequence, hash });
      if (before !== null && before.pointer?.sequence !== pointer.sequence) this.onMoved(before);
    }
    this.#nodes.add(state.proof);
  }

  /** Throws 'rolled-back', now and ever after, for a pointer that cannot follow what was seen. */
  #checkPin(pointer: Pointer, hash: PointerHash, pin: SpacePin | null): void {
    if (pin === null || follows(pointer, hash, pin)) return;
    this.condemn(new WireError('rolled-back', `The node shows another state ${pointer.sequence} of a space than can follow state ${pin.sequence}, which was seen before: it lost data, or it cheats. Nothing was changed.`));
    this.checkSound();
  }

  /** Takes over a commit of one's own that the node has acknowledged. */
  advance(head: SpaceHead & { readonly pointer: Pointer; readonly hash: PointerHash }, map: CellMap, delta: NodeDelta, proof: readonly Uint8Array[]): void {
    const newer = this.#pin === null || head.pointer.sequence >= this.#pin.sequence;
    if (newer) this.#move(head, { sequence: head.pointer.sequence, hash: head.hash });
    this.#nodes.addAll(delta);
    if (newer) this.#map = map;
    this.#nodes.add(proof);
  }

  /** Old nodes are dropped here alone, between two states, never under a reader's hands. */
  #move(head: SpaceHead, pin: SpacePin): void {
    if (this.#nodes.size > NODES_MAX) {
      this.#nodes = new ProofNodes();
      this.#map = null;
    }
    this.#head = head;
    this.#pin = pin;
  }

  #acceptPinned(answer: CellsAnswer, root: Root): void {
    if (!equalBytes(rootHash(answer.root), rootHash(root))) throw new WireError('bad-proof', 'The node answered at another root than asked.');
    this.#nodes.add(answer.proof);
  }

  #known(): SpaceHead {
    if (this.#head === null) throw new WireError('internal', 'The space has not been read yet.');
    return this.#head;
  }

  #room(taken: number, prove: readonly MapKey[]): MapKey[] {
    return [...prove, ...this.wanted()].slice(0, PROOFS_MAX - taken);
  }

  #checked(labels: readonly Label[], answer: CellsAnswer): (StoredCell | null)[] {
    const map = CellMap.at(answer.root.map, this.#nodes.source);
    return labels.map((label, index) => {
      const hash = proven(map, mapKey(label));
      const fragments = answer.cells[index] ?? null;
      if ((hash === null) !== (fragments === null)) throw new WireError('bad-proof', 'The node contradicts the proof that it gave.');
      if (hash === null || fragments === null) return null;
      if (!equalBytes(cellHash(fragments), hash)) throw new WireError('bad-proof', 'The node gave the fragments of another cell.');
      return { label, hash, fragments, sealed: null };
    });
  }
}

export interface ReadOptions {
  readonly prove?: readonly MapKey[];
  /** Bytes of blocks to bring in one answer; 0 brings fragments' CIDs only. */
  readonly bytes?: number;
  /** Read at the head seen last instead of asking for the newest. */
  readonly pinned?: boolean;
  /** Read at this root, which an answer of the same space has shown. */
  readonly root?: Root;
  /** Told, as soon as an answer begins, at which root it is. */
  readonly onRoot?: (root: Root) => void;
  /** Gives the memory for a cell's sealed bytes, at least `length`; a new array unless said otherwise. */
  readonly memory?: (length: number) => Uint8Array;
  readonly signal?: AbortSignal;
}

/** Whether nothing contradicts that a pointer is the pinned one or descends from it: further ahead than one step, nothing tells. */
function follows(pointer: Pointer, hash: PointerHash, pin: SpacePin): boolean {
  const ahead = pointer.sequence - pin.sequence;
  if (ahead === 0) return equalBytes(hash, pin.hash);
  if (ahead === 1) return pointer.previous !== null && equalBytes(pointer.previous, pin.hash);
  return ahead > 0;
}

function proven(map: CellMap, key: MapKey): CellHash | null {
  try {
    return map.get(key);
  } catch (error) {
    if (error instanceof MissingNode) throw new WireError('bad-proof', 'The node does not prove what it was asked to.');
    throw error;
  }
}

/** Whole blocks come in one piece of memory, used again for the next: `assemble` copies them out before. */
function reusedSection(): (length: number) => Uint8Array {
  let whole: Uint8Array | null = null;
  return (length) => (length < BLOCK_MAX ? new Uint8Array(length) : (whole = whole?.length === length ? whole : new Uint8Array(length)));
}

async function assemble(fragments: readonly Cid[], blocks: AsyncGenerator<Block>, memory: (length: number) => Uint8Array = (length) => new Uint8Array(length)): Promise<Uint8Array> {
  const first = await announced(fragments[0], blocks);
  if (fragments.length === 1 && first.length + SECTION_HEAD < BLOCK_MAX) return first;
  const cell = memory(fragments.length * BLOCK_MAX);
  cell.set(first);
  let filled = first.length;
  for (const cid of fragments.slice(1)) {
    const part = await announced(cid, blocks);
    cell.set(part, filled);
    filled += part.length;
  }
  return cell.subarray(0, filled);
}

/** A block's CID stands before it in its section. */
const SECTION_HEAD = 36;

async function announced(cid: Cid | undefined, blocks: AsyncGenerator<Block>): Promise<Uint8Array> {
  const next = await blocks.next();
  if (next.done === true || next.value.cid !== cid) throw new WireError('bad-proof', 'The node sent other blocks than it announced.');
  return next.value.bytes;
}

function unbornHead(home: boolean): SpaceHead {
  const log = { entries: EMPTY_FRONTIER, lane: EMPTY_FRONTIER };
  const empty = logHead(EMPTY_FRONTIER);
  return {
    pointer: null,
    hash: null,
    root: { v: 1, map: emptyMapRoot(), cover: home ? { entries: empty, lane: empty } : null },
    frontiers: home ? log : null,
  };
}
