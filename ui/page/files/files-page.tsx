import { useEffect, useRef, useState } from 'preact/hooks';
import type { Item } from '../../contract.ts';
import { useDrive } from '../app-state.ts';
import { errorText } from '../errors.ts';
import { Button } from '../parts/button.tsx';
import { WithMenu, type OpenMenu } from '../parts/menu.tsx';
import { Empty, Failed, Loading } from '../parts/notice.tsx';
import { baseName, join, ownerOf, parentOf } from '../paths.ts';
import { everything, nothing, only } from '../selection.ts';
import { orderAfter } from '../sorting.ts';
import { useStore } from '../store.ts';
import { t } from '../text.ts';
import { useFileActions } from './actions.ts';
import { Cards } from './cards.tsx';
import { Crumbs } from './crumbs.tsx';
import { Details } from './details.tsx';
import { DropSquare, DropZone } from './drop.tsx';
import { FolderDialog, type OpenDialog } from './folder-dialog.tsx';
import { detailsOpen, folderOrder, useFolder, type Folder } from './folder.ts';
import { concerned } from './item-events.ts';
import { itemMenu, type ItemActions } from './item-menu.ts';
import type { Listing } from './listing.ts';
import { Rows } from './rows.tsx';
import { SearchBox, SearchResults } from './search.tsx';
import { ChosenBar, Toolbar, useViewKind } from './toolbar.tsx';
import { useUpload, type Upload } from './upload.ts';

interface FilesPageProps {
  readonly path: string;
  readonly search: string;
  readonly onSearch: (text: string) => void;
  readonly isPhone: boolean;
}

/** What was left for the folder above: the cursor waits there. */
let leftName: string | null = null;
/** The folder was changed from inside this page, so the list takes the focus. */
let wantsFocus = false;

/** The ways into, around in and out of a folder. */
function useWays(path: string) {
  const { router } = useDrive();
  const go = (to: string): void => {
    leftName = parentOf(path) === to ? baseName(path) : null;
    wantsFocus = true;
    router.go({ page: 'files', path: to });
  };
  const isTop = path === '/' || path === `/@${ownerOf(path) ?? ''}`;
  return { go, up: () => { if (!isTop) go(parentOf(path)); else if (path !== '/') router.go({ page: 'shared' }); } };
}

/** The keyboard goes on where it was: on the folder that was left, or on the first entry. */
function useArrival(folder: Folder, box: { readonly current: HTMLElement | null }): void {
  const isDone = useRef(false);
  const [first] = folder.items;
  useEffect(() => {
    if (isDone.current || first === undefined) return;
    isDone.current = true;
    const start = folder.items.find(({ name }) => name === leftName) ?? first;
    leftName = null;
    folder.select((old) => (old.cursor === null ? { ...old, cursor: start.id, anchor: start.id } : old));
    requestAnimationFrame(() => {
      if (wantsFocus && document.activeElement === document.body) box.current?.querySelector<HTMLElement>('[data-id][tabindex="0"]')?.focus({ preventScroll: true });
      wantsFocus = false;
    });
  }, [first]);
}

function useItemActions(path: string, folder: Folder, show: (dialog: OpenDialog) => void, go: (path: string) => void): ItemActions & { moveInto(folder: string, paths: readonly string[]): void; renameInPlace(item: Item, name: string): void } {
  const files = useFileActions(path);
  const { notices } = useDrive();
  const complain = (error: unknown): void => { notices.toast(errorText(error), { look: 'danger' }); };
  return {
    open(item) {
      if (item.kind === 'folder') go(join(path, item.name));
      else show({ type: 'preview', id: item.id });
    },
    share(item) { show({ type: 'share', item }); },
    download: files.download,
    rename(item) { show({ type: 'rename', item }); },
    move(items) { show({ type: 'move', paths: items.map(({ name }) => join(path, name)), copies: false }); },
    copy(items) { show({ type: 'move', paths: items.map(({ name }) => join(path, name)), copies: true }); },
    remove(items) { folder.hide(items, files.remove(items)); },
    details() { detailsOpen.update((open) => !open); },
    moveInto(to, paths) { files.move(paths, to).catch(complain); },
    renameInPlace(item, name) { files.rename(item, name).catch(complain); },
  };
}

/** A folder: where one is, what can be done, what is in it. */
export function FilesPage({ path, search, onSearch, isPhone }: FilesPageProps) {
  const folder = useFolder(path);
  const { go, up } = useWays(path);
  const [dialog, show] = useState<OpenDialog>({ type: 'none' });
  const [menu, setMenu] = useState<OpenMenu | null>(null);
  const [renaming, setRenaming] = useState<string | null>(null);
  const box = useRef<HTMLDivElement>(null);
  const view = useViewKind();
  const order = useStore(folderOrder);
  const isDetailsOpen = useStore(detailsOpen) && !isPhone;
  const upload = useUpload(path);
  const own = useItemActions(path, folder, show, go);
  const isReadOnly = ownerOf(path) !== null;
  const { items, selection } = folder;
  const chosen = items.filter(({ id }) => selection.chosen.has(id));
  const actions: ItemActions = { ...own, rename: (item) => { if (view === 'list' && !isPhone) setRenaming(item.id); else own.rename(item); } };
  useArrival(folder, box);

  const listing: Listing = {
    folder: path, items, selection, order, renaming,
    select: folder.select,
    now: folder.now,
    sort: (key) => { folderOrder.update((old) => orderAfter(old, key)); },
    open: own.open,
    moveInto: own.moveInto,
    menu: (item, anchor) => {
      if (!selection.chosen.has(item.id)) folder.select(() => only(item.id));
      setMenu({ label: t('files.more', { name: item.name }), anchor, entries: itemMenu(concerned(listing, item), isReadOnly, actions) });
    },
    rename(item, name) {
      setRenaming(null);
      if (name !== null) own.renameInPlace(item, name);
      requestAnimationFrame(() => { box.current?.querySelector<HTMLElement>(`[data-id="${CSS.escape(item.id)}"]`)?.focus(); });
    },
    onKey: (event) => { onFolderKey(event, { listing, folder, actions, up, isReadOnly }); },
  };

  return (
    <DropZone upload={upload} label={t('drop.into', { folder: path === '/' ? t('nav.files') : baseName(path) })} disabled={isReadOnly}>
      <div class="page files">
        {isPhone && <SearchBox text={search} onText={onSearch} />}
        {search === '' && (
          <div class="page-head">
            <Crumbs path={path} label={t('crumbs.label')} onGo={go} heading {...(isReadOnly ? {} : { onMove: own.moveInto })} />
            {chosen.length > 0
              ? (
                <ChosenBar
                  count={chosen.length}
                  isReadOnly={isReadOnly}
                  onClear={() => { folder.select((old) => ({ ...nothing, cursor: old.cursor })); }}
                  actions={{ download: () => { actions.download(chosen); }, share: () => { if (chosen[0] !== undefined) actions.share(chosen[0]); }, move: () => { actions.move(chosen); }, remove: () => { actions.remove(chosen); } }}
                  onMore={(anchor) => { setMenu({ label: t('select.more'), anchor, entries: itemMenu(chosen, isReadOnly, actions) }); }}
                />
              )
              : <Toolbar upload={isReadOnly ? null : upload} order={order} onOrder={folderOrder.set} onNewFolder={() => { show({ type: 'new-folder' }); }} isDetailsOpen={isDetailsOpen} onDetails={actions.details} />}
          </div>
        )}
        {search === ''
          ? (
            <div class={isDetailsOpen ? 'split has-details' : 'split'} ref={box}>
              <FolderBody folder={folder} listing={listing} upload={isReadOnly ? null : upload} isTop={path === '/'} onBack={up} />
              {isDetailsOpen && <Details folder={path} items={chosen} onShare={actions.share} onClose={actions.details} />}
            </div>
          )
          : <SearchResults text={search} onGo={(at, name) => { leftName = name; onSearch(''); go(at); }} />}
        <WithMenu menu={menu} onClose={() => { setMenu(null); }} />
        <FolderDialog open={dialog} path={path} items={items} actions={own} isReadOnly={isReadOnly} onClose={() => { show({ type: 'none' }); }} show={show} />
      </div>
    </DropZone>
  );
}

interface KeyContext {
  readonly listing: Listing;
  readonly folder: Folder;
  readonly actions: ItemActions;
  readonly up: () => void;
  readonly isReadOnly: boolean;
}

function onFolderKey(event: KeyboardEvent, { listing, folder, actions, up, isReadOnly }: KeyContext): void {
  const { cursor, chosen: ids } = folder.now();
  const chosen = folder.items.filter(({ id }) => ids.has(id));
  const here = folder.items.find(({ id }) => id === cursor);
  const isControl = event.ctrlKey || event.metaKey;
  const about = chosen.length > 0 ? chosen : here === undefined ? [] : [here];
  const keys = new Map<string, () => void>([
    ['Backspace', up],
    ['Escape', () => { folder.select((old) => ({ ...nothing, cursor: old.cursor })); }],
  ]);
  if (event.altKey) keys.set('ArrowUp', up);
  if (isControl) keys.set('a', () => { folder.select(everything); });
  if (here !== undefined && event.target instanceof HTMLElement && event.target.dataset['id'] !== undefined) keys.set('Enter', () => { actions.open(here); });
  if (here !== undefined && event.currentTarget instanceof Element) {
    const row = event.currentTarget.querySelector(`[data-id="${CSS.escape(here.id)}"]`);
    const open = (): void => { if (row !== null) listing.menu(here, row); };
    keys.set('ContextMenu', open);
    if (event.shiftKey) keys.set('F10', open);
  }
  if (!isReadOnly && here !== undefined) {
    keys.set('F2', () => { actions.rename(here); });
    keys.set('Delete', () => { actions.remove(about); });
  }
  const work = keys.get(event.key);
  if (work === undefined) return;
  event.preventDefault();
  work();
}

interface FolderBodyProps {
  readonly folder: Folder;
  readonly listing: Listing;
  readonly upload: Upload | null;
  readonly isTop: boolean;
  readonly onBack: () => void;
}

function FolderBody({ folder, listing, upload, isTop, onBack }: FolderBodyProps) {
  const view = useViewKind();
  const { loaded, items, reload } = folder;
  if (loaded.state === 'loading') return <Loading />;
  if (loaded.state === 'failed') return <Failed error={loaded.error} onRetry={reload} />;
  if (items.length > 0) return view === 'grid' ? <Cards listing={listing} /> : <Rows listing={listing} />;
  if (upload === null) return <Empty icon="folder" title={t('empty.foreign')} action={<Button onClick={onBack}>{t('empty.back')}</Button>} />;
  return (
    <div class="empty-folder">
      <Empty icon="folder" title={isTop ? t('empty.title') : t('empty.folder')}>{isTop ? t('empty.text') : t('empty.folderText')}</Empty>
      <DropSquare upload={upload} />
    </div>
  );
}
