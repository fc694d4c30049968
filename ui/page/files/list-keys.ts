import type { RefObject } from 'preact';
import { useEffect, useRef } from 'preact/hooks';
import { move, stepOf, toggle } from '../selection.ts';
import { scrollFor } from '../window.ts';
import type { Listing } from './listing.ts';

interface Shape {
  readonly columns: number;
  readonly rowHeight: number;
  /** Pixels that a sticky head covers at the top. */
  readonly covered: number;
}

/** Arrows, Home, End, page keys, space and first letters: the cursor goes, the list scrolls with it and the focus follows. */
export function useListKeys(listing: Listing, scroller: RefObject<HTMLElement | null>, { columns, rowHeight, covered }: Shape) {
  const follows = useRef(false);
  const isOwnFocus = useRef(false);
  const typed = useRef({ text: '', time: 0 });
  const { selection, items } = listing;

  const reveal = (id: string | null): void => {
    const { current } = scroller;
    const at = items.findIndex((item) => item.id === id);
    if (current === null || at < 0) return;
    const top = scrollFor(Math.floor(at / columns), rowHeight, current.scrollTop, current.clientHeight - covered);
    if (top !== null) current.scrollTop = top;
  };

  useEffect(() => {
    if (!follows.current || selection.cursor === null) return undefined;
    reveal(selection.cursor);
    // The row may have to be drawn first.
    const frame = requestAnimationFrame(() => {
      follows.current = false;
      const { activeElement } = document;
      // A menu, a dialog or a name that is being changed meanwhile keeps the focus.
      if (activeElement instanceof HTMLInputElement || activeElement !== document.body && scroller.current?.contains(activeElement) !== true) return;
      isOwnFocus.current = true;
      scroller.current?.querySelector<HTMLElement>(`[data-id="${CSS.escape(listing.now().cursor ?? '')}"]`)?.focus();
      isOwnFocus.current = false;
    });
    return () => { cancelAnimationFrame(frame); };
  }, [selection.cursor, items]);

  const jumpTo = (letter: string, now: number): void => {
    const text = now - typed.current.time < 800 ? typed.current.text + letter : letter;
    typed.current = { text, time: now };
    const at = items.findIndex(({ id }) => id === listing.now().cursor);
    const later = text.length > 1 ? at : at + 1;
    const match = [...items.slice(Math.max(0, later)), ...items].find(({ name }) => name.toLocaleLowerCase().startsWith(text));
    if (match === undefined) return;
    follows.current = true;
    listing.select((old) => ({ ...old, chosen: new Set([match.id]), anchor: match.id, cursor: match.id }));
  };

  const onKeyDown = (event: KeyboardEvent): void => {
    if (event.target instanceof HTMLInputElement) return;
    const isControl = event.ctrlKey || event.metaKey;
    const page = Math.max(1, Math.floor((scroller.current?.clientHeight ?? rowHeight) / rowHeight) - 1);
    const step = event.altKey ? null : stepOf(event.key, columns, page, document.documentElement.dir === 'rtl');
    if (step !== null) {
      event.preventDefault();
      follows.current = true;
      listing.select((old, order) => move(old, order, step, { extended: event.shiftKey, kept: isControl }));
    } else if (event.key === ' ') {
      event.preventDefault();
      listing.select((old) => (old.cursor === null ? old : toggle(old, old.cursor)));
    } else if (event.key.length === 1 && /[\p{L}\p{N}]/u.test(event.key) && !isControl && !event.altKey) {
      jumpTo(event.key.toLocaleLowerCase(), event.timeStamp);
    } else {
      // What takes the place of a removed row takes its focus.
      if (event.key === 'Delete') follows.current = true;
      listing.onKey(event);
    }
  };
  const onFocusIn = ({ target }: FocusEvent): void => {
    const id = target instanceof Element ? target.closest<HTMLElement>('[data-id]')?.dataset['id'] : undefined;
    if (id !== undefined && !isOwnFocus.current && id !== listing.now().cursor) listing.select((old) => ({ ...old, cursor: id, anchor: old.anchor ?? id }));
  };
  return { onKeyDown, onFocusIn };
}
