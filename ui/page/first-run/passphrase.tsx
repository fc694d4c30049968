import { useEffect, useState } from 'preact/hooks';
import { useAction, usePage } from '../app-state.ts';
import { Button } from '../parts/button.tsx';
import { Actions } from '../parts/dialog.tsx';
import { Field, Segments } from '../parts/field.tsx';
import { LoginProgress } from '../parts/login-progress.tsx';
import { Notice } from '../parts/notice.tsx';
import { Strength, useStrength } from '../parts/strength.tsx';
import { useStore } from '../store.ts';
import { t } from '../text.ts';
import { Words } from './words.tsx';

/** What was just made, for as long as the recovery kit is on the screen. */
export interface Made {
  readonly login: string;
  readonly password: string;
  /** The passphrase is of words that the page drew. */
  readonly isDrawn: boolean;
}

const WORDS = 6;
type Mode = 'drawn' | 'own';

/** Step 2: a name and a passphrase. */
export function Passphrase({ onBack, onMade }: { readonly onBack: () => void; readonly onMade: (made: Made) => void }) {
  const { api, connection } = usePage();
  const needsInvitation = useStore(connection)?.invitation ?? false;
  const [name, setName] = useState('');
  const [login, setLogin] = useState<string | null>(null);
  const [mode, setMode] = useState<Mode>('drawn');
  const [drawn, setDrawn] = useState<string | null>(null);
  const [own, setOwn] = useState('');
  const [invitation, setInvitation] = useState('');
  const action = useAction();
  const password = mode === 'drawn' ? drawn ?? '' : own;
  const usedLogin = (login ?? name).trim();
  const strength = useStrength(mode === 'own' ? own : '', usedLogin);
  const draw = (): void => { api.generatePassphrase(WORDS).then(setDrawn, () => { setMode('own'); }); };
  useEffect(draw, []);
  const isReady = name.trim() !== '' && usedLogin !== '' && password !== '' && (mode === 'drawn' || (strength?.score ?? 0) >= 3) && (!needsInvitation || invitation.trim() !== '');
  const submit = (event: Event): void => {
    event.preventDefault();
    if (!isReady) return;
    action.run(async () => {
      await api.signUp({ name: name.trim(), login: usedLogin, password, ...(needsInvitation ? { invitation: invitation.trim() } : {}) });
      onMade({ login: usedLogin, password, isDrawn: mode === 'drawn' });
    });
  };
  return (
    <form class="card first" onSubmit={submit}>
      <h1>{t('passphrase.title')}</h1>
      <p class="lead">{t('passphrase.lead')}</p>
      <Field label={t('passphrase.name')} hint={t('passphrase.nameHint')} value={name} onInput={setName} literal required autoFocus autocomplete="nickname" />
      {login === null
        ? <p class="after-field"><button type="button" class="text-button" onClick={() => { setLogin(name); }}>{t('passphrase.otherLogin')}</button></p>
        : <Field label={t('passphrase.login')} hint={t('passphrase.loginHint')} value={login} onInput={setLogin} literal required autocomplete="username" />}
      {needsInvitation && <Field label={t('passphrase.invitation')} hint={t('passphrase.invitationHint')} value={invitation} onInput={setInvitation} literal required />}
      <Segments label={t('passphrase.how')} value={mode} onChange={setMode} options={[['drawn', t('passphrase.drawn')], ['own', t('passphrase.own')]]} />
      {mode === 'drawn'
        ? <><Words phrase={drawn} /><p class="after-field hint">{t('passphrase.drawnHint')} <button type="button" class="text-button" onClick={draw}>{t('passphrase.again')}</button></p></>
        : <><Field label={t('passphrase.field')} type="password" value={own} onInput={setOwn} required autocomplete="new-password" /><Strength strength={strength} /></>}
      {action.error !== null && <Notice look="danger">{action.error}</Notice>}
      {action.busy && <LoginProgress />}
      <Actions>
        <Button look="quiet" disabled={action.busy} onClick={onBack}>{t('first.back')}</Button>
        <Button look="main" submit busy={action.busy} disabled={!isReady}>{t('passphrase.submit')}</Button>
      </Actions>
    </form>
  );
}
