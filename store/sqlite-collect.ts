import type { Cid } from '../wire/index.ts';
import { ENVELOPE_SECONDS, KEPT_SECONDS, type Collection } from './rows.ts';
import { rawCid } from './sqlite-row.ts';
import type { Holdings } from './sqlite-holdings.ts';
import type { Row, Sqlite } from './sqlite.ts';

/** One bounded step inside a transaction, in an order that frees in one run what it can. */
export function collect(db: Sqlite, holdings: Holdings, now: number, limit: number, spared: (cid: Cid) => boolean): Collection {
  const before = now - KEPT_SECONDS;
  const orphans = dropOrphans(db, before, limit, spared);
  const counts = [
    orphans.seen,
    db.run('DELETE FROM nodes WHERE (space, hash) IN (SELECT space, hash FROM nodes WHERE stale < ? LIMIT ?)', before, limit),
    db.run('DELETE FROM roots WHERE (space, hash) IN (SELECT space, hash FROM roots WHERE replaced < ? LIMIT ?)', before, limit),
    db.run('DELETE FROM answers WHERE record IN (SELECT record FROM answers WHERE at < ? LIMIT ?)', before, limit),
    db.run('DELETE FROM envelopes WHERE id IN (SELECT id FROM envelopes WHERE at < ? LIMIT ?)', now - ENVELOPE_SECONDS, limit),
    dropCells(db, holdings, db.all(
      `SELECT cells.space, hash, fragments, account FROM cells JOIN spaces ON spaces.id = cells.space WHERE stale < ? LIMIT ?`, before, limit), now),
    holdings.expire(before, now, limit),
    emptyRetired(db, holdings, now, limit),
  ];
  return { files: orphans.files, more: counts.some((count) => count >= limit) };
}

function dropOrphans(db: Sqlite, before: number, limit: number, spared: (cid: Cid) => boolean): { files: Cid[]; seen: number } {
  const files: Cid[] = [];
  const orphans = db.all('SELECT id, digest, bytes IS NULL AS file FROM blocks WHERE orphaned < ? LIMIT ?', before, limit);
  for (const row of orphans) {
    const cid = rawCid(row.bytes('digest'));
    if (spared(cid)) continue;
    db.run('DELETE FROM blocks WHERE id = ?', row.number('id'));
    if (row.number('file') === 1) files.push(cid);
  }
  return { files, seen: orphans.length };
}

function dropCells(db: Sqlite, holdings: Holdings, cells: readonly Row[], now: number): number {
  for (const cell of cells) {
    db.run('DELETE FROM cells WHERE space = ? AND hash = ?', cell.number('space'), cell.bytes('hash'));
    holdings.release(cell.number('account'), cell.bytes('fragments'), now);
  }
  return cells.length;
}

/** A retired space keeps its row, so that its name stays taken and says `retired`; everything else goes. */
function emptyRetired(db: Sqlite, holdings: Holdings, now: number, limit: number): number {
  const [space] = db.all(
    `SELECT id FROM spaces WHERE retired IS NOT NULL
     AND (EXISTS (SELECT 1 FROM cells WHERE space = spaces.id) OR EXISTS (SELECT 1 FROM nodes WHERE space = spaces.id)) LIMIT 1`);
  if (space === undefined) return 0;
  const id = space.number('id');
  const nodes = db.run('DELETE FROM nodes WHERE space = ? AND hash IN (SELECT hash FROM nodes WHERE space = ? LIMIT ?)', id, id, limit);
  const cells = dropCells(db, holdings, db.all(
    'SELECT cells.space, hash, fragments, account FROM cells JOIN spaces ON spaces.id = cells.space WHERE cells.space = ? LIMIT ?', id, limit), now);
  return Math.max(limit, nodes + cells);
}
