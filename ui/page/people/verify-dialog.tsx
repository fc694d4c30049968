import type { Person } from '../../contract.ts';
import { useAction, useDrive } from '../app-state.ts';
import { Button } from '../parts/button.tsx';
import { Actions, Dialog } from '../parts/dialog.tsx';
import { FingerprintWords } from '../parts/fingerprint.tsx';
import { Notice } from '../parts/notice.tsx';
import { useStore } from '../store.ts';
import { t } from '../text.ts';

/** Whether a person's keys are really theirs: by words, over the telephone or face to face. */
export function VerifyDialog({ person, onClose }: { readonly person: Person; readonly onClose: () => void }) {
  const { api, people, whoami } = useDrive();
  const me = useStore(whoami);
  const action = useAction();
  const name = person.petname ?? person.name;
  const mark = (verified: boolean) => () => {
    action.run(async () => {
      await api.markVerified(person.name, verified);
      people.set(await api.people());
      onClose();
    });
  };
  return (
    <Dialog title={t('verify.title', { name })} onClose={onClose}>
      {person.changed && <Notice look="danger">{t('verify.changed', { name })}</Notice>}
      <p>{t('verify.text', { name })}</p>
      <h3>{t('verify.theirs', { name })}</h3>
      <FingerprintWords words={person.words} />
      <details class="fold">
        <summary>{t('verify.mine', { name })}</summary>
        <FingerprintWords words={me?.words ?? []} />
      </details>
      {action.error !== null && <Notice look="danger">{action.error}</Notice>}
      <Actions>
        {person.verified && !person.changed
          ? <Button look="danger" busy={action.busy} onClick={mark(false)}>{t('verify.takeBack')}</Button>
          : <><Button look="quiet" onClick={onClose}>{t('verify.differ')}</Button><Button look="main" icon="verified" busy={action.busy} onClick={mark(true)}>{t('verify.match')}</Button></>}
      </Actions>
    </Dialog>
  );
}
