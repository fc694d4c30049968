import type { ComponentChildren } from 'preact';
import { useEffect, useRef, useState } from 'preact/hooks';
import { useDrive, useMedia, usePage, PHONE } from './app-state.ts';
import { FilesPage } from './files/files-page.tsx';
import { SearchBox } from './files/search.tsx';
import { TrashPage } from './files/trash-page.tsx';
import { bytes } from './format.ts';
import { Keys } from './keys.tsx';
import { IconButton } from './parts/button.tsx';
import { Brand, Mark } from './parts/drawings.tsx';
import { Icon, type IconName } from './parts/icon.tsx';
import { Progress } from './parts/progress.tsx';
import { PeoplePage } from './people/people-page.tsx';
import { OfflineBar, Pill } from './pill.tsx';
import type { Route } from './router.ts';
import { SettingsPage } from './settings/settings-page.tsx';
import { isTyping } from './shell-keys.ts';
import { SharedPage } from './share/shared-page.tsx';
import { useStore } from './store.ts';
import { t } from './text.ts';
import { Toasts } from './toasts.tsx';
import { TransferTray } from './transfer-tray.tsx';

interface Place {
  readonly route: Route;
  readonly icon: IconName;
  readonly label: string;
  readonly count?: number;
}

function usePlaces(): readonly Place[] {
  const people = useStore(useDrive().people);
  const requests = people?.filter(({ state }) => state === 'incoming').length ?? 0;
  return [
    { route: { page: 'files', path: '/' }, icon: 'folder', label: t('nav.files') },
    { route: { page: 'shared' }, icon: 'shared', label: t('nav.shared') },
    { route: { page: 'people' }, icon: 'people', label: t('nav.people'), count: requests },
    { route: { page: 'trash' }, icon: 'trash', label: t('nav.trash') },
    { route: { page: 'settings' }, icon: 'settings', label: t('nav.settings') },
  ];
}

function Nav() {
  const { router } = useDrive();
  const route = useStore(router.route);
  return (
    <nav class="nav" aria-label={t('nav.label')}>
      <ul>
        {usePlaces().map(({ route: to, icon, label, count = 0 }) => (
          <li key={to.page}>
            <button type="button" class={to.page === route.page ? 'nav-item is-on' : 'nav-item'} aria-current={to.page === route.page ? 'page' : undefined} onClick={() => { router.go(to); }}>
              <Icon name={icon} />
              <span>{label}</span>
              {count > 0 && <span class="count" aria-label={t('nav.requests', { count })}>{count}</span>}
            </button>
          </li>
        ))}
      </ul>
    </nav>
  );
}

function Quota() {
  const whoami = useStore(useDrive().whoami);
  if (whoami === null || whoami.used === null) return null;
  const { used, quota } = whoami;
  const text = quota === null ? t('quota.used', { used: bytes(used) }) : t('quota.of', { used: bytes(used), quota: bytes(quota) });
  const isTight = quota !== null && used > quota * 0.9;
  return (
    <div class={isTight ? 'quota is-tight' : 'quota'}>
      {quota !== null && <Progress fraction={quota === 0 ? 1 : Math.min(1, used / quota)} label={t('quota.label')} />}
      <p>{text}</p>
      {isTight && <p class="quota-tight">{t('quota.tight')}</p>}
    </div>
  );
}

function Head({ isPhone, search, onSearch }: { readonly isPhone: boolean; readonly search: string; readonly onSearch: (text: string) => void }) {
  const { api } = useDrive();
  const { leave } = usePage();
  return (
    <header class="head">
      {isPhone ? <Mark size={28} /> : <SearchBox text={search} onText={onSearch} />}
      <span class="grow" />
      <Pill />
      <IconButton icon="leave" label={t('leave.label')} onClick={leave} />
      <button type="button" class="button lock-button" onClick={() => { api.lock('user').catch(() => undefined); }}>
        <Icon name="lock" />
        <span>{t('lock.label')}</span>
      </button>
    </header>
  );
}

const TITLES = { files: 'nav.files', shared: 'nav.shared', people: 'nav.people', trash: 'nav.trash', settings: 'nav.settings' } as const;

/** What the main part shows; the focus goes to its top when it is another one. */
function Place({ search, onSearch, isPhone }: { readonly search: string; readonly onSearch: (text: string) => void; readonly isPhone: boolean }) {
  const { router, notices } = useDrive();
  const route = useStore(router.route);
  const isFirst = useRef(true);
  useEffect(() => {
    if (isFirst.current) isFirst.current = false;
    else notices.say(t(TITLES[route.page]));
    onSearch('');
  }, [route]);
  if (route.page === 'shared') return <SharedPage />;
  if (route.page === 'people') return <PeoplePage />;
  if (route.page === 'trash') return <TrashPage />;
  if (route.page === 'settings') return <SettingsPage />;
  return <FilesPage key={route.path} path={route.path} search={search} onSearch={onSearch} isPhone={isPhone} />;
}

function useShortcuts(help: () => void): void {
  useEffect(() => {
    const onKey = (event: KeyboardEvent): void => {
      if (isTyping(event) || event.ctrlKey || event.metaKey || event.altKey || document.querySelector('dialog[open]') !== null) return;
      if (event.key === '?') help();
      const box = event.key === '/' ? document.querySelector<HTMLInputElement>('.search input') : null;
      if (box === null) return;
      event.preventDefault();
      box.focus();
    };
    addEventListener('keydown', onKey);
    return () => { removeEventListener('keydown', onKey); };
  }, []);
}

/** A page that is left while something is being sent asks first. */
function useStay(): void {
  const { transfers } = useDrive();
  useEffect(() => {
    const onLeave = (event: BeforeUnloadEvent): void => {
      if ([...transfers.all.get().values()].some(({ state }) => state === 'running' || state === 'waiting')) event.preventDefault();
    };
    addEventListener('beforeunload', onLeave);
    return () => { removeEventListener('beforeunload', onLeave); };
  }, []);
}

const Spoken = () => <div class="sr" role="status">{useStore(useDrive().notices.spoken)}</div>;

/** The open account: places at the side (below, on a phone), connection and lock always above. */
export function Shell(): ComponentChildren {
  const isPhone = useMedia(PHONE);
  const [search, setSearch] = useState('');
  const [isHelpOpen, setHelpOpen] = useState(false);
  const main = useRef<HTMLElement>(null);
  useShortcuts(() => { setHelpOpen(true); });
  useStay();
  return (
    <div class="shell">
      <button type="button" class="skip" onClick={() => { main.current?.focus(); }}>{t('skip')}</button>
      {!isPhone && <aside class="side"><Brand /><Nav /><span class="grow" /><Quota /></aside>}
      <div class="body">
        <Head isPhone={isPhone} search={search} onSearch={setSearch} />
        <OfflineBar isOpen />
        <main ref={main} class="main" tabIndex={-1}><Place search={search} onSearch={setSearch} isPhone={isPhone} /></main>
        {isPhone && <Nav />}
      </div>
      <div class="corner"><TransferTray /><Toasts /></div>
      <Spoken />
      {isHelpOpen && <Keys onClose={() => { setHelpOpen(false); }} />}
    </div>
  );
}
