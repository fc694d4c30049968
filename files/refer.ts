import type { Space } from '../node/index.ts';
import { mapKey, type Cid, type Label } from '../wire/index.ts';
import { FilesError } from './error.ts';
import type { DriveSession } from './session.ts';
import { transact } from './transaction.ts';

/** Cells with five fragments each that fit in one commit record beside all else. */
export const REFERENCES_MAX = 3000;
const LOOK_UPS = 64;

/** The fragments of cells that are there, from what the session has seen or else from the node. Throws FilesError('corrupt') for one that is not. */
export async function fragmentsOf(session: DriveSession, space: Space, labels: readonly Label[]): Promise<(readonly Cid[])[]> {
  const known = labels.map((label) => knownFragments(session, space, label));
  const missing = labels.filter((_, index) => known[index] === null);
  const batches: Label[][] = [];
  for (let at = 0; at < missing.length; at += LOOK_UPS) batches.push(missing.slice(at, at + LOOK_UPS));
  const pinned = space.head !== null;
  const found = (await Promise.all(batches.map((batch) => space.read(batch, { bytes: 0, pinned })))).flat();
  let next = 0;
  return known.map((fragments) => {
    const cids = fragments ?? found[next++]?.fragments;
    if (cids === undefined) throw new FilesError('corrupt', 'A part of a file is missing from its space; run "underkeep check".');
    return cids;
  });
}

function knownFragments(session: DriveSession, space: Space, label: Label): readonly Cid[] | null {
  const key = mapKey(label);
  if (!space.shows(key)) return null;
  const hash = space.map.get(key);
  return hash === null ? null : session.cells.fragments(label, hash);
}

/** Refers to cells of one space in another, in as many commits as it takes; what is there already is left. */
export async function referAll(session: DriveSession, from: Space, to: Space, labels: readonly Label[]): Promise<void> {
  for (let at = 0; at < labels.length; at += REFERENCES_MAX) {
    const batch = labels.slice(at, at + REFERENCES_MAX);
    const fragments = await fragmentsOf(session, from, batch);
    await transact(session, async (tx) => {
      for (const [index, label] of batch.entries()) tx.refer(to, label, fragments[index] ?? null);
    });
  }
}
