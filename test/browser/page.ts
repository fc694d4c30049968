import { cellKey, fromHex, openCell, portableEngine, sealCell, toHex, useEngine } from '../../crypto/index.ts';
import { outcomesOf } from '../vectors/claim.ts';
import type { LoadVectors, Outcome } from '../vectors/claim.ts';
import { everyClaim } from '../vectors/claims.ts';

/** What the page offers to the test that drives it; bytes cross as hexadecimal. */
export interface Page {
  /** The exported names of each bundled room. */
  readonly rooms: Readonly<{ [room: string]: readonly string[] }>;
  outcomes(): Promise<Outcome[]>;
  sealCell(key: string, plaintext: string): Promise<string>;
  openCell(key: string, cell: string): Promise<string | null>;
}

declare global {
  // The page's one global, for the driver to find.
  var underkeep: Page;
}

const fromServer: LoadVectors = async (file) => {
  const answer = await fetch(`/vectors/${file}`);
  if (!answer.ok) throw new Error(`no ${file}`);
  return answer.json();
};

/** Runs once the bundle has loaded: all rooms were evaluated by then. */
export function start(rooms: Readonly<{ [room: string]: object }>): void {
  globalThis.underkeep = {
    rooms: Object.fromEntries(Object.entries(rooms).map(([room, exported]) => [room, Object.keys(exported)])),
    async outcomes() {
      await useEngine(portableEngine);
      return outcomesOf(everyClaim, fromServer);
    },
    sealCell: async (key, plaintext) => toHex(await sealCell(cellKey(fromHex(key)), fromHex(plaintext))),
    async openCell(key, cell) {
      const plaintext = await openCell(cellKey(fromHex(key)), fromHex(cell));
      return plaintext === null ? null : toHex(plaintext);
    },
  };
}
