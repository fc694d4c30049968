import { concat, equalBytes } from '../crypto/index.ts';
import { holds, withRange, type LogCopy, type Range } from '../hidden/index.ts';
import type { Space, SpaceHead, Spine } from '../node/index.ts';
import { COVER_ENTRY, COVER_SEGMENT_ENTRIES, leavesOf, logRoot, rootOfLeaves, spineFrontier, WireError, type LogHash, type LogHead } from '../wire/index.ts';
import { VaultError } from './error.ts';

/**
 * Brings the cover log of a home space into the device's copy, newest segment first, one request a step. What is asked, and
 * when, follows from the copy and from visible work alone. Checks on the way that the log continues every one seen before.
 */
export class LogReader {
  readonly copy: LogCopy;
  /** Told when there is something to bring again. */
  onDue: () => void = () => undefined;
  readonly #home: Space;
  #spine: Spine | null = null;
  /** How long the log was when the node last moved the head: what a spine must show. */
  #due = 0;
  /** Heads of which it is still to be checked that the log continues them. */
  #older: LogHead[] = [];
  /** What own commits have appended: it is in the copy, or about to be. */
  #own: Range[] = [];
  #broken: VaultError | null = null;

  /** `seen` is the head that an earlier session has left behind. */
  constructor(home: Space, copy: LogCopy, seen: LogHead | null) {
    this.#home = home;
    this.copy = copy;
    if (seen !== null) this.#older.push(seen);
    home.onMoved = (before) => { this.#moved(before); };
  }

  /** From here on the head that the node has shown first is to be accounted for. */
  begin(): void {
    this.#due = this.#size();
    this.onDue();
  }

  /** Whether a step would ask for anything. */
  get due(): boolean {
    return this.#broken === null && (this.#isStale() || this.#next() !== null);
  }

  /** Entries of the log that are not in the copy. */
  get missing(): number {
    const size = this.#size();
    return size - this.copy.held().reduce((sum, { from, to }) => sum + Math.max(0, Math.min(to, size) - from), 0);
  }

  /** The head to leave behind; null while it has not been checked what it continues. */
  get checked(): LogHead | null {
    if (this.#broken !== null || this.#isStale() || this.#older.length > 0) return null;
    return this.#home.head?.root.cover?.entries ?? null;
  }

  landed(at: number, count: number): void {
    this.#own = withRange(this.#own, { from: at, to: at + count });
  }

  async keep(at: number, entries: readonly Uint8Array[]): Promise<void> {
    await this.copy.write(at, concat(...entries));
  }

  /** Makes one request, or none where nothing is due. Throws 'rolled-back' where the log does not continue the one seen before, now and ever after. */
  async step(signal?: AbortSignal): Promise<void> {
    this.#home.checkSound();
    if (this.#broken !== null) throw this.#broken;
    try {
      const index = this.#isStale() ? null : this.#next();
      if (this.#isStale()) this.#spine = await this.#home.spine(signal);
      else if (index !== null) await this.#bring(index, signal);
      await this.#checkOlder();
    } catch (error) {
      // A spine that is not the signed one is a lost or a changed log too.
      const told = error instanceof WireError && (error.code === 'bad-proof' || error.code === 'rolled-back') ? otherLog() : error;
      if (told instanceof VaultError && told.code === 'rolled-back') {
        this.#broken = told;
        this.#home.condemn(told);
      }
      throw told;
    }
  }

  #moved({ root }: SpaceHead): void {
    const seen = root.cover?.entries;
    if (seen !== undefined && seen.size > 0) this.#older.push(seen);
    this.#due = this.#size();
    this.onDue();
  }

  #size(): number {
    return this.#home.head?.root.cover?.entries.size ?? 0;
  }

  #isStale(): boolean {
    return (this.#spine?.frontier.size ?? 0) < this.#due;
  }

  /** The segment in which a log seen before ended, so that a fork is told first; else the newest of which the copy lacks something. */
  #next(): number | null {
    if (this.#spine === null) return null;
    const { segments } = this.#spine;
    const held = this.#held();
    for (const { size } of this.#older) {
      const index = Math.floor(size / COVER_SEGMENT_ENTRIES);
      const from = index * COVER_SEGMENT_ENTRIES;
      if (size > from && segments[index] !== undefined && !holds(held, { from, to: from + COVER_SEGMENT_ENTRIES })) return index;
    }
    let end = this.#spine.frontier.size;
    for (const { from, to } of held.reverse()) {
      if (to < end) break;
      end = Math.min(end, from);
    }
    return end === 0 ? null : Math.floor((end - 1) / COVER_SEGMENT_ENTRIES);
  }

  /** In the copy, or about to be. */
  #held(): Range[] {
    return this.#own.reduce(withRange, [...this.copy.held()]);
  }

  /** How many entries from `start` on are held. */
  #heldFrom(start: number): number {
    const range = this.#held().find(({ from, to }) => from <= start && to > start);
    return range === undefined ? 0 : range.to - start;
  }

  async #bring(index: number, signal?: AbortSignal): Promise<void> {
    const { segments, tail } = this.#spine ?? { segments: [], tail: [] };
    const root = segments[index];
    const start = index * COVER_SEGMENT_ENTRIES;
    // A complete segment is checked as a whole; of the last one each entry is known by its hash.
    const from = root === undefined ? this.#heldFrom(start) : 0;
    const entries = await this.#home.client.segment(this.#home.writer, index, from, signal);
    const leaves = leavesOf(entries);
    const wanted = tail.slice(from);
    const right = root === undefined ? isPrefix(wanted, leaves) : leaves.length === COVER_SEGMENT_ENTRIES && equalBytes(rootOfLeaves(leaves), root);
    if (!right) throw otherLog();
    const count = root === undefined ? wanted.length : COVER_SEGMENT_ENTRIES;
    await this.copy.write(start + from, entries.subarray(0, count * COVER_ENTRY));
  }

  async #checkOlder(): Promise<void> {
    const spine = this.#spine;
    if (spine === null) return;
    const checked = new Set<LogHead>();
    for (const head of this.#older) if (await this.#continues(spine, head)) checked.add(head);
    this.#older = this.#older.filter((head) => !checked.has(head));
  }

  /** False while the segment in which the older log ended is not here. */
  async #continues(spine: Spine, older: LogHead): Promise<boolean> {
    if (older.size > spine.frontier.size) {
      if (this.#isStale()) return false;
      throw otherLog();
    }
    const whole = Math.floor(older.size / COVER_SEGMENT_ENTRIES);
    const rest = older.size % COVER_SEGMENT_ENTRIES;
    const leaves = rest === 0 ? [] : await this.#leaves(spine, whole);
    if (leaves === null) return false;
    if (!equalBytes(logRoot(spineFrontier(spine.segments.slice(0, whole), leaves.slice(0, rest))), older.root)) throw otherLog();
    return true;
  }

  /** The leaf hashes of a segment, as the log has them now; null where the copy lacks it. */
  async #leaves(spine: Spine, index: number): Promise<readonly LogHash[] | null> {
    const root = spine.segments[index];
    if (root === undefined) return spine.tail;
    const from = index * COVER_SEGMENT_ENTRIES;
    if (!holds(this.copy.held(), { from, to: from + COVER_SEGMENT_ENTRIES })) return null;
    const leaves = leavesOf(await this.copy.read(from, COVER_SEGMENT_ENTRIES));
    if (!equalBytes(rootOfLeaves(leaves), root)) throw otherLog();
    return leaves;
  }
}

function isPrefix(wanted: readonly LogHash[], leaves: readonly LogHash[]): boolean {
  return wanted.every((leaf, index) => equalBytes(leaf, leaves[index] ?? new Uint8Array()));
}

function otherLog(): VaultError {
  return new VaultError('rolled-back', 'The node shows another cover log than this device has seen: it lost data, or it cheats. Nothing was changed; ask the node\'s keeper.');
}

