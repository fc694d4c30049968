export interface GuessOptions {
  /** Log-ins to one name that are free. */
  readonly free: number;
  /** One more becomes free after so many seconds. */
  readonly seconds: number;
  readonly bitsMax: number;
}

const BITS_MIN = 8;
/** Each so many log-ins beyond the free ones double the work. */
const ATTEMPTS_A_BIT = 4;
const NAMES_MAX = 100_000;

/**
 * Slows down guessing at one login name, known or not: a leaky bucket a name; beyond it each log-in costs work that
 * grows. It never locks anyone out, and forgets by itself.
 */
export class GuessLimit {
  readonly #options: GuessOptions;
  readonly #levels = new Map<string, { readonly level: number; readonly at: number }>();

  constructor(options: GuessOptions) {
    this.#options = options;
  }

  /** The leading zero bits that a log-in to this name costs now; 0 is free. */
  bits(name: string, now: number): number {
    const over = this.#level(name, now) - this.#options.free;
    return over < 0 ? 0 : Math.min(this.#options.bitsMax, BITS_MIN + Math.floor(over / ATTEMPTS_A_BIT));
  }

  /** Counts a log-in that was answered. */
  count(name: string, now: number): void {
    const level = this.#level(name, now) + 1;
    this.#levels.delete(name);
    this.#levels.set(name, { level, at: now });
    for (const [oldest] of this.#levels) {
      if (this.#levels.size <= NAMES_MAX) break;
      this.#levels.delete(oldest);
    }
  }

  #level(name: string, now: number): number {
    const held = this.#levels.get(name);
    return held === undefined ? 0 : Math.max(0, held.level - Math.max(0, now - held.at) / this.#options.seconds);
  }
}
