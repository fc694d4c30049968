import { useEffect, useReducer } from 'preact/hooks';

/** A value that components follow. */
export interface Store<T> {
  get(): T;
  set(next: T): void;
  update(change: (value: T) => T): void;
  subscribe(listener: () => void): () => void;
}

export function createStore<T>(first: T): Store<T> {
  let value = first;
  const listeners = new Set<() => void>();
  const set = (next: T): void => {
    if (Object.is(next, value)) return;
    value = next;
    for (const listener of listeners) listener();
  };
  return {
    get: () => value,
    set,
    update: (change) => { set(change(value)); },
    subscribe(listener) {
      listeners.add(listener);
      return () => { listeners.delete(listener); };
    },
  };
}

/** The store's value; the component is drawn anew when it changes. */
export function useStore<T>(store: Store<T>): T {
  const [, redraw] = useReducer((count: number) => count + 1, 0);
  const drawn = store.get();
  useEffect(() => {
    const look = (): void => { redraw(undefined); };
    // It may have changed between drawing and now.
    if (!Object.is(store.get(), drawn)) look();
    return store.subscribe(look);
  }, [store]);
  return drawn;
}
