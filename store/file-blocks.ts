import { mkdir, open, readdir, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { randomBytes, toHex } from '../crypto/index.ts';
import { BLOCK_MAX, parseCid, WireError, type Cid } from '../wire/index.ts';
import type { Blocks } from './blocks.ts';
import { diskFull, systemCode } from './errors.ts';

/** The last letter but one of a CID carries five bits of its digest. */
const FOLDER_LETTERS = 'abcdefghijklmnopqrstuvwxyz234567';

/** A block a file, in 32 folders that exist beforehand: a temporary name, fsync, rename, then fsync of the folder. */
export class FileBlocks implements Blocks {
  readonly #folder: string;
  readonly #temporary: string;

  private constructor(folder: string, temporary: string) {
    this.#folder = folder;
    this.#temporary = temporary;
  }

  static async open(dataDir: string): Promise<FileBlocks> {
    const blocks = new FileBlocks(join(dataDir, 'blocks'), join(dataDir, 'incoming'));
    await mkdir(blocks.#temporary, { recursive: true, mode: 0o700 });
    await Promise.all(Array.from(FOLDER_LETTERS, async (letter) => mkdir(join(blocks.#folder, letter), { recursive: true, mode: 0o700 })));
    await syncFolder(blocks.#folder);
    await syncFolder(dataDir);
    return blocks;
  }

  async put(cid: Cid, bytes: Uint8Array): Promise<void> {
    const temporary = join(this.#temporary, toHex(randomBytes(12)));
    try {
      const file = await open(temporary, 'wx', 0o600);
      try {
        for (let at = 0; at < bytes.length; ) at += (await file.write(bytes, at)).bytesWritten;
        await file.sync();
      } finally {
        await file.close();
      }
      await rename(temporary, this.#path(cid));
    } catch (error) {
      await rm(temporary, { force: true }).catch(() => undefined);
      throw asDiskFull(error);
    }
  }

  async settle(cids: Iterable<Cid>): Promise<void> {
    const folders = new Set(Array.from(cids, folderOf));
    await Promise.all(Array.from(folders, async (letter) => syncFolder(join(this.#folder, letter)))).catch((error: unknown) => {
      throw asDiskFull(error);
    });
  }

  async get(cid: Cid, allocate = (length: number): Uint8Array => new Uint8Array(length)): Promise<Uint8Array | null> {
    try {
      return await readWhole(this.#path(cid), allocate);
    } catch (error) {
      if (systemCode(error) === 'ENOENT') return null;
      // An unreadable sector is a damaged block to whoever asks for it.
      if (systemCode(error) === 'EIO') throw new WireError('corrupt-block', 'A block cannot be read from the disk of the node.');
      throw error;
    }
  }

  async drop(cids: Iterable<Cid>): Promise<void> {
    for (const cid of cids) await rm(this.#path(cid), { force: true });
  }

  async *list(): AsyncGenerator<Cid> {
    for (const letter of FOLDER_LETTERS) {
      for (const name of await readdir(join(this.#folder, letter))) yield parseCid(name);
    }
  }

  async sweep(): Promise<void> {
    for (const name of await readdir(this.#temporary)) await rm(join(this.#temporary, name), { force: true });
  }

  #path(cid: Cid): string {
    return join(this.#folder, folderOf(cid), cid);
  }
}

function folderOf(cid: Cid): string {
  return cid.charAt(cid.length - 2);
}

async function readWhole(path: string, allocate: (length: number) => Uint8Array): Promise<Uint8Array> {
  const file = await open(path, 'r');
  try {
    const { size } = await file.stat();
    const bytes = allocate(Math.min(size, BLOCK_MAX));
    let filled = 0;
    for (let read = -1; read !== 0 && filled < bytes.length; filled += read) read = (await file.read(bytes, filled)).bytesRead;
    return bytes.subarray(0, filled);
  } finally {
    await file.close();
  }
}

async function syncFolder(path: string): Promise<void> {
  const folder = await open(path, 'r');
  try {
    await folder.sync();
  } finally {
    await folder.close();
  }
}

function asDiskFull(error: unknown): unknown {
  return systemCode(error) === 'ENOSPC' || systemCode(error) === 'EDQUOT' ? diskFull() : error;
}
