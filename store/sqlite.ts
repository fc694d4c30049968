import { DatabaseSync, type SQLInputValue, type SQLOutputValue, type StatementSync } from 'node:sqlite';
import { diskFull, StoreError, systemCode } from './errors.ts';
import { SCHEMA, SCHEMA_VERSION, SPINE_SCHEMA } from './sqlite-schema.ts';

const SQLITE_BUSY = 5;
const SQLITE_FULL = 13;
const SQLITE_IOERR_SHMSIZE = 4874;
const STATEMENTS_MAX = 256;

/** One row with its columns read by type; a column of another type is a fault of ours. */
export class Row {
  readonly #columns: Record<string, SQLOutputValue>;
  constructor(columns: Record<string, SQLOutputValue>) {
    this.#columns = columns;
  }
  number(name: string): number {
    return this.maybeNumber(name) ?? missing(name);
  }
  maybeNumber(name: string): number | null {
    const value = this.#columns[name];
    if (value === null) return null;
    return typeof value === 'number' ? value : missing(name);
  }
  bytes(name: string): Uint8Array {
    return this.maybeBytes(name) ?? missing(name);
  }
  maybeBytes(name: string): Uint8Array | null {
    const value = this.#columns[name];
    if (value === null) return null;
    return value instanceof Uint8Array ? value : missing(name);
  }
}

function missing(name: string): never {
  throw new Error(`column ${name}`);
}

/** One connection to one database file, which no other process can open meanwhile: the lock goes with the process. */
export class Sqlite {
  readonly #db: DatabaseSync;
  readonly #statements = new Map<string, StatementSync>();

  /** Opens or makes the database. Throws StoreError. */
  constructor(path: string) {
    try {
      this.#db = new DatabaseSync(path, { timeout: 0, enableForeignKeyConstraints: true });
      // WAL with exclusive locking needs no shared-memory file, and holds the lock from the first write on.
      this.#db.exec('PRAGMA locking_mode = EXCLUSIVE; PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL;');
      this.#db.exec('PRAGMA cache_size = -8192; PRAGMA journal_size_limit = 16777216; PRAGMA temp_store = MEMORY;');
      this.#db.exec('BEGIN EXCLUSIVE; COMMIT;');
    } catch (error) {
      throw refusal(error);
    }
    this.#migrate();
  }

  #migrate(): void {
    const version = this.get('PRAGMA user_version')?.number('user_version') ?? 0;
    if (version > SCHEMA_VERSION) {
      this.close();
      throw new StoreError('too-new', 'The data folder was written by a newer Underkeep: start that one.');
    }
    if (version === 0) this.transaction(() => { this.#db.exec(SCHEMA); });
    if (version === 1) this.transaction(() => { this.#db.exec(SPINE_SCHEMA); });
  }

  get(sql: string, ...values: SQLInputValue[]): Row | null {
    const found = this.#guard(() => this.#statement(sql).get(...values));
    return found === undefined ? null : new Row(found);
  }

  all(sql: string, ...values: SQLInputValue[]): Row[] {
    return this.#guard(() => this.#statement(sql).all(...values)).map((columns) => new Row(columns));
  }

  /** Returns how many rows changed. */
  run(sql: string, ...values: SQLInputValue[]): number {
    return Number(this.#guard(() => this.#statement(sql).run(...values)).changes);
  }

  insert(sql: string, ...values: SQLInputValue[]): number {
    return Number(this.#guard(() => this.#statement(sql).run(...values)).lastInsertRowid);
  }

  /** All or nothing; durable when it returns. */
  transaction<T>(work: () => T): T {
    return this.#guard(() => {
      this.#db.exec('BEGIN IMMEDIATE');
      try {
        const result = work();
        this.#db.exec('COMMIT');
        return result;
      } catch (error) {
        // A full disk may have rolled back already.
        if (this.#db.isTransaction) this.#db.exec('ROLLBACK');
        throw error;
      }
    });
  }

  close(): void {
    this.#statements.clear();
    this.#db.close();
  }

  #statement(sql: string): StatementSync {
    let statement = this.#statements.get(sql);
    if (statement === undefined) {
      if (this.#statements.size >= STATEMENTS_MAX) this.#statements.clear();
      statement = this.#db.prepare(sql);
      this.#statements.set(sql, statement);
    }
    return statement;
  }

  #guard<T>(work: () => T): T {
    try {
      return work();
    } catch (error) {
      const code = errorCode(error);
      throw code === SQLITE_FULL || code === SQLITE_IOERR_SHMSIZE ? diskFull() : error;
    }
  }
}

function errorCode(error: unknown): number {
  return error instanceof Error && 'errcode' in error && typeof error.errcode === 'number' ? error.errcode : 0;
}

function refusal(error: unknown): StoreError {
  if (errorCode(error) === SQLITE_BUSY) {
    return new StoreError('folder-in-use', 'Another node is running on this data folder: stop it, or give this one a folder of its own with --data.');
  }
  const reason = systemCode(error) === 'ERR_SQLITE_ERROR' ? `database error ${errorCode(error)}` : 'no access';
  return new StoreError('folder-unusable', `The database in the data folder cannot be opened (${reason}): check that the folder belongs to you and that its disk has room.`);
}
