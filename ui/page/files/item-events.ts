import type { Item } from '../../contract.ts';
import { extend, only, toggle } from '../selection.ts';
import { join } from '../paths.ts';
import { beginDrag, dropOn, endDrag } from './drag.ts';
import type { Listing } from './listing.ts';

/** The ids that an action on `item` is about: all that are chosen, when it is one of them. */
export const concerned = (listing: Listing, item: Item): readonly Item[] =>
  (listing.selection.chosen.has(item.id) ? listing.items.filter(({ id }) => listing.selection.chosen.has(id)) : [item]);

const isTouch = (): boolean => matchMedia('(hover: none)').matches;

/** What a row and a card do alike under pointer and drag. */
export function itemEvents(listing: Listing, item: Item) {
  const path = join(listing.folder, item.name);
  return {
    onClick(event: MouseEvent): void {
      if (event.shiftKey) listing.select((old, order) => extend(old, order, item.id));
      else if (event.ctrlKey || event.metaKey) listing.select((old) => toggle(old, item.id));
      else if (isTouch()) listing.open(item);
      else listing.select(() => only(item.id));
    },
    onDblClick(event: MouseEvent): void {
      if (!event.shiftKey && !event.ctrlKey && !event.metaKey && !(event.target instanceof HTMLInputElement)) listing.open(item);
    },
    onContextMenu(event: MouseEvent): void {
      event.preventDefault();
      if (!listing.selection.chosen.has(item.id)) listing.select(() => only(item.id));
      // From the keyboard there is no place: the menu opens at the row.
      const fromKeys = event.clientX === 0 && event.clientY === 0;
      listing.menu(item, fromKeys && event.currentTarget instanceof Element ? event.currentTarget : { x: event.clientX, y: event.clientY });
    },
    onDragStart(event: DragEvent): void { beginDrag(event, concerned(listing, item).map(({ name }) => join(listing.folder, name))); },
    onDragEnd: endDrag,
    ...(item.kind === 'folder' && !item.readOnly ? dropOn(path, (paths) => { listing.moveInto(path, paths); }) : {}),
  };
}
