import type { Connection, UiEvent } from '../contract.ts';
import { WayError } from './ask.ts';
import type { OwnDoor } from './own-door.ts';
import { Ways } from './ways.ts';

const SOON_MS = 1500;
const CALM_MS = 20_000;

/** Keeps an eye on the page's node and its carrier, often while it is not ready, and tells when something changes. */
export class Watch {
  readonly #door: OwnDoor;
  readonly #event: (event: UiEvent) => void;
  readonly #ways: Ways;
  #last: Connection | null = null;
  #asking: Promise<Connection> | null = null;

  constructor(door: OwnDoor, event: (event: UiEvent) => void) {
    this.#door = door;
    this.#event = event;
    this.#ways = new Ways(door, '');
    void this.#keepLooking();
  }

  /** As it is now. Rejects with 'no-key' where this page may not ask. */
  async connection(): Promise<Connection> {
    return this.#last?.admitted === true ? this.#last : this.look();
  }

  look(): Promise<Connection> {
    this.#asking ??= this.#look().finally(() => { this.#asking = null; });
    return this.#asking;
  }

  async #keepLooking(): Promise<void> {
    for (;;) {
      const now = await this.look().catch((error: unknown) => {
        if (error instanceof WayError && error.code === 'no-key') return NOTHING_TO_SEE;
        return null;
      });
      // Without a key there is nothing to look at, ever.
      if (now === NOTHING_TO_SEE) return;
      const calm = now !== null && now.online && (now.carrier !== 'tor' || (now.percent === 100 && now.reachable === true));
      await new Promise((resolve) => { setTimeout(resolve, calm ? CALM_MS : SOON_MS); });
    }
  }

  async #look(): Promise<Connection> {
    let found: Connection;
    try {
      found = this.#door.local ? await this.#local() : await this.#onion();
    } catch (error) {
      if (error instanceof WayError && error.code === 'no-key') {
        this.#note({ ...(this.#last ?? UNKNOWN), online: true, admitted: false });
        throw error;
      }
      found = { ...(this.#last ?? UNKNOWN), guest: !this.#door.local, online: false };
    }
    this.#note(found);
    return found;
  }

  #note(found: Connection): void {
    if (JSON.stringify(found) !== JSON.stringify(this.#last)) this.#event({ type: 'connection', connection: found });
    this.#last = found;
  }

  async #local(): Promise<Connection> {
    const { carrier, advice, onion, percent, summary, reachable } = await this.#door.status();
    return { percent, summary, reachable, onion: onion?.replace(/^http:\/\//, '') ?? null, admitted: true, carrier: carrier === 'tor' ? 'tor' : 'none', online: true, guest: false, invitation: false, ...(advice === null ? {} : { advice }) };
  }

  async #onion(): Promise<Connection> {
    const info = await this.#ways.home.info();
    return { carrier: 'tor', percent: 100, summary: '', onion: new URL(this.#door.origin).hostname, reachable: true, online: true, admitted: true, guest: true, invitation: info.signUp === 'invitation' };
  }
}

const NOTHING_TO_SEE = 'no-key';
const UNKNOWN: Connection = { carrier: 'none', percent: 0, summary: '', onion: null, reachable: null, online: false, admitted: true, guest: false, invitation: false };
