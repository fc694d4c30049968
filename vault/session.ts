import { DEFAULT_SCRYPT, randomBytes, signingKey, toHex, type SigningKey } from '../crypto/index.ts';
import { CellCache, Drive, transact, type DriveSession, type FolderSecret, type Mounts, type SpaceCapability } from '../files/index.ts';
import { Mutex, Space, type NodeClient, type SpacePin } from '../node/index.ts';
import { COMMIT_MAX_LOCAL, HEADER_ITEM, parseName, signCreate, WireError, type CreateAccount, type Label, type LogHead, type Name } from '../wire/index.ts';
import { Cover, hiddenEntries } from './cover.ts';
import type { Connect, Device } from './device.ts';
import { VaultError } from './error.ts';
import { HiddenVaults, type OpenVault } from './hidden-vaults.ts';
import { checkLane, extendLane, openLane, requestKeys } from './login.ts';
import { LogReader } from './log-reader.ts';
import { accountKey, homeWriter, rootCells, rootFolder, stateCell, vaultSecret } from './keys.ts';
import { keptOn, nameTaken, type Kept, type Opened, type SignUpInit, type UnlockInit } from './opened.ts';
import { checkNewPassword } from './password.ts';
import { Passwords } from './passwords.ts';
import { OwnPins } from './pins.ts';
import { COVERS, profileCodec, type Profile } from './profile.ts';
import { startSchedule, type ScheduleOptions, type Timers } from './schedule.ts';
import { StateCell, type StateCodec } from './state.ts';
import { Ticks } from './ticks.ts';

/** Every name that `state` knows: what a check must not take for something left over. */
export const STATE_NAMES = ['profile', 'people', 'shares', 'links', 'page', 'trash'] as const;
export type StateName = (typeof STATE_NAMES)[number];
/** States that come with the root folder when a session opens, so that nothing needs a request of its own later. */
const WARM_STATES = ['profile', 'people', 'shares', 'links'] as const;
const LANE_ATTEMPTS = 3;

/** An unlocked account: keys in memory, the home space, and the drive over it. Ends with `wipe`. */
export class Session implements DriveSession {
  readonly login: Name;
  readonly client: NodeClient;
  readonly home: Space;
  readonly lock = new Mutex();
  readonly cells = new CellCache();
  readonly drive: Drive;
  readonly cover: Cover;
  readonly #connect: Connect;
  readonly #device: Device;
  readonly #spaces = new Map<string, Space>();
  readonly #profile: StateCell<Profile>;
  #keys: { account: SigningKey; home: SigningKey; root: FolderSecret } | null;
  readonly #opened: Opened;
  #mounts: Mounts | null = null;
  /** As saved last. */
  #savedSequence = -1;
  readonly #pins: OwnPins;
  #lane: Uint8Array = new Uint8Array(0);
  readonly #log: LogReader;
  readonly #hidden: HiddenVaults;
  readonly #ticks: Ticks;
  readonly #passwords: Passwords;
  readonly #start: number;
  #stops: (() => void)[] = [];
  /** As saved last. */
  #savedHead: LogHead | null;

  private constructor(init: UnlockInit, opened: Opened, kept: Kept, home: (key: SigningKey) => Space) {
    this.login = init.login;
    this.#connect = init.connect;
    this.#device = init.device;
    this.client = init.connect.home;
    this.#start = init.connect.now();
    this.#savedHead = kept.head;
    this.#opened = opened;
    const homeKey = homeWriter(opened.secret);
    this.#keys = { account: accountKey(opened.secret), home: homeKey, root: rootFolder(opened.secret) };
    this.home = home(homeKey);
    this.#pins = new OwnPins(this.#device, this.home);
    this.#log = new LogReader(this.home, kept.copy, kept.head);
    this.#hidden = new HiddenVaults(kept.copy, () => this.now(), (secret, drive) => this.#passwords.checkHidden(secret, drive));
    this.cover = new Cover(hiddenEntries(() => this.#hidden.vaults), {
      landed: (at, count) => { this.#log.landed(at, count); },
      keep: (at, entries) => this.#log.keep(at, entries),
      told: async () => { this.#hidden.arrived(); },
    });
    this.#ticks = new Ticks({ session: this, cost: opened.cost, lane: () => this.#lane });
    this.drive = new Drive(this, { list: async () => (this.#mounts === null ? [] : this.#mounts.list()) });
    this.#profile = this.state('profile', profileCodec);
    this.#passwords = new Passwords({ login: this.login, opened, profile: this.#profile, hidden: this.#hidden, ticks: this.#ticks, isScheduled: () => this.#stops.length > 0 });
  }

  /** Makes the account with one request for the keys and one commit. Throws 'name-taken', 'weak-password', or the node's refusal. */
  static async signUp(init: SignUpInit): Promise<Session> {
    const { connect, device, password, signal } = init;
    const login = parseName(init.login);
    checkNewPassword(password, login);
    const cost = init.scrypt ?? DEFAULT_SCRYPT;
    const { known, key, check } = await requestKeys(connect.home, login, password, new Uint8Array(0), { cost, ...(signal === undefined ? {} : { signal }) });
    if (known) throw nameTaken();
    const secret = randomBytes(32);
    const opened: Opened = { secret: vaultSecret(secret), secrets: [secret], generation: 1, check, cost };
    const kept = await keptOn(device, homeWriter(opened.secret).publicKey);
    const session = new Session({ ...init, login }, opened, kept, (homeKey) => Space.unborn({ client: connect.home, writer: homeKey.publicKey, key: homeKey, home: true }));
    session.cover.write({ generation: 1, secrets: [secret] }, key);
    try {
      await session.#create(init, key);
    } catch (error) {
      session.cover.close();
      await session.wipe();
      throw error instanceof WireError && error.code === 'name-taken' ? nameTaken() : error;
    }
    session.cover.written();
    await device.saveLane(login, new Uint8Array(0));
    await session.keep();
    return session;
  }

  /**
   * Opens an account: one request for header lane and PRF answer while scrypt runs, and one for the root folder and the
   * account's state. Throws 'unknown-account', 'wrong-password', 'old-password', 'rolled-back'.
   */
  static async unlock(init: UnlockInit): Promise<Session> {
    const { connect, device, password, signal } = init;
    const login = parseName(init.login);
    const held = await device.loadLane(login);
    const { known, key, check, cost, lane } = await requestKeys(connect.home, login, password, held, signal === undefined ? {} : { signal });
    if (!known) throw new VaultError('unknown-account', 'This node has no account with that login name; check the spelling and the node, or sign up.');
    const { header } = await openLane(lane, key);
    key.fill(0);
    const visible = header.secrets.at(-1) ?? new Uint8Array(32);
    const opened: Opened = { secret: vaultSecret(visible), secrets: header.secrets, generation: header.generation, check, cost };
    const homeKey = homeWriter(opened.secret).publicKey;
    const [pin, others, kept] = await Promise.all([device.loadPin(homeKey), device.loadOtherPins?.(homeKey) ?? [], keptOn(device, homeKey)]);
    const session = new Session({ ...init, login }, opened, kept, (homeKey) => new Space({ client: connect.home, writer: homeKey.publicKey, key: homeKey, pin }));
    session.#pins.load(others);
    try {
      await session.#open(lane, signal);
    } catch (error) {
      await session.wipe();
      throw error;
    }
    return session;
  }

  get account(): SigningKey {
    return this.#live().account;
  }

  get rootSecret(): FolderSecret {
    return this.#live().root;
  }

  now(): number {
    return this.#connect.now();
  }

  /** What `/@` lists; social/ sets it. */
  set mounts(mounts: Mounts) {
    this.#mounts = mounts;
  }

  /** Unix milliseconds of the sign-up. */
  async created(): Promise<number> {
    return (await this.#profile.get()).created;
  }

  /**
   * The one view of a space, behind the node that its capability names, on a circuit that this node alone sees. `pin` is the
   * highest pointer that an earlier session saw of it; a view that is there already keeps its own.
   */
  space(capability: SpaceCapability, pin: SpacePin | null = null): Space {
    this.#live();
    const { space: writer, write, node } = capability;
    const name = `${toHex(writer)} ${node ?? ''}`;
    const known = this.#spaces.get(name);
    if (known !== undefined && (known.key !== null || write === null)) return known;
    const key = write === null ? null : signingKey(write);
    const own = key !== null && node === null;
    const client = own ? this.client : this.#connect.node(node ?? this.client.url, 'space');
    const kept = own ? this.#pins.of(writer) : null;
    const space = new Space({ client, writer, key, pin: known?.pin ?? pin ?? kept });
    if (own) space.onCondemned = (error) => { this.home.condemn(error); };
    this.#spaces.set(name, space);
    return space;
  }

  /** A named value of the account in a cell of the home space. */
  state<T>(name: StateName, codec: StateCodec<T>): StateCell<T> {
    return new StateCell(this, stateCell(this.#opened.secret, name), codec);
  }

  /** Where the account's named states lie: what in the home space is no folder and no file. */
  stateLabels(names: readonly StateName[] = STATE_NAMES): Label[] {
    return names.map((name) => stateCell(this.#opened.secret, name).label);
  }

  /** New bytes that one commit of a big write holds at most; the more cover goes along, the fewer. */
  get commitBytes(): number {
    return Math.min(this.#connect.commitBytes, Math.floor((COMMIT_MAX_LOCAL * 9) / 8 / (1 + this.cover.share)));
  }

  /**
   * Has the password that this session was opened with replaced by another, with the next tick; resolves when that is committed.
   * Whoever kept old ciphertext and knows the old password can still open what was there then. Throws 'wrong-password',
   * 'weak-password', 'password-used', and HiddenError('arriving') for a hidden vault of which too little is here.
   */
  async changePassword(current: string, next: string): Promise<void> {
    this.#live();
    await this.#passwords.change(current, next);
    await this.keep();
  }

  /**
   * Makes a hidden vault that this password opens, with everything that is open now; resolves when its header is committed, with
   * the next tick. It is open in this session from then on. Throws 'weak-password', 'password-used', 'vaults-full'.
   */
  async addVault(password: string): Promise<void> {
    this.#live();
    await this.#passwords.addVault(password);
  }

  /** The hidden vaults that the password opens, deepest first. Throws 'old-password' once it has turned out to be one. */
  vaults(): readonly OpenVault[] {
    this.#live();
    return this.#hidden.list(this.#log.missing);
  }

  /** What hidden writes still wait for entries to come by: lost if the session ends now. */
  waiting(): { readonly bytes: number; readonly entries: number } {
    this.#live();
    const all = this.#hidden.vaults.map(({ status }) => status);
    return { bytes: all.reduce((sum, { waitingBytes }) => sum + waitingBytes, 0), entries: all.reduce((sum, { waitingFrames }) => sum + waitingFrames, 0) };
  }

  /** Resolves when what has arrived by now was taken in by the hidden vaults. */
  async caughtUp(): Promise<void> {
    await this.cover.told();
    await this.#hidden.settled();
  }

  /** Bytes of cover for each visible byte: 1/8, 1/4, 1/2 or 1. The node sees it. */
  async coverSetting(): Promise<number> {
    return 1 / (await this.#profile.get()).coverOneIn;
  }

  async setCover(share: number): Promise<void> {
    const coverOneIn = COVERS.find((one) => 1 / one === share);
    if (coverOneIn === undefined) throw new RangeError('cover is 1/8, 1/4, 1/2 or 1');
    await this.#profile.edit((profile) => ({ ...profile, coverOneIn }));
    this.cover.share = share;
  }

  /** One tick: a question to the oblivious PRF and a commit, whether anything waits or not. */
  async tick(signal?: AbortSignal): Promise<void> {
    this.#live();
    await this.#ticks.run(signal);
  }

  /** One request for the log, where one is due; says whether another is. Throws 'rolled-back'. */
  async bringLog(signal?: AbortSignal): Promise<boolean> {
    this.#live();
    await this.#log.step(signal);
    this.#hidden.arrived();
    return this.#log.due;
  }

  /** Starts ticks and the bringing of the log, at times counted from the unlocking on; returns what ends them. */
  schedule(timers: Timers, options: ScheduleOptions = {}): () => void {
    this.#live();
    const end = startSchedule({
      start: this.#start, commitBytes: this.#connect.commitBytes, now: () => this.now(), tick: () => this.tick(),
      step: async () => { await this.bringLog(); }, isLogDue: () => this.#log.due, onLogDue: (run) => { this.#log.onDue = run; },
    }, timers, options);
    const stop = (): void => {
      end();
      this.#stops = this.#stops.filter((other) => other !== stop);
    };
    this.#stops.push(stop);
    return stop;
  }

  /** Why this session can do nothing any more but be locked: the node showed that it lost data, or cheats. Null as long as it did not. */
  get condemned(): Error | null {
    return this.home.condemned;
  }

  /** Leaves the newest pins on the device, where they are not yet. Called when work is done. What is condemned leaves nothing. */
  async keep(): Promise<void> {
    if (this.condemned !== null) return;
    const { pin } = this.home;
    if (pin !== null && pin.sequence !== this.#savedSequence) {
      await this.#device.savePin(this.home.writer, pin);
      this.#savedSequence = pin.sequence;
    }
    const head = this.#log.checked;
    if (head !== null && head.size !== this.#savedHead?.size) {
      await this.#device.saveLogHead?.(this.home.writer, head);
      this.#savedHead = head;
    }
    await this.#pins.save(this.#spaces.values());
  }

  /** Overwrites every key and drops what was decrypted. Everything afterwards throws 'locked'. */
  async wipe(): Promise<void> {
    if (this.#keys === null) return;
    for (const stop of this.#stops) stop();
    this.#ticks.close();
    await this.cover.kept();
    if (this.home.head?.pointer !== null && this.home.head !== null) await this.keep().catch(() => undefined);
    const { account, home, root } = this.#keys;
    this.#keys = null;
    account.seed.wipe();
    home.seed.wipe();
    root.fill(0);
    this.#opened.secret.wipe();
    for (const secret of this.#opened.secrets) secret.fill(0);
    this.#hidden.wipe();
    this.#lane = new Uint8Array(0);
    for (const { key } of this.#spaces.values()) key?.seed.wipe();
    this.#spaces.clear();
    this.cells.clear();
    this.cover.close();
  }

  #live(): { account: SigningKey; home: SigningKey; root: FolderSecret } {
    if (this.#keys === null) throw new VaultError('locked', 'The session is locked; unlock it, then try again.');
    this.home.checkSound();
    return this.#keys;
  }

  async #create(init: SignUpInit, key: Uint8Array): Promise<void> {
    const { N, r, p } = init.scrypt ?? DEFAULT_SCRYPT;
    const create: CreateAccount = signCreate(this.account, { login: this.login, invitation: init.invitation ?? null, scrypt: { N, r, p } });
    const profile: Profile = { ...profileCodec.empty, generation: 1, created: this.now() };
    await transact(this, (tx) => this.#profile.update(tx, () => profile), { create, ...(init.signal === undefined ? {} : { signal: init.signal }) });
    key.fill(0);
  }

  async #open(lane: Uint8Array, signal?: AbortSignal): Promise<void> {
    await transact(this, (tx) => tx.readMany(this.home, [...rootCells(this.rootSecret), ...WARM_STATES.map((name) => stateCell(this.#opened.secret, name))]), signal === undefined ? {} : { signal });
    await this.#settleLane(lane, signal);
    const profile = await this.#profile.get();
    this.#passwords.checkVisible(profile);
    this.cover.share = 1 / profile.coverOneIn;
    this.#log.begin();
    await this.keep();
    for (const secret of this.#opened.secrets.slice(0, -1).reverse()) this.#hidden.add(secret);
    void this.cover.fill().catch(() => undefined);
  }

  /** Another session may have written between the two requests: then the items that came since are fetched too. */
  async #settleLane(lane: Uint8Array, signal?: AbortSignal): Promise<void> {
    let items = lane;
    for (let attempt = 0; attempt < LANE_ATTEMPTS; attempt++) {
      const size = this.home.head?.root.cover?.lane.size ?? 0;
      if (items.length >= size * HEADER_ITEM) break;
      items = (await extendLane(this.client, this.login, items, size, signal)).subarray(0, size * HEADER_ITEM);
    }
    if (this.home.head === null) throw new VaultError('corrupt', 'The node did not show the account\'s home space.');
    checkLane(items, this.home.head);
    this.#lane = items;
    await this.#device.saveLane(this.login, items);
  }
}
