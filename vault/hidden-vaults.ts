import type { Drive } from '../files/index.ts';
import { HiddenVault, type HiddenStatus, type LogCopy } from '../hidden/index.ts';
import { VaultError } from './error.ts';
import { HiddenDrive } from './hidden-drive.ts';

/** A hidden vault that a session's password opens. */
export interface OpenVault {
  /** 1 for the shallowest hidden one. */
  readonly depth: number;
  /** null while too little of the log is on the device to tell what the vault holds. */
  readonly drive: Drive | null;
  readonly status: HiddenStatus;
  /** Entries of the log that are not on the device yet. */
  readonly missing: number;
}

interface Slot {
  readonly secret: Uint8Array;
  vault: HiddenVault | null;
  drive: HiddenDrive | null;
  /** Why it could not be opened yet. */
  trouble: Error | null;
}

const NOTHING: HiddenStatus = { waitingBytes: 0, waitingFrames: 0, liveBytes: 0, limit: 0, unknown: 0 };

/** The hidden vaults of a session, deepest first. What it does, it does in the background, and nothing waits for it. */
export class HiddenVaults {
  readonly #copy: LogCopy;
  readonly #now: () => number;
  readonly #onReady: (secret: Uint8Array, drive: HiddenDrive) => Promise<void>;
  #slots: Slot[] = [];
  #work: Promise<void> = Promise.resolve();
  #failure: Error | null = null;
  #closed = false;

  /** `onReady` is told before a vault shows; what it throws, everything afterwards throws. */
  constructor(copy: LogCopy, now: () => number, onReady: (secret: Uint8Array, drive: HiddenDrive) => Promise<void>) {
    this.#copy = copy;
    this.#now = now;
    this.#onReady = onReady;
  }

  /** Opens another one, deeper than those that are open. */
  add(secret: Uint8Array): void {
    const slot: Slot = { secret: secret.slice(), vault: null, drive: null, trouble: null };
    this.#slots = [slot, ...this.#slots];
    this.arrived();
  }

  /** Deepest first. */
  get secrets(): readonly Uint8Array[] {
    return this.#slots.map(({ secret }) => secret);
  }

  /** Those whose entries may wait, deepest first. */
  get vaults(): readonly HiddenVault[] {
    return this.#slots.flatMap(({ vault }) => (vault === null ? [] : [vault]));
  }

  /** Throws what a vault that could not be opened has thrown. */
  list(missing: number): OpenVault[] {
    const trouble = this.#failure ?? this.#slots.find((slot) => slot.drive === null && slot.trouble !== null)?.trouble ?? null;
    if (trouble !== null) throw trouble;
    return this.#slots.map(({ vault, drive }, index) => ({
      depth: this.#slots.length - index, drive: drive?.drive ?? null, status: vault?.status ?? NOTHING, missing,
    }));
  }

  driveOf(secret: Uint8Array): HiddenDrive | null {
    return this.#slots.find((slot) => slot.secret === secret || slot.secret.every((byte, index) => byte === secret[index]))?.drive ?? null;
  }

  /** The copy of the log has grown. */
  arrived(): void {
this.#work = this.#work.then(() => this.#advance());
  }

  /** Resolves when all that has arrived so far was taken in. */
  async settled(): Promise<void> {
    for (let seen = null as Promise<void> | null; seen !== this.#work; ) {
      seen = this.#work;
      await seen;
    }
  }

  wipe(): void {
    this.#closed = true;
    this.#drop();
  }

  /** Never rejects: a vault that cannot be opened now is tried again with the next that arrives. */
  async #advance(): Promise<void> {
    for (const slot of this.#slots) {
      if (this.#closed) return;
      try {
        await this.#advanceOne(slot);
        slot.trouble = null;
      } catch (error) {
        this.#note(slot, error);
      }
    }
  }

  async #advanceOne(slot: Slot): Promise<void> {
    if (slot.vault === null) {
      const vault = await HiddenVault.open(slot.secret, this.#copy);
      if (this.#isGone(slot)) return vault.wipe();
      slot.vault = vault;
    } else {
      await slot.vault.arrived();
    }
    if (slot.drive === null && slot.vault.ready) await this.#show(slot, slot.vault);
  }

  async #show(slot: Slot, vault: HiddenVault): Promise<void> {
    const drive = await HiddenDrive.open(vault, this.#now);
    if (this.#isGone(slot)) return drive.wipe();
    try {
      await this.#onReady(slot.secret, drive);
    } catch (error) {
      if (error instanceof VaultError) drive.wipe();
      throw error;
    }
    slot.drive = drive;
  }

  #isGone(slot: Slot): boolean {
    return this.#closed || !this.#slots.includes(slot);
  }

  #note(slot: Slot, error: unknown): void {
    if (this.#closed || isArriving(error)) return;
    slot.trouble = error instanceof Error ? error : new Error('unknown');
    if (!(error instanceof VaultError)) return;
    // The password is an old one: nothing that it opened is to be used.
    this.#failure = error;
    this.#drop();
  }

  #drop(): void {
    for (const { secret, vault, drive } of this.#slots) {
      secret.fill(0);
      vault?.wipe();
      drive?.wipe();
    }
    this.#slots = [];
  }
}

/** The vault is there, and what a cell holds is not: it is shown with the next that arrives. */
function isArriving(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'arriving';
}
