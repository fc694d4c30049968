import { concat, equalBytes, type SigningKey } from '../crypto/index.ts';
import { Meter, NodeClient } from '../node/index.ts';
import {
  CellMap, cellHash, COMMIT_BODY_MAX, decodeCar, decodeCells, decodeCommit, encodeCar, encodeCellsAnswer, encodeCommitAnswer, encodeError,
  hashText, httpStatus, mapKey, openPointer, pointerHash, rootHash, signPointer, WireError, BLOCK_MAX, CELLS_ANSWER_MAX,
  type Block, type CarrierFetch, type CarrierRequest, type CarrierResponse, type Cid, type MapKey, type Root, type SignedPointer, type SpaceCommit, type SpaceState,
} from '../wire/index.ts';
import type { HiddenCell, HiddenCells } from './cells.ts';

/**
 * A hidden vault behind the two routes of a node that a drive needs, in this process: so everything that works over a
 * node's cells works over hidden ones, unchanged. Nothing of it touches a carrier, a disk, or the visible meter.
 */
export class LocalNode {
  readonly client: NodeClient;
  readonly #cells: HiddenCells;
  readonly #writer: SigningKey;
  readonly #held = new Map<string, HiddenCell>();
  #map = CellMap.empty();
  #pointer: SignedPointer;
  #revision = -1;

  constructor(cells: HiddenCells, writer: SigningKey) {
    this.#cells = cells;
    this.#writer = writer;
    this.#pointer = signPointer(writer, { sequence: 1, previous: null, root: rootHash(this.#root()) });
    this.client = new NodeClient({ url: 'hidden:', fetch: this.#fetch, meter: new Meter() });
  }

  /** Takes in what other sessions have written. Throws HiddenError('arriving') while too little of the log is here to tell. */
  async present(): Promise<void> {
    if (this.#cells.revision === this.#revision) return;
    const cells = await this.#cells.all();
    this.#revision = this.#cells.revision;
    const map = CellMap.empty().apply(cells.map(({ key, fragments }) => ({ key, value: cellHash(fragments) })));
    this.#held.clear();
    for (const cell of cells) this.#held.set(hashText(cell.key), cell);
    if (!equalBytes(map.root, this.#map.root)) this.#advance(map);
  }

  #advance(map: CellMap): void {
    const before = this.#pointer;
    this.#map = map;
    this.#pointer = signPointer(this.#writer, {
      sequence: openPointer(before).sequence + 1,
      previous: pointerHash(before),
      root: rootHash(this.#root()),
    });
  }

  #root(): Root {
    return { v: 1, map: this.#map.root, cover: null };
  }

  #state(prove: readonly MapKey[]): SpaceState {
    return { pointer: this.#pointer, root: this.#root(), frontiers: null, proof: this.#map.prove(prove) };
  }

  readonly #fetch: CarrierFetch = async (url, request) => {
    try {
      if (url.endsWith('/v1/cells')) return answer(200, await this.#read(await bodyOf(request)));
      if (url.endsWith('/v1/commit')) return answer(200, [await this.#commit(request)]);
      throw new WireError('not-found', 'Hidden vaults answer nothing else.');
    } catch (error) {
      if (error instanceof WireError) return answer(httpStatus(error.code), [encodeError(error)]);
      throw error;
    }
  };

  async #read(body: Uint8Array): Promise<Iterable<Uint8Array>> {
    const request = decodeCells(body);
    await this.present();
    if (request.root !== null && !equalBytes(request.root, rootHash(this.#root()))) throw new WireError('root-gone', 'The vault has changed since.');
    const keys = request.labels.map(mapKey);
    const state = this.#state([...keys, ...request.prove]);
    const cells = keys.map((key) => this.#held.get(hashText(key)) ?? null);
    const blocks: Block[] = [];
    let included = 0;
    let bytes = 0;
    for (const cell of cells) {
      const parts = cell === null || request.bytes === 0 ? [] : await this.#blocks(cell);
      bytes += parts.reduce((sum, part) => sum + part.bytes.length, 0);
      if (included > 0 && bytes > Math.min(request.bytes, CELLS_ANSWER_MAX)) break;
      blocks.push(...parts);
      included++;
    }
    return encodeCar(encodeCellsAnswer({ v: 1, ...state, cells: cells.map((cell) => cell?.fragments ?? null), included }), blocks);
  }

  async #blocks({ key, fragments }: HiddenCell): Promise<Block[]> {
    const cell = await this.#cells.read(key);
    return fragments.map((cid, index) => ({ cid, bytes: cell.subarray(index * BLOCK_MAX, (index + 1) * BLOCK_MAX) }));
  }

  async #commit(request: CarrierRequest): Promise<Uint8Array> {
    const { record, blocks } = await readCommit(request);
    const [part, ...others] = decodeCommit(record.bytes).spaces;
    if (part === undefined || others.length > 0) throw new WireError('forbidden', 'What is hidden is not written together with anything else.');
    await this.present();
    this.#checkNext(part);
    const map = this.#map.apply(part.changes.map(([key, fragments]) => ({ key, value: fragments === null ? null : cellHash(fragments) })));
    if (!equalBytes(map.root, part.root.map)) throw new WireError('bad-proof', 'The commit\'s root is not what its changes make.');
    await this.#cells.write(part.changes.map(([key, fragments]) => ({ key, bytes: fragments === null ? null : this.#bytesOf(fragments, blocks) })));
    for (const [key, fragments] of part.changes) {
      if (fragments === null) this.#held.delete(hashText(key));
      else this.#held.set(hashText(key), { key, fragments });
    }
    this.#map = map;
    this.#pointer = part.pointer;
    this.#revision = this.#cells.revision;
    return encodeCommitAnswer({ v: 1, spaces: [this.#state(part.prove)] });
  }

  #checkNext(part: SpaceCommit): void {
    const pointer = openPointer(part.pointer);
    const before = this.#pointer;
    const follows = pointer.sequence === openPointer(before).sequence + 1 && pointer.previous !== null && equalBytes(pointer.previous, pointerHash(before));
    if (follows && equalBytes(pointer.root, rootHash(part.root)) && equalBytes(pointer.writer, this.#writer.publicKey)) return;
    throw new WireError('conflict', 'Another session wrote into the vault.', encodeCommitAnswer({ v: 1, spaces: [this.#state(part.prove)] }));
  }

  #bytesOf(fragments: readonly Cid[], blocks: ReadonlyMap<Cid, Uint8Array>): Uint8Array {
    const parts = fragments.map((cid) => {
      const bytes = blocks.get(cid);
      if (bytes === undefined) throw new WireError('missing-block', 'A hidden cell is written whole: its fragments are not referred to.');
      return bytes;
    });
    return concat(...parts);
  }
}

async function readCommit(request: CarrierRequest): Promise<{ record: Block; blocks: Map<Cid, Uint8Array> }> {
  const sections = decodeCar(chunksOf(request), COMMIT_BODY_MAX);
  const first = await sections.next();
  if (first.done === true) throw new WireError('malformed', 'An empty commit.');
  const blocks = new Map<Cid, Uint8Array>();
  for await (const { cid, bytes } of sections) blocks.set(cid, bytes);
  return { record: first.value, blocks };
}

async function* chunksOf({ body }: CarrierRequest): AsyncGenerator<Uint8Array> {
  if (body instanceof Uint8Array) yield body;
  else if (body !== undefined) yield* body;
}

async function bodyOf(request: CarrierRequest): Promise<Uint8Array> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of chunksOf(request)) chunks.push(chunk);
  return concat(...chunks);
}

function answer(status: number, pieces: Iterable<Uint8Array>): CarrierResponse {
  return { status, header: () => null, body: (async function* () { yield* pieces; })() };
}
