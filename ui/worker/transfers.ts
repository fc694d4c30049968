import type { Drive, Entry } from '../../files/index.ts';
import type { UploadFile } from '../contract.ts';
import { download, downloadName, type Source } from './download.ts';
import { joined, namesOf } from './items.ts';
import type { Keeper } from './keeper.ts';
import { Transfer } from './transfer.ts';
import { upload } from './upload.ts';

/** Uploads, one after the other, and downloads beside them. */
export class Transfers {
  readonly #keeper: Keeper;
  readonly #running = new Map<string, Transfer>();
  #queue: Promise<unknown> = Promise.resolve();

  constructor(keeper: Keeper) {
    this.#keeper = keeper;
  }

  upload(files: readonly UploadFile[], folder: string): { id: string } {
    const { session } = this.#keeper.live;
    const [first] = files;
    const name = files.length === 1 ? first?.path ?? '' : first?.path.split('/')[0] ?? '';
    const transfer = this.#new('upload', name, files.reduce((sum, { file }) => sum + file.size, 0));
    const run = async (): Promise<void> => this.#run(transfer, async () => upload(session.drive, files, folder, transfer));
    this.#queue = this.#queue.then(run).catch(() => undefined).finally(() => { this.#keeper.event({ type: 'changed', path: folder }); });
    return { id: transfer.id };
  }

  /** The name to save under. */
  async downloadName(paths: readonly string[]): Promise<string> {
    const { drive } = this.#keeper.live.session;
    return downloadName(await Promise.all(paths.map(async (path) => drive.stat(path))));
  }

  async download(paths: readonly string[], target: FileSystemFileHandle | null): Promise<Blob | null> {
    const { drive } = this.#keeper.live.session;
    const sources = await Promise.all(paths.map(async (path) => driveSource(drive, path)));
    return this.save(sources, target);
  }

  nameOf(sources: readonly Source[]): string {
    return downloadName(sources.map(({ entry }) => entry));
  }

  async save(sources: readonly Source[], target: FileSystemFileHandle | null): Promise<Blob | null> {
    const transfer = this.#new('download', this.nameOf(sources), sources.reduce((sum, { entry }) => sum + entry.size, 0));
    let blob: Blob | null = null;
    await this.#run(transfer, async () => { blob = await download(sources, target, transfer); });
    return blob;
  }

  pause(id: string): void {
    this.#running.get(id)?.pause();
  }

  resume(id: string): void {
    this.#running.get(id)?.resume();
  }

  cancel(id: string): void {
    this.#running.get(id)?.cancel();
  }

  #new(kind: 'upload' | 'download', name: string, total: number): Transfer {
    const ended = this.#keeper.isOpen ? this.#keeper.live.ended.signal : new AbortController().signal;
    const transfer = new Transfer(kind, name, total, (event) => { this.#keeper.event(event); }, ended);
    this.#running.set(transfer.id, transfer);
    return transfer;
  }

  async #run(transfer: Transfer, work: () => Promise<void>): Promise<void> {
    try {
      await this.#keeper.working(async () => {
        await transfer.passing();
        transfer.begin();
        await work();
        // One that was paused and left alone does not keep the account open.
      }, () => !transfer.isPaused);
      transfer.end();
    } catch (error) {
      transfer.fail(error);
      throw error;
    } finally {
      this.#running.delete(transfer.id);
    }
  }
}

async function driveSource(drive: Drive, path: string): Promise<Source> {
  const entry: Entry = await drive.stat(path);
  const contentOf = (at: string) => async function* (signal: AbortSignal): AsyncGenerator<Uint8Array> {
    yield* (await drive.read(at, { signal })).bytes;
  };
  return {
    entry,
    content: contentOf(path),
    async *walk(signal) {
      for await (const { names, entry: inner } of drive.walk(path, { signal })) yield { names, entry: inner, content: contentOf(joined(path, namesOf(names.join('/')).join('/'))) };
    },
  };
}
