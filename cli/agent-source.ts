import { createHash } from 'node:crypto';
import { lstatSync, type BigIntStats } from 'node:fs';
import { lstat, open, opendir, realpath, type FileHandle } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { checkFileName, type PutSource } from '../files/index.ts';
import { CliError } from './exit.ts';

export type Warn = (message: string) => void;

/** A local file or folder as a source. Symbolic links and special files below it are skipped with a warning. */
export async function localSource(path: string, warn: Warn): Promise<PutSource> {
  const real = await realpath(path);
  const source = sourceOf(real, basename(path) === '' || basename(path) === '.' || basename(path) === '..' ? basename(real) : basename(path), await lstat(real, { bigint: true }), warn);
  if (source === null) throw new CliError('not-a-file', `${path} is neither a file nor a folder, so it cannot be stored.`);
  return source;
}

/** Bytes of all files below, to show progress against. */
export async function totalSize(path: string): Promise<number> {
  const stat = await lstat(path);
  if (stat.isFile()) return stat.size;
  if (!stat.isDirectory()) return 0;
  let sum = 0;
  for await (const { name } of await opendir(path)) sum += await totalSize(join(path, name));
  return sum;
}

function sourceOf(path: string, name: string, stat: BigIntStats, warn: Warn): PutSource | null {
  if (stat.isDirectory()) return folderSource(path, name, stat, warn);
  return stat.isFile() ? fileSource(path, name, stat) : null;
}

function folderSource(path: string, name: string, stat: BigIntStats, warn: Warn): PutSource {
  return {
    name,
    kind: 'folder',
    modified: Number(stat.mtimeMs),
    size: 0,
    read: async () => {
      throw new CliError('not-a-file', 'A folder has no content of its own.');
    },
    async *children() {
      const names: string[] = [];
      for await (const entry of await opendir(path, { encoding: 'utf8' })) names.push(entry.name);
      for (const child of names.sort()) {
        const at = join(path, child);
        const found = lstatSync(at, { bigint: true, throwIfNoEntry: false });
        if (found === undefined) continue;
        const source = sourceOf(at, child, found, warn);
        const refused = source === null ? `it is ${found.isSymbolicLink() ? 'a symbolic link' : 'a special file'}` : nameFault(child);
        if (refused !== null) warn(`${at} was skipped: ${refused}.`);
        else if (source !== null) yield source;
      }
    },
  };
}

/** Why a name cannot be stored, or null. */
function nameFault(name: string): string | null {
  try {
    checkFileName(name);
    return null;
  } catch {
    return 'its name holds characters that cannot be seen, turn text around or are no text; rename it';
  }
}

/** The same text as long as nobody changed the file: its place, size, time of change and inode. */
function fingerprint(path: string, { size, mtimeNs, ino, dev }: BigIntStats): string {
  return createHash('sha256').update(JSON.stringify([path, String(size), String(mtimeNs), String(ino), String(dev)])).digest('hex');
}

function fileSource(path: string, name: string, stat: BigIntStats): PutSource {
  const reader = new FileReader(path, stat);
  return {
    name,
    kind: 'file',
    modified: Number(stat.mtimeMs),
    size: Number(stat.size),
    fingerprint: fingerprint(path, stat),
    read: async (offset, length) => {
      const bytes = new Uint8Array(length);
      await reader.readInto(offset, bytes);
      return bytes;
    },
    readInto: (offset, target) => reader.readInto(offset, target),
  };
}

/** Opens at the first read, closes after the last byte, and notices a file that changes in between. */
class FileReader {
  readonly #path: string;
  readonly #stat: BigIntStats;
  #file: Promise<FileHandle> | null = null;
  #reading = 0;
  #sawEnd = false;

  constructor(path: string, stat: BigIntStats) {
    this.#path = path;
    this.#stat = stat;
  }

  async readInto(offset: number, target: Uint8Array): Promise<void> {
    this.#file ??= open(this.#path, 'r');
    const file = await this.#file;
    this.#reading++;
    try {
      if (!await fill(file, offset, target)) throw this.#changed();
      this.#sawEnd ||= offset + target.length >= Number(this.#stat.size);
    } finally {
      this.#reading--;
      if (this.#sawEnd && this.#reading === 0) await this.#end(file);
    }
  }

  async #end(file: FileHandle): Promise<void> {
    this.#file = null;
    this.#sawEnd = false;
    const now = await file.stat({ bigint: true });
    await file.close();
    if (now.size !== this.#stat.size || now.mtimeNs !== this.#stat.mtimeNs) throw this.#changed();
  }

  #changed(): CliError {
    return new CliError('changed', `${this.#path} was changed while it was read; run the command again.`);
  }
}

/** false where the file ends before. */
async function fill(file: FileHandle, offset: number, target: Uint8Array): Promise<boolean> {
  for (let done = 0; done < target.length; ) {
    const { bytesRead } = await file.read(target, done, target.length - done, offset + done);
    if (bytesRead === 0) return false;
    done += bytesRead;
  }
  return true;
}
