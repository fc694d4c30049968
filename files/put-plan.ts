import { randomBytes, toHex } from '../crypto/index.ts';
import type { Space } from '../node/index.ts';
import type { Cid } from '../wire/index.ts';
import { chunkCount } from './chunks.ts';
import type { Entry } from './entry.ts';
import { FilesError } from './error.ts';
import { enter, entriesOf, placeOf, readFolder, reveal, warm, type Folder } from './folder.ts';
import { generateFolderSecret, type FileSecret, type FolderSecret } from './keys.ts';
import { findIn } from './locate.ts';
import { checkFileName, DEPTH_MAX } from './name.ts';
import type { PutSource } from './put-source.ts';
import type { Reader } from './reader.ts';

export const newId = (): string => toHex(randomBytes(16));

/** A folder of the destination: one that was there, or one that the put makes. */
export class PlannedFolder {
  readonly above: PlannedFolder | null;
  readonly name: string;
  readonly modified: number;
  readonly depth: number;
  /** As it was found at first. */
  existing: Folder | null;
  /** What it is made with, when it is not there. */
  id = newId();
  secret: FolderSecret = generateFolderSecret();
  /** A commit has made it. */
  made = false;
  /** Names of files that this put has planned in it: a second of the same name replaces nothing. */
  readonly names = new Set<string>();

  constructor(above: PlannedFolder | null, name: string, modified: number, existing: Folder | null) {
    this.above = above;
    this.name = name;
    this.modified = modified;
    this.existing = existing;
    this.depth = above === null ? 0 : above.depth + 1;
    if (this.depth > DEPTH_MAX) throw new FilesError('too-deep', `Folders go at most ${DEPTH_MAX} deep.`);
  }

  /** No second folder may have the same secret: for one that was made, and then moved away by someone else. */
  renew(): void {
    this.id = newId();
    this.secret = generateFolderSecret();
    this.made = false;
  }
}

/** A file on its way. */
export interface PlannedFile {
  readonly source: PutSource;
  readonly folder: PlannedFolder;
  readonly name: string;
  readonly id: string;
  /** What stood under its name at first: that is what it replaces, and nothing that came later. */
  readonly replaces: Entry | null;
  secret: FileSecret;
  readonly chunks: number;
  /** Where its chunks go. */
  space: Space;
  /** Fragments of the chunks that are stored, or about to be. */
  readonly stored: Map<number, readonly Cid[]>;
  /** The record of interrupted work speaks of it. */
  noted: boolean;
  /** Its name in the end. */
  placed: string;
}

export interface Planned {
  readonly folder?: PlannedFolder;
  readonly file?: Omit<PlannedFile, 'secret'>;
  /** A file that is there already, unchanged. */
  readonly same?: { readonly source: PutSource; readonly name: string; readonly folder: PlannedFolder };
}

/** Goes through the sources, each folder before what is in it. `glance` looks things up as the session has seen them last. */
export async function* planPut(
  sources: AsyncIterable<PutSource> | Iterable<PutSource>, into: PlannedFolder, rename: string | undefined, glance: <T>(work: (reader: Reader) => Promise<T>) => Promise<T>,
): AsyncGenerator<Planned> {
  for await (const source of sources) {
    const name = checkFileName(rename ?? source.name);
    const { existing } = into;
    const found = existing === null ? null : await glance((reader) => findIn(reader, existing, name));
    if (source.kind === 'file') {
      yield planFile(source, into, name, into.names.has(name) ? null : found, await homeOf(into, glance));
      into.names.add(name);
      continue;
    }
    if (found !== null && found.kind !== 'folder') throw new FilesError('not-a-folder', 'There is a file where this folder should go; rename one of them.');
    const below = existing === null || found === null ? null : await glance((reader) => enterAhead(reader, existing, found));
    const folder = new PlannedFolder(into, name, source.modified, below);
    yield { folder };
    if (source.children !== undefined) yield* planPut(source.children(), folder, undefined, glance);
  }
}

/** Folders looked at ahead at a time. */
const AHEAD = 256;

/** Enters a folder that is there, and brings the folders in it at once: a put over a deep tree would wait for each otherwise. */
async function enterAhead(reader: Reader, parent: Folder, entry: Entry): Promise<Folder> {
  const folder = enter(reader.session, parent, entry);
  const entries = await reveal(folder, entriesOf(await readFolder(reader, folder, { lazy: true })));
  const below = entries.filter(({ kind, target }) => kind === 'folder' && target === null).slice(0, AHEAD);
  await warm(reader, below.map((child) => enter(reader.session, folder, child)));
  return folder;
}

function planFile(source: PutSource, folder: PlannedFolder, name: string, found: Entry | null, home: { space: Space; target: (entry: Entry) => Space }): Planned {
  if (found?.kind === 'folder') throw new FilesError('not-a-file', 'There is a folder where this file should go; rename one of them.');
  // As rsync's quick check, and only for sources that can tell whether they have changed.
  const same = found !== null && source.fingerprint !== undefined && found.size === source.size && found.modified === source.modified && !found.exposed;
  if (same) return { same: { source, name, folder } };
  const space = found === null ? home.space : home.target(found);
  return { file: { source, folder, name, id: newId(), replaces: found, chunks: chunkCount(source.size), space, stored: new Map(), noted: false, placed: name } };
}

/** The space that files of a folder go to, as far as can be told before it is made. */
async function homeOf(folder: PlannedFolder, glance: <T>(work: (reader: Reader) => Promise<T>) => Promise<T>): Promise<{ space: Space; target: (entry: Entry) => Space }> {
  let known: PlannedFolder | null = folder;
  while (known !== null && known.existing === null) known = known.above;
  const place = known?.existing;
  if (place === null || place === undefined) throw new FilesError('not-found', 'The folder to put into is not there.');
  return glance(async ({ session }) => ({ space: place.space, target: (entry) => placeOf(session, place, entry).space }));
}
