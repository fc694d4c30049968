import { createStore, type Store } from './store.ts';

export type Route =
  | { readonly page: 'files'; readonly path: string }
  | { readonly page: 'shared' }
  | { readonly page: 'people' }
  | { readonly page: 'trash' }
  | { readonly page: 'settings' };

export interface Router {
  readonly route: Store<Route>;
  go(route: Route): void;
  /** Forgets everything that was visited. */
  close(): void;
}

const home: Route = { page: 'files', path: '/' };

function placeOf(state: unknown): number {
  const at: unknown = typeof state === 'object' && state !== null && 'at' in state ? state.at : null;
  return typeof at === 'number' ? at : 0;
}

/**
 * Back and forward work, but neither the address nor the browser's history ever holds a name or a path: a history entry has
 * only a number, and what it stands for is in memory.
 */
export function createRouter(): Router {
  const route = createStore<Route>(home);
  let trail: Route[] = [home];
  let at = 0;
  const write = (how: 'pushState' | 'replaceState'): void => {
    const state: unknown = history.state;
    history[how]({ ...(typeof state === 'object' && state !== null ? state : {}), at }, '');
  };
  const onBack = (event: PopStateEvent): void => {
    at = placeOf(event.state);
    route.set(trail[at] ?? home);
  };
  write('replaceState');
  addEventListener('popstate', onBack);
  return {
    route,
    go(next) {
      const now = route.get();
      if (next.page === now.page && (next.page !== 'files' || now.page !== 'files' || next.path === now.path)) return;
      trail = [...trail.slice(0, at + 1), next];
      at = trail.length - 1;
      write('pushState');
      route.set(next);
    },
    close() {
      removeEventListener('popstate', onBack);
      trail = [home];
      at = 0;
    },
  };
}
