import { sha256, toHex } from '../crypto/index.ts';

const KEPT_SECONDS = 600;
const KEPT_MAX = 20_000;

/**
 * Challenges whose proof of work was used: each counts once, so that one piece of work does not pay for many requests. Bounded, and
 * forgotten after ten minutes: whoever waits that long, or does so much work, gains nothing over working anew.
 */
export class SpentWork {
  readonly #taken = new Map<string, number>();

  /** Uses the challenge up; false where it was used already. `now` in seconds. */
  take(challenge: Uint8Array, now: number): boolean {
    const text = toHex(sha256(challenge));
    if (this.#taken.has(text)) return false;
    this.#taken.set(text, now);
    for (const [oldest, at] of this.#taken) {
      if (this.#taken.size <= KEPT_MAX && now - at < KEPT_SECONDS) break;
      this.#taken.delete(oldest);
    }
    return true;
  }
}
