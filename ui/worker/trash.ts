import { fromHex, randomBytes, toHex } from '../../crypto/index.ts';
import { FilesError, freeName, type Entry } from '../../files/index.ts';
import type { TrashItem } from '../contract.ts';
import { WorkerError } from './error.ts';
import { isForeign, itemOf, joined, namesOf, parentOf, TRASH } from './items.ts';
import type { Open } from './keeper.ts';

const TRASH_PATH = `/${TRASH}`;
const IN_TRASH = /^([0-9a-f]{32}) (.+)$/s;
const NAME_MAX = 200;

/**
 * The trash: a folder that listings leave out, whose items are named `<id> <name>`, and a note of where each came from. An
 * item without a note (the session ended in between) is put back into the root folder.
 */
export class Trash {
  readonly #open: Open;

  constructor(open: Open) {
    this.#open = open;
  }

  /** One commit for the move; the note follows by itself. */
  async discard(path: string): Promise<string> {
    const names = namesOf(path);
    const name = names.at(-1);
    if (name === undefined) throw new WorkerError('bad-path', 'The root folder cannot be removed.');
    if (isForeign(path)) throw new WorkerError('read-only', 'What others share can be read and copied, and not be changed.');
    const id = toHex(randomBytes(16));
    await this.#makeLight(names);
    await this.#moveIn(path, `${TRASH_PATH}/${id} ${shortened(name)}`);
    await this.#open.discarded.edit((items) => [...items, { id, from: path, removed: Date.now() }]);
    return id;
  }

  async list(): Promise<TrashItem[]> {
    const [entries, notes] = await Promise.all([this.#entries(), this.#open.discarded.get()]);
    const known = new Map(notes.map((note) => [note.id, note]));
    return entries.map(({ id, name, entry }) => {
      const note = known.get(id);
      const from = note?.from ?? `/${name}`;
      return { id, from, removed: note?.removed ?? entry.modified, item: itemOf({ ...entry, name: namesOf(from).at(-1) ?? name }, null, false) };
    }).sort((a, b) => b.removed - a.removed);
  }

  /** To where it was, under another name where that is taken; folders on the way are made again. */
  async restore(id: string): Promise<string> {
    const { drive } = this.#open.session;
    const found = (await this.#entries()).find((item) => item.id === id);
    if (found === undefined) throw gone();
    const notes = await this.#open.discarded.get();
    const from = notes.find((note) => note.id === id)?.from ?? `/${found.name}`;
    const parent = parentOf(from);
    if (parent !== '/') await drive.mkdir(parent, { parents: true });
    const taken = new Set((await drive.list(parent)).map(({ name }) => name));
    const to = joined(parent, freeName(namesOf(from).at(-1) ?? found.name, (name) => taken.has(name)));
    await drive.move(`${TRASH_PATH}/${found.entry.name}`, to);
    await this.#forget(new Set([id]));
    return to;
  }

  async purge(id?: string): Promise<void> {
    const found = (await this.#entries()).filter((item) => id === undefined || item.id === id);
    if (id !== undefined && found.length === 0) throw gone();
    for (const { entry } of found) await this.#open.session.drive.remove(`${TRASH_PATH}/${entry.name}`, { recursive: true });
    await this.#forget(new Set(found.map((item) => item.id)));
  }

  async #forget(ids: ReadonlySet<string>): Promise<void> {
    const notes = await this.#open.discarded.get();
    if (notes.some(({ id }) => ids.has(id))) await this.#open.discarded.edit((items) => items.filter((item) => !ids.has(item.id)));
  }

  /** Out of a space that is shared, a move would send all content anew; what is a space of its own goes as it is. */
  async #makeLight(names: readonly string[]): Promise<void> {
    const { drive } = this.#open.session;
    const above = await Promise.all(names.slice(0, -1).map(async (_, depth) => drive.stat(`/${names.slice(0, depth + 1).join('/')}`)));
    if (above.some(({ target }) => target !== null)) await drive.detach(`/${names.join('/')}`);
  }

  async #moveIn(path: string, to: string): Promise<void> {
    const { drive } = this.#open.session;
    try {
      await drive.move(path, to);
    } catch (error) {
      if (!(error instanceof FilesError) || error.code !== 'not-found') throw error;
      // Either the item or the trash is not there; only the second can be helped.
      await drive.stat(path);
      await drive.mkdir(TRASH_PATH, { parents: true });
      await drive.move(path, to);
    }
  }

  async #entries(): Promise<{ id: string; name: string; entry: Entry }[]> {
    try {
      const entries = await this.#open.session.drive.list(TRASH_PATH);
      return entries.flatMap((entry) => {
        const match = IN_TRASH.exec(entry.name);
        const [, id, name] = match ?? [];
        return id === undefined || name === undefined ? [] : [{ id: toHex(fromHex(id)), name, entry }];
      });
    } catch (error) {
      if (error instanceof FilesError && error.code === 'not-found') return [];
      throw error;
    }
  }
}

/** So that the id before it leaves room. */
function shortened(name: string): string {
  let cut = name;
  while (new TextEncoder().encode(cut).length > NAME_MAX) cut = Array.from(cut).slice(0, -1).join('');
  return cut;
}

function gone(): WorkerError {
  return new WorkerError('not-found', 'This is not in the trash any more.');
}
