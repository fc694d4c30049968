import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { HEADER_ITEM, LANE_ANSWER_MAX, WireError, type CellsRequest, type Cid, type LogRequest, type Name, type ScryptCost } from '../wire/index.ts';
import type { PublicKey } from '../crypto/index.ts';
import type { Blocks } from './blocks.ts';
import { readable, readCells, type CarAnswer } from './cell-reads.ts';
import { Commits } from './commits.ts';
import { diskFull, StoreError, systemCode } from './errors.ts';
import { Exclusive } from './exclusive.ts';
import { FileBlocks } from './file-blocks.ts';
import { HeldBlocks } from './held-blocks.ts';
import { readLog } from './log-reads.ts';
import { mirrorOf } from './mirror.ts';
import type { Rows } from './rows.ts';
import { SqliteRows } from './sqlite-rows.ts';

export interface StoreOptions {
  /** Unix seconds. */
  readonly now: () => number;
  /** Bytes for a new account. */
  readonly quota: number;
}

/** What a login needs of an account; null where there is none. */
export interface LoginData {
  readonly scrypt: ScryptCost;
  readonly lane: Uint8Array;
  readonly size: number;
}

/** Untrusted bytes at rest, over `Rows` and `Blocks`. */
export class Store {
  readonly rows: Rows;
  readonly #held: HeldBlocks;
  readonly #commits: Commits;
  readonly #exclusive = new Exclusive();
  readonly #now: () => number;

  constructor(rows: Rows, blocks: Blocks, options: StoreOptions) {
    this.rows = rows;
    this.#held = new HeldBlocks(rows, blocks);
    this.#now = options.now;
    this.#commits = new Commits({ rows, blocks, held: this.#held, exclusive: this.#exclusive, ...options });
  }

  /** SQLite and files in one folder (0700), which no other process can open meanwhile. Throws StoreError. */
  static async open(dataDir: string, options: StoreOptions): Promise<Store> {
    try {
      await mkdir(dataDir, { recursive: true, mode: 0o700 });
    } catch {
      throw new StoreError('folder-unusable', 'The data folder cannot be made: check that the folder above it belongs to you.');
    }
    const rows = new SqliteRows(join(dataDir, 'underkeep.db'));
    try {
      const store = new Store(rows, await FileBlocks.open(dataDir), options);
      await store.sweep();
      return store;
    } catch (error) {
      await rows.close();
      throw error instanceof WireError ? error : unusable(error);
    }
  }

  /** Clears what a crash left: half-written files, and blocks that no row speaks of. Skipped after an orderly end. */
  async sweep(): Promise<void> {
    const orderly = (await this.rows.setting('orderly'))?.[0] === 1;
    if (!orderly) await this.#held.sweep();
    await this.rows.setSetting('orderly', Uint8Array.of(0));
  }

  /** One `POST /v1/commit`: the CAR in, the encoded CommitAnswer out. */
  async commit(body: AsyncIterable<Uint8Array>, door: { readonly demandsInvitation: boolean }): Promise<Uint8Array> {
    return this.#commits.take(body, door.demandsInvitation);
  }

  async cells(request: CellsRequest): Promise<CarAnswer> {
    return readCells(this.rows, this.#held, request, this.#now());
  }

  /** One `POST /v1/log`: the encoded answer. Throws `unknown-space`, `not-found`, `corrupt-block`. */
  async log(request: LogRequest): Promise<Uint8Array> {
    return readLog(this.rows, this.#held, await readable(this.rows, request.space, this.#now()), request);
  }

  /** The whole space; whoever asks has shown the writer's signature. */
  async mirror(writer: PublicKey): Promise<CarAnswer> {
    return mirrorOf(this.rows, this.#held, await readable(this.rows, writer, this.#now()));
  }

  /**
   * The block, checked; null where there is none, or where only cells of spaces with terms name it: who once saw its CID would
   * read it past the terms. Throws `corrupt-block`.
   */
  async block(cid: Cid): Promise<Uint8Array | null> {
    if (!(await this.rows.isPublic(cid))) return null;
    return this.#held.read(cid);
  }

  async login(login: Name, from: number): Promise<LoginData | null> {
    const account = await this.rows.accountOfLogin(login);
    if (account === null) return null;
    const home = await this.rows.home(account.id);
    if (home === null) throw new WireError('internal', 'The account has no home space.');
    const lane = await this.rows.lane(home.id, from, LANE_ANSWER_MAX / HEADER_ITEM);
    return { scrypt: account.scrypt, lane, size: home.frontiers?.lane.size ?? 0 };
  }

  /** One bounded step of collection; true where there is more to do at once. */
  async collect(limit = 500): Promise<boolean> {
    return this.#exclusive.run(async () => {
      const { files, more } = await this.rows.collect(this.#now(), limit, this.#held.isArriving);
      await this.#held.drop(files);
      return more;
    });
  }

  async close(): Promise<void> {
    await this.#exclusive.run(async () => {
      await this.rows.setSetting('orderly', Uint8Array.of(1));
      await this.rows.close();
    });
  }
}

function unusable(error: unknown): Error {
  if (systemCode(error) === 'ENOSPC') return diskFull();
  return new StoreError('folder-unusable', 'The data folder cannot be used: check that it and all that is in it belong to you, and that its disk can be written.');
}
