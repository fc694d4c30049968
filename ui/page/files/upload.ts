import type { UploadFile } from '../../contract.ts';
import { useDrive } from '../app-state.ts';
import { errorText } from '../errors.ts';

export interface Upload {
  send(files: readonly UploadFile[]): void;
  /** Lets the person choose files, or a folder with everything in it. */
  pick(what: 'files' | 'folder'): void;
  drop(data: DataTransfer): void;
}

const fileOf = (entry: FileSystemFileEntry): Promise<File> => new Promise((resolve, reject) => { entry.file(resolve, reject); });

/** All of a folder's entries: the browser hands them out a hundred at a time. */
async function childrenOf(entry: FileSystemDirectoryEntry): Promise<FileSystemEntry[]> {
  const reader = entry.createReader();
  const children: FileSystemEntry[] = [];
  for (;;) {
    const some = await new Promise<FileSystemEntry[]>((resolve, reject) => { reader.readEntries(resolve, reject); });
    if (some.length === 0) return children;
    children.push(...some);
  }
}

async function filesIn(entry: FileSystemEntry, folder: string): Promise<UploadFile[]> {
  const path = folder === '' ? entry.name : `${folder}/${entry.name}`;
  if (entry.isFile) return [{ file: await fileOf(entry as FileSystemFileEntry), path }];
  const found: UploadFile[] = [];
  for (const child of await childrenOf(entry as FileSystemDirectoryEntry)) found.push(...await filesIn(child, path));
  return found;
}

/** Files and whole folders out of a drop. The entries must be taken before the event is over. */
export async function filesOfDrop(data: DataTransfer): Promise<UploadFile[]> {
  const entries = [...data.items].filter(({ kind }) => kind === 'file').map((item) => item.webkitGetAsEntry());
  const loose = [...data.files];
  if (entries.some((entry) => entry === null)) return loose.map((file) => ({ file, path: file.name }));
  const found: UploadFile[] = [];
  for (const entry of entries) if (entry !== null) found.push(...await filesIn(entry, ''));
  return found;
}

export const filesOfInput = (input: HTMLInputElement): UploadFile[] =>
  [...input.files ?? []].map((file) => ({ file, path: file.webkitRelativePath === '' ? file.name : file.webkitRelativePath }));

/** Ways to bring files into a folder; what they do is seen in the tray. */
export function useUpload(folder: string): Upload {
  const { api, notices } = useDrive();
  const complain = (error: unknown): void => { notices.toast(errorText(error), { look: 'danger' }); };
  const send = (files: readonly UploadFile[]): void => {
    if (files.length > 0) api.upload(files, folder).catch(complain);
  };
  return {
    send,
    pick(what) {
      const input = document.createElement('input');
      input.type = 'file';
      input.multiple = true;
      input.webkitdirectory = what === 'folder';
      input.addEventListener('change', () => { send(filesOfInput(input)); });
      input.click();
    },
    drop(data) { filesOfDrop(data).then(send, complain); },
  };
}
