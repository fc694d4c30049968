import type { en } from './en.ts';

/** One text for each plural category that a language has (Unicode CLDR); `other` always. */
export interface Plural {
  readonly zero?: string;
  readonly one?: string;
  readonly two?: string;
  readonly few?: string;
  readonly many?: string;
  readonly other: string;
}

type English = typeof en;

export type MessageId = keyof English;

/** Every language has every message, with a plural where English has one. */
export type Catalogue = { readonly [K in MessageId]: English[K] extends string ? string : Plural };

type PlacesOf<Text> = Text extends `${string}{${infer Place}}${infer Rest}` ? Place | PlacesOf<Rest> : never;

/** The names in braces of a message; those with a plural take `count` as well. */
export type Places<K extends MessageId> = English[K] extends { readonly other: infer Other } ? PlacesOf<Other> | 'count' : PlacesOf<English[K]>;
