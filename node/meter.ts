/** A request under way, as the meter sees it. */
export interface Measured {
  readonly round: number;
}

/**
 * Counts requests, bytes, and serial round trips: a request's round is one more than the highest round that had ended
 * when it began, so that what runs side by side counts once and what waits for an answer counts again.
 */
export class Meter {
  requests = 0;
  bytesSent = 0;
  bytesReceived = 0;
  #ended = 0;

  /** Serial round trips since the start or the last reset. */
  get rounds(): number {
    return this.#ended;
  }

  begin(): Measured {
    this.requests++;
    return { round: this.#ended + 1 };
  }

  end(measured: Measured): void {
    this.#ended = Math.max(this.#ended, measured.round);
  }

  reset(): void {
    this.requests = this.bytesSent = this.bytesReceived = this.#ended = 0;
  }

  snapshot(): { rounds: number; requests: number; bytesSent: number; bytesReceived: number } {
    return { rounds: this.rounds, requests: this.requests, bytesSent: this.bytesSent, bytesReceived: this.bytesReceived };
  }
}
