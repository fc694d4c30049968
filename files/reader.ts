import { equalBytes, toHex, type CellKey } from '../crypto/index.ts';
import type { Space, StoredCell } from '../node/index.ts';
import { mapKey, PROOFS_MAX, WireError, type CellHash, type Label, type MapKey } from '../wire/index.ts';
import { FilesError } from './error.ts';
import type { CellPlace } from './keys.ts';
import type { DriveSession } from './session.ts';

/** What a reader found under a label, so that it can later be told whether it still holds. */
interface Seen {
  readonly space: Space;
  readonly key: MapKey;
  readonly hash: CellHash | null;
}

export interface ReadCellsOptions {
  /** Ask the node for the newest state, whatever is at hand. */
  readonly fresh?: boolean;
}

/**
 * Reads structure cells: from the session's cache where the map seen last says that they have not changed, else from the
 * node. Remembers what it saw: a result counts only when all of it still holds at the newest state seen.
 */
export class Reader {
  readonly session: DriveSession;
  readonly signal: AbortSignal | undefined;
  readonly #seen = new Map<string, Seen>();
  /** Spaces whose newest state this reader has asked for. */
  readonly #asked = new Set<Space>();

  constructor(session: DriveSession, signal?: AbortSignal) {
    this.session = session;
    this.signal = signal;
  }

  /** The plaintext of a cell; null where there provably is none. Throws FilesError('corrupt') for one that does not open. */
  async read(space: Space, label: Label, key: CellKey): Promise<Uint8Array | null> {
    const [cell] = await this.readMany(space, [{ label, key }]);
    return cell ?? null;
  }

  /** As `read`; whatever must be fetched is fetched at once. The arrays are shared: not to be changed. */
  async readMany(space: Space, places: readonly CellPlace[], options: ReadCellsOptions = {}): Promise<(Uint8Array | null)[]> {
    const out = places.map((place) => (options.fresh === true ? undefined : this.#atHand(space, place)));
    const missing = places.filter((_, index) => out[index] === undefined);
    if (missing.length === 0 && options.fresh !== true) return out.map((cell) => cell ?? null);
    const fetched = await this.#fetch(space, missing);
    let next = 0;
    return out.map((cell) => (cell === undefined ? fetched[next++] ?? null : cell));
  }

  /** Whether reading this cell needs no request. */
  has(space: Space, place: CellPlace): boolean {
    return this.#atHand(space, place) !== undefined;
  }

  /** Whether what was read is what the newest states seen still say; asks for missing proofs. */
  async holds(): Promise<boolean> {
    for (const [space, seen] of this.#bySpace()) {
      const unknown = seen.filter(({ key }) => !space.shows(key)).map(({ key }) => key);
      if (unknown.length > 0) await space.prove(unknown, this.signal);
      if (!seen.every(({ key, hash }) => sameHash(space.map.get(key), hash))) return false;
    }
    return true;
  }

  /** Asks for the newest state of every space read so far that was not asked yet, but `except`; one round trip. */
  async catchUp(except: Space | null = null): Promise<void> {
    const behind = [...this.#bySpace()].filter(([space]) => !this.#asked.has(space) && space !== except && space.head?.pointer !== null);
    await Promise.all(behind.map(async ([space, seen]) => {
      await space.refreshProving(seen.map(({ key }) => key), this.signal);
      this.#asked.add(space);
    }));
  }

  /** After a failure: whether it may be owed to a state that is no longer the newest. */
  async isOutdated(): Promise<boolean> {
    await this.catchUp();
    return !(await this.holds());
  }

  /** The keys of what was read in a space, for having them proven along with an answer. */
  seenKeys(space: Space): MapKey[] {
    return [...this.#seen.values()].filter((seen) => seen.space === space).map(({ key }) => key);
  }

  /** Notes that the node was just asked for the newest state of a space. */
  asked(space: Space): void {
    this.#asked.add(space);
  }

  /** undefined where the node has to be asked. */
  #atHand(space: Space, place: CellPlace): Uint8Array | null | undefined {
    const key = mapKey(place.label);
    if (!space.shows(key)) return undefined;
    const hash = space.map.get(key);
    const cell = hash === null ? null : this.session.cells.get(place.label, hash) ?? undefined;
    if (cell !== undefined) this.#note(space, place.label, key, hash);
    return cell;
  }

  async #fetch(space: Space, places: readonly CellPlace[]): Promise<(Uint8Array | null)[]> {
    const batches: CellPlace[][] = [];
    for (let at = 0; at < places.length; at += PROOFS_MAX) batches.push(places.slice(at, at + PROOFS_MAX));
    const out: (Uint8Array | null)[][] = [];
    const [first, ...others] = batches;
    if (first !== undefined && !this.#asked.has(space)) {
      out.push(await this.#fetchBatch(space, first, false));
      this.#asked.add(space);
      batches.splice(0, batches.length, ...others);
    }
    out.push(...await Promise.all(batches.map((batch) => this.#fetchBatch(space, batch, true))));
    return out.flat();
  }

  async #fetchBatch(space: Space, places: readonly CellPlace[], pinned: boolean): Promise<(Uint8Array | null)[]> {
    const common = this.signal === undefined ? {} : { signal: this.signal };
    const stored = await space.read(places.map(({ label }) => label), pinned ? { ...common, pinned } : { ...common, prove: this.seenKeys(space) });
    return this.#opened(space, places, stored);
  }

  async #opened(space: Space, places: readonly CellPlace[], stored: readonly (StoredCell | null)[]): Promise<(Uint8Array | null)[]> {
    const jobs = places.flatMap(({ key }, index) => {
      const cell = stored[index]?.sealed ?? null;
      return cell === null ? [] : [{ key, cell }];
    });
    const opened = await this.session.cells.seals.open(jobs);
    let next = 0;
    return places.map(({ label }, index) => {
      const cell = stored[index] ?? null;
      const plaintext = cell === null ? null : opened[next++] ?? null;
      if (cell !== null && plaintext === null) throw new FilesError('corrupt', 'A cell does not open with its key: who wrote it wrote something else, or it was damaged before it was stored.');
      if (cell !== null && plaintext !== null) {
        this.session.cells.put(label, cell.hash, plaintext);
        this.session.cells.know(label, cell.hash, cell.fragments);
      }
      this.#note(space, label, mapKey(label), cell?.hash ?? null);
      return plaintext;
    });
  }

  #note(space: Space, label: Label, key: MapKey, hash: CellHash | null): void {
    const name = toHex(space.writer) + toHex(label);
    // What was seen first counts: if it has changed since, what was made of it is void.
    if (!this.#seen.has(name)) this.#seen.set(name, { space, key, hash });
  }

  #bySpace(): Map<Space, Seen[]> {
    return Map.groupBy(this.#seen.values(), ({ space }) => space);
  }
}

function sameHash(a: CellHash | null, b: CellHash | null): boolean {
  return a === null || b === null ? a === b : equalBytes(a, b);
}

const ATTEMPTS = 8;

/** Runs `work` until what it read is, all at once, what the newest states of the spaces say. Nothing is written. */
export async function consult<T>(session: DriveSession, work: (reader: Reader) => Promise<T>, signal?: AbortSignal): Promise<T> {
  for (let attempt = 1; ; attempt++) {
    const reader = new Reader(session, signal);
    try {
      const result = await work(reader);
      if (!(await reader.isOutdated())) return result;
    } catch (error) {
      if (attempt === ATTEMPTS || !mayBeOutdated(error) || !(await reader.isOutdated())) throw error;
    }
    if (attempt === ATTEMPTS) throw new FilesError('busy', 'This folder changes faster than it can be read; try again.');
  }
}

/** Runs `work` on what the session has seen last, and once more on the newest state where that fails. For what a commit will check. */
export async function glance<T>(session: DriveSession, work: (reader: Reader) => Promise<T>, signal?: AbortSignal): Promise<T> {
  const reader = new Reader(session, signal);
  try {
    return await work(reader);
  } catch (error) {
    if (!mayBeOutdated(error) || !(await reader.isOutdated())) throw error;
    return consult(session, work, signal);
  }
}

const OUTDATED: ReadonlySet<string> = new Set(['root-gone', 'retired', 'unknown-space', 'corrupt', 'not-found']);

/** Whether a failure can come from having looked at an old state. */
export function mayBeOutdated(error: unknown): boolean {
  return error instanceof FilesError || (error instanceof WireError && OUTDATED.has(error.code));
}
