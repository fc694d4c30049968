import { equalBytes } from '../crypto/index.ts';
import type { Space } from '../node/index.ts';
import { hashText, mapKey, WireError, type Label, type MapKey, type Root } from '../wire/index.ts';
import { CellCache } from './cache.ts';
import { chunkLabels } from './chunks.ts';
import { Download } from './download.ts';
import { FilesError } from './error.ts';
import { enter, placeOf, readFolder, rootFolder, type Folder } from './folder.ts';
import { folderPlace, pendingPlace } from './keys.ts';
import { findIn } from './locate.ts';
import { mirrorKeys } from './mirror-keys.ts';
import { readPending, type PendingSweep } from './pending.ts';
import type { Progress } from './put-source.ts';
import { consult, Reader } from './reader.ts';
import type { DriveSession } from './session.ts';
import { REMOVALS_MAX, spaceOfSweep, sweepPending, surveySweep } from './sweep.ts';
import { transact } from './transaction.ts';
import { fileLabels, folderLabels } from './tree.ts';
import { walk, type Walked } from './walk.ts';

export interface CheckOptions {
  /** Bring and open all content too, as is done unless said otherwise; false proves that it is there, and brings none of it. */
  readonly content?: boolean;
  /** Remove cells that nothing leads to. */
  readonly repair?: boolean;
  /** Cells of the home space that are not this room's. Without them orphans at home are neither counted nor removed. */
  readonly known?: readonly Label[];
  readonly progress?: (progress: Progress) => void;
  readonly signal?: AbortSignal;
}

export interface CheckReport {
  readonly folders: number;
  readonly files: number;
  readonly cells: number;
  /** Of content. */
  readonly bytes: number;
  readonly problems: readonly { readonly code: string; readonly path: string }[];
  /**
   * Cells that nothing leads to; what was removed is counted too. None are looked for where a folder could not be read: what
   * leads to a cell may be in it.
   */
  readonly orphans: number;
}

/**
 * Goes through everything that the account can reach, from the node and not from memory: signatures, proofs, commitments,
 * and content. What is wrong is told by its path; the rest is checked all the same.
 */
export async function checkDrive(session: DriveSession, options: CheckOptions): Promise<CheckReport> {
  if (options.repair === true) await sweepPending(session);
  const check = new Check(session, options);
  await check.run();
  return check.report();
}

const SMALL = 512 * 1024;
const PARALLEL = 48;

class Check {
  readonly #session: DriveSession;
  readonly #options: CheckOptions;
  /** Map keys that something leads to, in each space of ours. */
  readonly #reached = new Map<Space, Set<string>>();
  readonly #roots = new Map<Space, Root>();
  readonly #problems: { code: string; path: string }[] = [];
  readonly #running = new Set<Promise<void>>();
  #folders = 0;
  #files = 0;
  #cells = 0;
  #bytes = 0;
  #total = 0;
  #orphans = 0;
  /** Whether something that leads to cells could not be read. */
  #isBlind = false;

  constructor(session: DriveSession, options: CheckOptions) {
    // Its own cache: everything is brought from the node.
    const { client, account, home, cover, rootSecret, lock, commitBytes } = session;
    this.#session = { client, account, home, cover, rootSecret, lock, commitBytes, cells: new CellCache(), space: (of) => session.space(of), now: () => session.now() };
    this.#options = options;
  }

  report(): CheckReport {
    return { folders: this.#folders, files: this.#files, cells: this.#cells, bytes: this.#bytes, problems: this.#problems, orphans: this.#orphans };
  }

  async run(): Promise<void> {
    const root = rootFolder(this.#session);
    await this.#attempt([], () => this.#lead(() => this.#pending()));
    const failed = (names: readonly string[], error: unknown): void => {
      this.#isBlind = true;
      this.#note(names, error);
    };
    for await (const item of walk(this.#session, root, { ...this.#signal(), failed })) {
      await this.#start(() => this.#attempt(item.names, () => this.#item(item)), item.entry.size);
    }
    await Promise.all(this.#running);
    await this.#attempt([], () => this.#lead(() => this.#folder(root)));
    if (this.#isBlind) return;
    for (const [space, reached] of this.#reached) await this.#attempt([], () => this.#orphansOf(space, reached));
  }

  /** Small files side by side, large ones alone. */
  async #start(work: () => Promise<void>, size: number): Promise<void> {
    while (this.#running.size >= (size > SMALL ? 1 : PARALLEL)) await Promise.race(this.#running);
    const running: Promise<void> = work().finally(() => this.#running.delete(running));
    running.catch(() => undefined);
    this.#running.add(running);
    if (size > SMALL) await running;
  }

  #signal(): { signal?: AbortSignal } {
    return this.#options.signal === undefined ? {} : { signal: this.#options.signal };
  }

  async #attempt(names: readonly string[], work: () => Promise<void>): Promise<void> {
    this.#options.signal?.throwIfAborted();
    try {
      await work();
    } catch (error) {
      this.#note(names, error);
    }
  }

  /** For what leads to cells: where it fails, nobody knows what is an orphan. */
  async #lead(work: () => Promise<void>): Promise<void> {
    try {
      await work();
    } catch (error) {
      this.#isBlind = true;
      throw error;
    }
  }

  /** What the carrier cannot bring is no finding: it ends the check. */
  #note(names: readonly string[], error: unknown): void {
    if (!(error instanceof WireError) && !(error instanceof FilesError)) throw error;
    const problem = { code: error.code, path: `/${names.join('/')}` };
    // A folder that cannot be read is met twice: by the walk, and when its cells are counted.
    if (!this.#problems.some(({ code, path }) => code === problem.code && path === problem.path)) this.#problems.push(problem);
  }

  /** Chunks of interrupted puts are not orphans, nor is what still waits to be swept. */
  async #pending(): Promise<void> {
    const { home, rootSecret } = this.#session;
    const { uploads, sweeps } = await consult(this.#session, readPending, this.#options.signal);
    const place = pendingPlace(rootSecret);
    this.#reach(home, [place.label]);
    if (home.map.get(mapKey(place.label)) !== null) this.#cells++;
    this.#reach(home, this.#options.known ?? []);
    for (const upload of uploads) this.#reach(home, chunkLabels(upload));
    for (const sweep of sweeps) await this.#swept(sweep);
  }

  async #swept(sweep: PendingSweep): Promise<void> {
    const space = spaceOfSweep(this.#session, sweep);
    const tree = await consult(this.#session, (reader) => surveySweep(reader, space, sweep), this.#options.signal);
    this.#reach(space, folderLabels(tree));
    this.#reach(space, fileLabels(tree));
  }

  async #item(item: Walked): Promise<void> {
    const { entry, parent } = item;
    if (entry.kind === 'folder') await this.#lead(() => this.#folder(enter(this.#session, parent, entry)));
    else await this.#file(item);
  }

  /** The cells themselves were read by the walk; what is left is to count them. */
  async #folder(folder: Folder): Promise<void> {
    const parts = await readFolder(new Reader(this.#session, this.#options.signal), folder);
    this.#folders++;
    this.#cells += parts.length;
    this.#reach(folder.space, parts.map(({ prefix }) => folderPlace(folder.secret, prefix).label));
  }

  async #file(item: Walked): Promise<void> {
    const { entry, parent } = item;
    const { space } = placeOf(this.#session, parent, entry);
    const labels = [...chunkLabels(entry)];
    this.#reach(space, labels);
    this.#files++;
    this.#cells += labels.length;
    this.#total += entry.size;
    try {
      await (this.#options.content === false ? this.#proveFile(space, labels) : this.#readFile(space, item));
    } catch (error) {
      if (!(await this.#isGone(item))) throw error;
    }
  }

  async #proveFile(space: Space, labels: readonly Label[]): Promise<void> {
    const cells = await space.read(labels, { bytes: 0, ...this.#signal() });
    if (cells.includes(null)) throw new FilesError('corrupt', 'A part of a file is missing.');
  }

  async #readFile(space: Space, { entry }: Walked): Promise<void> {
    for await (const bytes of new Download(this.#session, space, entry, this.#signal()).bytes()) {
      this.#bytes += bytes.length;
      this.#options.progress?.({ done: this.#bytes, total: this.#total, name: entry.name });
    }
  }

  /** Whether another session has changed the file since its folder was read. */
  async #isGone({ entry, parent }: Walked): Promise<boolean> {
    const now = await consult(this.#session, (reader) => findIn(reader, parent, entry.name), this.#options.signal);
    return now === null || !equalBytes(now.secret, entry.secret);
  }

  #reach(space: Space, labels: Iterable<Label>): void {
    if (space.key === null || space.head === null) return;
    const reached = this.#reached.get(space) ?? new Set<string>();
    this.#reached.set(space, reached);
    if (!this.#roots.has(space)) this.#roots.set(space, space.head.root);
    for (const label of labels) reached.add(hashText(mapKey(label)));
  }

  async #orphansOf(space: Space, reached: ReadonlySet<string>): Promise<void> {
    if (space === this.#session.home && this.#options.known === undefined) return;
    const { keys, root } = await mirrorKeys(space, this.#session.now(), this.#options.signal);
    const before = this.#roots.get(space);
    // Another session wrote meanwhile: what it added is not known to be reached.
    if (before === undefined || !equalBytes(before.map, root.map)) return;
    const orphans = keys.filter((key) => !reached.has(hashText(key)));
    this.#orphans += orphans.length;
    if (this.#options.repair === true) await this.#remove(space, orphans);
  }

  async #remove(space: Space, keys: readonly MapKey[]): Promise<void> {
    for (let at = 0; at < keys.length; at += REMOVALS_MAX) {
      await transact(this.#session, async (tx) => {
        for (const key of keys.slice(at, at + REMOVALS_MAX)) tx.removeKey(space, key);
      });
    }
  }
}
