import { toHex } from '../crypto/index.ts';
import type { Entry } from './entry.ts';
import { FilesError } from './error.ts';
import { enter, type Folder } from './folder.ts';
import { listFolder } from './locate.ts';
import { DEPTH_MAX } from './name.ts';
import { consult } from './reader.ts';
import type { DriveSession } from './session.ts';

export interface Walked {
  /** From the start of the walk. */
  readonly names: readonly string[];
  readonly entry: Entry;
  readonly parent: Folder;
}

/**
 * Everything below a folder, each folder before what is in it, into the spaces inside it too. A folder that is met twice
 * was put there twice by a hostile writer: it throws FilesError('too-deep') unless `failed` takes the error.
 */
export async function* walk(session: DriveSession, top: Folder, options: { readonly signal?: AbortSignal; readonly failed?: (names: readonly string[], error: unknown) => void } = {}): AsyncGenerator<Walked> {
  const met = new Set<string>();
  const stack: { folder: Folder; names: readonly string[] }[] = [{ folder: top, names: [] }];
  for (let next = stack.pop(); next !== undefined; next = stack.pop()) {
    const { folder, names } = next;
    let entries: Entry[] = [];
    try {
      const id = toHex(folder.space.writer) + toHex(folder.secret);
      if (met.has(id) || names.length > DEPTH_MAX) throw new FilesError('too-deep', 'This folder leads back into itself, or has no bottom: its writer made it so.');
      met.add(id);
      entries = await consult(session, (reader) => listFolder(reader, folder, { fresh: true }), options.signal);
    } catch (error) {
      if (options.failed === undefined) throw error;
      options.failed(names, error);
    }
    for (const entry of entries) yield { names: [...names, entry.name], entry, parent: folder };
    for (const entry of entries.reverse()) if (entry.kind === 'folder') stack.push({ folder: enter(session, folder, entry), names: [...names, entry.name] });
  }
}
