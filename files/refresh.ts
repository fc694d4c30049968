import { driveSource } from './drive-source.ts';
import { rootFolder, type Folder } from './folder.ts';
import { locate, locateFolder } from './locate.ts';
import { Put } from './put.ts';
import type { PutSource } from './put-source.ts';
import { consult } from './reader.ts';
import type { DriveSession } from './session.ts';
import { walk, type Walked } from './walk.ts';

export interface RefreshOptions {
  /** Content to encrypt anew in this call, about; 256 MiB unless said otherwise. */
  readonly bytes?: number;
  readonly signal?: AbortSignal;
}

const BYTES = 256 * 1024 * 1024;

/** Encrypts files anew whose secrets a former reader knows, as many as `bytes` allows; tells how many are left. */
export async function refreshExposed(session: DriveSession, names: readonly string[], options: RefreshOptions): Promise<{ files: number; left: number }> {
  const exposed = await exposedBelow(session, names, options.signal);
  const folders = new Map<string, { path: readonly string[]; sources: PutSource[] }>();
  let bytes = options.bytes ?? BYTES;
  let files = 0;
  for (const { names: below, entry, parent } of exposed) {
    if (bytes <= 0) break;
    bytes -= Math.max(1, entry.size);
    const path = below.slice(0, -1);
    const folder = folders.get(path.join('/')) ?? { path, sources: [] };
    folders.set(path.join('/'), folder);
    folder.sources.push(driveSource(session, parent, entry));
    files++;
  }
  const signal = options.signal === undefined ? {} : { signal: options.signal };
  for (const { path, sources } of folders.values()) await new Put(session, path, signal).run(sources);
  return { files, left: exposed.length - files };
}

/** Exposed files that are ours to write, with their whole paths. */
async function exposedBelow(session: DriveSession, names: readonly string[], signal: AbortSignal | undefined): Promise<Walked[]> {
  const out: Walked[] = [];
  const take = (item: Walked): void => {
    if (item.entry.exposed && item.entry.kind === 'file' && item.parent.space.key !== null) out.push(item);
  };
  const top = await topOf(session, names, signal, take);
  if (top === null) return out;
  for await (const item of walk(session, top, signal === undefined ? {} : { signal })) take({ ...item, names: [...names, ...item.names] });
  return out;
}

async function topOf(session: DriveSession, names: readonly string[], signal: AbortSignal | undefined, file: (item: Walked) => void): Promise<Folder | null> {
  if (names.length === 0) return rootFolder(session);
  const { parent, entry } = await consult(session, (reader) => locate(reader, names), signal);
  if (entry.kind === 'folder') return consult(session, (reader) => locateFolder(reader, names), signal);
  file({ names, entry, parent });
  return null;
}
