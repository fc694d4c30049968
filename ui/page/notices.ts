import { createStore, type Store } from './store.ts';

export interface Toast {
  readonly id: number;
  readonly text: string;
  readonly look: 'plain' | 'danger';
  readonly undo: (() => void) | null;
}

export interface Notices {
  readonly toasts: Store<readonly Toast[]>;
  /** What is read aloud, and not shown. */
  readonly spoken: Store<string>;
  say(text: string): void;
  toast(text: string, options?: { readonly look?: 'plain' | 'danger'; readonly undo?: () => void }): void;
  dismiss(id: number): void;
}

/** How long a removal can be taken back by one press. */
export const UNDO_MS = 10_000;

export function createNotices(): Notices {
  const toasts = createStore<readonly Toast[]>([]);
  const spoken = createStore('');
  let next = 0;
  return {
    toasts,
    spoken,
    say: (text) => { spoken.set(text); },
    toast(text, { look = 'plain', undo } = {}) {
      const toast = { id: next++, text, look, undo: undo ?? null };
      // Three are enough to read.
      toasts.update((list) => [...list, toast].slice(-3));
    },
    dismiss: (id) => { toasts.update((list) => list.filter((toast) => toast.id !== id)); },
  };
}
