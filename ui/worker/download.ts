import type { Entry } from '../../files/index.ts';
import type { Transfer } from './transfer.ts';
import { zip, type ZipItem } from './zip.ts';

/** Something to be saved: where it stands, and how to get at what it holds. */
export interface Source {
  readonly entry: Entry;
  content(signal: AbortSignal): AsyncIterable<Uint8Array>;
  /** Of a folder: everything below, each folder before what is in it, with names from the folder on. */
  walk(signal: AbortSignal): AsyncIterable<{ readonly names: readonly string[]; readonly entry: Entry; content(signal: AbortSignal): AsyncIterable<Uint8Array> }>;
}

/** Blobs of this size are put together to the one that is saved: the browser may keep them outside this thread's memory. */
const BLOB_BYTES = 8 * 1024 * 1024;

/** The name that the saved file gets. */
export function downloadName(names: readonly { readonly name: string; readonly kind: 'file' | 'folder' }[]): string {
  const [only] = names;
  if (names.length === 1 && only !== undefined) return only.kind === 'file' ? only.name : `${only.name}.zip`;
  return 'Underkeep.zip';
}

/** One file as it is; a folder, or several, as one archive. The result is a Blob where there is no `target`. */
export async function download(sources: readonly Source[], target: FileSystemFileHandle | null, transfer: Transfer): Promise<Blob | null> {
  const [only] = sources;
  const stream = sources.length === 1 && only?.entry.kind === 'file' ? only.content(transfer.signal) : zip(itemsOf(sources, transfer));
  let done = 0;
  const passed = async function* (): AsyncGenerator<Uint8Array> {
    for await (const part of stream) {
      await transfer.passing();
      done += part.length;
      transfer.progress(done, Math.max(done, totalOf(sources)));
      yield part;
    }
  };
  return target === null ? toBlob(passed()) : toFile(passed(), target);
}

function totalOf(sources: readonly Source[]): number {
  return sources.reduce((sum, { entry }) => sum + entry.size, 0);
}

async function* itemsOf(sources: readonly Source[], transfer: Transfer): AsyncGenerator<ZipItem> {
  const { signal } = transfer;
  const taken = new Set<string>();
  for (const source of sources) {
    const top = archiveName(source.entry.name, taken);
    if (source.entry.kind === 'file') {
      yield { path: top, modified: source.entry.modified, size: source.entry.size, content: source.content(signal) };
      continue;
    }
    yield { path: `${top}/`, modified: source.entry.modified, size: 0, content: null };
    for await (const { names, entry, content } of source.walk(signal)) {
      const path = [top, ...names.map((name) => archiveName(name, null))].join('/');
      if (entry.kind === 'folder') yield { path: `${path}/`, modified: entry.modified, size: 0, content: null };
      else yield { path, modified: entry.modified, size: entry.size, content: content(signal) };
    }
  }
}

/** Names may come from other people: none leads out of the archive's folder, on any system. */
function archiveName(name: string, taken: Set<string> | null): string {
  const safe = name.replace(/[\\/:]/g, '_').replace(/^\.+$/, '_');
  let free = safe;
  for (let count = 2; taken?.has(free) === true; count++) free = `${safe} (${count})`;
  taken?.add(free);
  return free;
}

async function toBlob(parts: AsyncIterable<Uint8Array>): Promise<Blob> {
  const blobs: Blob[] = [];
  let waiting: Uint8Array<ArrayBuffer>[] = [];
  let bytes = 0;
  for await (const part of parts) {
    waiting.push(part as Uint8Array<ArrayBuffer>);
    bytes += part.length;
    if (bytes < BLOB_BYTES) continue;
    blobs.push(new Blob(waiting));
    [waiting, bytes] = [[], 0];
  }
  return new Blob([...blobs, ...waiting], { type: 'application/octet-stream' });
}

/** The chosen file changes only once all is written. */
async function toFile(parts: AsyncIterable<Uint8Array>, target: FileSystemFileHandle): Promise<null> {
  const writable = await target.createWritable();
  try {
    for await (const part of parts) await writable.write(part as Uint8Array<ArrayBuffer>);
    await writable.close();
    return null;
  } catch (error) {
    await writable.abort(error).catch(() => undefined);
    throw error;
  }
}
