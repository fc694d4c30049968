import type { Space } from '../node/index.ts';
import { mapKey, type MapKey } from '../wire/index.ts';
import { chunkPlace, generateFileSecret, type FileSecret } from './keys.ts';

interface Spare {
  readonly secret: FileSecret;
  readonly key: MapKey;
}

const SPARE = 16;
/** Of the proofs that fit in one answer, those kept for what is about to be written. */
const UPCOMING_MAX = 40;
const pools = new WeakMap<Space, SecretPool>();

/**
 * File secrets drawn ahead for a space, and other keys soon to be written: answers bring the proofs for them along, so that
 * writing a small file takes one round trip.
 */
export class SecretPool {
  readonly #space: Space;
  readonly #upcoming = new Set<readonly MapKey[]>();
  #spare: Spare[] = [];

  private constructor(space: Space) {
    this.#space = space;
    const before = space.wanted;
    space.wanted = () => [...this.#wanted(), ...before()];
  }

  /** The one pool of a space; it asks for proofs from then on. */
  static of(space: Space): SecretPool {
    const pool = pools.get(space) ?? new SecretPool(space);
    pools.set(space, pool);
    return pool;
  }

  /** A secret of its own for one file; one whose first chunk needs no further proof when there is one. */
  take(): FileSecret {
    this.#fill();
    const ready = this.#spare.findIndex(({ key }) => this.#space.shows(key));
    const [taken] = this.#spare.splice(Math.max(0, ready), 1);
    return taken?.secret ?? generateFileSecret();
  }

  /** Has `keys` proven along with the next answers, until the function that it gives is called. */
  expect(keys: readonly MapKey[]): () => void {
    this.#upcoming.add(keys);
    return () => void this.#upcoming.delete(keys);
  }

  #wanted(): MapKey[] {
    if (this.#space.key === null) return [];
    this.#fill();
    const unknown = (key: MapKey): boolean => !this.#space.shows(key);
    const upcoming: MapKey[] = [];
    for (const keys of this.#upcoming) for (const key of keys) if (upcoming.length < UPCOMING_MAX && unknown(key)) upcoming.push(key);
    return [...upcoming, ...this.#spare.map(({ key }) => key).filter(unknown)];
  }

  #fill(): void {
    while (this.#spare.length < SPARE) {
      const secret = generateFileSecret();
      this.#spare.push({ secret, key: mapKey(chunkPlace(secret, 0).label) });
    }
  }
}
