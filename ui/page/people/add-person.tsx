import { useState } from 'preact/hooks';
import { useAction, useDrive } from '../app-state.ts';
import { Button } from '../parts/button.tsx';
import { Actions, Dialog } from '../parts/dialog.tsx';
import { Field } from '../parts/field.tsx';
import { t } from '../text.ts';

/** Asks somebody to be a friend: by name, or better by the link that they gave. */
export function AddPerson({ onClose }: { readonly onClose: () => void }) {
  const { api, people, notices } = useDrive();
  const [who, setWho] = useState('');
  const [note, setNote] = useState('');
  const action = useAction();
  const submit = (event: Event): void => {
    event.preventDefault();
    action.run(async () => {
      await (note.trim() === '' ? api.follow(who.trim()) : api.follow(who.trim(), note.trim()));
      people.set(await api.people());
      notices.toast(t('add.sent', { name: who.trim().split('#')[0] ?? '' }));
      onClose();
    });
  };
  return (
    <Dialog title={t('add.title')} size="small" onClose={onClose}>
      <form onSubmit={submit}>
        <Field label={t('add.who')} hint={t('add.whoHint')} value={who} onInput={setWho} literal autoFocus required fault={action.error} />
        <Field label={t('add.note')} hint={t('add.noteHint')} value={note} onInput={setNote} />
        <Actions>
          <Button look="quiet" onClick={onClose}>{t('dialog.cancel')}</Button>
          <Button look="main" submit busy={action.busy} disabled={who.trim() === ''}>{t('add.submit')}</Button>
        </Actions>
      </form>
    </Dialog>
  );
}
