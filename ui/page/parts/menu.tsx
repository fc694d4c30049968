import type { ComponentChildren } from 'preact';
import { useLayoutEffect, useRef } from 'preact/hooks';
import { Icon, type IconName } from './icon.tsx';

export interface MenuEntry {
  readonly id: string;
  readonly label: string;
  readonly icon?: IconName;
  /** The key that does the same, as it is written on keyboards. */
  readonly keys?: string;
  readonly danger?: boolean;
  readonly checked?: boolean;
  readonly action: () => void;
}

/** Where a menu opens: below an element, or at a point. */
export type MenuAnchor = Element | { readonly x: number; readonly y: number };

interface MenuProps {
  readonly label: string;
  readonly anchor: MenuAnchor;
  readonly entries: readonly (MenuEntry | null)[];
  readonly onClose: () => void;
}

function place(menu: HTMLElement, anchor: MenuAnchor): void {
  const box = anchor instanceof Element ? anchor.getBoundingClientRect() : new DOMRect(anchor.x, anchor.y, 0, 0);
  const isRightToLeft = getComputedStyle(menu).direction === 'rtl';
  const { offsetWidth: width, offsetHeight: height } = menu;
  const isWide = anchor instanceof Element;
  const wanted = isRightToLeft === isWide ? box.left : box.right - width;
  const start = isWide ? wanted : isRightToLeft ? box.left - width : box.left;
  const left = Math.max(8, Math.min(innerWidth - width - 8, start));
  const below = box.bottom + 4;
  const top = below + height <= innerHeight - 8 ? below : Math.max(8, box.top - height - 4);
  menu.style.setProperty('left', `${left}px`);
  menu.style.setProperty('top', `${top}px`);
}

function entryAfter(menu: HTMLElement, key: string): HTMLElement | null {
  const entries = [...menu.querySelectorAll<HTMLElement>('[role^="menuitem"]')];
  const at = entries.findIndex((entry) => entry === document.activeElement);
  if (key === 'ArrowDown') return entries[(at + 1) % entries.length] ?? null;
  if (key === 'ArrowUp') return entries.at(at <= 0 ? -1 : at - 1) ?? null;
  if (key === 'Home') return entries[0] ?? null;
  if (key === 'End') return entries.at(-1) ?? null;
  if (key.length !== 1) return null;
  const letter = key.toLocaleLowerCase();
  return [...entries.slice(at + 1), ...entries].find((entry) => entry.textContent.trim().toLocaleLowerCase().startsWith(letter)) ?? null;
}

/** A menu in the top layer; arrows, Home, End and first letters move, Escape and a click outside close it. */
export function Menu({ label, anchor, entries, onClose }: MenuProps) {
  const menu = useRef<HTMLDivElement>(null);
  const before = useRef<Element | null>(null);
  const giveBack = (): void => {
    const { current: element } = menu;
    const hasFocus = element?.contains(document.activeElement) ?? false;
    if (element?.matches(':popover-open') === true) element.hidePopover();
    if (hasFocus && before.current instanceof HTMLElement && before.current.isConnected) before.current.focus();
  };
  // The focus is back before anything else opens, so that it can be given back once more.
  const shut = (): void => {
    giveBack();
    onClose();
  };
  useLayoutEffect(() => {
    const element = menu.current;
    // What it was opened at, which has the focus or is about to get it.
    before.current = anchor instanceof HTMLElement ? anchor : document.activeElement;
    if (element === null) return undefined;
    element.showPopover();
    place(element, anchor);
    element.querySelector<HTMLElement>('[role^="menuitem"]')?.focus();
    return giveBack;
  }, []);
  const onKeyDown = (event: KeyboardEvent): void => {
    const { current } = menu;
    if (event.key === 'Tab' || event.key === 'Escape') {
      event.preventDefault();
      event.stopPropagation();
      shut();
      return;
    }
    const next = current === null ? null : entryAfter(current, event.key);
    if (next === null) return;
    event.preventDefault();
    event.stopPropagation();
    next.focus();
  };
  return (
    <div ref={menu} class="menu" popover="auto" role="menu" aria-label={label} onKeyDown={onKeyDown} onToggle={(event) => { if (event.newState === 'closed') onClose(); }}>
      {entries.map((entry, at) => (entry === null ? <hr key={`line-${at}`} /> : <MenuItem key={entry.id} entry={entry} onClose={shut} />))}
    </div>
  );
}

function MenuItem({ entry, onClose }: { readonly entry: MenuEntry; readonly onClose: () => void }) {
  const { label, icon, keys, danger = false, checked, action } = entry;
  return (
    <button
      type="button"
      role={checked === undefined ? 'menuitem' : 'menuitemradio'}
      aria-checked={checked}
      class={danger ? 'menu-item is-danger' : 'menu-item'}
      tabIndex={-1}
      onClick={(event) => { event.stopPropagation(); onClose(); action(); }}
    >
      {icon !== undefined && <Icon name={icon} />}
      {checked !== undefined && <span class="menu-check">{checked && <Icon name="check" size={16} />}</span>}
      <span class="menu-label">{label}</span>
      {keys !== undefined && <kbd>{keys}</kbd>}
    </button>
  );
}

/** A button's children are its own; this is what opens under it. */
export interface OpenMenu {
  readonly anchor: MenuAnchor;
  readonly entries: readonly (MenuEntry | null)[];
  readonly label: string;
}

export const WithMenu = ({ menu, onClose, children }: { readonly menu: OpenMenu | null; readonly onClose: () => void; readonly children?: ComponentChildren }) => (
  <>
    {children}
    {menu !== null && <Menu key={menu.label} label={menu.label} anchor={menu.anchor} entries={menu.entries} onClose={onClose} />}
  </>
);
