import { useState } from 'preact/hooks';
import { useAction, useDrive } from '../app-state.ts';
import { deliver } from '../deliver.ts';
import { Button } from '../parts/button.tsx';
import { Field } from '../parts/field.tsx';
import { LoginProgress } from '../parts/login-progress.tsx';
import { Notice } from '../parts/notice.tsx';
import { Strength, useStrength } from '../parts/strength.tsx';
import { useStore } from '../store.ts';
import { t } from '../text.ts';

/** A new password for the old one, and what that does not change. */
export function PasswordForm() {
  const { api, whoami, notices } = useDrive();
  const login = useStore(whoami)?.login ?? '';
  const [current, setCurrent] = useState('');
  const [next, setNext] = useState('');
  const [isShown, setShown] = useState(false);
  const strength = useStrength(next, login);
  const action = useAction();
  const submit = (event: Event): void => {
    event.preventDefault();
    action.run(async () => {
      await api.changePassword(current, next);
      setCurrent('');
      setNext('');
      setShown(false);
      notices.toast(t('password.changed'));
    });
  };
  const draw = (): void => {
    void deliver(api.generatePassphrase(6), (words) => {
      setNext(words);
      setShown(true);
    });
  };
  return (
    <form onSubmit={submit}>
      <Field label={t('password.current')} type="password" value={current} onInput={setCurrent} autocomplete="current-password" required fault={action.error} />
      <Field key={isShown ? 'shown' : 'hidden'} label={t('password.next')} type={isShown ? 'text' : 'password'} literal value={next} onInput={setNext} autocomplete="new-password" required />
      <p class="after-field"><button type="button" class="text-button" onClick={draw}>{t('password.draw')}</button></p>
      {next !== '' && <Strength strength={strength} />}
      <Notice>{t('password.old')}</Notice>
      {action.busy && <LoginProgress />}
      <div class="actions"><Button submit busy={action.busy} disabled={current === '' || (strength?.score ?? 0) < 3}>{t('password.submit')}</Button></div>
    </form>
  );
}
