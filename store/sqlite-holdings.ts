import { cidDigest, WireError, type Cid } from '../wire/index.ts';
import { missingBlock, quotaFull } from './errors.ts';
import type { CoverSegments, Id, StoredBlock } from './rows.ts';
import { decodeFragments } from './sqlite-row.ts';
import type { Sqlite } from './sqlite.ts';

/**
 * Which account holds which block, how often, and what that costs. A holding with uses is named by a cell or a cover
 * log; one that waits was sent and is not named yet. Called inside a transaction.
 */
export class Holdings {
  readonly #db: Sqlite;

  constructor(db: Sqlite) {
    this.#db = db;
  }

  /** Writes the blocks' rows and lets the account wait for them. Throws `quota-full`. */
  receive(account: Id, blocks: readonly StoredBlock[], now: number): void {
    let added = 0;
    for (const { cid, size, bytes } of blocks) {
      const digest = cidDigest(cid);
      this.#db.run('INSERT INTO blocks (digest, size, holders, orphaned, bytes) VALUES (?, ?, 0, ?, ?) ON CONFLICT (digest) DO NOTHING', digest, size, now, bytes);
      const block = this.#blockId(digest);
      if (this.#db.run('UPDATE holdings SET waiting = ? WHERE account = ? AND block = ?', now, account, block) > 0) continue;
      this.#db.run('INSERT INTO holdings (account, block, uses, waiting) VALUES (?, ?, 0, ?)', account, block, now);
      this.#db.run('UPDATE blocks SET holders = holders + 1, orphaned = NULL WHERE id = ?', block);
      added += size;
    }
    if (added === 0) return;
    this.#db.run('UPDATE accounts SET used = used + ? WHERE id = ?', added, account);
    const holder = this.#db.get('SELECT quota, used FROM accounts WHERE id = ?', account);
    if (holder === null) throw new WireError('unknown-account', 'The node has no such account.');
    if (holder.number('used') > holder.number('quota')) throw quotaFull();
  }

  /** One more use of each distinct block. Throws `missing-block` where the account holds one of them in no way. */
  use(account: Id, blocks: Iterable<Cid>): void {
    for (const cid of new Set(blocks)) {
      const changed = this.#db.run(
        'UPDATE holdings SET uses = uses + 1, waiting = NULL WHERE account = ? AND block = (SELECT id FROM blocks WHERE digest = ?)', account, cidDigest(cid));
      if (changed === 0) throw missingBlock();
    }
  }

  /** True where an account has it waiting, or names it by anything but cells of spaces with terms. Blocks that nobody holds are on their way out. */
  isPublic(digest: Uint8Array): boolean {
    return this.#db.get(
      `SELECT 1 FROM holdings AS held JOIN blocks ON blocks.id = held.block WHERE digest = ? AND (uses = 0 OR uses > (
         SELECT count(*) FROM spaces JOIN cells ON cells.space = spaces.id
         WHERE spaces.account = held.account AND terms = 1 AND instr(fragments, digest) > 0)) LIMIT 1`, digest) !== null;
  }

  /** One use less of each distinct block; the last gives its room back to the account. */
  release(account: Id, fragments: Uint8Array, now: number): void {
    for (const cid of new Set(decodeFragments(fragments))) {
      const block = this.#blockId(cidDigest(cid));
      this.#db.run('UPDATE holdings SET uses = uses - 1 WHERE account = ? AND block = ?', account, block);
      this.#letGo(account, block, now);
    }
  }

  /** Ends the wait of at most `limit` blocks that arrived before `before`; returns how many. */
  expire(before: number, now: number, limit: number): number {
    const late = this.#db.all('SELECT account, block FROM holdings WHERE waiting < ? LIMIT ?', before, limit);
    for (const row of late) {
      this.#db.run('UPDATE holdings SET waiting = NULL WHERE account = ? AND block = ?', row.number('account'), row.number('block'));
      this.#letGo(row.number('account'), row.number('block'), now);
    }
    return late.length;
  }

  cover(account: Id, space: Id, cover: CoverSegments): void {
    this.#db.run('INSERT INTO lane (space, at, item) VALUES (?, ?, ?)', space, cover.laneAt, cover.header);
    // A segment is named once each time it is appended, which keeps it for good.
    for (const { at, entries, block } of cover.segments) {
      this.use(account, [block]);
      this.#db.run('INSERT INTO cover (space, at, entries, block) VALUES (?, ?, ?, ?)', space, at, entries, this.#blockId(cidDigest(block)));
    }
  }

  #letGo(account: Id, block: number, now: number): void {
    if (this.#db.run('DELETE FROM holdings WHERE account = ? AND block = ? AND uses <= 0 AND waiting IS NULL', account, block) === 0) return;
    this.#db.run('UPDATE accounts SET used = used - (SELECT size FROM blocks WHERE id = ?) WHERE id = ?', block, account);
    this.#db.run('UPDATE blocks SET holders = holders - 1, orphaned = iif(holders = 1, ?, NULL) WHERE id = ?', now, block);
  }

  #blockId(digest: Uint8Array): number {
    const row = this.#db.get('SELECT id FROM blocks WHERE digest = ?', digest);
    if (row === null) throw missingBlock();
    return row.number('id');
  }
}
