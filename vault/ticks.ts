import { concat } from '../crypto/index.ts';
import { transact, type DriveSession, type Transaction } from '../files/index.ts';
import { HEADER_ITEM, type Name, type ScryptCost } from '../wire/index.ts';
import type { Cover } from './cover.ts';
import { VaultError } from './error.ts';
import { findHeader, type Header } from './header.ts';
import { beginAttempt, idleAttempt, type Attempt, type LoginSecrets } from './login-key.ts';

/** A password that is to open something: what, and what is to change in the visible vault together with it. */
export interface NewPassword {
  readonly password: string;
  readonly header: Header;
  readonly stage?: (tx: Transaction) => Promise<void>;
}

interface Waiting extends NewPassword {
  readonly attempt: Attempt;
  isReady: boolean;
  resolve(secrets: LoginSecrets): void;
  reject(error: unknown): void;
}

export interface TicksInit {
  readonly session: DriveSession & { readonly login: Name; readonly cover: Cover };
  readonly cost: ScryptCost;
  /** Items of the header lane, as they are held now. */
  readonly lane: () => Uint8Array;
}

/**
 * What an open session does at fixed times: one question to the oblivious PRF, about a password that waits or about nothing,
 * and one commit without changes. It is the only way in which headers are made, so that nothing tells when one is.
 */
export class Ticks {
  readonly #init: TicksInit;
  #waiting: Waiting[] = [];
  /** Items that came since the lane was checked. */
  #newer: Uint8Array = new Uint8Array(0);
  #last: Promise<void> = Promise.resolve();

  constructor(init: TicksInit) {
    this.#init = init;
  }

  /**
   * Waits for a tick to take it along; `ready` resolves when it can. `done` rejects with 'password-used', or with what became of the commit.
   */
  submit(wanted: NewPassword): { readonly ready: Promise<void>; readonly done: Promise<LoginSecrets> } {
    const attempt = beginAttempt(wanted.password, this.#init.session.login, this.#init.cost);
    const { promise: done, resolve, reject } = Promise.withResolvers<LoginSecrets>();
    const waiting: Waiting = { ...wanted, attempt, isReady: false, resolve, reject };
    done.catch(() => undefined);
    this.#waiting.push(waiting);
    return { ready: this.#prepare(waiting), done };
  }

  /** One tick, after the one before it. */
  run(signal?: AbortSignal): Promise<void> {
    const run = this.#last.then(() => this.#run(signal));
    this.#last = run.catch(() => undefined);
    return run;
  }

  close(): void {
    for (const waiting of this.#waiting) waiting.reject(new VaultError('locked', 'The session was locked before the next tick; unlock it, then try again.'));
    this.#waiting = [];
  }

  async #run(signal?: AbortSignal): Promise<void> {
    // What is visible never waits for what is hidden.
    const ready = this.#waiting.filter(({ isReady }) => isReady);
    const next = ready.find(({ stage }) => stage !== undefined) ?? ready[0] ?? null;
    try {
      await this.#tick(next, signal);
    } catch (error) {
      if (next !== null) this.#drop(next, error);
      throw error;
    }
  }

  async #tick(next: Waiting | null, signal?: AbortSignal): Promise<void> {
    const { session } = this.#init;
    // Made in every tick, so that one with a password in it does not begin sooner.
    const idle = idleAttempt();
    const attempt = next?.attempt ?? idle;
    const held = concat(this.#init.lane(), this.#newer);
    const answer = await session.client.login({ login: session.login, blinded: attempt.blinded, lane: held.length / HEADER_ITEM }, signal);
    const secrets = await attempt.finish(answer.evaluated, this.#init.cost);
    this.#newer = concat(this.#newer, answer.lane);
    // Tried either way, so that both kinds of tick take as long.
    const used = await findHeader(concat(held, answer.lane), secrets.key);
    const taken = next !== null && used === null ? next : null;
    if (next !== null && taken === null) this.#drop(next, usedPassword());
    if (taken !== null) session.cover.write(taken.header, secrets.key);
    try {
      await transact(session, async (tx) => {
        tx.begin(session.home);
        await taken?.stage?.(tx);
      }, signal === undefined ? {} : { signal });
    } finally {
      session.cover.written();
      secrets.key.fill(0);
    }
    if (taken === null) return;
    this.#waiting = this.#waiting.filter((waiting) => waiting !== taken);
    taken.resolve(secrets);
  }

  async #prepare(waiting: Waiting): Promise<void> {
    try {
      await waiting.attempt.stretched;
      waiting.isReady = true;
    } catch (error) {
      this.#drop(waiting, error);
    }
  }

  #drop(waiting: Waiting, error: unknown): void {
    this.#waiting = this.#waiting.filter((other) => other !== waiting);
    waiting.reject(error);
  }
}

function usedPassword(): VaultError {
  return new VaultError('password-used', 'This password opens something of this account already, or did; choose another. Nothing was changed.');
}
