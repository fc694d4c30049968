import { useState } from 'preact/hooks';
import { useMedia, usePage, PHONE } from '../app-state.ts';
import { Button, IconButton } from '../parts/button.tsx';
import { WithMenu, type MenuEntry, type OpenMenu } from '../parts/menu.tsx';
import type { Order, SortKey } from '../sorting.ts';
import { useStore } from '../store.ts';
import { t } from '../text.ts';
import type { Upload } from './upload.ts';

export type ViewKind = 'list' | 'grid';

interface ToolbarProps {
  readonly upload: Upload | null;
  readonly onNewFolder: () => void;
  readonly order: Order;
  readonly onOrder: (order: Order) => void;
  readonly isDetailsOpen: boolean;
  readonly onDetails: () => void;
}

/** The view that is used: the chosen one, else rows. */
export function useViewKind(): ViewKind {
  return useStore(usePage().preferences).view ?? 'list';
}

const SORTS: readonly (readonly [SortKey, 'files.name' | 'files.modified' | 'files.size' | 'files.kind'])[] = [
  ['name', 'files.name'], ['modified', 'files.modified'], ['size', 'files.size'], ['kind', 'files.kind'],
];

/** What can be done with a folder as a whole. */
export function Toolbar({ upload, onNewFolder, order, onOrder, isDetailsOpen, onDetails }: ToolbarProps) {
  const page = usePage();
  const view = useViewKind();
  const isPhone = useMedia(PHONE);
  const [menu, setMenu] = useState<OpenMenu | null>(null);
  const openUpload = (anchor: Element): void => {
    if (upload === null) return;
    setMenu({
      anchor, label: t('upload.menu'), entries: [
        { id: 'files', label: t('upload.files'), icon: 'upload', action: () => { upload.pick('files'); } },
        { id: 'folder', label: t('upload.folder'), icon: 'folder', action: () => { upload.pick('folder'); } },
        ...(isPhone ? [null, { id: 'new', label: t('files.newFolder'), icon: 'newFolder' as const, action: onNewFolder }] : []),
      ],
    });
  };
  const openSort = (anchor: Element): void => {
    const entries: (MenuEntry | null)[] = SORTS.map(([key, label]) => ({ id: key, label: t(label), checked: order.key === key, action: () => { onOrder({ ...order, key }); } }));
    entries.push(null,
      { id: 'up', label: t('sort.ascending'), checked: !order.descending, action: () => { onOrder({ ...order, descending: false }); } },
      { id: 'down', label: t('sort.descending'), checked: order.descending, action: () => { onOrder({ ...order, descending: true }); } });
    setMenu({ anchor, label: t('sort.menu'), entries });
  };
  return (
    <div class="toolbar" role="toolbar" aria-label={t('files.tools')}>
      <IconButton icon="sort" label={t('sort.menu')} onClick={(event) => { openSort(event.currentTarget); }} />
      <IconButton icon={view === 'list' ? 'grid' : 'list'} label={view === 'list' ? t('view.grid') : t('view.list')} onClick={() => { page.setPreferences({ view: view === 'list' ? 'grid' : 'list' }); }} />
      {!isPhone && <IconButton icon="details" label={t('details.toggle')} pressed={isDetailsOpen} onClick={onDetails} />}
      {upload !== null && !isPhone && <Button icon="newFolder" onClick={onNewFolder}>{t('files.newFolder')}</Button>}
      {upload !== null && <Button look="main" icon="upload" onClick={(event) => { openUpload(event.currentTarget); }}>{t('upload.button')}</Button>}
      <WithMenu menu={menu} onClose={() => { setMenu(null); }} />
    </div>
  );
}

interface ChosenBarProps {
  readonly count: number;
  readonly isReadOnly: boolean;
  readonly onClear: () => void;
  readonly actions: Readonly<Record<'download' | 'share' | 'move' | 'remove', () => void>>;
  readonly onMore: (anchor: Element) => void;
}

/** What can be done with what is chosen. It takes the place of the toolbar. */
export function ChosenBar({ count, isReadOnly, onClear, actions, onMore }: ChosenBarProps) {
  return (
    <div class="toolbar chosen-bar" role="toolbar" aria-label={t('select.tools')}>
      <IconButton icon="close" label={t('select.clear')} onClick={onClear} />
      <span class="chosen-count" role="status">{t('select.count', { count })}</span>
      <span class="grow" />
      <Button look="quiet" icon="download" onClick={actions.download}>{t('action.download')}</Button>
      {!isReadOnly && count === 1 && <Button look="quiet" icon="addPerson" onClick={actions.share}>{t('action.share')}</Button>}
      {!isReadOnly && <Button look="quiet" icon="moveTo" onClick={actions.move}>{t('action.move')}</Button>}
      {!isReadOnly && <Button look="quiet" icon="trash" onClick={actions.remove}>{t('action.remove')}</Button>}
      <IconButton icon="more" label={t('select.more')} onClick={(event) => { onMore(event.currentTarget); }} />
    </div>
  );
}
