const TOKEN = /^#open\.([a-z2-7]{32})$/;
const KEY = /^[a-z2-7]{32}$/;

/**
 * The local door's key for this page. It comes by a one-time token in the fragment, which is taken out of the address at
 * once, and outlives a reload in the history entry's state: not in web storage, not readable by another origin or port, and
 * worth nothing without the HttpOnly cookie that came with it.
 */
export class DoorKey {
  #key: string | null = null;

  constructor() {
    for (const event of ['hashchange', 'popstate', 'beforeunload']) addEventListener(event, () => { this.#write(); });
  }

  /** What the page was opened with. */
  take(): { readonly token: string | null; readonly key: string | null } {
    const token = TOKEN.exec(location.hash)?.[1] ?? null;
    if (token !== null) history.replaceState(history.state, '', location.pathname);
    const held = fieldOf(history.state);
    this.#key = held;
    return { token, key: held };
  }

  get key(): string | null {
    return this.#key;
  }

  keep(key: string | null): void {
    this.#key = key;
    this.#write();
  }

  forget(): void {
    this.keep(null);
  }

  #write(): void {
    const state: unknown = history.state;
    if (fieldOf(state) === this.#key) return;
    const rest: object = typeof state === 'object' && state !== null ? state : {};
    history.replaceState({ ...rest, door: this.#key }, '');
  }
}

function fieldOf(state: unknown): string | null {
  const door: unknown = typeof state === 'object' && state !== null && 'door' in state ? state.door : null;
  return typeof door === 'string' && KEY.test(door) ? door : null;
}
