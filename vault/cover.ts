import { concat, hmacSha256, randomBytes, sealBoxes } from '../crypto/index.ts';
import { takeTurns, type HiddenVault } from '../hidden/index.ts';
import { COVER_SHARE, type CoverFate, type CoverSource } from '../node/index.ts';
import { COVER_ENTRY } from '../wire/index.ts';
import { VaultError } from './error.ts';
import { fillerHeaders, sealHeader, type Header } from './header.ts';

/** Nonce 24, HMAC 16 and tag 16 bytes are the entry's. */
export const COVER_PLAINTEXT = COVER_ENTRY - 56;
const NONCE = 24;
const TAG = 16;

/** What became of one entry: `at` is its number in the log. */
export type EntryFate = CoverFate;

/** What one entry of the cover log holds, and under which keys. */
export interface EntryContent {
  readonly tagKey: Uint8Array;
  readonly boxKey: Uint8Array;
  /** 4040 bytes. */
  readonly plaintext: Uint8Array;
  /** Whoever wants to know what became of it. */
  settle?(fate: EntryFate): void;
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

/** What waits in open vaults, deepest first, taking turns; zeros for the rest. The work does not depend on how much waits. */
export function hiddenEntries(open: () => readonly HiddenVault[]): EntrySource {
  return (count) => {
    const filler = fillerEntries(count);
    const hidden = takeTurns(open(), count);
    return [...hidden, ...filler.slice(hidden.length)];
  };
}

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
/** Fates told at a time, for the same reason. */
const FATES = 64;

/** Whoever keeps the device's copy of the log, and waits for what the vaults make of it. */
export interface CoverKeeper {
  /** So many entries are in the log from number `at` on. Told before the commit is over, so nothing that follows depends on how fast the copy is. */
  landed(at: number, count: number): void;
  /** These entries are in the log from number `at` on. They are to be in the copy before whoever filled them hears of it. */
  keep(at: number, entries: readonly Uint8Array[]): Promise<void>;
  /** All fates of a commit have been told. */
  told(): Promise<void>;
}

interface Made {
  readonly bytes: Uint8Array;
  /** null for filler. */
  readonly settle: ((fate: EntryFate) => void) | null;
}

/**
 * What every commit of a home space appends. Entries and lane items are made ahead and kept in a ring that is refilled
 * in the background, so that a commit takes the same time whatever fills them; each is handed out once and never again.
 */
export class Cover implements CoverSource {
  readonly #source: EntrySource;
  readonly #keeper: CoverKeeper | null;
  #ring: Made[] = [];
  /** Whom to tell of what was handed out. */
  readonly #out = new WeakMap<Uint8Array, NonNullable<Made['settle']>>();
  #keeping: Promise<void> = Promise.resolve();
  #telling: Promise<void> = Promise.resolve();
  /** As `CoverSource` has it. */
  share = COVER_SHARE;
  readonly #headers: Uint8Array[] = [];
  #capacity = RING_MIN;
  #waiting: { readonly header: Header; readonly key: Uint8Array } | null = null;
  #filling: Promise<void> | null = null;
  #renewing: Promise<void> | null = null;
  #closed = false;

  constructor(source: EntrySource = fillerEntries, keeper: CoverKeeper | null = null) {
    this.#source = source;
    this.#keeper = keeper;
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

  /** Entries made ahead. */
  get ahead(): number {
    return this.#ring.length;
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
    for (const { bytes, settle } of out) if (settle !== null) this.#out.set(bytes, settle);
    setTimeout(() => void this.renew().catch(() => undefined), 0);
    return out.map(({ bytes }) => bytes);
  }

  /** Tells in the background, so that a commit is over at the same time whatever its entries held. */
  settled(entries: readonly Uint8Array[], fate: CoverFate): void {
    if (fate.kind === 'committed') {
      this.#keeper?.landed(fate.at, entries.length);
      this.#keeping = this.#keeping.then(() => this.#keep(fate.at, entries)).catch(() => undefined);
    }
    const kept = this.#keeping;
    this.#telling = this.#telling.then(() => kept).then(() => this.#tell(entries, fate)).catch(() => undefined);
  }

  /** Resolves when what was committed so far is in the device's copy of the log; whatever the entries hold, that takes as long. */
  kept(): Promise<void> {
    return this.#keeping;
  }

  /** Resolves when whoever filled the entries settled so far has been told. */
  told(): Promise<void> {
    return this.#telling;
  }

  /** Makes entries until the ring is full. */
  fill(): Promise<void> {
    this.#filling ??= this.#refill().finally(() => {
      this.#filling = null;
    });
    return this.#filling;
  }

  /**
   * Fills the ring, then makes all of its filler anew: so what waits by now is in front, however much was made ahead.
   * Goes on after every commit in the background, with the same work whether anything waits or not.
   */
  renew(): Promise<void> {
    this.#renewing ??= this.#renew().finally(() => {
      this.#renewing = null;
    });
    return this.#renewing;
  }

  /** Drops what was made ahead and stops making more. */
  close(): void {
    this.#closed = true;
    this.written();
    this.#ring.length = 0;
  }

  async #keep(at: number, entries: readonly Uint8Array[]): Promise<void> {
    await aMoment();
    await this.#keeper?.keep(at, entries);
  }

  async #tell(entries: readonly Uint8Array[], fate: CoverFate): Promise<void> {
    await aMoment();
    for (const [index, entry] of entries.entries()) {
      if (this.#closed) return;
      this.#out.get(entry)?.(fate.kind === 'refused' ? fate : { kind: fate.kind, at: fate.at + index });
      if (index % FATES === FATES - 1) await aMoment();
    }
    await this.#keeper?.told();
  }

  async #refill(): Promise<void> {
    if (this.#headers.length < HEADERS) this.#headers.push(...await fillerHeaders(HEADERS));
    while (this.#ring.length < this.#capacity && !this.#closed) {
      this.#put(await this.#make(Math.min(BATCH, this.#capacity - this.#ring.length)));
    }
  }

  async #renew(): Promise<void> {
    await this.fill();
    let filler = this.#ring.filter(isFiller).length;
    for (let left = this.#ring.length; left > 0 && !this.#closed; left -= BATCH) {
      const count = Math.min(BATCH, left);
      const anew = Math.min(count, filler);
      // As many entries are made for those that stay, and dropped.
      this.#put(await this.#make(anew, count - anew));
      filler -= anew;
      await aMoment();
    }
  }

  async #make(count: number, idle = 0): Promise<Made[]> {
    const contents = [...this.#source(count), ...fillerEntries(idle)];
    const sealed = await sealEntries(contents);
    return sealed.map((bytes, index) => ({ bytes, settle: settleOf(contents[index]) }));
  }

  /** Filler goes last; what is too much of it was never sent, and is dropped. */
  #put(made: readonly Made[]): void {
    if (this.#closed) return;
    const ring = [...this.#ring, ...made];
    const hidden = ring.filter((one) => !isFiller(one));
    const filler = ring.filter(isFiller).reverse();
    this.#ring = [...hidden, ...filler.slice(0, Math.max(0, this.#capacity - hidden.length))];
  }
}

function isFiller({ settle }: Made): boolean {
  return settle === null;
}

function settleOf(content: EntryContent | undefined): Made['settle'] {
  return content?.settle === undefined ? null : (fate) => content.settle?.(fate);
}

/** Whatever else waits for the thread goes first. */
function aMoment(): Promise<void> {
  return new Promise((resolve) => {
    setTimeout(resolve, 0);
  });
}

const NOBODY: Header = { generation: 0, secrets: [new Uint8Array(32)] };
