import { concat } from '../../crypto/index.ts';
import { HiddenVault, MemoryLog, takeTurns, type Limits, type Version } from '../../hidden/index.ts';
import { fillerEntries, sealEntries, type EntryContent } from '../../vault/index.ts';

/** A log to which every commit gets through, for tests that tell one story. */
export class Line {
  readonly copy = new MemoryLog();
  size = 0;

  static async begin(entries = 4): Promise<Line> {
    const line = new Line();
    await line.append(fillerEntries(entries));
    return line;
  }

  open(secret: Uint8Array, limits: Partial<Limits> = {}): Promise<HiddenVault> {
    return HiddenVault.open(secret, this.copy, limits);
  }

  /** A commit of `count` entries by a session that has these vaults open; says how many of them were no filler. */
  async commit(count: number, ...vaults: HiddenVault[]): Promise<number> {
    const hidden = takeTurns(vaults, count);
    const at = this.size;
    await this.append([...hidden, ...fillerEntries(count - hidden.length)]);
    for (const [index, entry] of hidden.entries()) entry.settle({ kind: 'committed', at: at + index });
    for (const vault of vaults) await vault.arrived();
    return hidden.length;
  }

  async drain(...vaults: HiddenVault[]): Promise<void> {
    while ((await this.commit(256, ...vaults)) > 0);
  }

  async append(contents: readonly EntryContent[]): Promise<void> {
    const entries = await sealEntries(contents);
    await this.copy.write(this.size, concat(...entries));
    this.size += entries.length;
  }
}

/** Writes one cell over what the vault shows of it. */
export async function put(vault: HiddenVault, label: Uint8Array, content: Uint8Array | null, replaces: readonly Version[] = vault.versions(label).versions): Promise<void> {
  await vault.write([{ label, content, replaces }]);
}

/** The contents of a cell's versions. */
export function values(vault: HiddenVault, label: Uint8Array): Promise<Uint8Array[]> {
  return Promise.all(vault.versions(label).versions.map((version) => vault.read(version)));
}
