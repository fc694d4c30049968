/** The tables of format 2. Digests stand for CIDs: every stored block is `raw`. Times are unix seconds. */
export const SCHEMA_VERSION = 2;

/** Roots of complete segments of cover logs, kept as they are first asked for: format 1 had none. */
export const SPINE_SCHEMA = `
CREATE TABLE spine (space INTEGER NOT NULL REFERENCES spaces, at INTEGER NOT NULL, hash BLOB NOT NULL, PRIMARY KEY (space, at)) STRICT, WITHOUT ROWID;
PRAGMA user_version = ${SCHEMA_VERSION};
`;

export const SCHEMA = `
CREATE TABLE settings (key TEXT PRIMARY KEY, value BLOB NOT NULL) STRICT, WITHOUT ROWID;

CREATE TABLE accounts (
  id INTEGER PRIMARY KEY, key BLOB NOT NULL UNIQUE, login TEXT NOT NULL UNIQUE,
  n INTEGER NOT NULL, r INTEGER NOT NULL, p INTEGER NOT NULL,
  quota INTEGER NOT NULL, used INTEGER NOT NULL, created INTEGER NOT NULL) STRICT;
CREATE TABLE invitations (hash BLOB PRIMARY KEY, created INTEGER NOT NULL) STRICT, WITHOUT ROWID;

CREATE TABLE spaces (
  id INTEGER PRIMARY KEY, writer BLOB NOT NULL UNIQUE, account INTEGER NOT NULL REFERENCES accounts,
  home INTEGER NOT NULL, terms INTEGER NOT NULL, expires INTEGER, opens INTEGER, retired INTEGER,
  sequence INTEGER NOT NULL, pointer BLOB NOT NULL, signature BLOB NOT NULL, pointer_hash BLOB NOT NULL,
  root BLOB NOT NULL, root_hash BLOB NOT NULL, frontiers BLOB) STRICT;
CREATE UNIQUE INDEX homes ON spaces (account) WHERE home = 1;
CREATE INDEX retired_spaces ON spaces (retired) WHERE retired IS NOT NULL;
CREATE TABLE roots (
  space INTEGER NOT NULL REFERENCES spaces, hash BLOB NOT NULL, root BLOB NOT NULL, frontiers BLOB, replaced INTEGER NOT NULL,
  PRIMARY KEY (space, hash)) STRICT, WITHOUT ROWID;
CREATE INDEX replaced_roots ON roots (replaced);
CREATE TABLE nodes (
  space INTEGER NOT NULL REFERENCES spaces, hash BLOB NOT NULL, stale INTEGER, encoded BLOB NOT NULL,
  PRIMARY KEY (space, hash)) STRICT, WITHOUT ROWID;
CREATE INDEX stale_nodes ON nodes (stale) WHERE stale IS NOT NULL;
CREATE TABLE cells (
  space INTEGER NOT NULL REFERENCES spaces, hash BLOB NOT NULL, uses INTEGER NOT NULL, stale INTEGER, fragments BLOB NOT NULL,
  PRIMARY KEY (space, hash)) STRICT, WITHOUT ROWID;
CREATE INDEX stale_cells ON cells (stale) WHERE stale IS NOT NULL;

CREATE TABLE blocks (
  id INTEGER PRIMARY KEY, digest BLOB NOT NULL UNIQUE, size INTEGER NOT NULL, holders INTEGER NOT NULL, orphaned INTEGER, bytes BLOB) STRICT;
CREATE INDEX orphaned_blocks ON blocks (orphaned) WHERE orphaned IS NOT NULL;
CREATE TABLE holdings (
  account INTEGER NOT NULL REFERENCES accounts, block INTEGER NOT NULL REFERENCES blocks, uses INTEGER NOT NULL, waiting INTEGER,
  PRIMARY KEY (account, block)) STRICT, WITHOUT ROWID;
CREATE INDEX waiting_holdings ON holdings (waiting) WHERE waiting IS NOT NULL;
CREATE INDEX block_holdings ON holdings (block);

CREATE TABLE lane (space INTEGER NOT NULL REFERENCES spaces, at INTEGER NOT NULL, item BLOB NOT NULL, PRIMARY KEY (space, at)) STRICT, WITHOUT ROWID;
CREATE TABLE cover (
  space INTEGER NOT NULL REFERENCES spaces, at INTEGER NOT NULL, entries INTEGER NOT NULL, block INTEGER NOT NULL REFERENCES blocks,
  PRIMARY KEY (space, at)) STRICT, WITHOUT ROWID;
CREATE TRIGGER lane_is_append_only BEFORE UPDATE ON lane BEGIN SELECT RAISE(ABORT, 'append-only'); END;
CREATE TRIGGER lane_is_kept BEFORE DELETE ON lane BEGIN SELECT RAISE(ABORT, 'append-only'); END;
CREATE TRIGGER cover_is_append_only BEFORE UPDATE ON cover BEGIN SELECT RAISE(ABORT, 'append-only'); END;
CREATE TRIGGER cover_is_kept BEFORE DELETE ON cover BEGIN SELECT RAISE(ABORT, 'append-only'); END;

CREATE TABLE answers (record BLOB PRIMARY KEY, at INTEGER NOT NULL, answer BLOB NOT NULL) STRICT, WITHOUT ROWID;
CREATE INDEX old_answers ON answers (at);

CREATE TABLE directory (
  name TEXT PRIMARY KEY, prefix INTEGER NOT NULL, key BLOB NOT NULL, sequence INTEGER NOT NULL, identity BLOB NOT NULL, signature BLOB NOT NULL) STRICT;
CREATE INDEX directory_pages ON directory (prefix);
CREATE TABLE envelopes (id INTEGER PRIMARY KEY AUTOINCREMENT, bucket INTEGER NOT NULL, epoch INTEGER NOT NULL, at INTEGER NOT NULL, envelope BLOB NOT NULL) STRICT;
CREATE INDEX bucket_envelopes ON envelopes (bucket, id);
CREATE INDEX old_envelopes ON envelopes (at);

${SPINE_SCHEMA}
`;
