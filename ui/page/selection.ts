/** Which of a list's entries are chosen. `cursor` is where the keyboard is, `anchor` where a range began. All are ids. */
export interface Selection {
  readonly chosen: ReadonlySet<string>;
  readonly anchor: string | null;
  readonly cursor: string | null;
}

export const nothing: Selection = { chosen: new Set(), anchor: null, cursor: null };

export const only = (id: string): Selection => ({ chosen: new Set([id]), anchor: id, cursor: id });

/** The cursor alone moves. */
export const pointAt = (selection: Selection, id: string): Selection => ({ ...selection, anchor: id, cursor: id });

export function toggle(selection: Selection, id: string): Selection {
  const chosen = new Set(selection.chosen);
  if (!chosen.delete(id)) chosen.add(id);
  return { chosen, anchor: id, cursor: id };
}

/** Everything from the anchor to `id`, in the order of the list. */
export function extend(selection: Selection, order: readonly string[], id: string): Selection {
  const anchor = selection.anchor ?? selection.cursor ?? id;
  const from = order.indexOf(anchor);
  const to = order.indexOf(id);
  if (from < 0 || to < 0) return only(id);
  return { chosen: new Set(order.slice(Math.min(from, to), Math.max(from, to) + 1)), anchor, cursor: id };
}

export const everything = (selection: Selection, order: readonly string[]): Selection => ({ ...selection, chosen: new Set(order), cursor: selection.cursor ?? order[0] ?? null });

/** Where a key leads from the cursor; `columns` is 1 in a list. null: this key does not move. */
export function stepOf(key: string, columns: number, page: number, isRightToLeft: boolean): number | null {
  const forward = isRightToLeft ? 'ArrowLeft' : 'ArrowRight';
  const back = isRightToLeft ? 'ArrowRight' : 'ArrowLeft';
  if (key === 'ArrowDown') return columns;
  if (key === 'ArrowUp') return -columns;
  if (key === forward && columns > 1) return 1;
  if (key === back && columns > 1) return -1;
  if (key === 'PageDown') return page * columns;
  if (key === 'PageUp') return -page * columns;
  if (key === 'Home') return -Infinity;
  if (key === 'End') return Infinity;
  return null;
}

/** Moves the cursor; with `extended` the range grows, with `kept` what is chosen stays. */
export function move(selection: Selection, order: readonly string[], step: number, how: { readonly extended: boolean; readonly kept: boolean }): Selection {
  if (order.length === 0) return selection;
  const at = selection.cursor === null ? -1 : order.indexOf(selection.cursor);
  const target = at < 0 ? (step > 0 && step !== Infinity ? 0 : step < 0 ? 0 : order.length - 1) : Math.min(order.length - 1, Math.max(0, at + step));
  const id = order[target] ?? order[0] ?? '';
  if (how.extended) return extend(selection, order, id);
  return how.kept ? { ...selection, cursor: id } : only(id);
}

/** What is left of a selection when the list was `before` and is `order` now. A cursor whose place is gone goes to what came after it. */
export function within(selection: Selection, order: readonly string[], before: readonly string[]): Selection {
  const there = new Set(order);
  const chosen = new Set([...selection.chosen].filter((id) => there.has(id)));
  const keep = (id: string | null): string | null => {
    if (id === null || there.has(id)) return id;
    const place = before.slice(0, Math.max(0, before.indexOf(id))).filter((earlier) => there.has(earlier)).length;
    return order[Math.min(place, order.length - 1)] ?? null;
  };
  const cursor = keep(selection.cursor);
  const anchor = keep(selection.anchor);
  const isSame = chosen.size === selection.chosen.size && anchor === selection.anchor && cursor === selection.cursor;
  return isSame ? selection : { chosen, anchor, cursor };
}
