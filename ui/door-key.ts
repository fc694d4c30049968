const TOKEN = /^#open\.([a-z2-7]{32})$/;
const CHANNEL = 'underkeep-door';
const ASK_MS = 200;
const KEY = /^[a-z2-7]{32}$/;

/**
 * The local door's key for this page. It comes by a one-time token in the fragment, which is taken out of the address at
 * once, and outlives a reload in the history entry's state: not in web storage, not readable by another origin or port, and
 * worth nothing without the HttpOnly cookie that came with it.
 */
export class DoorKey {
  #key: string | null = null;

  constructor() {
    const channel = new BroadcastChannel(CHANNEL);
    channel.addEventListener('message', ({ data }: MessageEvent<unknown>) => {
      if (data === 'asks' && this.#key !== null) channel.postMessage({ door: this.#key });
    });
    for (const event of ['hashchange', 'popstate', 'beforeunload']) addEventListener(event, () => { this.#write(); });
  }

  /** Another tab of this very origin that has a key gives it. */
  async borrow(): Promise<string | null> {
    if (this.#key !== null) return this.#key;
    const { promise, resolve } = Promise.withResolvers<string | null>();
    const channel = new BroadcastChannel(CHANNEL);
    channel.addEventListener('message', ({ data }: MessageEvent<unknown>) => { resolve(keyIn(data)); });
    channel.postMessage('asks');
    setTimeout(() => { resolve(null); }, ASK_MS);
    const key = await promise;
    channel.close();
    if (key !== null) this.keep(key);
    return key;
  }

  /** What the page was opened with. */
  take(): { readonly token: string | null; readonly key: string | null } {
    const token = TOKEN.exec(location.hash)?.[1] ?? null;
    if (token !== null) history.replaceState(history.state, '', location.pathname);
    const held = keyIn(history.state);
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
    if (keyIn(state) === this.#key) return;
    const rest: object = typeof state === 'object' && state !== null ? state : {};
    history.replaceState({ ...rest, door: this.#key }, '');
  }
}

/** The key in a history state, or in another tab's answer. */
function keyIn(value: unknown): string | null {
  const door: unknown = typeof value === 'object' && value !== null && 'door' in value ? value.door : null;
  return typeof door === 'string' && KEY.test(door) ? door : null;
}
