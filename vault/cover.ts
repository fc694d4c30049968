import { concat, hmacSha256, randomBytes, sealBoxes } from '../crypto/index.ts';
import type { CoverSource } from '../node/index.ts';
import { COVER_ENTRY } from '../wire/index.ts';
import { VaultError } from './error.ts';
import { fillerHeaders, sealHeader, type Header } from './header.ts';

/** Nonce 24, HMAC 16 and tag 16 bytes are the entry's. */
export const COVER_PLAINTEXT = COVER_ENTRY - 56;
const NONCE = 24;
const TAG = 16;

/** What one entry of the cover log holds, and under which keys: where hidden vaults will come in. */
export interface EntryContent {
  readonly tagKey: Uint8Array;
  readonly boxKey: Uint8Array;
  /** 4040 bytes. */
  readonly plaintext: Uint8Array;
}

/** Gives what the next entries hold, always as many as asked. */
export type EntrySource = (count: number) => readonly EntryContent[];

const ZEROS = new Uint8Array(COVER_PLAINTEXT);

/** Zeros under keys that nobody keeps. */
export const fillerEntries: EntrySource = (count) => {
  const keys = randomBytes(64 * count);
  return Array.from({ length: count }, (_, index) => ({
    tagKey: keys.subarray(64 * index, 64 * index + 32),
    boxKey: keys.subarray(64 * index + 32, 64 * index + 64),
    plaintext: ZEROS,
  }));
};

/** `nonce 24 ‖ HMAC-SHA256(tag key, nonce)[:16] ‖ secretbox`, 4096 bytes each. */
export async function sealEntries(contents: readonly EntryContent[]): Promise<Uint8Array[]> {
  const boxes = await sealBoxes(contents.map(({ boxKey, plaintext }) => ({ key: boxKey, plaintext })));
  return boxes.map((box, index) => {
    const nonce = box.subarray(0, NONCE);
    const tag = hmacSha256(contents[index]?.tagKey ?? ZEROS, nonce).subarray(0, TAG);
    return concat(nonce, tag, box.subarray(NONCE));
  });
}

const RING_MIN = 64;
/** Sealed at a time, so that refilling never keeps the thread for long. */
const BATCH = 64;
const HEADERS = 8;

/**
 * What every commit of a home space appends. Entries and lane items are made ahead and kept in a ring that is refilled
 * in the background, so that a commit takes the same time whatever fills them; each is handed out once and never again.
 */
export class Cover implements CoverSource {
  readonly #source: EntrySource;
  readonly #ring: Uint8Array[] = [];
  readonly #headers: Uint8Array[] = [];
  #capacity = RING_MIN;
  #waiting: { readonly header: Header; readonly key: Uint8Array } | null = null;
  #filling: Promise<void> | null = null;
  #closed = false;

  constructor(source: EntrySource = fillerEntries) {
    this.#source = source;
  }

  /** Each commit from now on carries this header, sealed anew each time, until `written`. */
  write(header: Header, key: Uint8Array): void {
    this.#waiting = { header, key: key.slice() };
  }

  /** The waiting header has been committed, or is given up. */
  written(): void {
    this.#waiting?.key.fill(0);
    this.#waiting = null;
  }

  async header(): Promise<Uint8Array> {
    if (this.#headers.length === 0) this.#headers.push(...await fillerHeaders(HEADERS));
    const filler = this.#headers.shift();
    // Sealed whether it is used or not, so that both kinds of commit do the same work.
    const sealed = await sealHeader(this.#waiting?.header ?? NOBODY, this.#waiting?.key ?? randomBytes(32));
    return this.#waiting === null && filler !== undefined ? filler : sealed;
  }

  async entries(count: number): Promise<Uint8Array[]> {
    this.#capacity = Math.max(this.#capacity, 2 * count);
    while (this.#ring.length < count) {
      if (this.#closed) throw new VaultError('locked', 'The session is locked; unlock it, then try again.');
      await this.fill();
    }
    const out = this.#ring.splice(0, count);
    setTimeout(() => void this.fill().catch(() => undefined), 0);
    return out;
  }

  /** Makes entries until the ring is full. */
  fill(): Promise<void> {
    this.#filling ??= this.#refill().finally(() => {
      this.#filling = null;
    });
    return this.#filling;
  }

  /** Drops what was made ahead and stops making more. */
  close(): void {
    this.#closed = true;
    this.written();
    this.#ring.length = 0;
  }

  async #refill(): Promise<void> {
    if (this.#headers.length < HEADERS) this.#headers.push(...await fillerHeaders(HEADERS));
    while (this.#ring.length < this.#capacity && !this.#closed) {
      this.#ring.push(...await sealEntries(this.#source(Math.min(BATCH, this.#capacity - this.#ring.length))));
    }
  }
}

const NOBODY: Header = { generation: 0, secrets: [new Uint8Array(32)] };
