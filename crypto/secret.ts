import { CryptoError } from './error.ts';

/**
 * Holds secret bytes so that printing, JSON, templates and error messages show `[redacted KIND]` only.
 * `wipe` overwrites the bytes; every later `expose` throws CryptoError('wiped').
 */
export class Secret<B extends string = string> {
  readonly kind: B;
  #bytes: Uint8Array | null;

  private constructor(bytes: Uint8Array, kind: B) {
    this.#bytes = bytes;
    this.kind = kind;
  }

  /** Copies `bytes`: the caller's array stays the caller's to wipe. */
  static of<B extends string>(bytes: Uint8Array, kind: B): Secret<B> {
    return new Secret(Uint8Array.from(bytes), kind);
  }

  /** The held bytes themselves, for immediate use; whoever keeps them loses them at `wipe`. */
  expose(): Uint8Array {
    if (this.#bytes === null) throw new CryptoError('wiped', `the ${this.kind} was wiped`);
    return this.#bytes;
  }

  wipe(): void {
    this.#bytes?.fill(0);
    this.#bytes = null;
  }

  toString(): string {
    return `[redacted ${this.kind}]`;
  }

  toJSON(): string {
    return this.toString();
  }

  [Symbol.toPrimitive](): string {
    return this.toString();
  }

  /** What Node's `util.inspect` asks for; a registered symbol, so that no import is needed. */
  [Symbol.for('nodejs.util.inspect.custom')](): string {
    return this.toString();
  }
}
