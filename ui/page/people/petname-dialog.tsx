import type { Person } from '../../contract.ts';
import { useDrive } from '../app-state.ts';
import { useState } from 'preact/hooks';
import { useAction } from '../app-state.ts';
import { Button } from '../parts/button.tsx';
import { Actions, Dialog } from '../parts/dialog.tsx';
import { Field } from '../parts/field.tsx';
import { t } from '../text.ts';

/** What a person is called here, by nobody else. */
export function PetnameDialog({ person, onClose }: { readonly person: Person; readonly onClose: () => void }) {
  const { api, people } = useDrive();
  const [petname, setPetname] = useState(person.petname ?? '');
  const action = useAction();
  const submit = (event: Event): void => {
    event.preventDefault();
    action.run(async () => {
      await api.setPetname(person.name, petname.trim() === '' ? null : petname.trim());
      people.set(await api.people());
      onClose();
    });
  };
  return (
    <Dialog title={t('petname.title', { name: person.name })} size="small" onClose={onClose}>
      <form onSubmit={submit}>
        <Field label={t('petname.label')} hint={t('petname.hint')} value={petname} onInput={setPetname} autoFocus fault={action.error} />
        <Actions>
          <Button look="quiet" onClick={onClose}>{t('dialog.cancel')}</Button>
          <Button look="main" submit busy={action.busy}>{t('petname.submit')}</Button>
        </Actions>
      </form>
    </Dialog>
  );
}
