import { corrupt } from './error.ts';
import { openEntries } from './entries.ts';
import type { Frame } from './frame.ts';
import type { HiddenKeys } from './keys.ts';
import { holds, type LogCopy } from './log-copy.ts';
import { piecesOf, type Place } from './place.ts';
import { applySplices } from './splice.ts';
import type { HeldVersion, Layer } from './version.ts';

const CACHED_MAX = 1024 * 1024;
const CACHE = 8 * 1024 * 1024;

/** Reads what versions hold, from memory while it waits and from the ciphertext copy afterwards. */
export class Contents {
  readonly #keys: HiddenKeys;
  readonly #copy: LogCopy;
  /** By version, in the order of last use. */
  readonly #cache = new Map<string, Uint8Array>();
  #cached = 0;

  constructor(keys: HiddenKeys, copy: LogCopy) {
    this.#keys = keys;
    this.#copy = copy;
  }

  /** How many of the log's entries that hold parts of it are not in the copy. */
  missing({ layers }: HeldVersion): number {
    const held = this.#copy.held();
    const pieces = layers.flatMap(placesOf).flatMap((place) => [...piecesOf(place)]);
    return new Set(pieces.filter(({ entry }) => !holds(held, { from: entry, to: entry + 1 })).map(({ entry }) => entry)).size;
  }

  /** The content, a copy of one's own. Throws HiddenError 'arriving' or 'corrupt'. */
  async read(version: HeldVersion): Promise<Uint8Array> {
    const cached = this.#cache.get(version.name);
    if (cached !== undefined) {
      this.#cache.delete(version.name);
      this.#cache.set(version.name, cached);
      return cached.slice();
    }
    const frames = await this.#frames(version.layers.flatMap(placesOf));
    let content: Uint8Array = new Uint8Array(0);
    for (const layer of version.layers) content = over(content, layer, layer.content.bytes ?? gather(layer.content.places, frames));
    this.remember(version.name, content);
    return content;
  }

  /** Keeps a copy of small contents, which the next change is likely to be a change of. */
  remember(name: string, content: Uint8Array): void {
    if (content.length > CACHED_MAX || this.#cache.has(name)) return;
    this.#cache.set(name, content.slice());
    this.#cached += content.length;
    for (const [oldest, bytes] of this.#cache) {
      if (this.#cached <= CACHE) break;
      this.#cache.delete(oldest);
      this.#cached -= bytes.length;
    }
  }

  wipe(): void {
    for (const content of this.#cache.values()) content.fill(0);
    this.#cache.clear();
    this.#cached = 0;
  }

  async #frames(places: readonly Place[]): Promise<Map<number, Frame>> {
    const entries = [...new Set(places.flatMap((place) => [...piecesOf(place)].map(({ entry }) => entry)))].sort((a, b) => a - b);
    const frames = new Map<number, Frame>();
    for (const { entry, frame } of await openEntries(this.#keys, this.#copy, entries)) if (frame !== null) frames.set(entry, frame);
    return frames;
  }
}

function placesOf({ content }: Layer): readonly Place[] {
  return content.bytes === null ? content.places : [];
}

function gather(places: readonly Place[], frames: ReadonlyMap<number, Frame>): Uint8Array {
  const out = new Uint8Array(places.reduce((sum, { length }) => sum + length, 0));
  let to = 0;
  for (const { entry, offset, length } of places.flatMap((place) => [...piecesOf(place)])) {
    const piece = frames.get(entry)?.data.subarray(offset, offset + length);
    if (piece?.length !== length) throw corrupt('entry');
    out.set(piece, to);
    to += length;
  }
  return out;
}

function over(below: Uint8Array, { size, length, splices }: Layer, own: Uint8Array): Uint8Array {
  if (own.length !== length) throw corrupt('entry');
  if (splices === null) {
    const whole = new Uint8Array(size);
    whole.set(own);
    return whole;
  }
  let from = 0;
  const changed = applySplices(below, splices.map(({ at, cut, length: inserted }) => ({ at, cut, insert: own.subarray(from, from += inserted) })));
  if (changed?.length !== size) throw corrupt('change');
  return changed;
}
