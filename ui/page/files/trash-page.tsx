import { useState } from 'preact/hooks';
import type { TrashItem } from '../../contract.ts';
import { useAction, useDrive, useLoaded } from '../app-state.ts';
import { deliver } from '../deliver.ts';
import { errorText } from '../errors.ts';
import { bytes, when } from '../format.ts';
import { kindOf } from '../kinds.ts';
import { Button, IconButton } from '../parts/button.tsx';
import { Actions, Dialog } from '../parts/dialog.tsx';
import { KindIcon } from '../parts/icon.tsx';
import { FileName, Foreign } from '../parts/name.tsx';
import { Empty, Failed, Loading, Notice } from '../parts/notice.tsx';
import { parentOf } from '../paths.ts';
import { t } from '../text.ts';

/** What was removed, and the way back for each. */
export function TrashPage() {
  const { api, notices } = useDrive();
  const [loaded, again] = useLoaded(() => api.trash(), 'trash', (event) => event.type === 'changed');
  const [doomed, setDoomed] = useState<TrashItem | 'all' | null>(null);
  const restore = ({ id, item }: TrashItem): void => {
    void deliver(api.restore(id), () => {
      notices.toast(t('trash.restored', { name: item.name }));
      again();
    }, (error: unknown) => { notices.toast(errorText(error), { look: 'danger' }); });
  };
  const items = loaded.state === 'ready' ? [...loaded.value].sort((a, b) => b.removed - a.removed) : [];
  return (
    <div class="page scrolls">
      <div class="page-head"><h1>{t('nav.trash')}</h1>{items.length > 0 && <div class="toolbar"><Button onClick={() => { setDoomed('all'); }}>{t('trash.emptyIt')}</Button></div>}</div>
      {loaded.state === 'loading' && <Loading />}
      {loaded.state === 'failed' && <Failed error={loaded.error} onRetry={again} />}
      {loaded.state === 'ready' && items.length === 0 && <Empty icon="trash" title={t('trash.none')}>{t('trash.noneText')}</Empty>}
      <ul class="entries">
        {items.map((entry) => (
          <li key={entry.id} class="entry">
            <KindIcon kind={kindOf(entry.item)} />
            <span class="entry-text"><FileName name={entry.item.name} /><small><Foreign text={parentOf(entry.from) === '/' ? t('nav.files') : parentOf(entry.from)} /> · {t('trash.removed', { when: when(entry.removed) })}{entry.item.kind === 'file' && ` · ${bytes(entry.item.size)}`}</small></span>
            <span class="entry-actions"><Button icon="undo" onClick={() => { restore(entry); }}>{t('trash.restore')}</Button></span>
            <IconButton icon="trash" label={t('trash.purge', { name: entry.item.name })} onClick={() => { setDoomed(entry); }} />
          </li>
        ))}
      </ul>
      {doomed !== null && <Purge doomed={doomed} onDone={again} onClose={() => { setDoomed(null); }} />}
    </div>
  );
}

/** The one thing that cannot be taken back is asked for. */
function Purge({ doomed, onDone, onClose }: { readonly doomed: TrashItem | 'all'; readonly onDone: () => void; readonly onClose: () => void }) {
  const { api } = useDrive();
  const action = useAction();
  const purge = (): void => {
    action.run(async () => {
      await (doomed === 'all' ? api.purge() : api.purge(doomed.id));
      onDone();
      onClose();
    });
  };
  return (
    <Dialog title={t('purge.title')} size="small" onClose={onClose}>
      <p>{doomed === 'all' ? t('purge.all') : t('purge.one', { name: doomed.item.name })}</p>
      {action.error !== null && <Notice look="danger">{action.error}</Notice>}
      <Actions>
        <Button look="quiet" onClick={onClose}>{t('dialog.cancel')}</Button>
        <Button look="danger" busy={action.busy} onClick={purge}>{t('purge.submit')}</Button>
      </Actions>
    </Dialog>
  );
}
