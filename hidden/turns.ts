import type { HiddenEntry, HiddenVault } from './vault.ts';

/** What the next `count` entries are to hold, at most: open vaults take turns frame by frame, the first one given first. */
export function takeTurns(vaults: readonly HiddenVault[], count: number): HiddenEntry[] {
  const entries: HiddenEntry[] = [];
  let waiting = [...vaults];
  while (waiting.length > 0 && entries.length < count) {
    const still: HiddenVault[] = [];
    for (const vault of waiting) {
      if (entries.length === count) break;
      const [entry] = vault.next(1);
      if (entry === undefined) continue;
      entries.push(entry);
      still.push(vault);
    }
    waiting = still;
  }
  return entries;
}
