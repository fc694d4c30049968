import { useDrive } from '../app-state.ts';
import { DropSquare } from '../files/drop.tsx';
import { useUpload } from '../files/upload.ts';
import { percent } from '../format.ts';
import { Button } from '../parts/button.tsx';
import { Actions } from '../parts/dialog.tsx';
import { FileName } from '../parts/name.tsx';
import { Progress } from '../parts/progress.tsx';
import { useStore } from '../store.ts';
import { t } from '../text.ts';

/** Step 4: something of one's own in the drive. */
export function FirstUpload({ onDone }: { readonly onDone: () => void }) {
  const transfers = [...useStore(useDrive().transfers.all).values()];
  const upload = useUpload('/');
  const isAnyDone = transfers.some(({ state }) => state === 'done');
  return (
    <section class="card first">
      <h1>{isAnyDone ? t('firstUpload.doneTitle') : t('firstUpload.title')}</h1>
      <p class="lead">{isAnyDone ? t('firstUpload.doneLead') : t('firstUpload.lead')}</p>
      <DropSquare upload={upload} />
      <ul class="first-transfers">
        {transfers.map(({ id, name, done, total, state }) => (
          <li key={id}><FileName name={name} /><Progress fraction={total === 0 ? null : done / total} label={name} /><span>{state === 'done' ? t('transfer.state.done') : percent(total === 0 ? 0 : done / total)}</span></li>
        ))}
      </ul>
      <Actions>
        {isAnyDone ? <Button look="main" onClick={onDone}>{t('firstUpload.open')}</Button> : <Button look="quiet" onClick={onDone}>{t('firstUpload.skip')}</Button>}
      </Actions>
    </section>
  );
}
