import type { Brand } from './brand.ts';
import { concat, equalBytes } from './bytes.ts';
import { engine } from './current.ts';
import type { OpenJob, SealJob } from './engine.ts';
import { expectLength } from './error.ts';
import { hkdf } from './hash.ts';

/** 32 secret bytes that seal any number of cells: each cell gets keys of its own through its nonce. */
export type CellKey = Brand<Uint8Array, 'CellKey'>;

const NONCE_BYTES = 24;
const COMMITMENT_BYTES = 32;
const TAG_BYTES = 16;
const BOX_AT = NONCE_BYTES + COMMITMENT_BYTES;

/** What a cell adds to its plaintext: nonce 24, commitment 32, tag 16 bytes. */
export const CELL_OVERHEAD = BOX_AT + TAG_BYTES;

/** Throws CryptoError('malformed') for anything but 32 bytes. The array is kept, not copied. */
export function cellKey(bytes: Uint8Array): CellKey {
  return expectLength(bytes, 32, 'a cell key') as CellKey;
}

export interface CellSealJob {
  readonly key: CellKey;
  readonly plaintext: Uint8Array;
}

export interface CellOpenJob {
  readonly key: CellKey;
  readonly cell: Uint8Array;
}

const encryptionKey = (key: CellKey, nonce: Uint8Array): Uint8Array => hkdf(key, 'underkeep/cell-key/1', nonce, 32);
const commitment = (key: CellKey, nonce: Uint8Array): Uint8Array => hkdf(key, 'underkeep/cell-commitment/1', nonce, COMMITMENT_BYTES);

function sealJob({ key, plaintext }: CellSealJob): SealJob {
  const nonce = engine().randomBytes(NONCE_BYTES);
  return { key: encryptionKey(key, nonce), nonce, plaintext, prefix: concat(nonce, commitment(key, nonce)) };
}

/**
 * `nonce 24 ‖ commitment 32 ‖ secretbox`, the nonce drawn here. Encryption key and commitment are HKDF outputs of cell
 * key and nonce, so that no cell opens under two keys (Albertini et al., USENIX Security 2022).
 */
export async function sealCells(jobs: readonly CellSealJob[]): Promise<Uint8Array[]> {
  return engine().seal(jobs.map(sealJob));
}

function openJob({ key, cell }: CellOpenJob): OpenJob | null {
  if (cell.length < CELL_OVERHEAD) return null;
  const nonce = cell.subarray(0, NONCE_BYTES);
  if (!equalBytes(commitment(key, nonce), cell.subarray(NONCE_BYTES, BOX_AT))) return null;
  return { key: encryptionKey(key, nonce), nonce, box: cell.subarray(BOX_AT) };
}

/** The plaintexts, in order; null where a cell is not this key's, was changed, or is too short to be one. */
export async function openCells(jobs: readonly CellOpenJob[]): Promise<(Uint8Array | null)[]> {
  const work = jobs.map(openJob);
  const opened = await engine().open(work.filter((job) => job !== null));
  let next = 0;
  return work.map((job) => (job === null ? null : opened[next++] ?? null));
}

export async function sealCell(key: CellKey, plaintext: Uint8Array): Promise<Uint8Array> {
  const [cell] = await sealCells([{ key, plaintext }]);
  return cell as Uint8Array;
}

/** null where the cell is not this key's, was changed, or is too short to be one. */
export async function openCell(key: CellKey, cell: Uint8Array): Promise<Uint8Array | null> {
  const [plaintext] = await openCells([{ key, cell }]);
  return plaintext ?? null;
}
