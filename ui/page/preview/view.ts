import type { Item } from '../../contract.ts';

/** Brings a part of a file, or all of it. */
export type ReadItem = (item: Item, offset?: number, length?: number) => Promise<Uint8Array>;

/** What every way of showing a file is given. */
export interface ViewProps {
  readonly item: Item;
  readonly read: ReadItem;
}
