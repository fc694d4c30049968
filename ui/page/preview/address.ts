import { useEffect, useState } from 'preact/hooks';
import type { Item } from '../../contract.ts';
import { sniff } from '../kinds.ts';
import type { ReadItem } from './view.ts';

export type Address =
  | { readonly state: 'loading'; readonly fraction: number }
  | { readonly state: 'ready'; readonly url: string; readonly type: string }
  /** Not what its name says, or not something that is shown. */
  | { readonly state: 'other' }
  | { readonly state: 'failed'; readonly error: unknown };

/** One read brings so much at most. */
const PIECE = 4 << 20;

/** Brings a file piece by piece, decrypted, as a Blob in this page's memory. Its type is what its own bytes show, if `accepts` likes it. */
export function useAddress(item: Item, read: ReadItem, accepts: (type: string) => boolean, wanted = true): Address {
  const [address, setAddress] = useState<Address>({ state: 'loading', fraction: 0 });
  useEffect(() => {
    if (!wanted) return undefined;
    let isOver = false;
    let url: string | null = null;
    const load = async (): Promise<void> => {
      const pieces: Uint8Array<ArrayBuffer>[] = [];
      let type: string | null = null;
      for (let offset = 0; offset < item.size || offset === 0; offset += PIECE) {
        const piece = new Uint8Array(await read(item, offset, Math.min(PIECE, item.size - offset)));
        if (isOver) return;
        if (offset === 0) type = sniff(piece);
        if (type === null || !accepts(type)) {
          setAddress({ state: 'other' });
          return;
        }
        pieces.push(piece);
        setAddress({ state: 'loading', fraction: Math.min(1, (offset + piece.length) / Math.max(1, item.size)) });
      }
      if (type === null) return;
      url = URL.createObjectURL(new Blob(pieces, { type }));
      setAddress({ state: 'ready', url, type });
    };
    load().catch((error: unknown) => { if (!isOver) setAddress({ state: 'failed', error }); });
    return () => {
      isOver = true;
      if (url !== null) URL.revokeObjectURL(url);
    };
  }, [item.id, wanted]);
  return address;
}
