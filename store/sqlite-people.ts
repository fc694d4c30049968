import { equalBytes, type PublicKey, type Signature } from '../crypto/index.ts';
import type { Name, SignedIdentity } from '../wire/index.ts';
import type { Envelope } from './rows.ts';
import type { Sqlite } from './sqlite.ts';

/** First come, first served; afterwards only the same key, with a higher sequence or the same record again. */
export function publish(db: Sqlite, name: Name, nameHash: Uint8Array, key: PublicKey, sequence: number, record: SignedIdentity): boolean {
  const held = db.get('SELECT key, sequence, identity FROM directory WHERE name = ?', name);
  if (held !== null && equalBytes(held.bytes('identity'), record.identity)) return true;
  if (held !== null && (!equalBytes(held.bytes('key'), key) || held.number('sequence') >= sequence)) return false;
  db.run(
    'INSERT OR REPLACE INTO directory (name, prefix, key, sequence, identity, signature) VALUES (?, ?, ?, ?, ?, ?)',
    name, new DataView(nameHash.buffer, nameHash.byteOffset).getUint32(0), key, sequence, record.identity, record.signature);
  return true;
}

export function countRecords(db: Sqlite): number {
  return db.get('SELECT count(*) AS records FROM directory')?.number('records') ?? 0;
}

export function page(db: Sqlite, from: number, to: number, limit: number): SignedIdentity[] {
  return db.all('SELECT identity, signature FROM directory WHERE prefix >= ? AND prefix < ? ORDER BY prefix LIMIT ?', from, to, limit)
    .map((row) => ({ identity: row.bytes('identity'), signature: row.bytes('signature') as Signature }));
}

const ENVELOPES_A_MINUTE = 2 ** 16;

/** Numbers follow the clock, so that a node that was reset or restored does not number below the cursors that readers hold. */
export function putEnvelope(db: Sqlite, bucket: number, epoch: number, envelope: Uint8Array, now: number, cap: number): void {
  db.run(
    `INSERT INTO envelopes (id, bucket, epoch, at, envelope)
     VALUES (max(coalesce((SELECT seq FROM sqlite_sequence WHERE name = 'envelopes'), 0) + 1, ?), ?, ?, ?, ?)`,
    Math.floor(now / 60) * ENVELOPES_A_MINUTE, bucket, epoch, now, envelope);
  db.run('DELETE FROM envelopes WHERE bucket = ? AND id <= (SELECT id FROM envelopes WHERE bucket = ? ORDER BY id DESC LIMIT 1 OFFSET ?)', bucket, bucket, cap);
}

export function countEnvelopes(db: Sqlite, bucket: number): number {
  return db.get('SELECT count(*) AS envelopes FROM envelopes WHERE bucket = ?', bucket)?.number('envelopes') ?? 0;
}

export function envelopes(db: Sqlite, bucket: number, after: number, limit: number): Envelope[] {
  return db.all('SELECT id, epoch, envelope FROM envelopes WHERE bucket = ? AND id > ? ORDER BY id LIMIT ?', bucket, after, limit)
    .map((row) => ({ id: row.number('id'), epoch: row.number('epoch'), envelope: row.bytes('envelope') }));
}
