import type { Item } from '../../contract.ts';
import type { Selection } from '../selection.ts';
import type { Order, SortKey } from '../sorting.ts';

/** What rows and cards show, and what they can ask for. */
export interface Listing {
  readonly folder: string;
  readonly items: readonly Item[];
  readonly selection: Selection;
  /** The selection as the last key or click left it, which may not be drawn yet. */
  now(): Selection;
  readonly order: Order;
  /** The id of the item whose name is being changed in its place. */
  readonly renaming: string | null;
  select(change: (selection: Selection, order: readonly string[]) => Selection): void;
  sort(key: SortKey): void;
  open(item: Item): void;
  menu(item: Item, at: Element | { readonly x: number; readonly y: number }): void;
  rename(item: Item, name: string | null): void;
  moveInto(folder: string, paths: readonly string[]): void;
  /** Keys that do something with what is chosen. */
  onKey(event: KeyboardEvent): void;
}
