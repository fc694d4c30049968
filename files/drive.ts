import type { PublicKey } from '../crypto/index.ts';
import type { Label } from '../wire/index.ts';
import type { Entry } from './entry.ts';
import type { Progress, PutSource } from './put-source.ts';
import type { DriveSession } from './session.ts';
import type { Transaction } from './transaction.ts';

/** What other people share: shown under `/@name/…`. */
export interface Mounts {
  list(): Promise<readonly { readonly name: string; readonly entries: readonly Entry[] }[]>;
}

export interface PutOptions {
  /** The name at the destination, for a single source. */
  readonly rename?: string;
  readonly progress?: (progress: Progress) => void;
  readonly signal?: AbortSignal;
}
export interface PutResult {
  readonly files: number;
  readonly bytes: number;
  /** Bytes really sent: what was there already, or was resumed, is not. */
  readonly sent: number;
  /** Under which the sources now stand in the folder. */
  readonly names: string[];
}
export interface ReadFileOptions {
  readonly offset?: number;
  readonly length?: number;
  readonly signal?: AbortSignal;
}
/** A space inside a rotated one that was made anew with it: its other readers need the new capability. */
export interface Rotated {
  readonly from: PublicKey;
  readonly entry: Entry;
}
export interface CheckOptions {
  /** Also bring and open all content. */
  readonly content?: boolean;
  /** Remove orphans. */
  readonly repair?: boolean;
  /** Cells of the home space that are not this room's. */
  readonly known?: readonly Label[];
  readonly progress?: (progress: Progress) => void;
  readonly signal?: AbortSignal;
}
export interface CheckReport {
  readonly folders: number;
  readonly files: number;
  readonly cells: number;
  readonly bytes: number;
  readonly problems: readonly { readonly code: string; readonly path: string }[];
  /** Cells that nothing leads to. */
  readonly orphans: number;
}

export class Drive {
  readonly session: DriveSession;
  mounts: Mounts | null;
  constructor(session: DriveSession, mounts: Mounts | null = null) {
    this.session = session;
    this.mounts = mounts;
  }
  async list(_path: string): Promise<Entry[]> { throw new Error('not built yet'); }
  async stat(_path: string): Promise<Entry> { throw new Error('not built yet'); }
  async mkdir(_path: string, _options: { parents?: boolean } = {}): Promise<Entry> { throw new Error('not built yet'); }
  async put(_sources: readonly PutSource[], _folder: string, _options: PutOptions = {}): Promise<PutResult> { throw new Error('not built yet'); }
  async read(_path: string, _options: ReadFileOptions = {}): Promise<{ entry: Entry; bytes: AsyncIterable<Uint8Array> }> { throw new Error('not built yet'); }
  readEntry(_entry: Entry, _options: ReadFileOptions = {}): AsyncIterable<Uint8Array> { throw new Error('not built yet'); }
  async listEntry(_entry: Entry): Promise<Entry[]> { throw new Error('not built yet'); }
  async move(_from: string, _to: string): Promise<void> { throw new Error('not built yet'); }
  async copy(_from: string, _to: string): Promise<void> { throw new Error('not built yet'); }
  async remove(_path: string, _options: { recursive?: boolean } = {}): Promise<void> { throw new Error('not built yet'); }
  async detach(_path: string, _also?: (tx: Transaction, entry: Entry) => Promise<void>): Promise<Entry> { throw new Error('not built yet'); }
  async rotate(_path: string, _also?: (tx: Transaction, entry: Entry, inner: readonly Rotated[]) => Promise<void>): Promise<Entry> { throw new Error('not built yet'); }
  async refresh(_path?: string, _options: { bytes?: number; signal?: AbortSignal } = {}): Promise<{ files: number; left: number }> { throw new Error('not built yet'); }
  async check(_options: CheckOptions = {}): Promise<CheckReport> { throw new Error('not built yet'); }
}
