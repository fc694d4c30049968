import { toHex, type PublicKey } from '../crypto/index.ts';
import type { Entry, Rotated } from '../files/index.ts';
import type { Name } from '../wire/index.ts';
import { SocialError } from './error.ts';
import { markOf, type SharedItem } from './shares.ts';

/** Who and what loses access by a rotation. */
export interface Ended {
  readonly from: Name | null;
  readonly links: ReadonlySet<string>;
}

export const NOBODY: Ended = { from: null, links: new Set() };

export interface Changed {
  readonly before: SharedItem;
  readonly after: SharedItem;
  readonly entry: Entry;
}

/** What a rotation gave new spaces to: the item itself, and items within it that had spaces of their own. */
export class Moved {
  readonly #main: Entry;
  readonly #inner: ReadonlyMap<string, Entry>;

  constructor(main: Entry, inner: readonly Rotated[]) {
    this.#main = main;
    this.#inner = new Map(inner.map(({ from, entry }) => [toHex(from), entry]));
  }

  entryOf(entry: string, space: PublicKey): Entry | null {
    return entry === this.#main.id ? this.#main : this.#inner.get(toHex(space)) ?? null;
  }

  /** The shared item before and after, or nothing where it was not touched. */
  share(before: SharedItem, from: Name | null): Changed[] {
    const entry = this.entryOf(before.entry, before.space);
    if (entry === null) return [];
    const left = entry === this.#main ? before.with.filter((name) => name !== from) : before.with;
    return [{ before, after: { ...before, space: spaceOf(entry), sequence: before.sequence + 1, with: left, told: markOf(entry) }, entry }];
  }

  after(before: SharedItem, from: Name | null): SharedItem[] {
    const [changed] = this.share(before, from);
    if (changed === undefined) return [before];
    return changed.after.with.length === 0 ? [] : [changed.after];
  }
}

export function spaceOf(entry: Entry): PublicKey {
  if (entry.target === null) throw new SocialError('not-shared', 'The item has no space of its own.');
  return entry.target.space;
}
