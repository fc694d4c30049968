import { concat, padToStep, u32be } from '../crypto/index.ts';
import { transact, type CellPlace, type DriveSession, type Transaction } from '../files/index.ts';
import { VaultError } from './error.ts';

/** How a value is written; `decode` is hostile-input safe and throws for what is malformed. */
export interface StateCodec<T> {
  encode(value: T): Uint8Array;
  decode(bytes: Uint8Array): T;
  /** What stands for a state that was never written. */
  readonly empty: T;
}

const STEP = 4096;

/** `length u32be ‖ bytes ‖ zeros` to a multiple of 4096 bytes, so that a state's size tells little of what it holds. */
export function padState(bytes: Uint8Array): Uint8Array {
  return concat(u32be(bytes.length), bytes, new Uint8Array(padToStep(bytes.length + 4, STEP) - bytes.length - 4));
}

/** The inverse of `padState`. Throws 'corrupt'. */
export function unpadState(padded: Uint8Array): Uint8Array {
  const view = new DataView(padded.buffer, padded.byteOffset, padded.length);
  const length = padded.length >= 4 ? view.getUint32(0) : Infinity;
  if (padToStep(length + 4, STEP) !== padded.length) throw new VaultError('corrupt', 'A part of the account\'s state is malformed; run "underkeep check".');
  return padded.subarray(4, 4 + length);
}

/** A named value of the account, in one cell of the home space. */
export class StateCell<T> {
  readonly #session: DriveSession;
  readonly #place: CellPlace;
  readonly #codec: StateCodec<T>;

  constructor(session: DriveSession, place: CellPlace, codec: StateCodec<T>) {
    this.#session = session;
    this.#place = place;
    this.#codec = codec;
  }

  /** The value as this transaction sees it; without one, as the session has seen it last, or the node's. */
  async get(tx?: Transaction): Promise<T> {
    this.#session.home.checkSound();
    if (tx === undefined) return transact(this.#session, (own) => this.get(own));
    const padded = await tx.read(this.#session.home, this.#place.label, this.#place.key);
    return padded === null ? this.#codec.empty : this.#codec.decode(unpadState(padded));
  }

  /** Stages a new value; the transaction may run more than once, so `change` must have no other effect. */
  async update(tx: Transaction, change: (value: T) => T): Promise<T> {
    const value = change(await this.get(tx));
    tx.write(this.#session.home, this.#place.label, this.#place.key, padState(this.#codec.encode(value)));
    return value;
  }

  /** As `update`, in a transaction of its own. */
  edit(change: (value: T) => T): Promise<T> {
    return transact(this.#session, (tx) => this.update(tx, change));
  }
}
