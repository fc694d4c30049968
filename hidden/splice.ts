/** One change of a byte string: `cut` bytes at `at` give way to `insert`. */
export interface Splice {
  readonly at: number;
  readonly cut: number;
  readonly insert: Uint8Array;
}

/** The most that one write may hold. */
export const SPLICES_MAX = 16;
/** Below this, looking for a second common part does not pay. */
const WORTH_SPLITTING = 512;
/** A structure's count and length stand at its front, and change with almost every change: what follows is looked for again from here. */
const ANCHORS_AT = [64, 512, 2048];
const ANCHOR = 32;
/** How much may have been put in before it. */
const REACH = 1024;

/** What makes `after` of `before`, in ascending order, positions being those in `before`. Empty where nothing changed. */
export function splicesOf(before: Uint8Array, after: Uint8Array): Splice[] {
  return between(before, after, 0, SPLICES_MAX);
}

function between(before: Uint8Array, after: Uint8Array, base: number, most: number): Splice[] {
  const start = commonStart(before, after);
  const end = commonEnd(before, after, start);
  const old = before.subarray(start, before.length - end);
  const fresh = after.subarray(start, after.length - end);
  if (old.length === 0 && fresh.length === 0) return [];
  const again = most > 1 && old.length >= WORTH_SPLITTING && fresh.length >= WORTH_SPLITTING ? rejoin(old, fresh) : null;
  if (again === null) return [{ at: base + start, cut: old.length, insert: fresh.slice() }];
  const first = { at: base + start, cut: again.old, insert: fresh.slice(0, again.fresh) };
  return [first, ...between(old.subarray(again.old), fresh.subarray(again.fresh), base + start + again.old, most - 1)];
}

/** Where the two go on alike, near their beginnings. */
function rejoin(old: Uint8Array, fresh: Uint8Array): { old: number; fresh: number } | null {
  for (const from of ANCHORS_AT) {
    const anchor = old.subarray(from, from + ANCHOR);
    const found = anchor.length < ANCHOR ? -1 : find(fresh.subarray(0, from + REACH), anchor);
    if (found < 0) continue;
    let back = 0;
    while (back < Math.min(from, found) && old[from - back - 1] === fresh[found - back - 1]) back++;
    return { old: from - back, fresh: found - back };
  }
  return null;
}

function find(hay: Uint8Array, needle: Uint8Array): number {
  for (let at = 0; at <= hay.length - needle.length; at++) {
    let same = 0;
    while (same < needle.length && hay[at + same] === needle[same]) same++;
    if (same === needle.length) return at;
  }
  return -1;
}

function commonStart(a: Uint8Array, b: Uint8Array): number {
  const most = Math.min(a.length, b.length);
  let at = 0;
  while (at < most && a[at] === b[at]) at++;
  return at;
}

function commonEnd(a: Uint8Array, b: Uint8Array, start: number): number {
  const most = Math.min(a.length, b.length) - start;
  let length = 0;
  while (length < most && a[a.length - 1 - length] === b[b.length - 1 - length]) length++;
  return length;
}

/** null where the splices are not ascending, or reach beyond `before`. */
export function applySplices(before: Uint8Array, splices: readonly Splice[]): Uint8Array | null {
  let [end, length] = [0, before.length];
  for (const { at, cut, insert } of splices) {
    if (at < end || at + cut > before.length) return null;
    end = at + cut;
    length += insert.length - cut;
  }
  const out = new Uint8Array(length);
  let [from, to] = [0, 0];
  for (const { at, cut, insert } of splices) {
    out.set(before.subarray(from, at), to);
    out.set(insert, to + at - from);
    to += at - from + insert.length;
    from = at + cut;
  }
  out.set(before.subarray(from), to);
  return out;
}
