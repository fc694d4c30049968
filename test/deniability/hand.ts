/** Somebody who hides something: adds vaults, opens them where the script logs in, and works in them whenever there is a moment. */
import type { Drive } from '../../files/index.ts';
import type { Session } from '../../vault/index.ts';
import { bytesOf, fileSource } from '../rig/drive-session.ts';
import type { Random } from '../rig/random.ts';
import { content, VISIBLE_PASSWORD, type Hand } from './person.ts';
import type { World } from './world.ts';

/** Drawn once for all runs, so that scrypt of each is computed once. */
const PASSWORDS = ['copper', 'saddle', 'meadow', 'turbine', 'walnut', 'ribbon', 'quarry', 'sparrow'].map((word) => `${word} under nine slow rivers tonight`);
const NAMES = ['north', 'south', 'east', 'west'] as const;
const PATHS = [...NAMES.map((name) => `/${name}`), ...NAMES.map((name) => `/kept/${name}`)] as const;

/** What hidden work may well come to where little is there yet, or too much. */
const EXPECTED = new Set(['not-found', 'exists', 'not-empty', 'not-a-folder', 'not-a-file', 'arriving', 'vault-full', 'waiting-full', 'locked', 'busy', 'password-used', 'vaults-full', 'old-password', 'closed', 'into-itself', 'is-folder', 'same']);

export interface Work {
  /** Changes that a hidden drive has taken. */
  writes: number;
  /** Vaults whose headers were committed. */
  added: number;
  /** Changes of a hidden vault's password. */
  changed: number;
  /** Sessions opened with a hidden password. */
  opened: number;
  /** Most bytes that were held in hidden vaults and had drained. */
  held: number;
  readonly refused: Map<string, number>;
}

export interface HandOptions {
  /** Of a hidden file, bytes. */
  readonly largest?: number;
  /** Hidden changes at one time, at most. */
  readonly eager?: number;
  /** Makes a vault as soon as it can, and writes something in every pause, so that there is hidden work in each run. */
  readonly devoted?: boolean;
}

export class HiddenHand implements Hand {
  visible = VISIBLE_PASSWORD;
  readonly work: Work = { writes: 0, added: 0, changed: 0, opened: 0, held: 0, refused: new Map() };
  readonly #world: World;
  readonly #random: Random;
  readonly #largest: number;
  readonly #eager: number;
  readonly #devoted: boolean;
  readonly #sessions = new Map<number, { readonly session: Session; readonly password: string }>();
  /** Passwords whose headers are in the lane. */
  #known: string[] = [];
  #chosen = VISIBLE_PASSWORD;
  #used = 0;
  #adding = false;

  constructor(world: World, random: Random, options: HandOptions = {}) {
    this.#world = world;
    this.#random = random;
    this.#largest = options.largest ?? 20_000;
    this.#eager = options.eager ?? 4;
    this.#devoted = options.devoted ?? false;
  }

  get passwords(): readonly string[] {
    return this.#known;
  }

  /** Mostly a hidden one, where there is one. */
  password(): string {
    const choice = this.#known.length > 0 && this.#random.int(4) > 0 ? this.#random.pick(this.#known) : this.visible;
    if (choice !== this.visible) this.work.opened++;
    this.#chosen = choice;
    return choice;
  }

  opened(device: number, session: Session): void {
    this.#sessions.set(device, { session, password: this.#chosen });
  }

  ended(device: number): void {
    this.#measure(device);
    this.#sessions.delete(device);
  }

  async between(): Promise<void> {
    if (this.#devoted) await this.#world.meanwhile(this.#devotedly());
    for (let left = this.#random.int(this.#eager + 1); left > 0; left--) await this.#world.meanwhile(this.#something());
    for (const device of this.#sessions.keys()) this.#measure(device);
  }

  async beside(): Promise<void> {
    if (this.#random.int(2) === 0) await this.#something();
  }

  async #devotedly(): Promise<void> {
    const [open] = this.#sessions.values();
    if (open === undefined) return;
    if (this.#known.length === 0 && !this.#adding) await this.#tolerantly(() => this.#add(open.session));
    if (this.#known.length === 0) return;
    const [drive] = open.session.vaults().flatMap((vault) => (vault.drive === null ? [] : [vault.drive]));
    if (drive === undefined) return;
    await this.#tolerantly(async () => {
      await drive.put([fileSource(this.#random.pick(NAMES), content(this.#random.int(2 ** 32), 3000 + this.#random.int(6000)))], '/');
      this.work.writes++;
    });
  }

  async #something(): Promise<void> {
    if (this.#sessions.size === 0) return;
    const { session, password } = this.#random.pick([...this.#sessions.values()]);
    await this.#tolerantly(() => this.#do(session, password));
  }

  async #tolerantly(work: () => Promise<void>): Promise<void> {
    try {
      await work();
    } catch (error) {
      const code = error instanceof Error && 'code' in error ? String(error.code) : '';
      if (!EXPECTED.has(code)) throw error;
      this.work.refused.set(code, (this.work.refused.get(code) ?? 0) + 1);
    }
  }

  async #do(session: Session, password: string): Promise<void> {
    const drives = session.vaults().flatMap(({ drive }) => (drive === null ? [] : [drive]));
    if (drives.length === 0 || this.#random.int(12) === 0) {
      if (!this.#adding && (this.#known.length === 0 || this.#random.int(4) === 0)) await this.#add(session);
      return;
    }
    if (this.#random.int(15) === 0 && this.#known.includes(password) && !this.#adding) await this.#rename(session, password);
    else await this.#change(this.#random.pick(drives));
  }

  /** Another password for the vault that this session was opened with. */
  async #rename(session: Session, password: string): Promise<void> {
    const next = PASSWORDS[this.#used++ % PASSWORDS.length] ?? '';
    this.#adding = true;
    // Until it is known which of the two counts, neither is used.
    this.#known = this.#known.filter((known) => known !== password);
    try {
      await session.changePassword(password, next);
      this.#known.push(next);
      this.work.changed++;
      for (const [device, open] of this.#sessions) if (open.session === session) this.#sessions.set(device, { session, password: next });
    } finally {
      this.#adding = false;
    }
  }

  async #add(session: Session): Promise<void> {
    const password = PASSWORDS[this.#used++ % PASSWORDS.length] ?? '';
    this.#adding = true;
    try {
      await session.addVault(password);
      this.#known.push(password);
      this.work.added++;
    } finally {
      this.#adding = false;
    }
  }

  async #change(drive: Drive): Promise<void> {
    const random = this.#random;
    const path = random.pick(PATHS);
    const kind = random.int(12);
    if (kind < 6) {
      const folder = path.startsWith('/kept/') ? '/kept' : '/';
      await drive.put([fileSource(path.slice(path.lastIndexOf('/') + 1), content(random.int(2 ** 32), random.int(this.#largest)))], folder);
    } else if (kind < 7) await drive.mkdir('/kept');
    else if (kind < 8) await drive.remove(path);
    else if (kind < 9) await drive.move(path, random.pick(PATHS));
    else if (kind < 10) await drive.list('/');
    else await bytesOf((await drive.read(path)).bytes);
    if (kind < 9) this.work.writes++;
  }

  #measure(device: number): void {
    try {
      const all = this.#sessions.get(device)?.session.vaults() ?? [];
      const held = all.reduce((sum, { status }) => sum + status.liveBytes - status.waitingBytes, 0);
      this.work.held = Math.max(this.work.held, held);
    } catch {
      // A session that is locked already holds nothing.
    }
  }
}
