import { useEffect, useState } from 'preact/hooks';
import type { UiEvent } from '../../contract.ts';
import { usePage } from '../app-state.ts';
import { duration } from '../format.ts';
import { t } from '../text.ts';
import { Progress } from './progress.tsx';

type Login = Extract<UiEvent, { type: 'login' }>;

/** What happens between the password and the drive, which takes long where a browser has no fast arithmetic. */
export function LoginProgress() {
  const { api } = usePage();
  const [login, setLogin] = useState<Login | null>(null);
  useEffect(() => api.subscribe((event) => { if (event.type === 'login') setLogin(event); }), []);
  const label = login?.step === 'opening' ? t('login.opening') : t('login.stretching');
  const left = login === null || login.seconds === null || login.seconds < 2 ? null : t('login.left', { time: duration(login.seconds) });
  return (
    <div class="login-progress">
      <Progress fraction={login === null || login.step === 'opening' ? null : login.fraction} label={label} />
      <p class="hint" role="status">{label}{left !== null && <> {left}</>}</p>
    </div>
  );
}
