import { fromBase32, useEngine } from '../../crypto/index.ts';
import { People } from '../../social/index.ts';
import { Session, type StateCell } from '../../vault/index.ts';
import { parseName, type Name } from '../../wire/index.ts';
import type { UiEvent } from '../contract.ts';
import { BrowserDevice } from './device.ts';
import { browserEngine } from './engine.ts';
import { locked, WorkerError } from './error.ts';
import { rememberedCodec, trashCodec, type Discarded, type Remembered } from './memory.ts';
import type { OwnDoor } from './own-door.ts';
import { SealPool } from './seal-pool.ts';
import { Ways } from './ways.ts';

/** An unlocked account, and what this page does with it. */
export interface Open {
  readonly session: Session;
  readonly ways: Ways;
  readonly remembered: StateCell<Remembered>;
  readonly discarded: StateCell<readonly Discarded[]>;
  /** Aborts when the session ends. */
  readonly ended: AbortController;
  people: Promise<People> | null;
}

const SEALERS = 2;
const COLLECT_MS = 4 * 60_000;
const SOON_MS = 20_000;
const REFRESH_BYTES = 64 * 1024 * 1024;
const SETTLE_MS = 1500;

/** Holds at most one unlocked account of this page, and locks it when nobody is there for long. */
export class Keeper {
  readonly door: OwnDoor;
  readonly #event: (event: UiEvent) => void;
  #open: Open | null = null;
  #opening = false;
  #pool: SealPool | null = null;
  #engine: Promise<void> | null = null;
  readonly #work = new Set<{ readonly counts: () => boolean }>();
  #idleMinutes = 15;
  #lastTouch = Date.now();
  #background: ReturnType<typeof setTimeout> | null = null;
  #toRefresh = true;

  constructor(door: OwnDoor, event: (event: UiEvent) => void) {
    this.door = door;
    this.#event = event;
    setInterval(() => { this.#lockWhenIdle(); }, 5000);
  }

  get isOpen(): boolean {
    return this.#open !== null;
  }

  /** Throws 'locked'. */
  get live(): Open {
    if (this.#open === null) throw locked();
    return this.#open;
  }

  event(event: UiEvent): void {
    this.#event(event);
  }

  /** The engine is proven before anything is sealed or opened. */
  ready(): Promise<void> {
    this.#engine ??= this.#start();
    return this.#engine;
  }

  people(): Promise<People> {
    const open = this.live;
    open.people ??= makePeople(open, this.door).catch((error: unknown) => {
      open.people = null;
      throw error;
    });
    return open.people;
  }

  async unlock(loginText: string, password: string): Promise<void> {
    await this.#enter(loginText, (init) => Session.unlock({ ...init, password }));
  }

  /** Makes account and public name. Said again with another name, after 'public-name-taken', it makes the name alone. */
  async signUp({ name, login = name, password, invitation }: { name: string; login?: string; password: string; invitation?: string }): Promise<void> {
    const publicName = nameOf(name);
    if (this.#open?.session.login !== nameOf(login)) {
      const code = invitation === undefined || invitation === '' ? null : invitationOf(invitation);
      await this.#enter(login, (init) => Session.signUp({ ...init, password, invitation: code }));
    }
    const people = await this.people();
    if (await people.identity() !== null) return;
    try {
      await people.createIdentity(publicName);
    } catch (error) {
      if (error instanceof Error && 'code' in error && error.code === 'name-taken') {
        throw new WorkerError('public-name-taken', 'Somebody else has this public name. The account is made and open; choose another name for it.');
      }
      throw error;
    }
  }

  /** Wipes every key of the session. What waits for the next commit is given a moment to be written. */
  async lock(reason: string): Promise<void> {
    if (this.#open === null) return;
    await this.#close();
    if (this.door.local) await this.door.clear().catch(() => undefined);
    this.#event({ type: 'locked', reason });
  }

  async #close(): Promise<void> {
    const open = this.#open;
    if (open === null) return;
    this.#open = null;
    this.#stopBackground();
    open.ended.abort(locked());
    await Promise.race([settle(open), new Promise((resolve) => { setTimeout(resolve, SETTLE_MS); })]);
    await open.session.wipe();
    this.#pool?.end();
    this.#pool = null;
  }

  touch(): void {
    this.#lastTouch = Date.now();
  }

  set idleMinutes(minutes: number) {
    this.#idleMinutes = minutes;
  }

  /** Work that goes on by itself: the idle clock waits for it while it `counts`, and what it changed stays on the device. */
  async working<T>(task: () => Promise<T>, counts: () => boolean = () => true): Promise<T> {
    const work = { counts };
    this.#work.add(work);
    try {
      return await task();
    } finally {
      this.#work.delete(work);
      this.touch();
      await this.#open?.session.keep().catch(() => undefined);
    }
  }

  /** Friends may still know secrets of what was taken back: encrypt it anew when there is time. */
  refreshSoon(): void {
    this.#toRefresh = true;
    this.#schedule(SOON_MS);
  }

  get #isBusy(): boolean {
    return [...this.#work].some(({ counts }) => counts());
  }

  async #start(): Promise<void> {
    await useEngine(browserEngine(() => this.#pool, (fraction, seconds) => {
      this.#event({ type: 'login', step: 'stretching', fraction, seconds });
    }));
  }

  async #enter(loginText: string, open: (init: { login: Name; connect: Ways; device: BrowserDevice }) => Promise<Session>): Promise<void> {
    const login = nameOf(loginText);
    if (this.#opening) throw new WorkerError('busy', 'An account is being opened; wait for it.');
    this.#opening = true;
    try {
      await this.ready();
      await this.#close();
      const ways = new Ways(this.door, login);
      const session = await open({ login, connect: ways, device: new BrowserDevice(this.door.origin) });
      this.#event({ type: 'login', step: 'opening', fraction: 1, seconds: 0 });
      this.#take(session, ways);
    } finally {
      this.#opening = false;
    }
  }

  #take(session: Session, ways: Ways): void {
    const opened: Open = {
      session, ways, ended: new AbortController(), people: null,
      remembered: session.state('page', rememberedCodec), discarded: session.state('trash', trashCodec),
    };
    this.#open = opened;
    session.mounts = { list: async () => (await this.people()).mounts.list() };
    this.touch();
    this.#toRefresh = true;
    this.#schedule(SOON_MS);
    void this.#startPool(opened);
    void this.#readIdleMinutes(opened).catch(() => undefined);
  }

  /** Beside everything else: until it runs, noble does the work. */
  async #startPool(open: Open): Promise<void> {
    const pool = await SealPool.start(SEALERS);
    if (this.#open === open) this.#pool = pool;
    else pool?.end();
  }

  async #readIdleMinutes({ remembered }: Open): Promise<void> {
    this.#idleMinutes = (await remembered.get()).idleMinutes;
  }

  #lockWhenIdle(): void {
    if (this.#open === null || this.#isBusy || Date.now() - this.#lastTouch < this.#idleMinutes * 60_000) return;
    void this.lock('idle');
  }

  #schedule(ms: number): void {
    this.#stopBackground();
    this.#background = setTimeout(() => {
      this.#background = null;
      void this.#rest().catch(() => undefined).finally(() => {
        if (this.#open !== null) this.#schedule(this.#toRefresh ? SOON_MS : COLLECT_MS * (0.5 + Math.random()));
      });
    }, ms);
  }

  /** Between a person's own work only. */
  async #rest(): Promise<void> {
    const open = this.#open;
    if (open === null || this.#isBusy) return;
    if (this.#toRefresh) {
      const { left } = await open.session.drive.refresh('/', { bytes: REFRESH_BYTES, signal: open.ended.signal });
      this.#toRefresh = left > 0;
    }
    if (this.#open !== open) return;
    await this.collect();
    await open.session.keep();
  }

  /** Brings what others sent, and says so when there was something. */
  async collect(): Promise<void> {
    const people = await this.people();
    if (await people.identity() === null) return;
    const { news } = await people.collect();
    if (news.length > 0) this.#event({ type: 'people' });
  }

  #stopBackground(): void {
    if (this.#background !== null) clearTimeout(this.#background);
    this.#background = null;
  }
}

async function settle(open: Open): Promise<void> {
  if (open.people !== null) await (await open.people).settle().catch(() => undefined);
}

async function makePeople({ session, ways }: Open, door: OwnDoor): Promise<People> {
  const info = await ways.info();
  const directory = info.directory ?? door.origin;
  return new People(session, {
    directory: ways.node(directory, 'directory'),
    bucket: ways.node(directory, 'bucket'),
    envelope: () => ways.once(directory, 'envelope'),
    hostUrl: async () => onionBase((await ways.info()).onion),
  });
}

/** The node may name its onion with or without the scheme. */
function onionBase(onion: string | null): string | null {
  return onion === null ? null : `http://${onion.replace(/^http:\/\//, '').replace(/\/$/, '')}`;
}

function nameOf(text: string): Name {
  try {
    return parseName(text.trim().toLowerCase());
  } catch {
    throw new WorkerError('bad-login', 'A name is 1 to 32 of a-z, 0-9, - and _, a letter first.');
  }
}

function invitationOf(text: string): Uint8Array {
  try {
    return fromBase32(text.trim().toLowerCase());
  } catch {
    throw new WorkerError('invitation-required', 'This is no whole invitation; copy it again as it was given to you.');
  }
}
