/** Which rows of a long list are worth drawing. */
export interface Rows {
  /** The first row, and the one after the last. */
  readonly from: number;
  readonly to: number;
}

/** Pixels in, rows out. `over` more rows are drawn on either side, so that scrolling shows no gap. */
export function rowsInView(scrolled: number, height: number, rowHeight: number, count: number, over = 8): Rows {
  const from = Math.max(0, Math.min(count, Math.floor(scrolled / rowHeight)) - over);
  return { from, to: Math.min(count, Math.ceil((scrolled + height) / rowHeight) + over) };
}

/** Where to scroll so that a row is seen whole; null when it is already. `covered` pixels at the top hide what is under them. */
export function scrollFor(row: number, rowHeight: number, scrolled: number, height: number, covered = 0): number | null {
  const top = row * rowHeight;
  if (top < scrolled + covered) return Math.max(0, top - covered);
  return top + rowHeight > scrolled + height ? top + rowHeight - height : null;
}
