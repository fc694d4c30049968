import { useEffect, useState } from 'preact/hooks';
import { useAction, usePage } from './app-state.ts';
import { deliver } from './deliver.ts';
import { Button } from './parts/button.tsx';
import { Arches } from './parts/drawings.tsx';
import { Field } from './parts/field.tsx';
import { LoginProgress } from './parts/login-progress.tsx';
import { Notice } from './parts/notice.tsx';
import { Outside } from './parts/outside.tsx';
import { t } from './text.ts';

interface UnlockProps {
  readonly reason: string | null;
  readonly onOpen: () => void;
  readonly onNew: () => void;
}

function reasonText(reason: string | null): string | null {
  if (reason === 'idle') return t('unlock.reason.idle');
  return reason === null || reason === 'user' || reason === 'panic' ? null : t('unlock.reason.other');
}

/** One name, one password. Whatever a password opens, it is asked for in the same way. */
export function Unlock({ reason, onOpen, onNew }: UnlockProps) {
  const { api } = usePage();
  const [login, setLogin] = useState('');
  const [password, setPassword] = useState('');
  const [isKnown, setKnown] = useState<boolean | null>(null);
  const action = useAction();
  useEffect(() => {
    void deliver(api.lastLogin(), (last) => {
      if (last !== null) setLogin(last);
      setKnown(last !== null);
    }, () => { setKnown(false); });
  }, []);
  const submit = (event: Event): void => {
    event.preventDefault();
    action.run(async () => {
      await api.unlock(login.trim(), password);
      setPassword('');
      onOpen();
    });
  };
  const why = reasonText(reason);
  return (
    <Outside>
      <form class="card unlock" onSubmit={submit}>
        <Arches icon="lock" />
        <h1>{t('unlock.title')}</h1>
        {why !== null && <Notice>{why}</Notice>}
        {isKnown !== null && (
          <>
            <Field label={t('unlock.login')} value={login} onInput={setLogin} literal required autocomplete="username" autoFocus={!isKnown} />
            <Field label={t('unlock.password')} type="password" value={password} onInput={setPassword} required autocomplete="current-password" autoFocus={isKnown} fault={action.error} />
          </>
        )}
        {action.busy ? <LoginProgress /> : <Button look="main" submit wide disabled={login.trim() === '' || password === ''}>{t('unlock.submit')}</Button>}
        <p class="card-foot">{t('unlock.new')} <button type="button" class="text-button" onClick={onNew}>{t('unlock.create')}</button></p>
      </form>
    </Outside>
  );
}
