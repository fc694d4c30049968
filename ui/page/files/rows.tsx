import { useRef } from 'preact/hooks';
import type { Item } from '../../contract.ts';
import { useMedia, PHONE } from '../app-state.ts';
import { bytes, fullDate, when } from '../format.ts';
import { kindOf } from '../kinds.ts';
import { IconButton } from '../parts/button.tsx';
import { Icon, KindIcon } from '../parts/icon.tsx';
import { FileName } from '../parts/name.tsx';
import { join } from '../paths.ts';
import { toggle } from '../selection.ts';
import type { SortKey } from '../sorting.ts';
import { useStore } from '../store.ts';
import { t } from '../text.ts';
import { rowsInView } from '../window.ts';
import { dragTarget } from './drag.ts';
import { itemEvents } from './item-events.ts';
import type { Listing } from './listing.ts';
import { useListKeys } from './list-keys.ts';
import { SharedMarks } from './marks.tsx';
import { RenameInput } from './rename-input.tsx';
import { useViewport } from './viewport.ts';

const HEAD = 40;
const ROW = 56;
const PHONE_ROW = 64;

/** A folder as rows. Of twenty thousand, those that are seen are drawn. */
export function Rows({ listing }: { readonly listing: Listing }) {
  const scroller = useRef<HTMLDivElement>(null);
  const isPhone = useMedia(PHONE);
  const rowHeight = isPhone ? PHONE_ROW : ROW;
  const head = isPhone ? 0 : HEAD;
  const { scrolled, height } = useViewport(scroller);
  const { items, selection } = listing;
  const keys = useListKeys(listing, scroller, { columns: 1, rowHeight, covered: head });
  const { from, to } = rowsInView(scrolled, height, rowHeight, items.length);
  const cursor = selection.cursor ?? items[0]?.id ?? null;
  const cursorAt = items.findIndex(({ id }) => id === cursor);
  const shown = items.slice(from, to).map((item, at) => [item, from + at] as const);
  const cursorItem = items[cursorAt];
  // The row with the focus stays drawn, wherever the list is scrolled to.
  if (cursorItem !== undefined && (cursorAt < from || cursorAt >= to)) shown.push([cursorItem, cursorAt]);
  return (
    <div ref={scroller} class="scroller" data-scroller>
      <div class="rows" role="grid" aria-label={t('files.list')} aria-multiselectable="true" aria-rowcount={items.length + 1} aria-colcount={5} {...keys}>
        <Heads listing={listing} />
        <div class="rows-body" role="rowgroup" ref={(body) => { body?.style.setProperty('height', `${items.length * rowHeight}px`); }}>
          {shown.map(([item, at]) => <Row key={item.id} listing={listing} item={item} at={at} top={at * rowHeight} isCursor={item.id === cursor} />)}
        </div>
      </div>
    </div>
  );
}

const COLUMNS: readonly (readonly [SortKey | null, 'files.name' | 'files.shared' | 'files.modified' | 'files.size'])[] = [
  ['name', 'files.name'], [null, 'files.shared'], ['modified', 'files.modified'], ['size', 'files.size'],
];

function Heads({ listing: { order, sort } }: { readonly listing: Listing }) {
  return (
    <div class="row row-head" role="row" aria-rowindex={1}>
      {COLUMNS.map(([key, label]) => (
        <div key={label} class={`cell cell-${label.slice(6)}`} role="columnheader" aria-sort={key !== order.key ? undefined : order.descending ? 'descending' : 'ascending'}>
          {key === null
            ? <span>{t(label)}</span>
            : <button type="button" class="sort-head" onClick={() => { sort(key); }}><span>{t(label)}</span>{key === order.key && <span class={order.descending ? 'sort-sign is-turned' : 'sort-sign'}><Icon name="arrowUp" size={16} /></span>}</button>}
        </div>
      ))}
      <div class="cell cell-more" role="columnheader"><span class="sr">{t('files.actions')}</span></div>
    </div>
  );
}

interface RowProps {
  readonly listing: Listing;
  readonly item: Item;
  readonly at: number;
  readonly top: number;
  readonly isCursor: boolean;
}

function Row({ listing, item, at, top, isCursor }: RowProps) {
  const isChosen = listing.selection.chosen.has(item.id);
  const isTarget = useStore(dragTarget) === join(listing.folder, item.name);
  const isRenaming = listing.renaming === item.id;
  const look = ['row', isChosen && 'is-chosen', isTarget && 'is-target'].filter(Boolean).join(' ');
  return (
    <div
      class={look}
      role="row"
      aria-rowindex={at + 2}
      aria-selected={isChosen}
      tabIndex={isCursor ? 0 : -1}
      data-id={item.id}
      draggable={!isRenaming}
      ref={(row) => { row?.style.setProperty('transform', `translateY(${top}px)`); }}
      {...itemEvents(listing, item)}
    >
      <div class="cell cell-name" role="gridcell">
        <Tick listing={listing} item={item} />
        <KindIcon kind={kindOf(item)} />
        {isRenaming ? <RenameInput name={item.name} onDone={(name) => { listing.rename(item, name); }} /> : <NameCell listing={listing} item={item} />}
      </div>
      <div class="cell cell-shared" role="gridcell"><SharedMarks item={item} /></div>
      <div class="cell cell-modified" role="gridcell" title={fullDate(item.modified)}>{when(item.modified)}</div>
      <div class="cell cell-size" role="gridcell">{item.kind === 'folder' ? <span aria-hidden="true">–</span> : bytes(item.size)}</div>
      <div class="cell cell-more" role="gridcell">
        <IconButton icon="more" label={t('files.more', { name: item.name })} tabIndex={isCursor ? 0 : -1} onClick={(event) => { listing.menu(item, event.currentTarget); }} />
      </div>
    </div>
  );
}

function NameCell({ listing, item }: { readonly listing: Listing; readonly item: Item }) {
  return (
    <span class="name-cell">
      <span class="name-open" onClick={(event) => { if (!event.shiftKey && !event.ctrlKey && !event.metaKey) { event.stopPropagation(); listing.open(item); } }}><FileName name={item.name} /></span>
      <span class="name-more">{item.kind === 'folder' ? '' : `${bytes(item.size)} · `}{when(item.modified)}</span>
    </span>
  );
}

/** Chooses by pointer without letting go of what is chosen; space does the same. */
export function Tick({ listing, item }: { readonly listing: Listing; readonly item: Item }) {
  const isChosen = listing.selection.chosen.has(item.id);
  return (
    <span class={isChosen ? 'tick is-on' : 'tick'} aria-hidden="true" onClick={(event) => { event.stopPropagation(); listing.select((old) => toggle(old, item.id)); }} onDblClick={(event) => { event.stopPropagation(); }}>
      {isChosen && <Icon name="check" size={16} />}
    </span>
  );
}
