import { FilesError, freeName, type Drive, type PutSource } from '../../files/index.ts';
import type { UploadFile } from '../contract.ts';
import type { Transfer } from './transfer.ts';

interface Branch {
  readonly name: string;
  readonly path: string;
  readonly folders: Map<string, Branch>;
  readonly files: Map<string, File>;
}

const branch = (name: string, path: string): Branch => ({ name, path, folders: new Map(), files: new Map() });

/** What was dropped, as the tree that it was: paths like 'Holiday/1.jpg'. Of two files under one path the later counts. */
function treeOf(dropped: readonly UploadFile[]): Branch {
  const root = branch('', '');
  for (const { file, path } of dropped) {
    const names = path.split('/').filter((name) => name !== '' && name !== '.');
    const last = names.pop() ?? file.name;
    let at = root;
    for (const name of names) {
      const next = at.folders.get(name) ?? branch(name, `${at.path}${name}/`);
      at.folders.set(name, next);
      at = next;
    }
    at.files.set(last, file);
  }
  return root;
}

/** Sends what was dropped into a folder. A file whose name is taken by another becomes `name (2)`; folders are merged. */
export async function upload(drive: Drive, dropped: readonly UploadFile[], folder: string, transfer: Transfer): Promise<void> {
  const root = treeOf(dropped);
  const there = new Map((await drive.list(folder)).map((entry) => [entry.name, entry]));
  const taken = new Set([...there.keys(), ...root.files.keys(), ...root.folders.keys()]);
  const sources: PutSource[] = [];
  for (const [name, file] of root.files) {
    const held = there.get(name.normalize('NFC'));
    // The same file again is taken up where it stopped, or skipped.
    const same = held === undefined || (held.kind === 'file' && held.size === file.size && held.modified === file.lastModified);
    const free = same ? name : freeName(name, (tried) => taken.has(tried));
    taken.add(free);
    sources.push(fileSource(free, name, file, transfer));
  }
  for (const inner of root.folders.values()) {
    if (there.get(inner.name.normalize('NFC'))?.kind === 'file') throw new FilesError('exists', 'There is a file where this folder should go; rename one of them.');
    sources.push(folderSource(inner, transfer));
  }
  const total = dropped.reduce((sum, { file }) => sum + file.size, 0);
  await drive.put(sources, folder, { signal: transfer.signal, progress: ({ done }) => { transfer.progress(Math.min(done, total), total); } });
}

function folderSource(of: Branch, transfer: Transfer): PutSource {
  return {
    name: of.name,
    kind: 'folder',
    modified: Date.now(),
    size: 0,
    read: () => Promise.reject(new FilesError('not-a-file', 'A folder has no content of its own.')),
    async *children() {
      for (const [name, file] of of.files) yield fileSource(name, of.path + name, file, transfer);
      for (const inner of of.folders.values()) yield folderSource(inner, transfer);
    },
  };
}

function fileSource(name: string, path: string, file: File, transfer: Transfer): PutSource {
  return {
    name,
    kind: 'file',
    modified: file.lastModified,
    size: file.size,
    fingerprint: JSON.stringify([path, file.size, file.lastModified]),
    read: async (offset, length) => {
      await transfer.passing();
      const bytes = await readSlice(file, offset, length);
      transfer.file(path, offset + length, file.size);
      return bytes;
    },
  };
}

async function readSlice(file: File, offset: number, length: number): Promise<Uint8Array> {
  try {
    return new Uint8Array(await file.slice(offset, offset + length).arrayBuffer());
  } catch {
    throw new FilesError('changed', 'A file was changed or taken away while it was read; add it again.');
  }
}
