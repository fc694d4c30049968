import type { Transaction } from '../files/index.ts';
import type { StateCell } from '../vault/index.ts';
import type { PeopleState } from './state.ts';

/** A change that may be applied more than once and never throws. */
export type Change = (state: PeopleState) => PeopleState;

/**
 * The state 'people', and changes of it that are not worth a commit of their own (what was delivered, which records
 * were checked, pointers seen): those are applied to what is read and go along with the next commit.
 */
export class PeopleCell {
  readonly #cell: StateCell<PeopleState>;
  #waiting: readonly Change[] = [];

  constructor(cell: StateCell<PeopleState>) {
    this.#cell = cell;
  }

  get waiting(): number {
    return this.#waiting.length;
  }

  async get(): Promise<PeopleState> {
    return this.#applied(await this.#cell.get());
  }

  later(change: Change): void {
    this.#waiting = [...this.#waiting, change];
  }

  /** Stages a change in a larger transaction; call the returned function once that is committed. */
  async update(tx: Transaction, change: Change): Promise<() => void> {
    const taken = this.#waiting;
    await this.#cell.update(tx, (state) => change(taken.reduce((current, next) => next(current), state)));
    return () => this.#drop(taken);
  }

  async edit(change: Change): Promise<void> {
    const taken = this.#waiting;
    await this.#cell.edit((state) => change(taken.reduce((current, next) => next(current), state)));
    this.#drop(taken);
  }

  #applied(state: PeopleState): PeopleState {
    return this.#waiting.reduce((current, change) => change(current), state);
  }

  #drop(taken: readonly Change[]): void {
    this.#waiting = this.#waiting.filter((change) => !taken.includes(change));
  }
}
