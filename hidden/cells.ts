import { concat, sha256, toHex } from '../crypto/index.ts';
import { BLOCK_MAX, CELL_MAX, cidDigest, cidOfDigest, WireError, type Cid, type MapKey } from '../wire/index.ts';
import type { HiddenWrite } from './compose.ts';
import { corrupt } from './error.ts';
import type { CellVersions, HiddenVault } from './vault.ts';
import type { Version } from './version.ts';

/** Makes one value of several that were written at the same time; the same for any order. */
export type Merge = (values: readonly Uint8Array[], ancestor: Uint8Array | null) => Uint8Array;

/** A cell of the vault by its place in the map: the digests of its fragments. */
export interface HiddenCell {
  readonly key: MapKey;
  readonly fragments: readonly Cid[];
}

const HEAD = 0;
const BODY = 1;

/** A cell has two labels in the vault: what it holds, and, so that opening need not read that, the digests of its fragments. */
function label(kind: number, key: MapKey): Uint8Array {
  return concat(Uint8Array.of(kind), key.subarray(0, 31));
}

/** The fragments of a cell's bytes, which are cut as every cell is. */
export function fragmentsOf(bytes: Uint8Array): Cid[] {
  if (bytes.length === 0 || bytes.length > CELL_MAX) throw new WireError('too-large', 'A cell has 1 byte to 5 MiB.');
  const cids: Cid[] = [];
  for (let at = 0; at < bytes.length; at += BLOCK_MAX) cids.push(cidOfDigest('raw', sha256(bytes.subarray(at, at + BLOCK_MAX))));
  return cids;
}

/** `key 32 ‖ digests`. */
function encodeHead({ key, fragments }: HiddenCell): Uint8Array {
  return concat(key, ...fragments.map(cidDigest));
}

function decodeHead(bytes: Uint8Array): HiddenCell {
  const count = bytes.length / 32 - 1;
  if (!Number.isInteger(count) || count < 1 || count > CELL_MAX / BLOCK_MAX) throw corrupt('cell');
  const fragments = Array.from({ length: count }, (_, index) => cidOfDigest('raw', bytes.slice(32 * (index + 1), 32 * (index + 2))));
  return { key: bytes.slice(0, 32) as MapKey, fragments };
}

/** What a session does with the cells of one vault. */
export class HiddenCells {
  readonly #vault: HiddenVault;
  readonly #merge: Merge;

  constructor(vault: HiddenVault, merge: Merge) {
    this.#vault = vault;
    this.#merge = merge;
  }

  get revision(): number {
    return this.#vault.revision;
  }

  /** All cells; those of which several versions count are merged first. */
  async all(): Promise<HiddenCell[]> {
    const heads = this.#vault.labels().filter((at) => at[0] === HEAD);
    const cells: HiddenCell[] = [];
    for (const at of heads) {
      const { versions } = this.#vault.versions(at);
      const [only] = versions;
      if (only === undefined) continue;
      const head = decodeHead(await this.#vault.read(only));
      cells.push(versions.length === 1 && this.#bodies(head.key).versions.length === 1 ? head : await this.#mergeCell(head.key));
    }
    return cells;
  }

  /** The bytes of a cell. Throws HiddenError('arriving') while they are not on the device. */
  async read(key: MapKey): Promise<Uint8Array> {
    const [version] = this.#bodies(key).versions;
    if (version === undefined) throw corrupt('cell');
    return this.#vault.read(version);
  }

  /** Writes cells, all or none; null deletes. */
  async write(changes: readonly { readonly key: MapKey; readonly bytes: Uint8Array | null }[]): Promise<void> {
    const writes = changes.flatMap(({ key, bytes }): HiddenWrite[] => [
      { label: label(HEAD, key), content: bytes === null ? null : encodeHead({ key, fragments: fragmentsOf(bytes) }), replaces: this.#vault.versions(label(HEAD, key)).versions },
      { label: label(BODY, key), content: bytes, replaces: this.#bodies(key).versions },
    ]);
    await this.#vault.write(writes);
  }

  async #mergeCell(key: MapKey): Promise<HiddenCell> {
    const { versions, ancestor } = this.#bodies(key);
    const values = await Promise.all(versions.map((version) => this.#vault.read(version)));
    const before = ancestor === null ? null : await this.#vault.read(ancestor);
    const bytes = merged(values, before, this.#merge);
    await this.write([{ key, bytes }]);
    return { key, fragments: fragmentsOf(bytes) };
  }

  #bodies(key: MapKey): CellVersions & { readonly versions: readonly Version[] } {
    return this.#vault.versions(label(BODY, key));
  }
}

function merged(values: readonly Uint8Array[], ancestor: Uint8Array | null, merge: Merge): Uint8Array {
  const distinct = [...new Map(values.map((value) => [toHex(sha256(value)), value])).values()];
  const [only] = distinct;
  if (only === undefined) throw corrupt('cell');
  return distinct.length === 1 ? only : merge(distinct, ancestor);
}
