import { useEffect, useMemo, useRef, useState } from 'preact/hooks';
import type { Api, Connection, Preferences } from '../contract.ts';
import { DriveContext, openDrive, PageContext, usePage, type Drive, type Page } from './app-state.ts';
import { deliver } from './deliver.ts';
import { FirstRun } from './first-run/first-run.tsx';
import { LinkPage } from './link-page.tsx';
import { watchEscape } from './panic.ts';
import { Brand } from './parts/drawings.tsx';
import { Failed } from './parts/notice.tsx';
import { Shell } from './shell.tsx';
import { createStore, useStore } from './store.ts';
import { bestLanguage, speak, spoken, t } from './text.ts';
import { Stranger } from './stranger.tsx';
import { Unlock } from './unlock.tsx';

type View = 'starting' | 'first-run' | 'unlock' | 'open';

const firstPreferences: Preferences = { language: null, theme: null, view: null, idleMinutes: 10 };
const LINK = /^#v1\./;

const fragmentOf = (hash: string): string | null => (LINK.test(hash) ? hash : null);

/** The theme and the language go onto the document itself. */
function useDocument({ theme }: Preferences): void {
  const { language, direction } = useStore(spoken);
  useEffect(() => {
    const { documentElement } = document;
    documentElement.lang = language;
    documentElement.dir = direction;
  }, [language, direction]);
  useEffect(() => {
    if (theme === null) delete document.documentElement.dataset['theme'];
    else document.documentElement.dataset['theme'] = theme;
  }, [theme]);
}

function createPage(api: Api, leave: () => void): Page {
  const connection = createStore<Connection | null>(null);
  const preferences = createStore(firstPreferences);
  return {
    api,
    connection,
    preferences,
    leave,
    setPreferences(change) {
      preferences.update((old) => ({ ...old, ...change }));
      // Kept in the account where one is open; else for as long as the page lives.
      api.setPreferences(change).catch(() => undefined);
    },
  };
}

/** Says that somebody is there, at most every quarter of a minute. */
function useTouch(api: Api, isOpen: boolean): void {
  useEffect(() => {
    if (!isOpen) return undefined;
    let last = 0;
    const touch = ({ timeStamp }: Event): void => {
      if (timeStamp - last < 15_000) return;
      last = timeStamp;
      api.touch().catch(() => undefined);
    };
    for (const type of ['keydown', 'pointerdown', 'wheel'] as const) addEventListener(type, touch, { passive: true });
    return () => { for (const type of ['keydown', 'pointerdown', 'wheel'] as const) removeEventListener(type, touch); };
  }, [api, isOpen]);
}

function useFragment(): readonly [string | null, () => void] {
  const [fragment, setFragment] = useState(() => fragmentOf(location.hash));
  useEffect(() => {
    const look = (): void => { setFragment(fragmentOf(location.hash)); };
    addEventListener('hashchange', look);
    return () => { removeEventListener('hashchange', look); };
  }, []);
  return [fragment, () => {
    history.replaceState(history.state, '', location.pathname);
    setFragment(null);
  }];
}

interface Session {
  readonly view: View;
  readonly drive: Drive | null;
  /** Why the account was locked, where that is worth saying. */
  readonly reason: string | null;
  readonly failure: unknown;
}

const atStart: Session = { view: 'starting', drive: null, reason: null, failure: null };

/** Opens and closes the drive as the worker's session does. */
function useSession(page: Page): readonly [Session, (view: View) => void] {
  const [session, setSession] = useState(atStart);
  const drive = useRef<Drive | null>(null);
  const { api, connection, preferences } = page;
  const show = (view: View): void => {
    if (view === 'open' && drive.current === null) drive.current = openDrive(api);
    setSession((old) => ({ ...old, view, drive: drive.current }));
    if (view === 'open') void adoptPreferences(page);
  };
  useEffect(() => {
    const end = api.subscribe((event) => {
      if (event.type === 'connection') connection.set(event.connection);
      if (event.type !== 'locked') return;
      drive.current?.close();
      drive.current = null;
      preferences.update((old) => ({ ...firstPreferences, theme: old.theme, language: old.language }));
      setSession({ ...atStart, view: 'unlock', reason: event.reason });
    });
    void deliver(api.connection(), connection.set);
    void deliver(api.state(), (state) => { show(state === 'new' ? 'first-run' : state === 'locked' ? 'unlock' : 'open'); }, (failure) => { setSession((old) => ({ ...old, failure })); });
    return end;
  }, []);
  return [session, show];
}

async function adoptPreferences({ api, preferences }: Page): Promise<void> {
  const kept = await api.preferences().catch(() => null);
  if (kept === null) return;
  preferences.update((old) => ({ ...kept, theme: kept.theme ?? old.theme, language: kept.language ?? old.language }));
}

/** The page. `leave` clears it and goes elsewhere. */
export function App({ api, leave }: { readonly api: Api; readonly leave: () => void }) {
  const page = useMemo(() => createPage(api, leave), [api]);
  const preferences = useStore(page.preferences);
  const [session, show] = useSession(page);
  const [fragment, closeLink] = useFragment();
  useDocument(preferences);
  useTouch(api, session.drive !== null);
  useEffect(() => watchEscape(leave), []);
  useEffect(() => {
    const wanted = bestLanguage([...(preferences.language === null ? [] : [preferences.language]), ...navigator.languages]);
    if (wanted !== spoken.get().language) speak(wanted).catch(() => undefined);
  }, [preferences.language]);
  return (
    <PageContext.Provider value={page}>
      {fragment === null ? <View session={session} show={show} /> : <LinkPage key={fragment} fragment={fragment} onClose={closeLink} />}
    </PageContext.Provider>
  );
}

function View({ session, show }: { readonly session: Session; readonly show: (view: View) => void }) {
  const { view, drive, reason, failure } = session;
  const isAdmitted = useStore(usePage().connection)?.admitted ?? true;
  if (failure !== null) return <main class="starting"><Failed error={failure} /></main>;
  if (drive === null && !isAdmitted) return <Stranger />;
  if (view === 'starting') return <main class="starting" aria-label={t('loading')}><Brand /></main>;
  if (view === 'unlock') return <Unlock reason={reason} onOpen={() => { show('open'); }} onNew={() => { show('first-run'); }} />;
  const inside = view === 'first-run'
    ? <FirstRun hasDrive={drive !== null} onHave={() => { show('unlock'); }} onDone={() => { show('open'); }} openDrive={() => { show('open'); show('first-run'); }} />
    : drive !== null && <Shell />;
  // Always around, so that the first run goes on where it is when its drive is opened.
  return <DriveContext.Provider value={drive}>{inside}</DriveContext.Provider>;
}
