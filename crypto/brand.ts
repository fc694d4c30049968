declare const brand: unique symbol;

/** `T` that only the constructor or parser of kind `B` makes; two kinds never mix, though both may be bytes. */
export type Brand<T, B extends string> = T & { readonly [brand]: B };

/** The only form of domain label: `underkeep/<what>/<version>`. */
export type DomainLabel = `underkeep/${string}/${number}`;
