import { AsyncLocalStorage } from 'node:async_hooks';
import { Meter } from '../node/index.ts';

type Measured = ReturnType<Meter['begin']>;

/** Counts each command apart, whatever else runs beside it; what no command asked for is counted together. */
export class ScopedMeter extends Meter {
  readonly #scopes = new AsyncLocalStorage<Meter>();
  readonly #background = new Meter();

  constructor() {
    super();
    for (const name of ['requests', 'bytesSent', 'bytesReceived'] as const) {
      Object.defineProperty(this, name, {
        get: () => this.#here()[name],
        set: (value: number) => { this.#here()[name] = value; },
      });
    }
  }

  /** Runs `work`, and counts what it asks of nodes in `meter`. */
  scope<T>(meter: Meter, work: () => Promise<T>): Promise<T> {
    return this.#scopes.run(meter, work);
  }

  /** Runs `work` outside every scope that is open here. */
  apart<T>(work: () => T): T {
    return this.#scopes.exit(work);
  }

  override get rounds(): number {
    return this.#here().rounds;
  }

  override begin(): Measured {
    return this.#here().begin();
  }

  override end(measured: Measured): void {
    this.#here().end(measured);
  }

  override reset(): void {
    this.#here().reset();
  }

  override snapshot(): ReturnType<Meter['snapshot']> {
    return this.#here().snapshot();
  }

  #here(): Meter {
    return this.#scopes.getStore() ?? this.#background;
  }
}
