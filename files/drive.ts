import { checkDrive, type CheckOptions, type CheckReport } from './check.ts';
import { detach, type Also } from './detach.ts';
import { Download, type ReadFileOptions } from './download.ts';
import { driveSource } from './drive-source.ts';
import type { Entry } from './entry.ts';
import { FilesError } from './error.ts';
import { capabilityOf, enter, placeOf, rootFolder, type Folder } from './folder.ts';
import { FolderEdits } from './folder-edit.ts';
import { generateFolderSecret, pendingPlace } from './keys.ts';
import { listFolder, locate, locateFolder, step, type Located } from './locate.ts';
import { folderOfShare, isMounted, listPeople, listShared, locateShared, nowhere, type Mounts } from './mounts.ts';
import { atName, copyItem, moveItem } from './move.ts';
import { checkFileName, splitPath } from './name.ts';
import { readPending } from './pending.ts';
import { SecretPool } from './pool.ts';
import { newId } from './put-plan.ts';
import type { PutSource } from './put-source.ts';
import { Put, type PutOptions, type PutResult } from './put.ts';
import { consult, glance, mayBeOutdated, Reader } from './reader.ts';
import { refreshExposed, type RefreshOptions } from './refresh.ts';
import { removeItem } from './remove.ts';
import { rotate, type AlsoRotated } from './rotate.ts';
import type { DriveSession } from './session.ts';
import { Sweeper } from './sweep.ts';
import { transact } from './transaction.ts';
import { walk, type Walked } from './walk.ts';

/** What a caller may hand in to give up on something long. */
interface Abortable {
  readonly signal?: AbortSignal;
}

/**
 * The files and folders of an account. Paths begin at the root (`/photos/2024`); `/@name/…` is what others share. Reads
 * show the newest state; what changes anything takes one commit where it can. Throws FilesError, WireError, and whatever
 * the carrier throws.
 */
export class Drive {
  readonly session: DriveSession;
  mounts: Mounts | null;
  readonly #sweeper: Sweeper;

  constructor(session: DriveSession, mounts: Mounts | null = null) {
    this.session = session;
    this.mounts = mounts;
    this.#sweeper = new Sweeper(session);
    SecretPool.of(session.home);
  }

  /** A folder's entries, by name. One round trip for up to some 20,000 of them in a folder whose way is known. */
  async list(path: string, options: Abortable = {}): Promise<Entry[]> {
    const names = splitPath(path);
    const { mounts } = this;
    if (mounts !== null && names.length === 1 && names[0] === '@') return listPeople(mounts);
    if (mounts !== null && names.length === 1 && isMounted(names)) return listShared(mounts, names[0] ?? '');
    return consult(this.session, async (reader) => {
      const folder = await this.#folder(reader, names);
      SecretPool.of(folder.space);
      const [entries] = await Promise.all([listFolder(reader, folder, { fresh: true }), this.#lookAround(reader, folder)]);
      return entries;
    }, options.signal);
  }

  /** Everything below a folder, each folder before what is in it; safe against folders that lead back into themselves. */
  async *walk(path: string, options: Abortable = {}): AsyncGenerator<Walked> {
    const folder = await consult(this.session, (reader) => this.#folder(reader, splitPath(path)), options.signal);
    yield* walk(this.session, folder, options);
  }

  async stat(path: string, options: Abortable = {}): Promise<Entry> {
    return consult(this.session, async (reader) => (await this.#locate(reader, splitPath(path))).entry, options.signal);
  }

  /** Makes a folder; with `parents` also those on the way, and nothing where it is there. Throws FilesError('exists'). */
  async mkdir(path: string, options: Abortable & { readonly parents?: boolean } = {}): Promise<Entry> {
    const names = splitPath(path).map(checkFileName);
    this.#checkOwn(names);
    const made = names.map(() => ({ id: newId(), secret: generateFolderSecret() }));
    return transact(this.session, async (tx) => {
      const edits = new FolderEdits(tx);
      let folder = rootFolder(this.session);
      let fresh = false;
      let last: Entry | null = null;
      for (const [depth, name] of names.entries()) {
        const edit = edits.of(folder, fresh);
        const found = await edit.find(name);
        const end = depth === names.length - 1;
        if (found !== null && end && options.parents !== true) throw new FilesError('exists', 'There is something of this name already.');
        if (found === null && !end && options.parents !== true) throw new FilesError('not-found', 'The folder to make it in is not there.');
        const { id = newId(), secret = generateFolderSecret() } = made[depth] ?? {};
        const now = this.session.now();
        last = found ?? { id, name, kind: 'folder', size: 0, modified: now, created: now, secret, target: null, exposed: false };
        if (found === null) await edit.put(last);
        fresh = found === null;
        folder = enter(this.session, folder, last);
      }
      if (last === null) throw new FilesError('exists', 'The root folder is always there.');
      edits.flush();
      return last;
    }, options);
  }

  /** Puts sources into a folder that is there; see `Put`. A folder is merged into one of its name, a file replaces one. */
  async put(sources: readonly PutSource[], folder: string, options: PutOptions = {}): Promise<PutResult> {
    const names = splitPath(folder);
    this.#checkOwn(names);
    if (names.length === 0 && sources.some(({ name }) => (options.rename ?? name).startsWith('@'))) throw atName();
    const result = await new Put(this.session, names, options).run(sources);
    await this.#sweepIfDue();
    return result;
  }

  /** A file's entry and content. One round trip to the first bytes where its folder is known. */
  async read(path: string, options: ReadFileOptions = {}): Promise<{ entry: Entry; bytes: AsyncIterable<Uint8Array> }> {
    const names = splitPath(path);
    for (let attempt = 1; ; attempt++) {
      const reader = new Reader(this.session, options.signal);
      try {
        const { entry, parent } = await this.#locate(reader, names);
        const { space } = placeOf(this.session, parent, entry);
        const download = new Download(this.session, space, entry, options, reader.seenKeys(space));
        await Promise.all([download.started.then(() => reader.asked(space)), reader.catchUp(space)]);
        if (attempt === ATTEMPTS || (await reader.holds())) return { entry, bytes: download.bytes() };
        download.close();
      } catch (error) {
        if (attempt === ATTEMPTS || !mayBeOutdated(error) || !(await reader.isOutdated())) throw error;
      }
    }
  }

  /** The content of a file that a share, a link or `listEntry` gave. */
  async *readEntry(entry: Entry, options: ReadFileOptions = {}): AsyncGenerator<Uint8Array> {
    yield* new Download(this.session, placeOf(this.session, nowhere(this.session), entry).space, entry, options).bytes();
  }

  /** The entries of a folder that a share or a link gave; each can be given to `readEntry` and `listEntry` again. */
  async listEntry(entry: Entry, options: Abortable = {}): Promise<Entry[]> {
    const folder = folderOfShare(this.session, entry);
    const entries = await consult(this.session, (reader) => listFolder(reader, folder, { fresh: true }), options.signal);
    return entries.map((child) => withTarget(folder, child));
  }

  /** As `walk`, below a folder that a share or a link gave. */
  async *walkEntry(entry: Entry, options: Abortable = {}): AsyncGenerator<Walked> {
    for await (const item of walk(this.session, folderOfShare(this.session, entry), options)) yield { ...item, entry: withTarget(item.parent, item.entry) };
  }

  /** Renames, or moves into a folder that is there, as `mv` does. One commit within a space; see `moveItem`. */
  async move(from: string, to: string, options: PutOptions = {}): Promise<void> {
    const [source, destination] = [splitPath(from), splitPath(to)];
    this.#checkOwn(source);
    this.#checkOwn(destination);
    await moveItem(this.session, source, destination, options);
    await this.#sweepIfDue();
  }

  /** Copies a file, or a folder with all that is in it, under new secrets; from what others share too. */
  async copy(from: string, to: string, options: PutOptions = {}): Promise<void> {
    const [source, destination] = [splitPath(from), splitPath(to)];
    this.#checkOwn(destination);
    const found = isMounted(source) ? await glance(this.session, (reader) => this.#locate(reader, source), options.signal) : undefined;
    await copyItem(this.session, source, destination, options, found);
    await this.#sweepIfDue();
  }

  /** An item as a source, to be put into another drive. */
  async source(path: string): Promise<PutSource> {
    const { parent, entry } = await glance(this.session, (reader) => this.#locate(reader, splitPath(path)));
    return driveSource(this.session, parent, entry);
  }

  /** Removes an item. Throws FilesError('not-empty') for a folder with something in it, without `recursive`. */
  async remove(path: string, options: { readonly recursive?: boolean } = {}): Promise<void> {
    const names = splitPath(path);
    this.#checkOwn(names);
    await removeItem(this.session, names, options.recursive === true);
    await this.#sweepIfDue();
  }

  /** Makes an item a space of its own, which can be shared; `also` adds to the same commit. See `detach`. */
  async detach(path: string, also?: Also): Promise<Entry> {
    const entry = await detach(this.session, splitPath(path), also);
    await this.#sweepIfDue();
    return entry;
  }

  /** Takes an item away from whoever could read it; `also` adds to the same commit. See `rotate`. */
  rotate(path: string, also?: AlsoRotated): Promise<Entry> {
    return rotate(this.session, splitPath(path), also);
  }

  /** Encrypts anew what a former reader knows the secrets of; see `refreshExposed`. */
  async refresh(path = '/', options: RefreshOptions = {}): Promise<{ files: number; left: number }> {
    const done = await refreshExposed(this.session, splitPath(path), options);
    await this.#sweepIfDue();
    return done;
  }

  /** Verifies all that the account can reach; see `checkDrive`. */
  check(options: CheckOptions = {}): Promise<CheckReport> {
    return checkDrive(this.session, options);
  }

  /** Resolves when nothing is left to be removed in the background. */
  settled(): Promise<void> {
    return this.#sweeper.settled();
  }

  async #folder(reader: Reader, names: readonly string[]): Promise<Folder> {
    if (!isMounted(names)) return locateFolder(reader, names);
    const { way, entry } = await this.#locate(reader, names);
    return step(reader, way, entry);
  }

  #locate(reader: Reader, names: readonly string[]): Promise<Located> {
    if (!isMounted(names)) return locate(reader, names);
    if (this.mounts === null) throw new FilesError('not-found', 'Nobody shares anything with you.');
    return locateShared(reader, this.mounts, names);
  }

  #checkOwn(names: readonly string[]): void {
    if (isMounted(names)) throw new FilesError('read-only', 'What others share can be read and copied, and not be changed.');
  }

  /** Beside a listing, in the same round trip: the states of the spaces on the way, and the record of interrupted work. */
  async #lookAround(reader: Reader, folder: Folder): Promise<void> {
    await reader.catchUp(folder.space);
    const { home, rootSecret } = this.session;
    if (folder.space !== home || reader.has(home, pendingPlace(rootSecret))) return;
    const { sweeps } = await readPending(new Reader(this.session, reader.signal));
    if (sweeps.length > 0) this.#sweeper.schedule();
  }

  async #sweepIfDue(): Promise<void> {
    const { home, rootSecret } = this.session;
    const reader = new Reader(this.session);
    // Not worth a request: whoever noted something down has the record at hand.
    if (!reader.has(home, pendingPlace(rootSecret))) return;
    if ((await readPending(reader)).sweeps.length > 0) this.#sweeper.schedule();
  }
}

const ATTEMPTS = 8;

/** A child as it can be found without its folder. */
function withTarget(folder: Folder, entry: Entry): Entry {
  return entry.target === null ? { ...entry, target: capabilityOf(folder) } : entry;
}
