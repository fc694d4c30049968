import type { Item } from '../contract.ts';
import { endingOf } from './names.ts';

export type SortKey = 'name' | 'modified' | 'size' | 'kind';

export interface Order {
  readonly key: SortKey;
  readonly descending: boolean;
}

export const byName: Order = { key: 'name', descending: false };

/** Folders first, then by the key; what is equal goes by name, with numbers as numbers. */
export function sorted(items: readonly Item[], { key, descending }: Order, language: string): Item[] {
  const collator = new Intl.Collator(language, { numeric: true });
  const names = (a: Item, b: Item): number => collator.compare(a.name, b.name);
  const keys: Readonly<Record<SortKey, (a: Item, b: Item) => number>> = {
    name: names,
    modified: (a, b) => a.modified - b.modified,
    size: (a, b) => a.size - b.size,
    kind: (a, b) => collator.compare(endingOf(a.name), endingOf(b.name)),
  };
  const sign = descending ? -1 : 1;
  const rank = (item: Item): number => (item.kind === 'folder' ? 0 : 1);
  return [...items].sort((a, b) => rank(a) - rank(b) || sign * keys[key](a, b) || names(a, b));
}

/** A click on a column's head: the other direction, or that column. Dates and sizes begin with the largest. */
export const orderAfter = (order: Order, key: SortKey): Order =>
  (order.key === key ? { key, descending: !order.descending } : { key, descending: key === 'modified' || key === 'size' });
