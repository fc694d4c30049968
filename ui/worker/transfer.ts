import { randomBytes, toHex } from '../../crypto/index.ts';
import type { TransferState, UiEvent } from '../contract.ts';
import { asUiError } from './error.ts';

type Told = (event: UiEvent) => void;

const TELL_MS = 100;

/** Something that takes a while: told about as it goes, and can be paused, resumed and cancelled. */
export class Transfer {
  readonly id = toHex(randomBytes(8));
  readonly kind: 'upload' | 'download';
  readonly name: string;
  readonly #told: Told;
  readonly #abort = new AbortController();
  readonly #toldAt = new Map<string | null, number>();
  #state: TransferState = 'waiting';
  #gate: { readonly open: Promise<void>; readonly release: () => void } | null = null;
  #done = 0;
  #total: number;

  constructor(kind: 'upload' | 'download', name: string, total: number, told: Told, ended: AbortSignal) {
    this.kind = kind;
    this.name = name;
    this.#total = total;
    this.#told = told;
    ended.addEventListener('abort', () => { this.#abort.abort(ended.reason); }, { once: true });
    this.#tell();
  }

  get signal(): AbortSignal {
    return this.#abort.signal;
  }

  get isOver(): boolean {
    return this.#state === 'done' || this.#state === 'failed' || this.#state === 'cancelled';
  }

  get isPaused(): boolean {
    return this.#gate !== null;
  }

  /** Waits while it is paused; throws once it is cancelled. */
  async passing(): Promise<void> {
    while (this.#gate !== null) await this.#gate.open;
    this.signal.throwIfAborted();
  }

  begin(): void {
    if (this.#state === 'waiting') this.#enter('running');
  }

  pause(): void {
    if (this.isOver || this.#gate !== null) return;
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#gate = { open: promise, release: resolve };
    this.#enter('paused');
  }

  resume(): void {
    if (this.#gate === null) return;
    this.#gate.release();
    this.#gate = null;
    this.#enter('running');
  }

  cancel(): void {
    if (this.isOver) return;
    this.#abort.abort(new DOMException('cancelled', 'AbortError'));
    this.resume();
  }

  progress(done: number, total = this.#total): void {
    this.#done = done;
    this.#total = total;
    if (this.#isDue(null)) this.#tell();
  }

  /** Of one file among several. */
  file(path: string, done: number, total: number): void {
    const over = done >= total;
    if (!over && !this.#isDue(path)) return;
    this.#told({ type: 'progress', id: this.id, kind: this.kind, name: this.name, file: path, done, total, state: over ? 'done' : 'running' });
  }

  end(): void {
    this.#done = this.#total;
    this.#enter('done');
  }

  fail(error: unknown): void {
    if (this.signal.aborted) {
      this.#enter('cancelled');
      return;
    }
    this.#state = 'failed';
    this.#tell(asUiError(error));
  }

  #enter(state: TransferState): void {
    this.#state = state;
    this.#tell();
  }

  #tell(error?: { readonly code: string; readonly message: string }): void {
    this.#toldAt.set(null, performance.now());
    this.#told({ type: 'progress', id: this.id, kind: this.kind, name: this.name, file: null, done: this.#done, total: this.#total, state: this.#state, ...(error === undefined ? {} : { error }) });
  }

  #isDue(what: string | null): boolean {
    const now = performance.now();
    if (now - (this.#toldAt.get(what) ?? 0) < TELL_MS) return false;
    this.#toldAt.set(what, now);
    return true;
  }
}
