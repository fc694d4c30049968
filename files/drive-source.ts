import { Download } from './download.ts';
import type { Entry } from './entry.ts';
import { FilesError } from './error.ts';
import { enter, placeOf, type Folder } from './folder.ts';
import { listFolder } from './locate.ts';
import type { PutSource } from './put-source.ts';
import { consult } from './reader.ts';
import type { DriveSession } from './session.ts';

/** An item of a drive as something to be put: read in order, it streams. `met` holds the folders above, which it must not lead back to. */
export function driveSource(session: DriveSession, parent: Folder, entry: Entry, met: readonly string[] = []): PutSource {
  const { name, kind, modified, size } = entry;
  const stream = new Stream(session, parent, entry);
  return {
    name, kind, modified, size,
    read: (offset, length) => stream.read(offset, length),
    ...(kind === 'folder' ? { children: () => childrenOf(session, enter(session, parent, entry), met) } : {}),
  };
}

async function* childrenOf(session: DriveSession, folder: Folder, met: readonly string[]): AsyncGenerator<PutSource> {
  const own = String(folder.secret);
  if (met.includes(own)) throw new FilesError('too-deep', 'This folder leads back into itself, or has no bottom: its writer made it so.');
  const entries = await consult(session, (reader) => listFolder(reader, folder, { fresh: true }));
  for (const entry of entries) yield driveSource(session, folder, entry, [...met, own]);
}

/** Content read in order by pieces of any length; the requests run ahead. */
class Stream {
  readonly #session: DriveSession;
  readonly #parent: Folder;
  readonly #entry: Entry;
  #bytes: AsyncGenerator<Uint8Array> | null = null;
  #rest: Uint8Array = new Uint8Array();
  #at = 0;
  #turn: Promise<unknown> = Promise.resolve();

  constructor(session: DriveSession, parent: Folder, entry: Entry) {
    this.#session = session;
    this.#parent = parent;
    this.#entry = entry;
  }

  /** Pieces are asked for side by side, and taken in turn. */
  read(offset: number, length: number): Promise<Uint8Array> {
    const mine = this.#turn.then(() => this.#take(offset, length));
    this.#turn = mine.catch(() => undefined);
    return mine;
  }

  async #take(offset: number, length: number): Promise<Uint8Array> {
    if (this.#bytes === null || offset !== this.#at) {
      await this.#bytes?.return(undefined);
      const { space } = placeOf(this.#session, this.#parent, this.#entry);
      this.#bytes = new Download(this.#session, space, this.#entry, { offset }).bytes();
      this.#rest = new Uint8Array();
      this.#at = offset;
    }
    const out = new Uint8Array(length);
    for (let filled = 0; filled < length; ) {
      if (this.#rest.length === 0) await this.#more(this.#bytes);
      const part = this.#rest.subarray(0, length - filled);
      out.set(part, filled);
      filled += part.length;
      this.#rest = this.#rest.subarray(part.length);
    }
    this.#at += length;
    return out;
  }

  async #more(bytes: AsyncGenerator<Uint8Array>): Promise<void> {
    const next = await bytes.next();
    if (next.done === true) throw new FilesError('changed', 'A file changed while it was read; try again.');
    this.#rest = next.value;
  }
}
