import { createContext } from 'preact';
import { useContext, useEffect, useRef, useState } from 'preact/hooks';
import type { Api, Connection, Person, Preferences, UiEvent, Whoami } from '../contract.ts';
import { errorText } from './errors.ts';
import { createThumbnails, type Thumbnails } from './files/thumbnails.ts';
import { createNotices, type Notices } from './notices.ts';
import { createRouter, type Router } from './router.ts';
import { createStore, useStore, type Store } from './store.ts';
import { createTransfers, type Transfers } from './transfers.ts';

/** What the page holds from its start to its end. */
export interface Page {
  readonly api: Api;
  readonly connection: Store<Connection | null>;
  readonly preferences: Store<Preferences>;
  setPreferences(change: Partial<Preferences>): void;
  /** Locks, clears and leaves, at once. */
  leave(): void;
}

/** What is held while an account is open, and dropped as a whole when it is locked. */
export interface Drive {
  readonly api: Api;
  readonly notices: Notices;
  readonly router: Router;
  readonly transfers: Transfers;
  readonly thumbnails: Thumbnails;
  readonly whoami: Store<Whoami | null>;
  readonly people: Store<readonly Person[] | null>;
  close(): void;
}

export const PageContext = createContext<Page | null>(null);
export const DriveContext = createContext<Drive | null>(null);

export function usePage(): Page {
  const page = useContext(PageContext);
  if (page === null) throw new Error('outside the page');
  return page;
}

export function useDrive(): Drive {
  const drive = useContext(DriveContext);
  if (drive === null) throw new Error('no account is open');
  return drive;
}

/** Follows a store of the worker's: asks again after each event that says so, many at once as one. */
function follow(api: Api, concerns: (event: UiEvent) => boolean, ask: () => Promise<void>): () => void {
  let timer: ReturnType<typeof setTimeout> | null = null;
  const soon = (): void => {
    timer ??= setTimeout(() => {
      timer = null;
      ask().catch(() => undefined);
    }, 150);
  };
  ask().catch(() => undefined);
  const end = api.subscribe((event) => { if (concerns(event)) soon(); });
  return () => {
    if (timer !== null) clearTimeout(timer);
    end();
  };
}

export function openDrive(api: Api): Drive {
  const whoami = createStore<Whoami | null>(null);
  const people = createStore<readonly Person[] | null>(null);
  const notices = createNotices();
  const router = createRouter();
  const transfers = createTransfers(api);
  const thumbnails = createThumbnails(api);
  const ends = [
    follow(api, (event) => event.type === 'changed', async () => { whoami.set(await api.whoami()); }),
    follow(api, (event) => event.type === 'people', async () => { people.set(await api.people()); }),
    () => { router.close(); },
    () => { transfers.close(); },
    () => { thumbnails.close(); },
  ];
  return { api, notices, router, transfers, thumbnails, whoami, people, close: () => { for (const end of ends) end(); } };
}

export type Loaded<T> =
  | { readonly state: 'loading' }
  | { readonly state: 'ready'; readonly value: T }
  | { readonly state: 'failed'; readonly error: unknown };

/**
 * What `ask` brings. It is asked again when `key` changes (and nothing old is shown), and after each event that concerns it
 * (and the old stays until the new is there).
 */
export function useLoaded<T>(ask: () => Promise<T>, key: string, concerns: (event: UiEvent) => boolean = () => false): readonly [Loaded<T>, () => void] {
  const { api } = usePage();
  const [held, setHeld] = useState<{ readonly key: string; readonly loaded: Loaded<T> }>({ key, loaded: { state: 'loading' } });
  const again = useRef<() => void>(() => undefined);
  useEffect(() => {
    let isOver = false;
    let turn = 0;
    const load = async (): Promise<void> => {
      const mine = ++turn;
      const isLate = (): boolean => isOver || mine !== turn;
      try {
        const value = await ask();
        if (!isLate()) setHeld({ key, loaded: { state: 'ready', value } });
      } catch (error) {
        if (!isLate()) setHeld({ key, loaded: { state: 'failed', error } });
      }
    };
    let timer: ReturnType<typeof setTimeout> | null = null;
    again.current = () => { void load(); };
    void load();
    const end = api.subscribe((event) => {
      if (!concerns(event)) return;
      timer ??= setTimeout(() => {
        timer = null;
        void load();
      }, 120);
    });
    return () => {
      isOver = true;
      if (timer !== null) clearTimeout(timer);
      end();
    };
  }, [key]);
  return [held.key === key ? held.loaded : { state: 'loading' }, () => { again.current(); }];
}

export interface Action {
  readonly busy: boolean;
  readonly error: string | null;
  /** Runs the work unless some is already running; keeps what it says when it is refused. */
  run(work: () => Promise<void>): void;
  clear(): void;
}

/** One thing at a time that can fail, and the words for its failure. */
export function useAction(): Action {
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<string | null>(null);
  const isAlive = useRef(true);
  useEffect(() => () => { isAlive.current = false; }, []);
  const run = (work: () => Promise<void>): void => {
    if (busy) return;
    setBusy(true);
    setError(null);
    work()
      .catch((refusal: unknown) => { if (isAlive.current) setError(errorText(refusal)); })
      .finally(() => { if (isAlive.current) setBusy(false); });
  };
  return { busy, error, run, clear: () => { setError(null); } };
}

/** What the person is called here: the name that was given to them by whoever uses this account, else their own. */
export function calledBy(people: readonly Person[] | null, name: string): string {
  return people?.find((person) => person.name === name)?.petname ?? name;
}

export function useCalled(): (name: string) => string {
  const people = useStore(useDrive().people);
  return (name) => calledBy(people, name);
}

/** Whether a media query holds now. */
export function useMedia(query: string): boolean {
  const [holds, setHolds] = useState(() => matchMedia(query).matches);
  useEffect(() => {
    const media = matchMedia(query);
    const look = (): void => { setHolds(media.matches); };
    look();
    media.addEventListener('change', look);
    return () => { media.removeEventListener('change', look); };
  }, [query]);
  return holds;
}

export const PHONE = '(max-width: 719px)';
