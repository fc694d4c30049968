/** Where a download goes: a file that the person chose, which the worker writes; or null for a Blob that it hands back. */
export type DownloadTarget = FileSystemFileHandle | null;

interface FilePickers {
  showSaveFilePicker?(options: { suggestedName: string }): Promise<FileSystemFileHandle>;
}

/** Asks where to save, where the browser can: then nothing is kept in memory. 'none': the person thought better of it. */
export async function chooseTarget(name: string): Promise<DownloadTarget | 'none'> {
  const { showSaveFilePicker } = globalThis as FilePickers;
  if (showSaveFilePicker === undefined) return null;
  try {
    return await showSaveFilePicker.call(globalThis, { suggestedName: name });
  } catch (error) {
    if (error instanceof DOMException && error.name === 'AbortError') return 'none';
    // Not called from a click, or not allowed here: the Blob is left.
    return null;
  }
}

/** Hands a Blob to the browser's own downloads. */
export function saveBlob(blob: Blob, name: string): void {
  const link = document.createElement('a');
  link.href = URL.createObjectURL(blob);
  link.download = name;
  link.click();
  // The browser reads the Blob after this returns.
  setTimeout(() => { URL.revokeObjectURL(link.href); }, 60_000);
}
