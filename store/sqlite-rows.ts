import { concat, sha256, type PublicKey } from '../crypto/index.ts';
import { cidDigest, COVER_SEGMENT_ENTRIES, decodeRoot, hashText, type CellHash, type Cid, type LogHash, type Name, type NodeHash, type RootHash, type SignedIdentity } from '../wire/index.ts';
import type { Account, Collection, CommitBatch, Envelope, Id, OldRoot, Rows, Space, StoredBlock } from './rows.ts';
import { collect } from './sqlite-collect.ts';
import { answerTo, applyCommit } from './sqlite-commit.ts';
import { Holdings } from './sqlite-holdings.ts';
import * as people from './sqlite-people.ts';
import { accountOf, decodeFragments, decodeFrontiers, rawCid, spaceOf } from './sqlite-row.ts';
import { Sqlite, type Row } from './sqlite.ts';

/** `Rows` over one SQLite file. Synchronous underneath, so that each method is one step that nothing comes between. */
export class SqliteRows implements Rows {
  readonly #db: Sqlite;
  readonly #holdings: Holdings;

  /** Throws StoreError. */
  constructor(path: string) {
    this.#db = new Sqlite(path);
    this.#holdings = new Holdings(this.#db);
  }

  async account(key: PublicKey): Promise<Account | null> {
    return maybe(this.#db.get('SELECT * FROM accounts WHERE key = ?', key), accountOf);
  }

  async accountOfLogin(login: Name): Promise<Account | null> {
    return maybe(this.#db.get('SELECT * FROM accounts WHERE login = ?', login), accountOf);
  }

  async isInvited(invitation: Uint8Array): Promise<boolean> {
    return this.#db.get('SELECT hash FROM invitations WHERE hash = ?', sha256(invitation)) !== null;
  }

  async invite(invitation: Uint8Array, now: number): Promise<void> {
    this.#db.run('INSERT INTO invitations (hash, created) VALUES (?, ?)', sha256(invitation), now);
  }

  async space(writer: PublicKey): Promise<Space | null> {
    return maybe(this.#db.get('SELECT * FROM spaces WHERE writer = ?', writer), spaceOf);
  }

  async home(account: Id): Promise<Space | null> {
    return maybe(this.#db.get('SELECT * FROM spaces WHERE account = ? AND home = 1', account), spaceOf);
  }

  async oldRoot(space: Id, hash: RootHash): Promise<OldRoot | null> {
    const row = this.#db.get('SELECT root, frontiers FROM roots WHERE space = ? AND hash = ?', space, hash);
    return maybe(row, (found) => ({ root: decodeRoot(found.bytes('root')), frontiers: decodeFrontiers(found.maybeBytes('frontiers')) }));
  }

  async nodes(space: Id, hashes: readonly NodeHash[]): Promise<Map<string, Uint8Array>> {
    const found = new Map<string, Uint8Array>();
    for (const hash of hashes) {
      const row = this.#db.get('SELECT encoded FROM nodes WHERE space = ? AND hash = ?', space, hash);
      if (row !== null) found.set(hashText(hash), row.bytes('encoded'));
    }
    return found;
  }

  async cell(space: Id, hash: CellHash): Promise<readonly Cid[] | null> {
    return maybe(this.#db.get('SELECT fragments FROM cells WHERE space = ? AND hash = ?', space, hash), (row) => decodeFragments(row.bytes('fragments')));
  }

  async open(space: Id): Promise<boolean> {
    return this.#db.run('UPDATE spaces SET opens = opens - 1 WHERE id = ? AND (opens > 0 OR opens IS NULL)', space) > 0;
  }

  async lane(space: Id, from: number, limit: number): Promise<Uint8Array> {
    return concat(...this.#db.all('SELECT item FROM lane WHERE space = ? AND at >= ? ORDER BY at LIMIT ?', space, from, limit).map((row) => row.bytes('item')));
  }

  async cover(space: Id): Promise<{ entries: number; block: Cid }[]> {
    return this.#db.all('SELECT entries, digest FROM cover JOIN blocks ON blocks.id = cover.block WHERE space = ? ORDER BY at', space)
      .map((row) => ({ entries: row.number('entries'), block: rawCid(row.bytes('digest')) }));
  }

  async coverWithin(space: Id, from: number, to: number): Promise<{ at: number; entries: number; block: Cid }[]> {
    // Blocks hold at most 256 entries, so none that begins earlier reaches in.
    return this.#db.all('SELECT at, entries, digest FROM cover JOIN blocks ON blocks.id = cover.block WHERE space = ? AND at > ? AND at < ? ORDER BY at', space, from - COVER_SEGMENT_ENTRIES, to)
      .map((row) => ({ at: row.number('at'), entries: row.number('entries'), block: rawCid(row.bytes('digest')) }))
      .filter(({ at, entries }) => at + entries > from);
  }

  async spine(space: Id): Promise<LogHash[]> {
    return this.#db.all('SELECT hash FROM spine WHERE space = ? ORDER BY at', space).map((row) => row.bytes('hash') as LogHash);
  }

  async keepSpine(space: Id, at: number, hashes: readonly LogHash[]): Promise<void> {
    this.#db.transaction(() => {
      for (const [index, hash] of hashes.entries()) this.#db.run('INSERT OR IGNORE INTO spine (space, at, hash) VALUES (?, ?, ?)', space, at + index, hash);
    });
  }

  async block(cid: Cid): Promise<StoredBlock | null> {
    const row = this.#db.get('SELECT size, bytes FROM blocks WHERE digest = ?', cidDigest(cid));
    return maybe(row, (found) => ({ cid, size: found.number('size'), bytes: found.maybeBytes('bytes') }));
  }

  async isPublic(cid: Cid): Promise<boolean> {
    return this.#holdings.isPublic(cidDigest(cid));
  }

  async holds(account: Id, cid: Cid): Promise<boolean> {
    return this.#db.get('SELECT 1 FROM holdings WHERE account = ? AND block = (SELECT id FROM blocks WHERE digest = ?)', account, cidDigest(cid)) !== null;
  }

  async wait(account: Id, blocks: readonly StoredBlock[], now: number): Promise<void> {
    this.#db.transaction(() => { this.#holdings.receive(account, blocks, now); });
  }

  async answer(record: Cid): Promise<Uint8Array | null> {
    return answerTo(this.#db, record);
  }

  async apply(batch: CommitBatch): Promise<boolean> {
    return this.#db.transaction(() => applyCommit(this.#db, this.#holdings, batch));
  }

  async publish(name: Name, nameHash: Uint8Array, key: PublicKey, sequence: number, record: SignedIdentity): Promise<boolean> {
    return this.#db.transaction(() => people.publish(this.#db, name, nameHash, key, sequence, record));
  }

  async records(): Promise<number> {
    return people.countRecords(this.#db);
  }

  async page(from: number, to: number, limit: number): Promise<SignedIdentity[]> {
    return people.page(this.#db, from, to, limit);
  }

  async putEnvelope(bucket: number, epoch: number, envelope: Uint8Array, now: number, cap: number): Promise<void> {
    this.#db.transaction(() => { people.putEnvelope(this.#db, bucket, epoch, envelope, now, cap); });
  }

  async countEnvelopes(bucket: number): Promise<number> {
    return people.countEnvelopes(this.#db, bucket);
  }

  async envelopes(bucket: number, after: number, limit: number): Promise<Envelope[]> {
    return people.envelopes(this.#db, bucket, after, limit);
  }

  async collect(now: number, limit: number, spared: (cid: Cid) => boolean): Promise<Collection> {
    return this.#db.transaction(() => collect(this.#db, this.#holdings, now, limit, spared));
  }

  async setting(key: string): Promise<Uint8Array | null> {
    return this.#db.get('SELECT value FROM settings WHERE key = ?', key)?.bytes('value') ?? null;
  }

  async setSetting(key: string, value: Uint8Array): Promise<void> {
    this.#db.run('INSERT OR REPLACE INTO settings (key, value) VALUES (?, ?)', key, value);
  }

  async totals(): Promise<{ accounts: number; bytes: number }> {
    const row = this.#db.get('SELECT (SELECT count(*) FROM accounts) AS accounts, (SELECT coalesce(sum(used), 0) FROM accounts) AS bytes');
    return { accounts: row?.number('accounts') ?? 0, bytes: row?.number('bytes') ?? 0 };
  }

  async close(): Promise<void> {
    this.#db.close();
  }
}

function maybe<T>(row: Row | null, read: (row: Row) => T): T | null {
  return row === null ? null : read(row);
}
