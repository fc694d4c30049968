import { hkdf, toHex, utf8 } from '../crypto/index.ts';
import { FilesError, type Drive, type Entry } from '../files/index.ts';
import { checkLocalName, chooseTarget, LocalFolder, partName } from './agent-target.ts';
import type { Warn } from './agent-source.ts';
import { CliError } from './exit.ts';
import { plainText } from './text.ts';
import type { ProgressReport } from './progress.ts';

export interface GetOptions {
  readonly force: boolean;
  readonly signal: AbortSignal;
  readonly progress: (report: ProgressReport) => void;
  readonly warn: Warn;
}

/** An item of a drive to be written locally, and how to read what it holds. */
export interface Item {
  readonly entry: Entry;
  children(): Promise<Item[]>;
  content(offset: number, signal: AbortSignal): Promise<AsyncIterable<Uint8Array>>;
}

/** An item of the person's own tree, or of a friend's under `/@`. */
export function itemAt(drive: Drive, path: string, entry: Entry): Item {
  return {
    entry,
    children: async () => (await drive.list(path)).map((child) => itemAt(drive, `${path === '/' ? '' : path}/${child.name}`, child)),
    content: async (offset, signal) => (await drive.read(path, { offset, signal })).bytes,
  };
}

/**
 * What a link or a share gives: entries with the capability of their space. `met` holds the folders above, by their
 * secrets; one that leads back to them, as only a hostile writer makes it, throws FilesError('too-deep') for its children.
 */
export function itemOf(drive: Drive, entry: Entry, met: readonly string[] = []): Item {
  return {
    entry,
    children: async () => {
      const own = toHex(entry.secret);
      if (met.includes(own) || met.length > DEPTH_MAX) throw new FilesError('too-deep', 'This folder leads back into itself, or has no bottom: its writer made it so.');
      const below = [...met, own];
      return (await drive.listEntry(entry)).map((child) => itemOf(drive, child.target === null ? { ...child, target: entry.target } : child, below));
    },
    content: async (offset, signal) => drive.readEntry(entry, { offset, signal }),
  };
}

const DEPTH_MAX = 128;
/** Small files read side by side share answers; of large ones, each takes memory of its own. */
const SMALL = 1024 * 1024;
const SMALL_AT_ONCE = 48;
const LARGE_AT_ONCE = 4;

export interface Got {
  files: number;
  bytes: number;
  /** Bytes really fetched: what an interrupted run left is not. */
  received: number;
  readonly path: string;
}

/**
 * Writes an item below `local`: first into hidden parts beside the target, which a later run continues, then renamed
 * when whole and synced. Never overwrites: a file in the way needs `force`, a folder has to be moved away.
 */
export async function getItem(item: Item, local: string, options: GetOptions): Promise<Got> {
  const { folder: at, name } = await chooseTarget(local, item.entry.name);
  const folder = await LocalFolder.open(at);
  const got: Got = { files: 0, bytes: 0, received: 0, path: `${at === '/' ? '' : at}/${name}` };
  try {
    await refuseToOverwrite(folder, name, item.entry, options.force);
    await new Getter(options, got, item.entry.size).write(folder, name, item);
    await folder.sync();
    return got;
  } finally {
    await folder.close();
  }
}

async function refuseToOverwrite(folder: LocalFolder, name: string, entry: Entry, force: boolean): Promise<void> {
  const there = await folder.find(name);
  if (there === null || (force && there.kind === 'file' && entry.kind === 'file')) return;
  const what = entry.kind === 'file' && there.kind === 'file' ? 'give --force to replace it, or another name' : 'move it away, or give another name';
  throw new CliError('exists', `${plainText(name)} is there already; ${what}.`);
}

class Getter {
  readonly #options: GetOptions;
  readonly #got: Got;
  readonly #total: number;
  readonly #small: (() => Promise<void>)[] = [];
  readonly #large: (() => Promise<void>)[] = [];

  constructor(options: GetOptions, got: Got, total: number) {
    this.#options = options;
    this.#got = got;
    this.#total = total;
  }

  async write(folder: LocalFolder, name: string, item: Item): Promise<void> {
    const part = partName(name, contentTag(item.entry));
    if (item.entry.kind === 'file') await this.#file(folder, part, item);
    else await this.#folder(folder, part, item);
    await folder.rename(part, name);
  }

  async #file(folder: LocalFolder, part: string, item: Item): Promise<void> {
    const { signal } = this.#options;
    const { file, offset } = await folder.resume(part);
    try {
      this.#advance(offset, 0, item.entry.name);
      let at = offset;
      if (item.entry.size > offset || item.entry.size === 0) {
        for await (const bytes of await item.content(offset, signal)) {
          signal.throwIfAborted();
          await writeAll(file, bytes, at);
          at += bytes.length;
          this.#advance(bytes.length, bytes.length, item.entry.name);
        }
      }
      if (at !== item.entry.size) throw new CliError('corrupt', 'A file is shorter than its folder says; run "underkeep check".');
      await file.sync();
    } finally {
      await file.close();
    }
    await folder.setModified(part, item.entry.modified);
    this.#got.files++;
  }

  async #folder(parent: LocalFolder, part: string, item: Item): Promise<void> {
    const opened: LocalFolder[] = [];
    try {
      await this.#walk(parent, part, item, opened);
      await this.#work();
    } finally {
      await Promise.all(opened.map((folder) => folder.close()));
    }
  }

  /** A few files at a time; when one fails, those under way end before the failure is told. */
  async #work(): Promise<void> {
    const failures: unknown[] = [];
    const worker = async (queue: (() => Promise<void>)[]): Promise<void> => {
      for (let task = queue.shift(); task !== undefined && failures.length === 0; task = queue.shift()) await task().catch((error: unknown) => failures.push(error));
    };
    await Promise.all([...Array.from({ length: SMALL_AT_ONCE }, () => worker(this.#small)), ...Array.from({ length: LARGE_AT_ONCE }, () => worker(this.#large))]);
    if (failures.length > 0) throw failures[0];
  }

  /** Makes the folders at once, drops what an earlier run left of items that are gone, and queues the files. */
  async #walk(parent: LocalFolder, name: string, item: Item, opened: LocalFolder[]): Promise<void> {
    this.#options.signal.throwIfAborted();
    const folder = await parent.enter(name);
    opened.push(folder);
    const children = (await item.children()).flatMap((child) => {
      const local = this.#localName(child.entry.name);
      return local === null ? [] : [{ local, child }];
    });
    await folder.keepOnly(new Set(children.flatMap(({ local, child }) => [local, partName(local, contentTag(child.entry))])));
    for (const { local, child } of children) {
      if (child.entry.kind === 'folder') await this.#walk(folder, local, child, opened);
      else (child.entry.size <= SMALL ? this.#small : this.#large).push(() => this.#fileOnce(folder, local, child));
    }
  }

  /** A file that an earlier run finished is not fetched again. */
  async #fileOnce(folder: LocalFolder, name: string, item: Item): Promise<void> {
    const there = await folder.find(name);
    if (there !== null && there.kind === 'file' && there.size === item.entry.size && there.modified === Math.floor(item.entry.modified)) {
      this.#got.files++;
      this.#advance(there.size, 0, name);
      return;
    }
    await this.write(folder, name, item);
  }

  #localName(name: string): string | null {
    try {
      return checkLocalName(name);
    } catch (error) {
      if (!(error instanceof CliError)) throw error;
      this.#options.warn(`${plainText(name.slice(0, 80))}: ${error.message}`);
      return null;
    }
  }

  #advance(bytes: number, received: number, name: string): void {
    this.#got.bytes += bytes;
    this.#got.received += received;
    this.#options.progress({ done: this.#got.bytes, total: this.#total, name });
  }
}

/** Tells one content from another in the names of parts, and tells nothing else. */
function contentTag({ id, secret, size }: Entry): string {
  return toHex(hkdf(secret, 'underkeep/part-name/1', utf8(`${id} ${size}`), 4));
}

async function writeAll(file: { write(bytes: Uint8Array, offset: number, length: number, position: number): Promise<{ bytesWritten: number }> }, bytes: Uint8Array, position: number): Promise<void> {
  for (let done = 0; done < bytes.length; ) done += (await file.write(bytes, done, bytes.length - done, position + done)).bytesWritten;
}
