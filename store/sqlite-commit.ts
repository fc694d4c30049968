import { encodeRoot, pointerHash, rootHash, WireError, cidDigest, type Cid } from '../wire/index.ts';
import { sha256 } from '../crypto/index.ts';
import type { Advance, CellUse, CommitBatch, Id, NewAccount, Space } from './rows.ts';
import { encodeFragments, encodeFrontiers } from './sqlite-row.ts';
import type { Holdings } from './sqlite-holdings.ts';
import type { Sqlite } from './sqlite.ts';

/** Applies a commit inside a transaction; false where a space is no longer where the batch begins. */
export function applyCommit(db: Sqlite, holdings: Holdings, batch: CommitBatch): boolean {
  if (!batch.spaces.every(({ before }) => before === null || isAt(db, before))) return false;
  const account = typeof batch.account === 'number' ? batch.account : createAccount(db, batch.account, batch.now);
  holdings.receive(account, batch.blocks, batch.now);
  for (const advance of batch.spaces) applyAdvance(db, holdings, account, advance, batch.now);
  for (const space of batch.retire) db.run('UPDATE spaces SET retired = ? WHERE id = ? AND retired IS NULL', batch.now, space);
  db.run('INSERT OR REPLACE INTO answers (record, at, answer) VALUES (?, ?, ?)', cidDigest(batch.record), batch.now, batch.answer);
  return true;
}

export function answerTo(db: Sqlite, record: Cid): Uint8Array | null {
  return db.get('SELECT answer FROM answers WHERE record = ?', cidDigest(record))?.bytes('answer') ?? null;
}

function isAt(db: Sqlite, before: Pick<Space, 'id' | 'sequence'>): boolean {
  return db.get('SELECT id FROM spaces WHERE id = ? AND sequence = ? AND retired IS NULL', before.id, before.sequence) !== null;
}

function createAccount(db: Sqlite, account: NewAccount, now: number): Id {
  if (account.invitation !== null && db.run('DELETE FROM invitations WHERE hash = ?', sha256(account.invitation)) === 0) {
    throw new WireError('invitation-required', 'The invitation is not valid or was used already: ask the host of the node for another.');
  }
  if (db.get('SELECT id FROM accounts WHERE login = ? OR key = ?', account.login, account.key) !== null) {
    throw new WireError('name-taken', 'This login name is taken on this node: choose another.');
  }
  const { N, r, p } = account.scrypt;
  return db.insert(
    'INSERT INTO accounts (key, login, n, r, p, quota, used, created) VALUES (?, ?, ?, ?, ?, ?, 0, ?)', account.key, account.login, N, r, p, account.quota, now);
}

function applyAdvance(db: Sqlite, holdings: Holdings, account: Id, advance: Advance, now: number): void {
  const space = advance.before === null ? createSpace(db, account, advance) : moveSpace(db, advance.before.id, advance, now);
  for (const { hash, encoded } of advance.nodes.added) {
    db.run('INSERT INTO nodes (space, hash, stale, encoded) VALUES (?, ?, NULL, ?) ON CONFLICT (space, hash) DO UPDATE SET stale = NULL', space, hash, encoded);
  }
  for (const hash of advance.nodes.removed) db.run('UPDATE nodes SET stale = ? WHERE space = ? AND hash = ?', now, space, hash);
  for (const use of advance.cells) changeCell(db, holdings, account, space, use, now);
  if (advance.cover !== null) holdings.cover(account, space, advance.cover);
}

function createSpace(db: Sqlite, account: Id, { writer, home, terms, sequence, pointer, root, frontiers }: Advance): Id {
  return db.insert(
    `INSERT INTO spaces (writer, account, home, terms, expires, opens, retired, sequence, pointer, signature, pointer_hash, root, root_hash, frontiers)
     VALUES (?, ?, ?, ?, ?, ?, NULL, ?, ?, ?, ?, ?, ?, ?)`,
    writer, account, home ? 1 : 0, terms === null ? 0 : 1, terms?.expires ?? null, terms?.opens ?? null,
    sequence, pointer.pointer, pointer.signature, pointerHash(pointer), encodeRoot(root), rootHash(root), encodeFrontiers(frontiers));
}

function moveSpace(db: Sqlite, space: Id, { sequence, pointer, root, frontiers }: Advance, now: number): Id {
  db.run('INSERT OR REPLACE INTO roots (space, hash, root, frontiers, replaced) SELECT id, root_hash, root, frontiers, ? FROM spaces WHERE id = ?', now, space);
  db.run(
    'UPDATE spaces SET sequence = ?, pointer = ?, signature = ?, pointer_hash = ?, root = ?, root_hash = ?, frontiers = ? WHERE id = ?',
    sequence, pointer.pointer, pointer.signature, pointerHash(pointer), encodeRoot(root), rootHash(root), encodeFrontiers(frontiers), space);
  return space;
}

function changeCell(db: Sqlite, holdings: Holdings, account: Id, space: Id, { hash, by, fragments }: CellUse, now: number): void {
  const changed = db.run('UPDATE cells SET uses = uses + ?, stale = iif(uses + ? > 0, NULL, coalesce(stale, ?)) WHERE space = ? AND hash = ?', by, by, now, space, hash);
  if (changed > 0 || fragments === null) return;
  holdings.use(account, fragments);
  db.run('INSERT INTO cells (space, hash, uses, stale, fragments) VALUES (?, ?, ?, NULL, ?)', space, hash, by, encodeFragments(fragments));
}
