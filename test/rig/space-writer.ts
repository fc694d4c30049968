/** The least client that can write: one account, its home space and others, straight from `wire/`. Holds whole maps. */
import { DEFAULT_SCRYPT, generateSigningKey, randomBytes, type SigningKey } from '../../crypto/index.ts';
import {
  append, CellMap, cellHash, commitBody, COVER_ENTRY, COVER_SEGMENT_ENTRIES, EMPTY_FRONTIER, encodeCommit, fragmentCells, label, leafHash, logHead, mapKey, parseName,
  pointerHash, rootHash, signAuthority, signCreate, signPointer, signRetire,
  type Block, type CellChange, type Cid, type CommitRecord, type CoverAppend, type CoverHeads, type Frontier, type Label, type MapKey, type PointerHash,
  type SpaceCommit, type SpaceState, type Terms,
} from '../../wire/index.ts';

/** One space as its writer knows it. */
export interface WriterSpace {
  readonly key: SigningKey;
  readonly home: boolean;
  readonly terms: Terms | null;
  map: CellMap;
  sequence: number;
  previous: PointerHash | null;
  frontiers: { entries: Frontier; lane: Frontier };
}

export interface Write {
  readonly label: Label;
  /** The sealed cell, fragments that the account holds already, or null to delete. */
  readonly cell: Uint8Array | readonly Cid[] | null;
}

export interface Draft {
  readonly record: Block;
  readonly commit: CommitRecord;
  readonly blocks: Block[];
  readonly body: () => Iterable<Uint8Array>;
  readonly bytes: () => Uint8Array;
  /** The writer's view once the commit is acknowledged. */
  readonly accept: () => void;
}

export interface DraftOptions {
  readonly create?: { login: string; invitation?: Uint8Array; scrypt?: { N: number; r: number; p: number } };
  readonly retire?: readonly SigningKey[];
  readonly prove?: readonly MapKey[];
  /** Blocks left out of the CAR. */
  readonly without?: (cid: Cid) => boolean;
  /** Entries of cover, where it should be wrong. */
  readonly entries?: number;
}

export function newSpace(home: boolean, terms: Terms | null = null, key: SigningKey = generateSigningKey()): WriterSpace {
  return { key, home, terms, map: CellMap.empty(), sequence: 0, previous: null, frontiers: { entries: EMPTY_FRONTIER, lane: EMPTY_FRONTIER } };
}

export function randomLabel(): Label {
  return label(randomBytes(32));
}

/** Bytes that look like a sealed cell. `crypto.getRandomValues` gives 64 KiB at a time. */
export function randomCell(length: number): Uint8Array {
  const cell = new Uint8Array(length);
  for (let at = 0; at < length; at += 65_536) crypto.getRandomValues(cell.subarray(at, Math.min(length, at + 65_536)));
  return cell;
}

export class SpaceWriter {
  readonly account: SigningKey;
  readonly home: WriterSpace;

  constructor(account: SigningKey = generateSigningKey(), home: WriterSpace = newSpace(true)) {
    this.account = account;
    this.home = home;
  }

  /** A second session of the same account, with the same view. */
  twin(): SpaceWriter {
    return new SpaceWriter(this.account, { ...this.home });
  }

  /** One commit over any number of spaces. */
  async draft(writes: readonly (readonly [WriterSpace, readonly Write[]])[], options: DraftOptions = {}): Promise<Draft> {
    const blocks = new Map<Cid, Block>();
    const changes = new Map<WriterSpace, CellChange[]>();
    for (const [space, cells] of writes) changes.set(space, await changesOf(cells, blocks));
    const sent = [...blocks.values()].filter(({ cid }) => options.without?.(cid) !== true);
    const visible = sent.reduce((sum, { bytes }) => sum + bytes.length, 0);
    const entries = options.entries ?? Math.max(2, Math.floor(visible / 8 / COVER_ENTRY));
    const accepts: (() => void)[] = [];
    const spaces: SpaceCommit[] = [];
    for (const [space] of writes) {
      const cover = space.home ? await makeCover(entries) : null;
      const { commit, accept } = this.#step(space, changes.get(space) ?? [], cover, options);
      spaces.push(commit);
      accepts.push(accept);
      if (cover !== null) sent.push(...cover.blocks);
    }
    const commit: CommitRecord = {
      v: 1, account: this.account.publicKey, create: this.#create(options), spaces, retire: (options.retire ?? []).map((key) => signRetire(this.account, key.publicKey)),
    };
    const record = encodeCommit(commit);
    const { pieces } = commitBody(record, sent);
    return { record, commit, blocks: sent, body: pieces, bytes: () => new Uint8Array(Buffer.concat([...pieces()])), accept: () => { for (const accept of accepts) accept(); } };
  }

  #create({ create }: DraftOptions): CommitRecord['create'] {
    if (create === undefined) return null;
    const { N, r, p } = create.scrypt ?? DEFAULT_SCRYPT;
    return signCreate(this.account, { login: parseName(create.login), invitation: create.invitation ?? null, scrypt: { N, r, p } });
  }

  #step(space: WriterSpace, changes: readonly CellChange[], cover: Cover | null, options: DraftOptions): { commit: SpaceCommit; accept: () => void } {
    const map = space.map.apply(changes.map(([key, fragments]) => ({ key, value: fragments === null ? null : cellHash(fragments) })));
    const frontiers = cover === null ? space.frontiers : {
      entries: append(space.frontiers.entries, cover.leaves), lane: append(space.frontiers.lane, [leafHash(cover.append.header)]),
    };
    const heads: CoverHeads | null = cover === null ? null : { entries: logHead(frontiers.entries), lane: logHead(frontiers.lane) };
    const root = { v: 1, map: map.root, cover: heads } as const;
    const sequence = space.sequence + 1;
    const pointer = signPointer(space.key, { sequence, previous: space.previous, root: rootHash(root) });
    const authority = sequence > 1 ? null : signAuthority(this.account, space.key.publicKey, { home: space.home, terms: space.terms });
    const commit = { pointer, root, changes, cover: cover?.append ?? null, authority, prove: options.prove ?? [] };
    const accept = (): void => { Object.assign(space, { map, frontiers, sequence, previous: pointerHash(pointer) }); };
    return { commit, accept };
  }
}

/** Takes a state that a conflict brought, with everything that this writer knows of the map itself applied again by `replay`. */
export function rebase(space: WriterSpace, state: SpaceState, map: CellMap, sequence: number): void {
  Object.assign(space, { map, sequence, previous: pointerHash(state.pointer), frontiers: state.frontiers ?? space.frontiers });
}

export function keyOf(write: Write): MapKey {
  return mapKey(write.label);
}

async function changesOf(writes: readonly Write[], blocks: Map<Cid, Block>): Promise<CellChange[]> {
  return Promise.all(writes.map(async ({ label: at, cell }): Promise<CellChange> => {
    if (!(cell instanceof Uint8Array)) return [mapKey(at), cell];
    const [fragments = []] = await fragmentCells([cell]);
    for (const block of fragments) blocks.set(block.cid, block);
    return [mapKey(at), fragments.map(({ cid }) => cid)];
  }));
}

interface Cover {
  readonly append: CoverAppend;
  readonly blocks: Block[];
  readonly leaves: ReturnType<typeof leafHash>[];
}

async function makeCover(entries: number): Promise<Cover> {
  const whole = randomCell(entries * COVER_ENTRY);
  const size = COVER_SEGMENT_ENTRIES * COVER_ENTRY;
  const pieces = Array.from({ length: Math.ceil(entries / COVER_SEGMENT_ENTRIES) }, (_, index) => whole.subarray(index * size, (index + 1) * size));
  const blocks = (await fragmentCells(pieces)).flat();
  const leaves = Array.from({ length: entries }, (_, index) => leafHash(whole.subarray(index * COVER_ENTRY, (index + 1) * COVER_ENTRY)));
  return { append: { header: randomBytes(256), entries, segments: blocks.map(({ cid }) => cid) }, blocks, leaves };
}

