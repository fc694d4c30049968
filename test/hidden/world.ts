import * as assert from 'uvu/assert';
import { concat, equalBytes, toHex } from '../../crypto/index.ts';
import { HiddenError, HiddenVault, MemoryLog, takeTurns, type Fate, type HiddenEntry, type Limits, type Version } from '../../hidden/index.ts';
import { fillerEntries, sealEntries } from '../../vault/index.ts';
import type { Random } from '../rig/random.ts';
import { Model, type Cells } from './model.ts';

/** A node's log, and every tag that was ever sent to it. */
export class Log {
  readonly entries: Uint8Array[] = [];
  /** Whether entry by entry somebody meant it to be more than filler. */
  readonly meant: boolean[] = [];
  readonly #tags = new Set<string>();

  /** What arrives is seen by the node whether or not it takes it. */
  sent(entries: readonly Uint8Array[]): void {
    for (const entry of entries) {
      const tag = toHex(entry.subarray(0, 40));
      assert.not(this.#tags.has(tag), 'a tag was sent twice');
      this.#tags.add(tag);
    }
  }

  take(made: readonly Made[]): void {
    this.entries.push(...made.map(({ bytes }) => bytes));
    this.meant.push(...made.map(({ hidden }) => hidden !== null));
  }

  slice(from: number, to: number): Uint8Array {
    return concat(...this.entries.slice(from, to));
  }
}

interface Made {
  readonly bytes: Uint8Array;
  readonly hidden: HiddenEntry | null;
}

interface Pending {
  readonly label: string;
  /** null for a deletion. */
  readonly version: Version | null;
  readonly content: Uint8Array | null;
  readonly replaces: readonly string[];
  /** Of the same batch: durable together. */
  readonly batch: number;
}

export const nameOf = ({ id: { writer, counter, index } }: Version): string => `${writer}.${counter}.${index}`;

/** One session: a copy of the log, a ring of entries made ahead, and the vaults that its password opens. */
export class Visitor {
  readonly copy: MemoryLog;
  readonly vaults: HiddenVault[] = [];
  readonly #log: Log;
  readonly #random: Random;
  readonly #ring: Made[] = [];
  /** How long the log was when this session last saw its head. */
  #seen = 0;
  /** What each vault was told to hold, in order. */
  readonly #told: Pending[][] = [];
  #batches = 0;

  constructor(log: Log, random: Random, copy = new MemoryLog()) {
    this.#log = log;
    this.#random = random;
    this.copy = copy;
  }

  async open(secrets: readonly Uint8Array[], limits: Partial<Limits>): Promise<void> {
    this.#seen = this.#log.entries.length;
    for (const secret of secrets) {
      this.vaults.push(await HiddenVault.open(secret, this.copy, limits));
      this.#told.push([]);
    }
  }

  /** Brings some of what the copy lacks, in pieces of any size, newest first or not; all of it where `all` is set. */
  async bring(all: boolean): Promise<void> {
    this.#seen = this.#log.entries.length;
    const gaps = this.#gaps();
    const pieces = gaps.flatMap(({ from, to }) => this.#cut(from, to));
    const ordered = this.#random.int(2) === 0 ? pieces.sort((a, b) => b[0] - a[0]) : this.#random.shuffled(pieces);
    for (const [from, to] of all ? ordered : ordered.slice(0, this.#random.int(ordered.length + 1))) {
      await this.copy.write(from, this.#log.slice(from, to));
      if (this.#random.int(3) > 0) await this.arrived();
    }
    await this.arrived();
  }

  async arrived(): Promise<void> {
    for (const vault of this.vaults) await vault.arrived();
  }

  get whole(): boolean {
    return this.#gaps().length === 0;
  }

  /** Writes cells of one vault: new ones, small and large changes, deletions. */
  async write(of: number, labels: readonly Uint8Array[]): Promise<void> {
    const vault = this.vaults[of];
    if (vault === undefined || !vault.ready) return;
    const writes = await Promise.all(labels.map(async (label) => {
      const { versions } = vault.versions(label);
      const content = await this.#value(vault, versions);
      return { label, content, replaces: versions };
    }));
    const before = writes.map(({ label }) => new Set(vault.versions(label).versions.map(nameOf)));
    await vault.write(writes);
    const batch = this.#batches++;
    for (const [index, { label, content, replaces }] of writes.entries()) {
      const version = vault.versions(label).versions.find((one) => before[index]?.has(nameOf(one)) === false) ?? null;
      // What changed nothing was not written.
      if (version === null && content !== null) continue;
      this.#told[of]?.push({ label: toHex(label), version, content, replaces: replaces.map(nameOf), batch });
    }
  }

  /** Sends a commit of `count` entries. What comes of it: taken, refused, or no answer, taken or not. */
  async commit(count: number): Promise<void> {
    while (this.#ring.length < count) await this.#fill(count + this.#random.int(8));
    const made = this.#ring.splice(0, count);
    this.#log.sent(made.map(({ bytes }) => bytes));
    const at = this.#seen;
    const fits = at === this.#log.entries.length;
    const luck = this.#random.int(20);
    if (fits && luck < 17) this.#log.take(made);
    if (fits && luck < 15) {
      await this.copy.write(at, concat(...made.map(({ bytes }) => bytes)));
      this.#seen = at + count;
      this.#tell(made, (index) => ({ kind: 'committed', at: at + index }));
    } else if (luck >= 15 && luck < 19) this.#tell(made, (index) => ({ kind: 'unknown', at: at + index }));
    else this.#tell(made, () => ({ kind: 'refused' }));
    if (this.#random.int(4) > 0) await this.arrived();
  }

  /** Sends until nothing waits. */
  async drain(): Promise<void> {
    for (let round = 0; this.vaults.some(({ status }) => status.waitingFrames > 0); round++) {
      if (round > 5000) throw new Error('what waits does not drain');
      await this.bring(true);
      await this.commit(1 + this.#random.int(30));
    }
    await this.bring(true);
  }

  end(wipe: boolean): void {
    this.#ring.length = 0;
    if (wipe) for (const vault of this.vaults) vault.wipe();
  }

  /** What a vault must show: what the log says, with what still waits on top. Needs the whole log to be in the copy. */
  async check(of: number, model: Model, labels: readonly Uint8Array[]): Promise<void> {
    const vault = this.vaults[of];
    if (vault === undefined) return;
    assert.ok(vault.ready, 'a vault is ready once the whole log is there');
    const { live, all } = model.state();
    const told = this.#told[of] ?? [];
    const waiting = told.filter(({ batch }) => told.some((one) => one.batch === batch && one.version?.durable === false));
    const silent = told.filter(({ batch }) => told.every((one) => one.batch !== batch || one.version === null));
    for (const { version, content } of told) {
      if (version?.durable !== true) continue;
      assert.ok(content !== null && equalBytes(all.get(nameOf(version)) ?? new Uint8Array(0), content), 'what counts as drained is in the log');
    }
    for (const label of labels) await expectCell(vault, label, withWaiting(live, toHex(label), [...waiting, ...silent]));
  }

  #tell(made: readonly Made[], fate: (index: number) => Fate): void {
    for (const [index, { hidden }] of made.entries()) hidden?.settle(fate(index));
  }

  async #fill(count: number): Promise<void> {
    const hidden = takeTurns(this.vaults, count - this.#ring.length);
    const contents = [...hidden, ...fillerEntries(count - this.#ring.length - hidden.length)];
    for (const [index, bytes] of (await sealEntries(contents)).entries()) this.#ring.push({ bytes, hidden: hidden[index] ?? null });
  }

  async #value(vault: HiddenVault, versions: readonly Version[]): Promise<Uint8Array | null> {
    const random = this.#random;
    const kind = random.int(10);
    const [first] = versions;
    if (kind === 0) return null;
    if (kind < 7 && first !== undefined) {
      try {
        return edited(random, await vault.read(first));
      } catch (error) {
        if (!(error instanceof HiddenError) || error.code !== 'arriving') throw error;
      }
    }
    return concat(random.bytes(random.pick([0, 1, 40, 700, 4026, 9000, 30_000])), new Uint8Array(random.pick([0, 0, 3000])));
  }

  #gaps(): { from: number; to: number }[] {
    const gaps: { from: number; to: number }[] = [];
    let at = 0;
    for (const { from, to } of this.copy.held()) {
      if (from > at) gaps.push({ from: at, to: from });
      at = to;
    }
    if (at < this.#log.entries.length) gaps.push({ from: at, to: this.#log.entries.length });
    return gaps;
  }

  #cut(from: number, to: number): [number, number][] {
    const pieces: [number, number][] = [];
    for (let at = from; at < to;) {
      const end = Math.min(to, at + 1 + this.#random.int(40));
      pieces.push([at, end]);
      at = end;
    }
    return pieces;
  }
}

function edited(random: Random, content: Uint8Array): Uint8Array {
  let out = content;
  for (let edits = 1 + random.int(3); edits > 0; edits--) {
    const at = random.int(out.length + 1);
    const cut = random.int(Math.min(60, out.length - at) + 1);
    out = concat(out.subarray(0, at), random.bytes(random.int(80)), out.subarray(at + cut));
  }
  return out;
}

function withWaiting(live: Cells, label: string, waiting: readonly Pending[]): Map<string, Uint8Array> {
  const cell = new Map(live.get(label));
  for (const { label: of, version, content, replaces } of waiting) {
    if (of !== label) continue;
    for (const name of replaces) cell.delete(name);
    if (version !== null && content !== null && !version.durable) cell.set(nameOf(version), content);
  }
  return cell;
}

/** That a vault shows exactly these versions of a cell. */
export async function expectCell(vault: HiddenVault, label: Uint8Array, wanted: ReadonlyMap<string, Uint8Array>): Promise<void> {
  const { versions } = vault.versions(label);
  assert.equal(versions.map(nameOf), [...wanted.keys()].sort());
  for (const version of versions) {
    const content = await vault.read(version);
    const right = wanted.get(nameOf(version)) ?? new Uint8Array(0);
    assert.is(version.size, content.length);
    assert.ok(equalBytes(content, right), 'the content is not what was written');
  }
}
