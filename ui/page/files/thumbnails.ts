import type { Api } from '../../contract.ts';
import { deliver } from '../deliver.ts';
import { sniff } from '../kinds.ts';

/** Pictures larger than this many bytes show their sign instead. */
export const LARGEST_THUMBNAIL = 3_000_000;
const KEPT = 120;
const AT_ONCE = 2;

/** Small pictures for the grid, in memory alone and gone with the session. */
export interface Thumbnails {
  /** An address of this page's own, or null where the bytes are no picture. `stamp` changes with the content. */
  of(path: string, stamp: string): Promise<string | null>;
  close(): void;
}

export function createThumbnails(api: Api): Thumbnails {
  const kept = new Map<string, Promise<string | null>>();
  const waiting: (() => void)[] = [];
  let running = 0;
  let isClosed = false;

  const turn = async (): Promise<void> => {
    if (running < AT_ONCE) running++;
    else await new Promise<void>((go) => { waiting.push(go); });
  };
  const next = (): void => {
    const go = waiting.shift();
    if (go === undefined) running--;
    else go();
  };
  const drop = (address: Promise<string | null>): void => {
    void deliver(address, (url) => { if (url !== null) URL.revokeObjectURL(url); });
  };
  const load = async (path: string): Promise<string | null> => {
    await turn();
    try {
      if (isClosed) return null;
      const bytes = await api.read(path);
      const type = sniff(bytes);
      return type?.startsWith('image/') === true ? URL.createObjectURL(new Blob([new Uint8Array(bytes)], { type })) : null;
    } catch {
      return null;
    } finally {
      next();
    }
  };
  return {
    of(path, stamp) {
      const key = `${stamp} ${path}`;
      const known = kept.get(key);
      const address = known ?? load(path);
      kept.delete(key);
      kept.set(key, address);
      for (const [old, gone] of kept) {
        if (kept.size <= KEPT) break;
        kept.delete(old);
        drop(gone);
      }
      return address;
    },
    close() {
      isClosed = true;
      for (const address of kept.values()) drop(address);
      kept.clear();
    },
  };
}
