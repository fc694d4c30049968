/** Random numbers for property tests: seeded, so that a failure can be run again. Never for keys that protect something. */
export interface Random {
  readonly seed: number;
  /** An integer from 0 to `below - 1`; `below` is at most 2^32. */
  int(below: number): number;
  bytes(length: number): Uint8Array;
  /** Throws for an empty list. */
  pick<T>(items: readonly T[]): T;
  shuffled<T>(items: readonly T[]): T[];
}

/** sfc32 (Doty-Humphrey, PractRand), seeded with a 32-bit number. */
export function randomFrom(seed: number): Random {
  let [a, b, c, count] = [0, seed >>> 0, 0x9e3779b9, 1];
  const next = (): number => {
    const out = (((a + b) | 0) + count) | 0;
    count = (count + 1) | 0;
    a = b ^ (b >>> 9);
    b = (c + (c << 3)) | 0;
    c = (((c << 21) | (c >>> 11)) + out) | 0;
    return out >>> 0;
  };
  for (let warm = 0; warm < 15; warm++) next();
  const int = (below: number): number => Math.floor((next() / 2 ** 32) * below);
  const pick = <T>(items: readonly T[]): T => {
    if (items.length === 0) throw new RangeError('nothing to pick from');
    return items[int(items.length)] as T;
  };
  return {
    seed,
    int,
    bytes: (length) => Uint8Array.from({ length }, () => next() >>> 24),
    pick,
    shuffled(items) {
      const out = [...items];
      for (let at = out.length - 1; at > 0; at--) {
        const other = int(at + 1);
        [out[at], out[other]] = [out[other] as (typeof out)[number], out[at] as (typeof out)[number]];
      }
      return out;
    },
  };
}

/** A generator with a new seed, or with `UNDERKEEP_SEED`; prints it, so that `UNDERKEEP_SEED=N` runs the same test again. */
export function seededRandom(what: string): Random {
  const given = process.env['UNDERKEEP_SEED'];
  const seed = given === undefined ? Math.floor(Math.random() * 2 ** 32) : Number(given);
  console.log(`${what}: UNDERKEEP_SEED=${seed}`);
  return randomFrom(seed);
}
