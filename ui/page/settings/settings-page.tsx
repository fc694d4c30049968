import type { ComponentChildren } from 'preact';
import { useState } from 'preact/hooks';
import { useAction, useDrive, usePage } from '../app-state.ts';
import { bytes, day } from '../format.ts';
import { KeyTable } from '../keys.tsx';
import { Button } from '../parts/button.tsx';
import { Choice, Segments } from '../parts/field.tsx';
import { Avatar, Foreign } from '../parts/name.tsx';
import { Notice } from '../parts/notice.tsx';
import { Progress } from '../parts/progress.tsx';
import { MyCard } from '../people/my-card.tsx';
import { ConnectionFacts } from '../pill.tsx';
import { useStore } from '../store.ts';
import { bestLanguage, languages, spoken, t } from '../text.ts';
import { PasswordForm } from './password-form.tsx';

const Part = ({ title, children }: { readonly title: string; readonly children: ComponentChildren }) => <section class="setting"><h2>{title}</h2><div class="setting-body">{children}</div></section>;

export function SettingsPage() {
  return (
    <div class="page scrolls">
      <div class="page-head"><h1>{t('nav.settings')}</h1></div>
      <div class="settings">
        <Account />
        <Part title={t('settings.password')}><PasswordForm /></Part>
        <Safety />
        <Looks />
        <Network />
        <Part title={t('keys.title')}><KeyTable /></Part>
        <About />
      </div>
    </div>
  );
}

function Account() {
  const me = useStore(useDrive().whoami);
  const [isCardOpen, setCardOpen] = useState(false);
  if (me === null) return null;
  return (
    <Part title={t('settings.account')}>
      <div class="me-name"><Avatar name={me.name ?? me.login} size="large" /><span class="entry-text"><strong><Foreign text={me.name ?? me.login} /></strong><small>{t('settings.since', { date: day(me.created) })}</small></span></div>
      <dl class="facts">
        <div><dt>{t('unlock.login')}</dt><dd><Foreign text={me.login} /></dd></div>
        {me.used !== null && <div><dt>{t('quota.label')}</dt><dd>{me.quota === null ? t('quota.used', { used: bytes(me.used) }) : <>{t('quota.of', { used: bytes(me.used), quota: bytes(me.quota) })}<Progress fraction={Math.min(1, me.used / Math.max(1, me.quota))} label={t('quota.label')} /></>}</dd></div>}
      </dl>
      {me.contactLink !== null && <Button icon="qr" onClick={() => { setCardOpen(true); }}>{t('people.me')}</Button>}
      {isCardOpen && <MyCard onClose={() => { setCardOpen(false); }} />}
    </Part>
  );
}

const MINUTES = [1, 5, 10, 30, 60] as const;

function Safety() {
  const page = usePage();
  const { api, notices } = useDrive();
  const { idleMinutes } = useStore(page.preferences);
  const action = useAction();
  const choices = MINUTES.some((minutes) => minutes === idleMinutes) ? [...MINUTES] : [...MINUTES, idleMinutes].sort((a, b) => a - b);
  const set = (value: string): void => {
    action.run(async () => {
      await api.setIdleMinutes(Number(value));
      page.setPreferences({ idleMinutes: Number(value) });
      notices.say(t('settings.kept'));
    });
  };
  return (
    <Part title={t('settings.safety')}>
      <Choice label={t('settings.idle')} value={String(idleMinutes)} onChange={set} options={choices.map((minutes) => [String(minutes), t('settings.minutes', { count: minutes })])} hint={t('settings.idleHint')} />
      {action.error !== null && <Notice look="danger">{action.error}</Notice>}
      <div class="explain">
        <h3>{t('settings.lock')}</h3><p>{t('settings.lockText')}</p>
        <h3><kbd>Esc</kbd> <kbd>Esc</kbd> <kbd>Esc</kbd></h3><p>{t('settings.leaveText')}</p>
      </div>
    </Part>
  );
}

function Looks() {
  const page = usePage();
  const { theme } = useStore(page.preferences);
  const { language } = useStore(spoken);
  return (
    <Part title={t('settings.looks')}>
      <Segments label={t('settings.theme')} value={theme ?? 'system'} onChange={(value) => { page.setPreferences({ theme: value === 'system' ? null : value }); }} options={[['system', t('theme.system')], ['light', t('theme.light')], ['dark', t('theme.dark')]]} />
      <Choice label={t('settings.language')} value={language} onChange={(value) => { page.setPreferences({ language: bestLanguage([value]) }); }} options={languages} />
    </Part>
  );
}

function Network() {
  const connection = useStore(usePage().connection);
  return connection === null ? null : <Part title={t('connection.title')}><ConnectionFacts connection={connection} /></Part>;
}

const About = () => (
  <Part title={t('settings.about')}>
    <p>{t('about.text')}</p>
    <p>{t('about.verify')}</p>
    <p><code class="command" dir="ltr">underkeep ui verify {location.origin}</code></p>
    <p class="hint">{t('about.licence')}</p>
  </Part>
);
