import type { Item } from '../../contract.ts';
import type { MenuEntry } from '../parts/menu.tsx';
import { t } from '../text.ts';

export interface ItemActions {
  open(item: Item): void;
  share(item: Item): void;
  download(items: readonly Item[]): void;
  rename(item: Item): void;
  move(items: readonly Item[]): void;
  copy(items: readonly Item[]): void;
  remove(items: readonly Item[]): void;
  details(): void;
}

/** What can be done with these items, as a menu. */
export function itemMenu(items: readonly Item[], isReadOnly: boolean, actions: ItemActions): (MenuEntry | null)[] {
  const [item] = items;
  if (item === undefined) return [];
  const entries: (MenuEntry | null)[] = [];
  if (items.length === 1) entries.push({ id: 'open', label: t('action.open'), icon: item.kind === 'folder' ? 'folder' : 'eye', keys: 'Enter', action: () => { actions.open(item); } });
  entries.push({ id: 'download', label: t('action.download'), icon: 'download', action: () => { actions.download(items); } });
  if (isReadOnly) return [...entries, null, { id: 'details', label: t('action.details'), icon: 'details', action: actions.details }];
  if (items.length === 1) {
    entries.push({ id: 'share', label: t('action.share'), icon: 'addPerson', action: () => { actions.share(item); } }, null,
      { id: 'rename', label: t('action.rename'), icon: 'rename', keys: 'F2', action: () => { actions.rename(item); } });
  }
  entries.push(
    { id: 'move', label: t('action.move'), icon: 'moveTo', action: () => { actions.move(items); } },
    { id: 'copy', label: t('action.copy'), icon: 'copy', action: () => { actions.copy(items); } },
    { id: 'details', label: t('action.details'), icon: 'details', action: actions.details },
    null,
    { id: 'remove', label: t('action.remove'), icon: 'trash', keys: 'Del', danger: true, action: () => { actions.remove(items); } },
  );
  return entries;
}
