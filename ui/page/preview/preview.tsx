import { useEffect } from 'preact/hooks';
import type { Item } from '../../contract.ts';
import { bytes, when } from '../format.ts';
import { kindOf, type Kind } from '../kinds.ts';
import { Button, IconButton } from '../parts/button.tsx';
import { Dialog } from '../parts/dialog.tsx';
import { Icon, KindIcon } from '../parts/icon.tsx';
import { FileName } from '../parts/name.tsx';
import { t } from '../text.ts';
import { ImageView } from './image.tsx';
import { MediaView } from './media.tsx';
import { MarkdownView, TextView } from './text-view.tsx';
import type { ReadItem, ViewProps } from './view.ts';

export interface PreviewProps {
  /** The files that can be stepped through. */
  readonly items: readonly Item[];
  readonly id: string;
  readonly read: ReadItem;
  readonly onGo: (id: string) => void;
  readonly onDownload: (item: Item) => void;
  readonly onShare?: (item: Item) => void;
  readonly onClose: () => void;
}

const NOT_SHOWN = 'none';
type Way = 'image' | 'audio' | 'video' | 'markdown' | 'text' | typeof NOT_SHOWN;

const WAYS: Readonly<Partial<Record<Kind, Way>>> = { image: 'image', audio: 'audio', video: 'video', markdown: 'markdown', text: 'text' };

/** A file as it looks, in the page's own elements: nothing of it is ever a document or a script of this page. */
export function FileView({ item, read, onDownload }: ViewProps & { readonly onDownload: (item: Item) => void }) {
  const way = WAYS[kindOf(item)] ?? NOT_SHOWN;
  const instead = <NotShown item={item} onDownload={onDownload} />;
  if (way === 'image') return <ImageView item={item} read={read} instead={instead} />;
  if (way === 'audio' || way === 'video') return <MediaView item={item} read={read} instead={instead} />;
  if (way === 'markdown') return <MarkdownView item={item} read={read} />;
  if (way === 'text') return <TextView item={item} read={read} />;
  return instead;
}

function NotShown({ item, onDownload }: { readonly item: Item; readonly onDownload: (item: Item) => void }) {
  return (
    <div class="not-shown">
      <KindIcon kind={kindOf(item)} large />
      <h3><FileName name={item.name} /></h3>
      <p>{kindOf(item) === 'pdf' ? t('preview.pdf') : t('preview.none')}</p>
      <Button look="main" icon="download" onClick={() => { onDownload(item); }}>{t('preview.download', { size: bytes(item.size) })}</Button>
    </div>
  );
}

/** One file over the whole page; arrows lead to the next and the one before. */
export function Preview({ items, id, read, onGo, onDownload, onShare, onClose }: PreviewProps) {
  const at = items.findIndex((item) => item.id === id);
  const item = items[at];
  const step = (by: number): void => {
    const next = items[at + by];
    if (next !== undefined) onGo(next.id);
  };
  useEffect(() => {
    const onKey = (event: KeyboardEvent): void => {
      if (event.target instanceof HTMLMediaElement || event.target instanceof HTMLInputElement || event.altKey || event.ctrlKey || event.metaKey) return;
      const forward = document.documentElement.dir === 'rtl' ? 'ArrowLeft' : 'ArrowRight';
      const back = document.documentElement.dir === 'rtl' ? 'ArrowRight' : 'ArrowLeft';
      if (event.key === forward) step(1);
      if (event.key === back) step(-1);
    };
    addEventListener('keydown', onKey);
    return () => { removeEventListener('keydown', onKey); };
  });
  useEffect(() => { if (item === undefined) onClose(); }, [item]);
  if (item === undefined) return null;
  const tools = (
    <span class="preview-tools">
      {onShare !== undefined && <IconButton icon="addPerson" label={t('action.share')} onClick={() => { onShare(item); }} />}
      <IconButton icon="download" label={t('action.download')} onClick={() => { onDownload(item); }} />
    </span>
  );
  return (
    <Dialog title={<FileName name={item.name} />} size="full" onClose={onClose} tools={tools}>
      <div class="preview">
        <FileView key={item.id} item={item} read={read} onDownload={onDownload} />
        {at > 0 && <button type="button" class="preview-step preview-back" aria-label={t('preview.previous')} title={t('preview.previous')} onClick={() => { step(-1); }}><span class="flip"><Icon name="chevron" size={24} /></span></button>}
        {at < items.length - 1 && <button type="button" class="preview-step preview-next" aria-label={t('preview.next')} title={t('preview.next')} onClick={() => { step(1); }}><span class="flip"><Icon name="chevron" size={24} /></span></button>}
      </div>
      <p class="preview-facts">{t('preview.of', { number: at + 1, count: items.length })} · {bytes(item.size)} · {when(item.modified)}</p>
    </Dialog>
  );
}
