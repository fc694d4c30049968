import { useEffect, useMemo, useRef, useState } from 'preact/hooks';
import type { Item } from '../../contract.ts';
import { useDrive, useLoaded, type Loaded } from '../app-state.ts';
import { deliver } from '../deliver.ts';
import { isWithin, parentOf } from '../paths.ts';
import { nothing, within, type Selection } from '../selection.ts';
import { byName, sorted, type Order } from '../sorting.ts';
import { createStore, useStore, type Store } from '../store.ts';
import { spoken } from '../text.ts';

/** How folders are sorted, for as long as the page lives. */
export const folderOrder: Store<Order> = createStore(byName);
export const detailsOpen = createStore(false);

export interface Folder {
  readonly loaded: Loaded<readonly Item[]>;
  readonly items: readonly Item[];
  readonly selection: Selection;
  /** The selection as the last key or click left it, which may not be drawn yet. */
  now(): Selection;
  select(change: (selection: Selection, order: readonly string[]) => Selection): void;
  /** Hides items while they are being removed. */
  hide(items: readonly Item[], work: Promise<void>): void;
  reload(): void;
}

const none: readonly Item[] = [];

/** A folder's entries in their order, and what is chosen of them. */
export function useFolder(path: string): Folder {
  const { api } = useDrive();
  const order = useStore(folderOrder);
  const { language } = useStore(spoken);
  const [loaded, reload] = useLoaded(() => api.list(path), path, (event) => event.type === 'changed' && (parentOf(event.path) === path || isWithin(path, event.path)));
  const all = loaded.state === 'ready' ? loaded.value : none;
  const [gone, setGone] = useState<ReadonlySet<string>>(new Set());
  const settled = useRef(new Set<string>());
  const [selection, setSelection] = useState(nothing);
  const held = useRef(nothing);
  const before = useRef<readonly string[]>([]);
  const set = (next: Selection): void => {
    held.current = next;
    setSelection(next);
  };

  useEffect(() => {
    // What is still listed now was brought back, or could not be removed.
    setGone((ids) => (ids.size === 0 ? ids : new Set([...ids].filter((id) => !settled.current.has(id)))));
    settled.current.clear();
  }, [all]);

  const items = useMemo(() => sorted(all.filter(({ id }) => !gone.has(id)), order, language), [all, gone, order, language]);
  const ids = useMemo(() => items.map(({ id }) => id), [items]);
  useEffect(() => {
    set(within(held.current, ids, before.current));
    before.current = ids;
  }, [ids]);

  return {
    loaded,
    items,
    selection,
    now: () => held.current,
    select: (change) => { set(change(held.current, ids)); },
    hide(hidden, work) {
      setGone((old) => new Set([...old, ...hidden.map(({ id }) => id)]));
      void deliver(work, () => {
        for (const { id } of hidden) settled.current.add(id);
        reload();
      });
    },
    reload,
  };
}
