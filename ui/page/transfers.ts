import type { Api, TransferState, UiEvent } from '../contract.ts';
import { createStore, type Store } from './store.ts';

export interface Part {
  readonly name: string;
  readonly done: number;
  readonly total: number;
  readonly state: TransferState;
  readonly error: { readonly code: string; readonly message: string } | null;
}

/** An upload or download, with each file in it. Bytes. */
export interface Transfer extends Part {
  readonly id: string;
  readonly kind: 'upload' | 'download';
  readonly parts: ReadonlyMap<string, Part>;
  /** Bytes a second, lately; null where that is not known yet. */
  readonly rate: number | null;
}

export interface Transfers {
  readonly all: Store<ReadonlyMap<string, Transfer>>;
  /** Forgets those that are over. */
  clear(): void;
  close(): void;
}

export const isOver = ({ state }: Part): boolean => state === 'done' || state === 'failed' || state === 'cancelled';

interface Pace {
  readonly time: number;
  readonly done: number;
}

type Progress = Extract<UiEvent, { type: 'progress' }>;

const partOf = ({ name, done, total, state, error }: Omit<Progress, 'type'>): Part => ({ name, done, total, state, error: error ?? null });

/** Smoothed, so that it can be read. */
function rateAfter(old: number | null, pace: Pace | undefined, done: number, now: number): number | null {
  if (pace === undefined || now - pace.time < 300) return old;
  const fresh = Math.max(0, (done - pace.done) / ((now - pace.time) / 1000));
  return old === null ? fresh : old * 0.7 + fresh * 0.3;
}

export function createTransfers(api: Api): Transfers {
  const all = createStore<ReadonlyMap<string, Transfer>>(new Map());
  const paces = new Map<string, Pace>();
  const files = new Map<string, Map<string, Part>>();

  const take = (event: Progress): void => {
    const old = all.get().get(event.id);
    const parts = files.get(event.id) ?? new Map<string, Part>();
    files.set(event.id, parts);
    const now = performance.now();
    const pace = paces.get(event.id);
    if (event.file !== null) parts.set(event.file, partOf({ ...event, name: event.file }));
    const whole = event.file === null ? partOf(event) : old ?? { ...partOf(event), done: 0, total: 0, state: 'running' as const, error: null };
    const rate = event.file === null ? rateAfter(old?.rate ?? null, pace, event.done, now) : old?.rate ?? null;
    if (event.file === null && (pace === undefined || now - pace.time >= 300)) paces.set(event.id, { time: now, done: event.done });
    draw(event.id, { ...whole, id: event.id, kind: event.kind, parts, rate });
  };

  // Thousands of small files make thousands of events; the page is drawn once a frame.
  const fresh = new Map<string, Transfer>();
  const draw = (id: string, transfer: Transfer): void => {
    if (fresh.size === 0) requestAnimationFrame(flush);
    fresh.set(id, transfer);
    // What is over counts at once, also in a page that is not drawn.
    if (isOver(transfer)) flush();
  };
  const flush = (): void => {
    if (fresh.size === 0) return;
    all.update((list) => new Map([...list, ...fresh]));
    fresh.clear();
  };

  const end = api.subscribe((event) => { if (event.type === 'progress') take(event); });
  return {
    all,
    clear() {
      flush();
      for (const [id, transfer] of all.get()) if (isOver(transfer)) files.delete(id);
      all.update((list) => new Map([...list].filter(([, transfer]) => !isOver(transfer))));
    },
    close: end,
  };
}
