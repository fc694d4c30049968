import { sha256, taggedHash, engine, type Brand } from '../crypto/index.ts';
import { encodeCbor } from './cbor.ts';
import { cidOfDigest, toLink, type Cid } from './cid.ts';
import { BLOCK_MAX, CELL_MAX } from './limits.ts';
import type { CellHash, MapKey } from './map-node.ts';
import { WireError } from './errors.ts';

/** 32 random-looking bytes that name a cell to those who may read it. */
export type Label = Brand<Uint8Array, 'Label'>;

export interface Block {
  readonly cid: Cid;
  readonly bytes: Uint8Array;
}

export function label(bytes: Uint8Array): Label {
  if (bytes.length !== 32) throw new WireError('malformed', 'A label has 32 bytes.');
  return bytes as Label;
}

export function mapKey(of: Label): MapKey {
  return sha256(of) as MapKey;
}

export function cellHash(fragments: readonly Cid[]): CellHash {
  return taggedHash('underkeep/cell/1', encodeCbor(fragments.map(toLink))) as CellHash;
}

/** Cuts sealed cells in raw blocks of at most 1 MiB (views, not copies). */
export async function fragmentCells(cells: readonly Uint8Array[]): Promise<Block[][]> {
  const views = cells.map(cut);
  const digests = await engine().digest(views.flat());
  let next = 0;
  return views.map((parts) => parts.map((bytes) => ({ bytes, cid: cidOfDigest('raw', digests[next++] ?? new Uint8Array()) })));
}

function cut(cell: Uint8Array): Uint8Array[] {
  if (cell.length === 0 || cell.length > CELL_MAX) throw new WireError('too-large', 'A cell has 1 byte to 5 MiB.');
  const parts: Uint8Array[] = [];
  for (let at = 0; at < cell.length; at += BLOCK_MAX) parts.push(cell.subarray(at, at + BLOCK_MAX));
  return parts;
}
