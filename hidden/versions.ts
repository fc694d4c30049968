import { toHex } from '../crypto/index.ts';
import type { WriterId } from './frame.ts';
import type { Place } from './place.ts';
import { pause } from './pause.ts';
import { versionName, type BatchHead, type BatchId, type VersionId, type WriteHead } from './record.ts';
import { weightOf, type Content, type HeldVersion, type Layer } from './version.ts';

/** Replaced versions kept, for merging with what was written beside their successors and for changes of them. */
const DEAD_KEPT = 4096;
/** Versions taken over between two pauses. */
const RESTORED_AT_ONCE = 2048;

/**
 * The cells of a vault, as far as its batches have been applied: which versions count, which are replaced, and what
 * each consists of. Batches of the log are applied in the order in which they can be seen there; a session's own show at
 * once and are confirmed later. What counts depends on the set of batches alone.
 */
export class Versions {
  readonly #versions = new Map<string, HeldVersion>();
  /** Those that count for this session, by cell. */
  readonly #live = new Map<string, Set<HeldVersion>>();
  readonly #counters = new Map<WriterId, number>();
  readonly #heads = new Map<WriterId, number>();
  readonly #logHeads = new Map<WriterId, number>();
  /** Replaced in the log, in the order of being so, and the number of entries seen by then. */
  #dead: { readonly version: HeldVersion; readonly at: number }[] = [];
  /** Replaced by a batch that came before their own, as happens in a damaged log alone. */
  readonly #early = new Set<string>();
  readonly #own: WriterId | null;
  readonly #keep: number;
  #liveBytes = 0;

  /** `own` is the writer whose batches are staged before they are applied. */
  constructor(own: WriterId | null = null, keep = DEAD_KEPT) {
    this.#own = own;
    this.#keep = keep;
  }

  get(name: string): HeldVersion | null {
    return this.#versions.get(name) ?? null;
  }

  /** The versions of a cell that count, in one order everywhere. */
  live(cell: string): HeldVersion[] {
    return [...this.#live.get(cell) ?? []].sort((a, b) => (a.name < b.name ? -1 : 1));
  }

  /** The cells that have a value, in hex. */
  get cells(): string[] {
    return [...this.#live].flatMap(([cell, set]) => (set.size > 0 ? [cell] : []));
  }

  get liveBytes(): number {
    return this.#liveBytes;
  }

  /** The number of the writer's last batch in the log, -1 for none. */
  counter(writer: WriterId): number {
    return this.#counters.get(writer) ?? -1;
  }

  /** The batches that no other one seen has as a parent, waiting ones included. */
  get heads(): BatchId[] {
    return [...this.#heads].map(([writer, counter]) => ({ writer, counter }));
  }

  /** The newest version from which all of these come, as far as it is known. */
  ancestor(of: readonly HeldVersion[]): HeldVersion | null {
    if (of.length < 2) return null;
    const [first = new Set<HeldVersion>(), ...others] = of.map((version) => this.#before(version));
    const shared = [...first].filter((version) => others.every((set) => set.has(version)));
    const beneath = new Set(shared.flatMap((version) => [...this.#before(version)].filter((older) => older !== version)));
    const newest = shared.filter((version) => !beneath.has(version)).sort((a, b) => (a.name < b.name ? -1 : 1));
    return newest[0] ?? null;
  }

  /** Shows a batch of this session's own, which waits to get into the log. */
  stage(head: BatchHead, bodies: readonly Uint8Array[]): void {
    const writer = this.#own;
    if (writer === null) throw new Error('only a session of its own stages batches');
    this.#create(writer, head, bodies.map((bytes) => ({ bytes, places: [] })), false);
    for (const write of head.writes) for (const id of write.replaces) this.#replace(id, 'waiting', 0);
    follow(this.#heads, writer, head);
  }

  /** Takes in a batch that is in the log, `at` entries of which have been seen. The same batch a second time changes nothing. */
  apply(writer: WriterId, head: BatchHead, bodies: readonly (readonly Place[])[], at: number): void {
    if (head.counter <= this.counter(writer)) return;
    this.#counters.set(writer, head.counter);
    follow(this.#logHeads, writer, head);
    if (writer === this.#own) this.#confirm(writer, head, bodies);
    else {
      this.#create(writer, head, bodies.map((places) => ({ bytes: null, places })), true);
      follow(this.#heads, writer, head);
    }
    for (const write of head.writes) for (const id of write.replaces) this.#replace(id, 'log', at);
    this.#prune();
  }

  /** Takes over what a checkpoint says of the log's first `covers` entries. */
  async restore(versions: readonly HeldVersion[], counters: ReadonlyMap<WriterId, number>, heads: readonly BatchId[], covers: number): Promise<void> {
    for (const [index, version] of versions.entries()) {
      this.#versions.set(version.name, version);
      if (version.replaced === 'no') this.#show(version);
      else this.#dead.push({ version, at: covers });
      this.#restoreBeneath(version);
      if (index % RESTORED_AT_ONCE === RESTORED_AT_ONCE - 1) await pause();
    }
    for (const [writer, counter] of counters) this.#counters.set(writer, counter);
    for (const { writer, counter } of heads) {
      this.#heads.set(writer, counter);
      this.#logHeads.set(writer, counter);
    }
  }

  /** What of this is in the log: versions that count there, those replaced since `since` entries, and the newest batches. */
  inLog(since: number, deadMax: number): { versions: HeldVersion[]; heads: BatchId[] } {
    const counting = [...this.#versions.values()].filter(({ durable, replaced }) => durable && replaced !== 'log');
    const recent = this.#dead.filter(({ at }) => at >= since).slice(-deadMax).map(({ version }) => version);
    const heads = [...this.#logHeads].map(([writer, counter]) => ({ writer, counter }));
    return { versions: [...recent, ...counting], heads };
  }

  /** Puts what was found of a version's base under its changes. */
  resolve(version: HeldVersion, base: HeldVersion): void {
    const before = weightOf(version);
    version.layers = [...base.layers, ...version.layers];
    version.base = base.base;
    if (version.replaced === 'no') this.#liveBytes += weightOf(version) - before;
  }

  /** Overwrites what waited, and forgets all. */
  wipe(): void {
    for (const { layers } of this.#versions.values()) for (const { content } of layers) content.bytes?.fill(0);
    this.#versions.clear();
    this.#live.clear();
    this.#dead = [];
    this.#liveBytes = 0;
  }

  /** The versions that this one was made of by changes. */
  #restoreBeneath({ label, cell, layers, base }: HeldVersion): void {
    for (const [index, { id, size }] of layers.slice(0, -1).entries()) {
      const name = versionName(id);
      const under = layers[index - 1];
      if (this.#versions.has(name)) continue;
      const replaces = under === undefined ? [] : [versionName(under.id)];
      this.#versions.set(name, { id, name, label, cell, size, durable: true, replaced: 'log', replaces, layers: layers.slice(0, index + 1), base });
    }
  }

  #before(version: HeldVersion): Set<HeldVersion> {
    const seen = new Set([version]);
    for (const one of seen) for (const name of one.replaces) {
      const older = this.#versions.get(name);
      if (older !== undefined) seen.add(older);
    }
    return seen;
  }

  #confirm(writer: WriterId, head: BatchHead, bodies: readonly (readonly Place[])[]): void {
    for (const index of head.writes.keys()) {
      const version = this.#versions.get(versionName({ writer, counter: head.counter, index }));
      const content = version?.layers.at(-1)?.content;
      if (version === undefined || content === undefined) continue;
      content.places = bodies[index] ?? [];
      content.bytes = null;
      version.durable = true;
    }
  }

  #create(writer: WriterId, head: BatchHead, contents: readonly Content[], durable: boolean): void {
    for (const [index, write] of head.writes.entries()) {
      const content = contents[index];
      if (write.form === 'gone' || content === undefined) continue;
      const id = { writer, counter: head.counter, index };
      const version = this.#version(id, write, content, durable);
      this.#versions.set(version.name, version);
      this.#show(version);
      if (this.#early.delete(version.name)) this.#replace(id, 'log', 0);
    }
  }

  #version(id: VersionId, write: WriteHead, content: Content, durable: boolean): HeldVersion {
    const layer: Layer = { id, size: write.size, length: write.length, splices: write.form === 'delta' ? write.splices : null, content };
    const [under] = write.form === 'delta' ? write.replaces : [];
    const base = under === undefined ? null : this.#versions.get(versionName(under)) ?? null;
    return {
      id,
      name: versionName(id),
      label: write.label,
      cell: toHex(write.label),
      size: write.size,
      durable,
      replaced: 'no',
      replaces: write.replaces.map(versionName),
      layers: [...base?.layers ?? [], layer],
      base: base === null ? under ?? null : base.base,
    };
  }

  #show(version: HeldVersion): void {
    const set = this.#live.get(version.cell) ?? new Set();
    this.#live.set(version.cell, set.add(version));
    this.#liveBytes += weightOf(version);
  }

  #replace(id: VersionId, by: 'waiting' | 'log', at: number): void {
    const version = this.#versions.get(versionName(id));
    if (version === undefined && id.counter > this.counter(id.writer)) this.#early.add(versionName(id));
    if (version === undefined || version.replaced === 'log') return;
    if (version.replaced === 'no') this.#hide(version);
    version.replaced = by;
    if (by === 'log') this.#dead.push({ version, at });
  }

  #hide(version: HeldVersion): void {
    const set = this.#live.get(version.cell);
    set?.delete(version);
    if (set?.size === 0) this.#live.delete(version.cell);
    this.#liveBytes -= weightOf(version);
  }

  #prune(): void {
    if (this.#dead.length <= 2 * this.#keep) return;
    const gone = this.#dead.slice(0, this.#dead.length - this.#keep);
    this.#dead = this.#dead.slice(gone.length);
    for (const { version } of gone) this.#versions.delete(version.name);
  }
}

/** A batch takes the place of its parents among the newest. */
function follow(heads: Map<WriterId, number>, writer: WriterId, { counter, parents }: BatchHead): void {
  for (const parent of parents) if (heads.get(parent.writer) === parent.counter) heads.delete(parent.writer);
  heads.set(writer, counter);
}
