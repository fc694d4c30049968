import type { UiEvent } from './contract.ts';

/** How a worker begins: the page's own origin, the door's token or key, and whether an account was open in this page before. */
export interface Start {
  readonly kind: 'start';
  readonly origin: string;
  readonly token: string | null;
  readonly key: string | null;
  readonly used: boolean;
}

/** What goes to the worker. */
export type Request =
  | Start
  | { readonly kind: 'call'; readonly id: number; readonly method: string; readonly args: readonly unknown[] };

/** What comes back. */
export type Reply =
  | { readonly kind: 'result'; readonly id: number; readonly value: unknown }
  | { readonly kind: 'error'; readonly id: number; readonly code: string; readonly message: string }
  | { readonly kind: 'event'; readonly event: UiEvent }
  /** The local door's key for this page, which has to outlive a reload; null: it is worth nothing any more. */
  | { readonly kind: 'key'; readonly key: string | null };
