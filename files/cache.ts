import { equalBytes, openCells, sealCells, toHex, type CellKey } from '../crypto/index.ts';
import type { CellHash, Cid, Label } from '../wire/index.ts';

interface Opened {
  readonly hash: CellHash;
  readonly plaintext: Uint8Array;
}
interface Known {
  readonly hash: CellHash;
  readonly fragments: readonly Cid[];
}

/** How cells look where they are stored. */
export interface Seals {
  seal(jobs: readonly { readonly key: CellKey; readonly plaintext: Uint8Array }[]): Promise<Uint8Array[]>;
  /** null for a cell that does not open. */
  open(jobs: readonly { readonly key: CellKey; readonly cell: Uint8Array }[]): Promise<(Uint8Array | null)[]>;
}

/** As every node but one's own memory gets them. */
export const sealed: Seals = { seal: sealCells, open: openCells };

/** For a store that seals all that it holds by itself: a hidden vault, where unsealed cells make small changes small. */
export const unsealed: Seals = {
  seal: async (jobs) => jobs.map(({ plaintext }) => plaintext.slice()),
  open: async (jobs) => jobs.map(({ cell }) => cell.slice()),
};

const BYTES_MAX = 48 * 1024 * 1024;
const KNOWN_MAX = 20_000;

/**
 * How a session's cells are sealed, and opened structure cells by label and cell hash: whoever knows that the map still says the same of a label needs no
 * request. Also the fragments' CIDs of cells seen, which is all that referring to a cell again takes. Memory only.
 */
export class CellCache {
  readonly seals: Seals;
  /** In the order of last use, oldest first. */
  readonly #opened = new Map<string, Opened>();
  readonly #known = new Map<string, Known>();
  #bytes = 0;

  constructor(seals: Seals = sealed) {
    this.seals = seals;
  }

  /** The plaintext, or null where this very cell is not at hand. Shared: not to be changed. */
  get(label: Label, hash: CellHash): Uint8Array | null {
    const name = toHex(label);
    const found = this.#opened.get(name);
    if (found === undefined || !equalBytes(found.hash, hash)) return null;
    this.#opened.delete(name);
    this.#opened.set(name, found);
    return found.plaintext;
  }

  put(label: Label, hash: CellHash, plaintext: Uint8Array): void {
    const name = toHex(label);
    this.#forget(name);
    this.#opened.set(name, { hash, plaintext });
    this.#bytes += plaintext.length;
    for (const oldest of this.#opened.keys()) {
      if (this.#bytes <= BYTES_MAX) break;
      this.#forget(oldest);
    }
  }

  fragments(label: Label, hash: CellHash): readonly Cid[] | null {
    const found = this.#known.get(toHex(label));
    return found !== undefined && equalBytes(found.hash, hash) ? found.fragments : null;
  }

  know(label: Label, hash: CellHash, fragments: readonly Cid[]): void {
    this.#known.set(toHex(label), { hash, fragments });
    if (this.#known.size > KNOWN_MAX) for (const oldest of this.#known.keys()) {
      this.#known.delete(oldest);
      if (this.#known.size <= KNOWN_MAX) break;
    }
  }

  /** Overwrites what was opened and forgets all; for locking. */
  clear(): void {
    for (const { plaintext } of this.#opened.values()) plaintext.fill(0);
    this.#opened.clear();
    this.#known.clear();
    this.#bytes = 0;
  }

  #forget(name: string): void {
    this.#bytes -= this.#opened.get(name)?.plaintext.length ?? 0;
    this.#opened.delete(name);
  }
}
