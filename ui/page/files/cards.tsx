import { useEffect, useRef, useState } from 'preact/hooks';
import type { Item } from '../../contract.ts';
import { useDrive } from '../app-state.ts';
import { deliver } from '../deliver.ts';
import { bytes, when } from '../format.ts';
import { kindOf } from '../kinds.ts';
import { Icon, KindIcon } from '../parts/icon.tsx';
import { FileName } from '../parts/name.tsx';
import { join } from '../paths.ts';
import { useStore } from '../store.ts';
import { t } from '../text.ts';
import { rowsInView } from '../window.ts';
import { dragTarget } from './drag.ts';
import { itemEvents } from './item-events.ts';
import type { Listing } from './listing.ts';
import { useListKeys } from './list-keys.ts';
import { SharedMarks } from './marks.tsx';
import { Tick } from './rows.tsx';
import { LARGEST_THUMBNAIL } from './thumbnails.ts';
import { useViewport } from './viewport.ts';

const GAP = 16;
const WIDEST = 232;
const TEXT = 72;

interface Shape {
  readonly columns: number;
  /** Pixels, the gap below included. */
  readonly rowHeight: number;
}

/** As many columns as fit; pictures are three by two. */
function shapeOf(width: number): Shape {
  const columns = Math.max(2, Math.ceil((width + GAP) / (WIDEST + GAP)));
  const card = (width - GAP * (columns - 1)) / columns;
  return { columns, rowHeight: Math.round(card * 2 / 3) + TEXT + GAP };
}

/** A folder as cards. */
export function Cards({ listing }: { readonly listing: Listing }) {
  const scroller = useRef<HTMLDivElement>(null);
  const { scrolled, height, width } = useViewport(scroller);
  const { columns, rowHeight } = shapeOf(width - 2);
  const { items, selection } = listing;
  const keys = useListKeys(listing, scroller, { columns, rowHeight, covered: 0 });
  const { from, to } = rowsInView(scrolled, height, rowHeight, Math.ceil(items.length / columns), 2);
  const cursor = selection.cursor ?? items[0]?.id ?? null;
  const cursorAt = items.findIndex(({ id }) => id === cursor);
  const cursorItem = items[cursorAt];
  const isCursorAway = cursorItem !== undefined && (cursorAt < from * columns || cursorAt >= to * columns);
  return (
    <div ref={scroller} class="scroller" data-scroller>
      <div
        class="cards"
        role="listbox"
        aria-label={t('files.list')}
        aria-multiselectable="true"
        {...keys}
        ref={(box) => {
          box?.style.setProperty('height', `${Math.ceil(items.length / columns) * rowHeight}px`);
          box?.style.setProperty('--columns', String(columns));
        }}
      >
        {items.slice(from * columns, to * columns).map((item, at) => (
          <Card key={item.id} listing={listing} item={item} at={from * columns + at} columns={columns} rowHeight={rowHeight} isCursor={item.id === cursor} />
        ))}
        {isCursorAway && <Card key={cursorItem.id} listing={listing} item={cursorItem} at={cursorAt} columns={columns} rowHeight={rowHeight} isCursor />}
      </div>
    </div>
  );
}

interface CardProps extends Shape {
  readonly listing: Listing;
  readonly item: Item;
  readonly at: number;
  readonly isCursor: boolean;
}

function place(card: HTMLElement | null, at: number, { columns, rowHeight }: Shape): void {
  card?.style.setProperty('--column', String(at % columns));
  card?.style.setProperty('inset-block-start', `${Math.floor(at / columns) * rowHeight}px`);
  card?.style.setProperty('height', `${rowHeight - GAP}px`);
}

function Card({ listing, item, at, isCursor, columns, rowHeight }: CardProps) {
  const isChosen = listing.selection.chosen.has(item.id);
  const isTarget = useStore(dragTarget) === join(listing.folder, item.name);
  const look = ['card-item', isChosen && 'is-chosen', isTarget && 'is-target'].filter(Boolean).join(' ');
  const more = (event: MouseEvent): void => {
    event.stopPropagation();
    if (event.currentTarget instanceof Element) listing.menu(item, event.currentTarget);
  };
  return (
    <div
      class={look}
      role="option"
      aria-selected={isChosen}
      aria-setsize={listing.items.length}
      aria-posinset={at + 1}
      tabIndex={isCursor ? 0 : -1}
      data-id={item.id}
      draggable
      ref={(card) => { place(card, at, { columns, rowHeight }); }}
      {...itemEvents(listing, item)}
    >
      <Picture item={item} path={join(listing.folder, item.name)} />
      <Tick listing={listing} item={item} />
      <span class="card-marks"><SharedMarks item={item} /></span>
      <span class="card-text">
        <span class="card-name"><FileName name={item.name} /></span>
        <span class="card-facts">{item.kind === 'folder' ? t('details.kind.folder') : bytes(item.size)} · {when(item.modified)}</span>
      </span>
      <span class="card-more" aria-hidden="true" onClick={more} onDblClick={(event) => { event.stopPropagation(); }}><Icon name="more" /></span>
    </div>
  );
}

/** A small picture where the file is one; its sign where it is not, and until it is there. */
function Picture({ item, path }: { readonly item: Item; readonly path: string }) {
  const { thumbnails } = useDrive();
  const kind = kindOf(item);
  const [address, setAddress] = useState<string | null>(null);
  useEffect(() => {
    if (kind !== 'image' || item.size > LARGEST_THUMBNAIL) return undefined;
    let isLate = false;
    void deliver(thumbnails.of(path, `${item.id} ${item.modified}`), (url) => { if (!isLate) setAddress(url); });
    return () => { isLate = true; };
  }, [path, item.modified]);
  return (
    <span class={`card-picture card-picture-${kind}`}>
      {address === null ? <KindIcon kind={kind} large /> : <img src={address} alt="" draggable={false} decoding="async" onError={() => { setAddress(null); }} />}
    </span>
  );
}
