import { FRAME_DATA } from './frame.ts';

/**
 * Bytes of a stream by where they lie in the log: from `offset` in the data of entry number `entry` on. A place that is
 * longer than that entry's rest goes on at the beginning of the next entry's data, all entries but its last being full.
 */
export interface Place {
  readonly entry: number;
  readonly offset: number;
  readonly length: number;
}

/** Adds bytes to a list of places, lengthening its last one where they follow on it. */
export function addPlace(places: Place[], entry: number, offset: number, length: number): void {
  const last = places.at(-1);
  const end = last === undefined ? 0 : last.offset + last.length;
  if (last !== undefined && offset === 0 && end % FRAME_DATA === 0 && last.entry + end / FRAME_DATA === entry) {
    places[places.length - 1] = { ...last, length: last.length + length };
  } else {
    places.push({ entry, offset, length });
  }
}

/** The pieces of a place, one an entry. */
export function* piecesOf({ entry, offset, length }: Place): Generator<Place> {
  for (let [at, from, left] = [entry, offset, length]; left > 0; at++) {
    const taken = Math.min(left, FRAME_DATA - from);
    yield { entry: at, offset: from, length: taken };
    left -= taken;
    from = 0;
  }
}

/** How many entries a place reaches into. */
export function entriesIn({ offset, length }: Place): number {
  return length === 0 ? 0 : Math.ceil((offset + length) / FRAME_DATA);
}
