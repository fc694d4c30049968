import type { UiEvent } from './contract.ts';

/** What goes to the worker. */
export type Request =
  | { readonly kind: 'start'; readonly origin: string; readonly token: string | null; readonly key: string | null }
  | { readonly kind: 'call'; readonly id: number; readonly method: string; readonly args: readonly unknown[] };

/** What comes back. */
export type Reply =
  | { readonly kind: 'result'; readonly id: number; readonly value: unknown }
  | { readonly kind: 'error'; readonly id: number; readonly code: string; readonly message: string }
  | { readonly kind: 'event'; readonly event: UiEvent }
  /** The local door's key for this page, which has to outlive a reload; null: it is worth nothing any more. */
  | { readonly kind: 'key'; readonly key: string | null };
