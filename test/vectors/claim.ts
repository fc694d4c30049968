import { concat, equalBytes, sha256, toHex, utf8 } from '../../crypto/index.ts';

/** Reads a JSON file of this folder: from disk in Node, over HTTP in a browser. */
export type LoadVectors = (file: string) => Promise<unknown>;

/** One published set of vectors, tried on whatever engine is in use. */
export interface Claim {
  readonly name: string;
  readonly hold: (load: LoadVectors, record: Record) => Promise<void>;
}

/** What a set gave; two platforms that agree have equal outcomes, transcript included. */
export interface Outcome {
  readonly name: string;
  readonly vectors: number;
  /** sha256 over everything that was computed. */
  readonly transcript: string;
  /** null, or the first vector that did not hold. */
  readonly failure: string | null;
}

/** Collects results as they are compared. */
export class Record {
  count = 0;
  failure: string | null = null;
  #transcript = new Uint8Array(32);

  same(what: string, actual: Uint8Array | null, expected: Uint8Array | null): void {
    const holds = actual === null || expected === null ? actual === expected : equalBytes(actual, expected);
    this.#note(what, actual ?? utf8('null'), holds);
  }

  verdict(what: string, actual: boolean, expected: boolean): void {
    this.#note(what, Uint8Array.of(actual ? 1 : 0), actual === expected);
  }

  #note(what: string, bytes: Uint8Array, holds: boolean): void {
    this.count += 1;
    this.#transcript = Uint8Array.from(sha256(concat(this.#transcript, bytes)));
    if (!holds) this.failure ??= what;
  }

  get transcript(): string {
    return toHex(this.#transcript);
  }
}

/** null where the work throws: what refuses by throwing is compared like what refuses by null. */
export function orNull(work: () => Uint8Array): Uint8Array | null {
  try {
    return work();
  } catch {
    return null;
  }
}

export async function outcomeOf(claim: Claim, load: LoadVectors): Promise<Outcome> {
  const record = new Record();
  try {
    await claim.hold(load, record);
  } catch (error) {
    record.failure ??= `threw ${error instanceof Error ? error.message : 'something'}`;
  }
  return { name: claim.name, vectors: record.count, transcript: record.transcript, failure: record.failure };
}

export async function outcomesOf(claims: readonly Claim[], load: LoadVectors): Promise<Outcome[]> {
  const outcomes: Outcome[] = [];
  for (const claim of claims) outcomes.push(await outcomeOf(claim, load));
  return outcomes;
}

