import { useState } from 'preact/hooks';
import { useAction, useDrive, useLoaded } from '../app-state.ts';
import { Button } from '../parts/button.tsx';
import { Actions, Dialog } from '../parts/dialog.tsx';
import { Icon, KindIcon } from '../parts/icon.tsx';
import { FileName } from '../parts/name.tsx';
import { Failed, Loading, Notice } from '../parts/notice.tsx';
import { join, isWithin } from '../paths.ts';
import { byName, sorted } from '../sorting.ts';
import { spoken, t } from '../text.ts';
import { Crumbs } from './crumbs.tsx';

interface MoveDialogProps {
  readonly paths: readonly string[];
  readonly from: string;
  readonly copies: boolean;
  readonly onMove: (folder: string) => Promise<void>;
  readonly onClose: () => void;
}

/** Which folder things go to, by walking through the drive. */
export function MoveDialog({ paths, from, copies, onMove, onClose }: MoveDialogProps) {
  const { api } = useDrive();
  const [folder, setFolder] = useState(from);
  const [loaded, again] = useLoaded(() => api.list(folder), folder);
  const action = useAction();
  const isHome = !copies && folder === from;
  const title = copies ? t('move.copyTitle', { count: paths.length }) : t('move.title', { count: paths.length });
  const folders = loaded.state === 'ready' ? sorted(loaded.value.filter(({ kind }) => kind === 'folder'), byName, spoken.get().language) : [];
  const open = folders.filter(({ name }) => !paths.some((path) => isWithin(join(folder, name), path)));
  return (
    <Dialog title={title} onClose={onClose}>
      <Crumbs path={folder} onGo={setFolder} label={t('move.where')} />
      <div class="picker">
        {loaded.state === 'loading' && <Loading />}
        {loaded.state === 'failed' && <Failed error={loaded.error} onRetry={again} />}
        {loaded.state === 'ready' && open.length === 0 && <p class="picker-empty">{t('move.empty')}</p>}
        <ul>
          {open.map((item) => (
            <li key={item.id}>
              <button type="button" class="picker-item" onClick={() => { setFolder(join(folder, item.name)); }}>
                <KindIcon kind="folder" /><FileName name={item.name} /><span class="flip"><Icon name="chevron" size={16} /></span>
              </button>
            </li>
          ))}
        </ul>
      </div>
      {action.error !== null && <Notice look="danger">{action.error}</Notice>}
      <Actions>
        <Button look="quiet" onClick={onClose}>{t('dialog.cancel')}</Button>
        <Button
          look="main"
          busy={action.busy}
          disabled={isHome || loaded.state !== 'ready'}
          onClick={() => {
            action.run(async () => {
              await onMove(folder);
              onClose();
            });
          }}
        >
          {copies ? t('move.copyHere') : t('move.here')}
        </Button>
      </Actions>
    </Dialog>
  );
}
