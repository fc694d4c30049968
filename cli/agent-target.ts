import { constants } from 'node:fs';
import { lstat, mkdir, open, readdir, rename, rm, stat, utimes, type FileHandle } from 'node:fs/promises';
import { basename, dirname } from 'node:path';
import { CliError } from './exit.ts';

/** Plaintext bytes of a whole chunk of a file: interrupted downloads go on at multiples of it. */
export const CHUNK_BYTES = 5 * 1024 * 1024 - 72;
const NAME_BYTES_MAX = 255;

/**
 * A local folder held open. Everything in it is reached through its descriptor, so that whoever moves or replaces a part
 * of the path meanwhile, by a symbolic link for one, leads nothing astray.
 */
export class LocalFolder {
  readonly #handle: FileHandle;

  private constructor(handle: FileHandle) {
    this.#handle = handle;
  }

  /** Follows symbolic links on the way, as the person who named the path meant. */
  static async open(path: string): Promise<LocalFolder> {
    return new LocalFolder(await open(path, constants.O_RDONLY | constants.O_DIRECTORY));
  }

  /** A folder inside this one, made if it is not there; refuses a symbolic link in its place. */
  async enter(name: string): Promise<LocalFolder> {
    const path = this.#path(name);
    await mkdir(path).catch((error: unknown) => {
      if (!isCode(error, 'EEXIST')) throw error;
    });
    return new LocalFolder(await open(path, constants.O_RDONLY | constants.O_DIRECTORY | constants.O_NOFOLLOW));
  }

  /** What is under `name`, or null; a symbolic link is not followed. */
  async find(name: string): Promise<{ readonly kind: 'file' | 'folder' | 'other'; readonly size: number; readonly modified: number } | null> {
    try {
      const found = await lstat(this.#path(name));
      return { kind: found.isFile() ? 'file' : found.isDirectory() ? 'folder' : 'other', size: found.size, modified: Math.floor(found.mtimeMs) };
    } catch (error) {
      if (isCode(error, 'ENOENT')) return null;
      throw error;
    }
  }

  /** For writing, at the end of the last whole chunk that is there already. */
  async resume(name: string): Promise<{ readonly file: FileHandle; readonly offset: number }> {
    const file = await open(this.#path(name), constants.O_WRONLY | constants.O_CREAT | constants.O_NOFOLLOW, 0o666);
    const { size } = await file.stat();
    const offset = size - (size % CHUNK_BYTES);
    await file.truncate(offset);
    return { file, offset };
  }

  async rename(from: string, to: string): Promise<void> {
    await rename(this.#path(from), this.#path(to));
  }

  /** Removes everything whose name is not in `names`. */
  async keepOnly(names: ReadonlySet<string>): Promise<void> {
    for (const name of await readdir(`/proc/self/fd/${this.#handle.fd}`)) {
      if (!names.has(name)) await rm(this.#path(name), { recursive: true, force: true });
    }
  }

  async setModified(name: string, modified: number): Promise<void> {
    await utimes(this.#path(name), new Date(), new Date(modified));
  }

  async sync(): Promise<void> {
    await this.#handle.sync();
  }

  async close(): Promise<void> {
    await this.#handle.close();
  }

  #path(name: string): string {
    return `/proc/self/fd/${this.#handle.fd}/${checkLocalName(name)}`;
  }
}

/** One plain component of a path. Names come from other people too. Throws 'bad-name'. */
export function checkLocalName(name: string): string {
  if (name === '' || name === '.' || name === '..' || name.includes('/') || name.includes('\0')) {
    throw new CliError('bad-name', 'An item has a name that no local file may have; it was not written.');
  }
  if (Buffer.byteLength(name) > NAME_BYTES_MAX) throw new CliError('bad-name', `An item's name is longer than the ${NAME_BYTES_MAX} bytes that this machine allows; rename it first.`);
  return name;
}

/** Where `get` writes: inside an existing folder under the item's own name, else under the name given. */
export async function chooseTarget(local: string, itemName: string): Promise<{ readonly folder: string; readonly name: string }> {
  const found = await stat(local).catch((error: unknown) => {
    if (isCode(error, 'ENOENT')) return null;
    throw error;
  });
  if (found?.isDirectory() === true) return { folder: local, name: checkLocalName(itemName) };
  if (local.endsWith('/')) throw new CliError('no-file', `${local} is not there; make the folder first.`);
  return { folder: dirname(local), name: checkLocalName(basename(local)) };
}

/** Hidden, beside its target, and the same for the same content, so that an interrupted download finds it again. */
export function partName(name: string, tag: string): string {
  const short = Array.from(name);
  while (Buffer.byteLength(short.join('')) > NAME_BYTES_MAX - 16) short.pop();
  return `.${short.join('')}.${tag}.part`;
}

function isCode(error: unknown, code: string): boolean {
  return error instanceof Error && 'code' in error && error.code === code;
}
