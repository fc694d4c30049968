import { fromHex, toHex } from '../crypto/index.ts';
import { Mutex } from '../node/index.ts';
import { CheckpointFrames } from './checkpoint-frames.ts';
import { encodeCheckpoint } from './checkpoint.ts';
import { composeBatch, type HiddenWrite } from './compose.ts';
import { Contents } from './contents.ts';
import { arriving, corrupt, HiddenError, locked } from './error.ts';
import { FRAME_DATA } from './frame.ts';
import { Journal } from './journal.ts';
import { hiddenFolder, hiddenKeys, wipeKeys, type HiddenKeys } from './keys.ts';
import { checkpointDue, LIMITS, liveLimit, type Limits } from './limits.ts';
import { holds, type LogCopy } from './log-copy.ts';
import { Packer, plaintextOf, type Fate, type Parcel } from './packer.ts';
import { pause } from './pause.ts';
import { versionName } from './record.ts';
import { CHUNK, CHUNKS_AT_ONCE, look, Search, type Opened } from './search.ts';
import { weightOf, type HeldVersion, type Version } from './version.ts';

/** What one entry of the cover log is to hold, and whom to tell what became of it. */
export interface HiddenEntry {
  readonly tagKey: Uint8Array;
  readonly boxKey: Uint8Array;
  /** 4040 bytes. */
  readonly plaintext: Uint8Array;
  settle(fate: Fate): void;
}

export interface HiddenStatus {
  /** Bytes that are lost if the session ends now. */
  readonly waitingBytes: number;
  /** Entries of the log that they still need. */
  readonly waitingFrames: number;
  /** Bytes that the vault's present content takes of the log. */
  readonly liveBytes: number;
  /** What that may grow to. */
  readonly limit: number;
  /** Records that a newer version wrote and this one leaves out. */
  readonly unknown: number;
}

/** The values of a cell: one normally, several where sessions wrote at the same time. */
export interface CellVersions {
  readonly versions: readonly Version[];
  /** What several have come from, as far as it is known. */
  readonly ancestor: Version | null;
}

interface Staged {
  readonly counter: number;
  readonly bytes: number;
}

/**
 * One hidden vault, opened: cells by label, over a copy of the cover log. Does no I/O but on the copy, and has no say in
 * when entries are sent: it hands out frames when it is asked for some, and waits.
 */
export class HiddenVault {
  readonly #copy: LogCopy;
  readonly #limits: Limits;
  readonly #packer = new Packer();
  readonly #mutex = new Mutex();
  readonly #contents: Contents;
  readonly #searches: Search[] = [];
  readonly #passing = new CheckpointFrames();
  readonly #folder: Uint8Array;
  #keys: HiddenKeys | null;
  #opened: Opened | null = null;
  /** Entries below this have been taken in. */
  #applied = 0;
  /** Entries of frames that came since the checkpoint at `#covered`. */
  #fed: number[] = [];
  #covered = 0;
  #checkpointFrames = 1;
  /** Batches that are not yet in the log. */
  #staged: Staged[] = [];
  #counter = 0;
  #revision = 0;

  private constructor(secret: Uint8Array, copy: LogCopy, limits: Limits) {
    this.#keys = hiddenKeys(secret);
    this.#folder = hiddenFolder(secret);
    this.#copy = copy;
    this.#limits = limits;
    this.#contents = new Contents(this.#keys, copy);
  }

  /** Opens the vault of a 32-byte secret as far as the copy goes; where that is not far enough, `arrived` continues. */
  static async open(secret: Uint8Array, copy: LogCopy, limits: Partial<Limits> = {}): Promise<HiddenVault> {
    const vault = new HiddenVault(secret, copy, { ...LIMITS, ...limits });
    await vault.#mutex.run(() => vault.#takeIn());
    return vault;
  }

  /** The root folder's secret, 32 bytes. */
  get folderSecret(): Uint8Array {
    this.#live();
    return this.#folder;
  }

  /** Enough of the log is there to tell what the vault holds. */
  get ready(): boolean {
    return this.#opened !== null;
  }

  /** Changes whenever what the vault holds may have changed. */
  get revision(): number {
    return this.#revision;
  }

  get status(): HiddenStatus {
    this.#live();
    const versions = this.#opened?.journal.versions;
    return {
      waitingBytes: this.#waiting().reduce((sum, { bytes }) => sum + bytes, 0),
      waitingFrames: this.#packer.frames,
      liveBytes: versions?.liveBytes ?? 0,
      limit: this.#limit(),
      unknown: this.#opened?.journal.unknown ?? 0,
    };
  }

  /** The versions of a cell that count. Throws HiddenError('arriving') while the vault is not ready. */
  versions(label: Uint8Array): CellVersions {
    const { versions } = this.#journal();
    const live = versions.live(toHex(label));
    return { versions: live, ancestor: versions.ancestor(live) };
  }

  /** The labels of all cells that have a value. Throws HiddenError('arriving') while the vault is not ready. */
  labels(): Uint8Array[] {
    return this.#journal().versions.cells.map(fromHex);
  }

  /** The content of a version. Throws HiddenError('arriving') while entries that hold it are not in the copy. */
  async read(version: Version): Promise<Uint8Array> {
    const held = this.#held(version);
    await this.#resolve(held);
    return this.#contents.read(held);
  }

  /** How many entries that hold parts of a version are not in the copy yet. */
  missing(version: Version): number {
    return this.#contents.missing(this.#held(version));
  }

  /**
   * Writes cells, all or none. They show at once, and wait in memory until entries have come by.
   * Throws HiddenError 'vault-full' or 'waiting-full'; then nothing has changed.
   */
  async write(writes: readonly HiddenWrite[]): Promise<void> {
    const { versions } = this.#journal();
    const batch = await composeBatch(writes, {
      version: (version) => this.#held(version),
      content: async (version) => (version.base !== null || this.#contents.missing(version) > 0 ? null : this.#contents.read(version)),
    });
    this.#live();
    if (batch.writes.length === 0) return;
    const head = { counter: this.#counter, parents: versions.heads, writes: batch.writes };
    const { record, bodies } = batch.seal(head);
    this.#checkRoom(record.length, batch.weight, batch.replaced);
    this.#counter++;
    versions.stage(head, bodies);
    this.#packer.add(record);
    this.#staged.push({ counter: head.counter, bytes: record.length });
    for (const [index, content] of batch.contents.entries()) {
      if (content !== null) this.#contents.remember(versionName({ writer: this.#packer.writer, counter: head.counter, index }), content);
    }
    this.#revision++;
  }

  /** What the next entries are to hold: at most `count`, fewer where less waits. */
  next(count: number): HiddenEntry[] {
    const keys = this.#keys;
    const entries: HiddenEntry[] = [];
    if (keys === null) return entries;
    while (entries.length < count) {
      const parcel = this.#packer.next();
      if (parcel === null) break;
      entries.push({ tagKey: keys.tag, boxKey: keys.entry, plaintext: plaintextOf(parcel), settle: (fate) => this.#settle(parcel, fate) });
    }
    return entries;
  }

  /** Takes in what the copy holds by now: to be called after each time it has grown, in whatever order it grows. */
  async arrived(): Promise<void> {
    await this.#mutex.run(async () => {
      await this.#takeIn();
      if (this.#opened !== null) await this.#writeCheckpoint();
    });
  }

  /** Overwrites keys and contents. Everything afterwards throws 'locked'. */
  wipe(): void {
    if (this.#keys === null) return;
    wipeKeys(this.#keys);
    this.#keys = null;
    this.#folder.fill(0);
    this.#packer.wipe();
    this.#contents.wipe();
    this.#opened?.journal.wipe();
    this.#staged = [];
  }

  async #takeIn(): Promise<void> {
    this.#live();
    if (this.#opened === null) await this.#search();
    if (this.#opened !== null) await this.#advance();
  }

  #live(): HiddenKeys {
    if (this.#keys === null) throw locked();
    return this.#keys;
  }

  #journal(): Journal {
    this.#live();
    if (this.#opened === null) throw arriving();
    return this.#opened.journal;
  }

  #held(version: Version): HeldVersion {
    const held = this.#journal().versions.get(versionName(version.id));
    if (held === null) throw corrupt('version');
    return held;
  }

  #limit(): number {
    return liveLimit(this.#copy.held().at(-1)?.to ?? 0, this.#limits);
  }

  #waiting(): Staged[] {
    const durable = this.#opened?.journal.versions.counter(this.#packer.writer) ?? -1;
    this.#staged = this.#staged.filter(({ counter }) => counter > durable);
    return this.#staged;
  }

  #checkRoom(record: number, weight: number, replaced: readonly HeldVersion[]): void {
    const { versions } = this.#journal();
    const freed = replaced.filter((version) => version.replaced === 'no').reduce((sum, version) => sum + weightOf(version), 0);
    const growth = weight - freed;
    if (growth > 0 && versions.liveBytes + growth > this.#limit()) {
      throw new HiddenError('vault-full', 'The hidden vault would outgrow its half of the account\'s cover; delete something in it, or go on working in the visible vault until there is more.');
    }
    const waiting = this.#waiting().reduce((sum, { bytes }) => sum + bytes, record);
    if (growth > 0 && waiting > this.#limits.waitingMax) {
      throw new HiddenError('waiting-full', 'Too much waits already for the account\'s cover to carry it; go on working in the visible vault, and write the rest when this has drained.');
    }
  }

  #settle(parcel: Parcel, fate: Fate): void {
    if (this.#keys === null || parcel.state !== 'sent') return;
    if (fate.kind === 'committed') this.#land(parcel, fate.at);
    else if (fate.kind === 'refused') this.#packer.requeue(parcel);
    else {
      parcel.expected = fate.at;
      this.#packer.resolve(this.#applied);
    }
  }

  #land({ frame }: Parcel, at: number): void {
    this.#packer.land(frame);
    if (!frame.checkpoint) this.#feed(at, frame);
  }

  #feed(entry: number, frame: Parcel['frame']): void {
    if (this.#opened?.journal.feed(entry, frame, Math.max(entry + 1, this.#applied)) !== true) return;
    this.#fed.push(entry);
    this.#revision++;
  }

  /** Tries each stretch of the copy, newest first, for one that alone tells what the vault holds. */
  async #search(): Promise<void> {
    for (const { from, to } of [...this.#copy.held()].reverse()) {
      const search = this.#searches.find(({ anchor }) => anchor > from && anchor <= to) ?? new Search(this.#live(), this.#copy, to);
      if (!this.#searches.includes(search)) this.#searches.push(search);
      this.#opened = await search.run(from, this.#packer.writer);
      if (this.#opened === null) continue;
      this.#applied = search.anchor;
      this.#fed = this.#opened.fed;
      this.#covered = this.#opened.covers;
      this.#searches.length = 0;
      this.#revision++;
      return;
    }
  }

  /** Goes on where the copy now goes on. */
  async #advance(): Promise<void> {
    for (let chunks = 1; ; chunks++) {
      const range = this.#copy.held().find(({ from, to }) => from <= this.#applied && this.#applied < to);
      if (range === undefined) return;
      const to = Math.min(range.to, this.#applied + CHUNK);
      for (const { entry, frame } of await look(this.#live(), this.#copy, this.#applied, to)) {
        if (frame === null) continue;
        this.#packer.land(frame);
        if (frame.checkpoint) await this.#pass(entry, frame);
        else this.#feed(entry, frame);
      }
      this.#live();
      this.#applied = to;
      this.#packer.resolve(to);
      if (chunks % CHUNKS_AT_ONCE === 0) await pause();
    }
  }

  /** A checkpoint that another session has written saves writing one. */
  async #pass(entry: number, frame: Parcel['frame']): Promise<void> {
    const whole = await this.#passing.feed(entry, frame);
    if (whole !== null) this.#coverUpTo(whole.covers);
  }

  #coverUpTo(covers: number): void {
    if (covers <= this.#covered) return;
    this.#covered = covers;
    this.#fed = this.#fed.filter((entry) => entry >= covers);
  }

  async #writeCheckpoint(): Promise<void> {
    const due = checkpointDue(this.#fed.length, this.#applied - this.#covered, this.#checkpointFrames, this.#limits);
    if (!due || this.#packer.hasCheckpoint) return;
    const covers = this.#applied;
    const record = await encodeCheckpoint(this.#journal().checkpoint(covers, covers - this.#limits.remembered));
    this.#live();
    this.#checkpointFrames = Math.ceil(record.length / FRAME_DATA);
    this.#packer.addCheckpoint(record);
    this.#coverUpTo(covers);
  }

  /** A version whose base was replaced long before it came: then the whole log tells. */
  async #resolve(version: HeldVersion): Promise<void> {
    if (version.base === null) return;
    if (!holds(this.#copy.held(), { from: 0, to: this.#applied })) throw arriving();
    const whole = Journal.empty(null, Number.MAX_SAFE_INTEGER);
    for (let from = 0; from < this.#applied; from += CHUNK) {
      for (const { entry, frame } of await look(this.#live(), this.#copy, from, Math.min(this.#applied, from + CHUNK))) {
        if (frame !== null && !frame.checkpoint) whole.feed(entry, frame, entry + 1);
      }
      await pause();
    }
    const base = whole.versions.get(versionName(version.base));
    if (base === null || base.base !== null) throw corrupt('version');
    this.#journal().versions.resolve(version, base);
  }
}
