import { fromLink, type Cid } from './cid.ts';
import { decodeCbor } from './cbor.ts';
import { WireError } from './errors.ts';

/** Turns a decoded value into a `T`, or throws `malformed` naming the place (never the content). */
export type Schema<T> = (value: unknown, at: string) => T;
export type Infer<S> = S extends Schema<infer T> ? T : never;

export function parse<T>(schema: Schema<T>, bytes: Uint8Array, what: string): T {
  return schema(decodeCbor(bytes, what), what);
}

export function malformed(at: string, expected: string): WireError {
  return new WireError('malformed', `Malformed ${at}: expected ${expected}.`);
}

/** A safe integer from `min` to `max`. */
export function uint(max = Number.MAX_SAFE_INTEGER, min = 0): Schema<number> {
  return (value, at) => {
    if (typeof value !== 'number' || !Number.isSafeInteger(value) || value < min || value > max) throw malformed(at, `an integer from ${min} to ${max}`);
    return value;
  };
}

export function literal<const L extends string | number>(wanted: L): Schema<L> {
  return (value, at) => {
    if (value !== wanted) throw malformed(at, String(wanted));
    return wanted;
  };
}

export function oneOf<const L extends string>(...wanted: readonly L[]): Schema<L> {
  return (value, at) => {
    const found = wanted.find((candidate) => candidate === value);
    if (found === undefined) throw malformed(at, wanted.join(' or '));
    return found;
  };
}

export const bool: Schema<boolean> = (value, at) => {
  if (typeof value !== 'boolean') throw malformed(at, 'true or false');
  return value;
};

/** A byte string of exactly `length` bytes, branded by the caller. */
export function bytes<T extends Uint8Array = Uint8Array>(length: number): Schema<T> {
  return (value, at) => {
    if (!(value instanceof Uint8Array) || value.length !== length) throw malformed(at, `${length} bytes`);
    return value as T;
  };
}

export function bytesUpTo(max: number, min = 0): Schema<Uint8Array> {
  return (value, at) => {
    if (!(value instanceof Uint8Array) || value.length < min || value.length > max) throw malformed(at, `${min} to ${max} bytes`);
    return value;
  };
}

/** Well-formed text of at most `max` UTF-16 units. */
export function text(max: number, min = 0): Schema<string> {
  return (value, at) => {
    if (typeof value !== 'string' || value.length < min || value.length > max || !value.isWellFormed()) throw malformed(at, `text of ${min} to ${max} characters`);
    return value;
  };
}

export const cid: Schema<Cid> = (value, at) => {
  const found = fromLink(value);
  if (found === null) throw malformed(at, 'a link');
  return found;
};

export function list<T>(item: Schema<T>, max: number, min = 0): Schema<T[]> {
  return (value, at) => {
    if (!Array.isArray(value) || value.length < min || value.length > max) throw malformed(at, `a list of ${min} to ${max}`);
    return value.map((entry: unknown, index) => item(entry, `${at}[${index}]`));
  };
}

export function pair<A, B>(first: Schema<A>, second: Schema<B>): Schema<[A, B]> {
  return (value, at) => {
    if (!Array.isArray(value) || value.length !== 2) throw malformed(at, 'a pair');
    return [first(value[0], `${at}[0]`), second(value[1], `${at}[1]`)];
  };
}

export function nullable<T>(inner: Schema<T>): Schema<T | null> {
  return (value, at) => (value === null ? null : inner(value, at));
}

/** A map with exactly these keys. */
export function record<S extends Record<string, Schema<unknown>>>(fields: S): Schema<{ [K in keyof S]: Infer<S[K]> }> {
  const names = Object.keys(fields);
  return (value, at) => {
    if (!(value instanceof Map) || value.size !== names.length) throw malformed(at, `the keys ${names.join(', ')}`);
    const out: Record<string, unknown> = {};
    for (const [name, field] of Object.entries(fields)) {
      if (!value.has(name)) throw malformed(at, `the key ${name}`);
      out[name] = field(value.get(name), `${at}.${name}`);
    }
    return out as { [K in keyof S]: Infer<S[K]> };
  };
}
