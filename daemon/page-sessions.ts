import { createHash, timingSafeEqual } from 'node:crypto';
import { randomBytes, toBase32, utf8 } from '../crypto/index.ts';

const TOKEN_SECONDS = 600;
const TOKENS_MAX = 16;
const SESSIONS_MAX = 64;
const SECRET_BYTES = 20;

const hashOf = (text: string): string => createHash('sha256').update(text).digest('hex');
const secret = (): string => toBase32(randomBytes(SECRET_BYTES));

export function sameText(a: string, b: string): boolean {
  const [left, right] = [utf8(a), utf8(b)];
  return left.length === right.length && timingSafeEqual(left, right);
}

/**
 * Which pages may use the local door. `underkeep open` gets a one-time token; the page that it opens exchanges it for a
 * key, which it sends with each request, and an HttpOnly cookie. Neither counts without the other: a cookie goes to every port of
 * localhost and is sent unasked, and the key can be found in the browser's history by whoever has its files. Memory only:
 * a restart ends them all.
 */
export class PageSessions {
  readonly #now: () => number;
  readonly #tokens = new Map<string, number>();
  readonly #cookies = new Map<string, string>();
  /** Of the local TCP door; 0 until it is open. */
  port = 0;

  constructor(now: () => number) {
    this.#now = now;
  }

  get cookieName(): string {
    return `underkeep-${this.port}`;
  }

  /** A token for one page, good for ten minutes. */
  invite(): string {
    const token = secret();
    this.#tokens.set(hashOf(token), this.#now() + TOKEN_SECONDS);
    trim(this.#tokens, TOKENS_MAX);
    return token;
  }

  /**
   * Uses the token up; null where it is none, or was used. A browser has one cookie for all its tabs: where it sends one that
   * counts, the new key goes with that.
   */
  open(token: string, cookieHeader: string): { readonly key: string; readonly cookie: string } | null {
    const hash = hashOf(token);
    const until = this.#tokens.get(hash);
    this.#tokens.delete(hash);
    if (until === undefined || until < this.#now()) return null;
    const held = this.#cookieIn(cookieHeader);
    const isKnown = [...this.#cookies.values()].some((expected) => sameText(held, expected));
    const session = { key: secret(), cookie: isKnown ? held : secret() };
    this.#cookies.set(hashOf(session.key), session.cookie);
    trim(this.#cookies, SESSIONS_MAX);
    return session;
  }

  admits(key: string, cookieHeader: string): boolean {
    const expected = this.#cookies.get(hashOf(key));
    return expected !== undefined && sameText(this.#cookieIn(cookieHeader), expected);
  }

  /** Ends the page sessions that this cookie belongs to. */
  forget(cookieHeader: string): void {
    const cookie = this.#cookieIn(cookieHeader);
    for (const [key, expected] of this.#cookies) if (sameText(cookie, expected)) this.#cookies.delete(key);
  }

  #cookieIn(header: string): string {
    const prefix = `${this.cookieName}=`;
    return header.split(';').map((part) => part.trim()).find((part) => part.startsWith(prefix))?.slice(prefix.length) ?? '';
  }
}

function trim(map: Map<string, unknown>, max: number): void {
  for (const oldest of map.keys()) {
    if (map.size <= max) return;
    map.delete(oldest);
  }
}
