import { toHex, type PublicKey } from '../crypto/index.ts';
import type { Cid } from '../wire/index.ts';
import type { Blocks } from './blocks.ts';
import { quotaFull } from './errors.ts';
import type { Exclusive } from './exclusive.ts';
import type { HeldBlocks } from './held-blocks.ts';
import type { Account, Rows } from './rows.ts';

export interface CommitParts {
  readonly rows: Rows;
  readonly blocks: Blocks;
  readonly held: HeldBlocks;
  readonly exclusive: Exclusive;
  readonly now: () => number;
  /** Bytes for a new account. */
  readonly quota: number;
}

/** The room that one upload takes of its account's quota until it ends. */
export class Reservation {
  readonly #parts: CommitParts;
  readonly #reserved: Map<string, number>;
  readonly #text: string;
  readonly #key: PublicKey;
  readonly #account: Account | null;
  readonly #cids: Cid[] = [];
  #size = 0;

  constructor(parts: CommitParts, reserved: Map<string, number>, key: PublicKey, account: Account | null) {
    this.#parts = parts;
    this.#reserved = reserved;
    this.#key = key;
    this.#text = toHex(key);
    this.#account = account;
  }

  async reserve(cid: Cid, size: number): Promise<void> {
    const { rows, held, quota } = this.#parts;
    this.#cids.push(cid);
    await held.arrive(cid);
    if (this.#account !== null && (await rows.holds(this.#account.id, cid))) return;
    const now = await rows.account(this.#key);
    const others = this.#reserved.get(this.#text) ?? 0;
    if ((now?.used ?? 0) + others + size > (now?.quota ?? quota)) throw quotaFull();
    this.#reserved.set(this.#text, others + size);
    this.#size += size;
  }

  release(): void {
    const left = (this.#reserved.get(this.#text) ?? 0) - this.#size;
    if (left > 0) this.#reserved.set(this.#text, left);
    else this.#reserved.delete(this.#text);
    this.#parts.held.release(this.#cids);
  }
}
