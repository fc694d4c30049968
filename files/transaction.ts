import type { CellKey, PublicKey } from '../crypto/index.ts';
import type { Space } from '../node/index.ts';
import type { Block, Cid, CreateAccount, Label, Terms } from '../wire/index.ts';
import type { CellPlace } from './keys.ts';
import type { DriveSession } from './session.ts';

/** Reads cells and stages writes, which are committed once, all or nothing. */
export class Transaction {
  readonly session: DriveSession;
  constructor(session: DriveSession) {
    this.session = session;
  }
  async read(_space: Space, _label: Label, _key: CellKey): Promise<Uint8Array | null> {
    throw new Error('not built yet');
  }
  async readMany(_space: Space, _cells: readonly CellPlace[]): Promise<(Uint8Array | null)[]> {
    throw new Error('not built yet');
  }
  write(_space: Space, _label: Label, _key: CellKey, _plaintext: Uint8Array): void {}
  remove(_space: Space, _label: Label): void {}
  refer(_space: Space, _label: Label, _fragments: readonly Cid[] | null): void {}
  add(_blocks: readonly Block[]): void {}
  retire(_space: PublicKey): void {}
  terms(_space: Space, _terms: Terms): void {}
}

export interface TransactOptions {
  /** Opens the account with this commit. */
  readonly create?: CreateAccount;
  readonly signal?: AbortSignal;
}

export async function transact<T>(_session: DriveSession, _work: (tx: Transaction) => Promise<T>, _options: TransactOptions = {}): Promise<T> {
  throw new Error('not built yet');
}
