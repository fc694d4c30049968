import { equalBytes } from '../crypto/index.ts';
import { chunkPlace } from './keys.ts';
import type { Entry } from './entry.ts';
import { FilesError } from './error.ts';
import { enter, placeOf, warm, type Folder } from './folder.ts';
import type { FolderEdit, FolderEdits } from './folder-edit.ts';
import { locateFolder } from './locate.ts';
import { changePending, without, type PendingUpload } from './pending.ts';
import type { PlannedFile, PlannedFolder } from './put-plan.ts';
import { discardFile } from './sweep.ts';
import type { Transaction } from './transaction.ts';

/** Finds and makes the folders of a put within one transaction, and sets its files' entries. */
export class PutPlaces {
  readonly #edits: FolderEdits;
  readonly #tx: Transaction;
  readonly #base: readonly string[];
  readonly #folders = new Map<PlannedFolder, Promise<FolderEdit>>();
  /** Folders that this transaction makes. */
  readonly made: PlannedFolder[] = [];

  constructor(edits: FolderEdits, base: readonly string[]) {
    this.#edits = edits;
    this.#tx = edits.tx;
    this.#base = base;
  }

  /** Reads what `folders` are in, level by level, so that many folders cost few round trips. */
  async warm(folders: readonly PlannedFolder[]): Promise<void> {
    const existing = folders.flatMap(({ existing: folder }) => (folder === null ? [] : [folder]));
    await warm(this.#tx, existing);
  }

  edit(planned: PlannedFolder): Promise<FolderEdit> {
    const known = this.#folders.get(planned) ?? this.#open(planned);
    this.#folders.set(planned, known);
    return known;
  }

  async #open(planned: PlannedFolder): Promise<FolderEdit> {
    if (planned.above === null) return this.#edits.of(await locateFolder(this.#tx, this.#base));
    const above = await this.edit(planned.above);
    const found = await above.find(planned.name);
    if (found !== null) return this.#edits.of(enter(this.#tx.session, above.folder, found));
    if (planned.made) planned.renew();
    const { id, name, modified, secret } = planned;
    const entry: Entry = { id, name, kind: 'folder', size: 0, modified, created: this.#tx.session.now(), secret, target: null, exposed: false };
    await above.put(entry);
    this.made.push(planned);
    return this.#edits.of(enter(this.#tx.session, above.folder, entry), true);
  }

  /** Where the chunks of a file belong. */
  async placeOf(file: PlannedFile): Promise<Pick<Folder, 'space' | 'node'>> {
    const { folder } = await this.edit(file.folder);
    return file.replaces === null ? folder : placeOf(this.#tx.session, folder, file.replaces);
  }

  /** Sets the entry of a file whose chunks are all stored, or go along. */
  async finish(file: PlannedFile): Promise<void> {
    const edit = await this.edit(file.folder);
    const found = await edit.find(file.name);
    const entry: Entry = {
      id: file.id, name: file.name, kind: 'file', size: file.source.size, modified: file.source.modified, created: this.#tx.session.now(),
      secret: file.secret, target: null, exposed: false,
    };
    file.placed = file.name;
    if (found === null) await edit.put(entry);
    else if (equalBytes(found.secret, file.secret)) file.placed = found.name;
    else if (isReplaced(file, found)) await this.#replace(edit, found, entry);
    else await edit.put({ ...entry, name: file.placed = await edit.freeName(file.name) });
    if (file.noted) await changePending(this.#tx, (pending) => without(pending, file.secret));
  }

  async #replace(edit: FolderEdit, found: Entry, entry: Entry): Promise<void> {
    const place = placeOf(this.#tx.session, edit.folder, found);
    await edit.put({ ...entry, id: found.id, created: found.created, target: found.target });
    await discardFile(this.#tx, place, found);
  }

  /** A large file goes on after an interruption when the record speaks of it. */
  async note(upload: PendingUpload): Promise<void> {
    await changePending(this.#tx, (pending) => ({ ...pending, uploads: [...without(pending, upload.secret).uploads, upload] }));
  }

  /** Chunks that went to where the file was to be, before its folder was moved to another space. */
  async follow(file: PlannedFile): Promise<void> {
    const { space } = await this.placeOf(file);
    if (space === file.space) return;
    for (const [index, fragments] of file.stored) {
      const { label } = chunkPlace(file.secret, index);
      this.#tx.refer(space, label, fragments);
      this.#tx.remove(file.space, label);
    }
  }
}

/** Only what stood there when the put began is replaced; what came since is somebody else's new work. */
function isReplaced(file: PlannedFile, found: Entry): boolean {
  const { replaces } = file;
  if (found.kind !== 'file') throw new FilesError('not-a-file', 'There is a folder where this file should go; rename one of them.');
  return replaces !== null && replaces.id === found.id && equalBytes(replaces.secret, found.secret);
}

