import type { Space } from '../node/index.ts';
import { WireError, type Label } from '../wire/index.ts';
import { chunkCount, chunkLabels } from './chunks.ts';
import type { Entry } from './entry.ts';
import { FilesError } from './error.ts';
import { capabilityOf, type Folder } from './folder.ts';
import { changePending, readPending, without, type PendingSweep } from './pending.ts';
import { consult, type Reader } from './reader.ts';
import type { DriveSession } from './session.ts';
import { transact, type Transaction } from './transaction.ts';
import { fileLabels, folderLabels, surveyItem, type Tree } from './tree.ts';

/** Cells that one commit removes at most; what is more goes in several, and is noted down until it is done. */
export const REMOVALS_MAX = 2000;
const UPLOAD_AGE_MAX = 30 * 24 * 3600 * 1000;

/** Stages the removal of a file's chunks, at once or, where they are many, later. */
export async function discardFile(tx: Transaction, place: Pick<Folder, 'space' | 'node'>, entry: Pick<Entry, 'secret' | 'size'>): Promise<void> {
  if (chunkCount(entry.size) > REMOVALS_MAX / 4) return sweepLater(tx, place, { kind: 'file', secret: entry.secret, size: entry.size });
  for (const label of chunkLabels(entry)) tx.remove(place.space, label);
}

/** Notes down cells to be removed after this transaction. */
export async function sweepLater(tx: Transaction, place: Pick<Folder, 'space' | 'node'>, item: Pick<Entry, 'kind' | 'secret' | 'size'>): Promise<void> {
  const { space, write } = capabilityOf(place);
  const where = place.space === tx.session.home || write === null ? null : { space, write };
  const sweep: PendingSweep = { space: where, kind: item.kind, secret: item.secret, size: item.size };
  await changePending(tx, (pending) => ({ ...pending, sweeps: [...pending.sweeps, sweep] }));
}

/** Does all that is noted down to be removed, and gives up uploads that nobody went on with for 30 days. */
export async function sweepPending(session: DriveSession): Promise<void> {
  await transact(session, async (tx) => {
    const stale = session.now() - UPLOAD_AGE_MAX;
    await changePending(tx, (pending) => {
      const old = pending.uploads.filter(({ since }) => since < stale);
      // An upload elsewhere than at home has no writer key noted: its space is swept with what it belongs to.
      const sweeps = old.filter(({ space }) => String(space) === String(session.home.writer)).map(({ secret, size }): PendingSweep => ({ space: null, kind: 'file', secret, size }));
      return old.length === 0 ? pending : { uploads: pending.uploads.filter(({ since }) => since >= stale), sweeps: [...pending.sweeps, ...sweeps] };
    });
  });
  const { sweeps } = await consult(session, readPending);
  for (const sweep of sweeps) await sweepOne(session, sweep);
}

/** What is left of an item that is to be swept. */
export function surveySweep(reader: Reader, space: Space, { kind, secret, size }: PendingSweep): Promise<Tree> {
  const entry: Entry = { id: '', name: '', kind, secret, size, modified: 0, created: 0, target: null, exposed: false };
  return surveyItem(reader, { space, node: null }, entry);
}

export function spaceOfSweep(session: DriveSession, { space }: PendingSweep): Space {
  return space === null ? session.home : session.space({ ...space, node: null });
}

async function sweepOne(session: DriveSession, sweep: PendingSweep): Promise<void> {
  const space = spaceOfSweep(session, sweep);
  const done = async (tx: Transaction): Promise<void> => changePending(tx, (pending) => without(pending, sweep.secret));
  try {
    await removeItem(session, space, sweep, done);
  } catch (error) {
    if (!isHopeless(error)) throw error;
    await transact(session, done);
  }
}

/** A space that is gone has taken its cells along; a tree that cannot be walked through leaves them for `check` to find. */
function isHopeless(error: unknown): boolean {
  if (error instanceof WireError) return error.code === 'retired' || error.code === 'unknown-space';
  return error instanceof FilesError && (error.code === 'corrupt' || error.code === 'too-deep' || error.code === 'too-large');
}

/** Removes all cells of an item that are in `space`: chunks first, and the folder cells that tell of them last. */
async function removeItem(session: DriveSession, space: Space, sweep: PendingSweep, done: (tx: Transaction) => Promise<void>): Promise<void> {
  const tree = await consult(session, (reader) => surveySweep(reader, space, sweep));
  let batch: Label[] = [];
  for (const label of fileLabels(tree)) {
    batch.push(label);
    if (batch.length < REMOVALS_MAX) continue;
    await removeLabels(session, space, batch);
    batch = [];
  }
  for (const label of folderLabels(tree)) {
    if (batch.length >= REMOVALS_MAX) {
      await removeLabels(session, space, batch);
      batch = [];
    }
    batch.push(label);
  }
  await transact(session, async (tx) => {
    for (const label of batch) tx.remove(space, label);
    await done(tx);
  });
}

async function removeLabels(session: DriveSession, space: Space, labels: readonly Label[]): Promise<void> {
  await transact(session, async (tx) => {
    for (const label of labels) tx.remove(space, label);
  });
}

/** Sweeps in the background, a while after there is something to sweep. */
export class Sweeper {
  readonly #session: DriveSession;
  #timer: ReturnType<typeof setTimeout> | null = null;
  #running: Promise<void> = Promise.resolve();

  constructor(session: DriveSession) {
    this.#session = session;
  }

  /** Not at once: what a person waits for goes first. */
  schedule(): void {
    this.#timer ??= setTimeout(() => void this.settled().catch(() => undefined), 1500);
  }

  /** Resolves when nothing is left to be swept. */
  async settled(): Promise<void> {
    if (this.#timer !== null) {
      clearTimeout(this.#timer);
      this.#timer = null;
      const before = this.#running.catch(() => undefined);
      this.#running = before.then(() => sweepPending(this.#session));
    }
    await this.#running;
  }
}
