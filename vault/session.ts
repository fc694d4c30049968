import { DEFAULT_SCRYPT, openBoxes, randomBytes, signingKey, toHex, type SigningKey } from '../crypto/index.ts';
import { CellCache, Drive, transact, type DriveSession, type FolderSecret, type Mounts, type SpaceCapability } from '../files/index.ts';
import { Mutex, Space, type NodeClient, type SpacePin } from '../node/index.ts';
import { HEADER_ITEM, parseName, signCreate, WireError, type CreateAccount, type Label, type Name, type ScryptCost } from '../wire/index.ts';
import { Cover } from './cover.ts';
import type { Connect, Device, OtherPin } from './device.ts';
import { VaultError } from './error.ts';
import { checkLane, extendLane, openLane, requestKeys } from './login.ts';
import { accountKey, homeWriter, rootCells, rootFolder, stateCell, vaultSecret, type VaultSecret } from './keys.ts';
import { checkNewPassword } from './password.ts';
import { profileCodec, type Profile } from './profile.ts';
import { StateCell, type StateCodec } from './state.ts';

export interface UnlockInit {
  readonly connect: Connect;
  readonly login: Name;
  readonly password: string;
  readonly device: Device;
  readonly signal?: AbortSignal;
}

export interface SignUpInit extends UnlockInit {
  /** A one-time invitation, where the node asks for one. */
  readonly invitation?: Uint8Array | null;
  /** A harder cost than the default; softer ones are refused. */
  readonly scrypt?: ScryptCost;
}

/** States that come with the root folder when a session opens, so that nothing needs a request of its own later. */
const WARM_STATES = ['profile', 'people', 'shares', 'links'] as const;
const LANE_ATTEMPTS = 3;
const OTHER_PINS_MAX = 4096;

/** The keys of one opened vault. */
interface Opened {
  readonly secret: VaultSecret;
  /** All secrets of the header, deepest first. */
  readonly secrets: readonly Uint8Array[];
  readonly generation: number;
  /** The lane's item that opened, by which a password is recognised; null before the first commit. */
  readonly item: Uint8Array | null;
}

/** An unlocked account: keys in memory, the home space, and the drive over it. Ends with `wipe`. */
export class Session implements DriveSession {
  readonly login: Name;
  readonly client: NodeClient;
  readonly home: Space;
  readonly lock = new Mutex();
  readonly commitBytes: number;
  readonly cells = new CellCache();
  readonly drive: Drive;
  readonly cover: Cover;
  readonly #connect: Connect;
  readonly #device: Device;
  readonly #spaces = new Map<string, Space>();
  readonly #profile: StateCell<Profile>;
  #keys: { account: SigningKey; home: SigningKey; root: FolderSecret } | null;
  #opened: Opened;
  #mounts: Mounts | null = null;
  /** As saved last. */
  #savedSequence = -1;
  /** Of the account's own spaces but the home space, by key in hexadecimal. */
  #pins: Map<string, OtherPin> = new Map();
  #lane: Uint8Array = new Uint8Array(0);

  private constructor(init: UnlockInit, opened: Opened, home: (key: SigningKey) => Space) {
    this.login = init.login;
    this.#connect = init.connect;
    this.#device = init.device;
    this.client = init.connect.home;
    this.commitBytes = init.connect.commitBytes;
    this.#opened = opened;
    const homeKey = homeWriter(opened.secret);
    this.#keys = { account: accountKey(opened.secret), home: homeKey, root: rootFolder(opened.secret) };
    this.home = home(homeKey);
    this.cover = new Cover();
    this.drive = new Drive(this, { list: async () => (this.#mounts === null ? [] : this.#mounts.list()) });
    this.#profile = this.state('profile', profileCodec);
  }

  /** Makes the account with one request for the keys and one commit. Throws 'name-taken', 'weak-password', or the node's refusal. */
  static async signUp(init: SignUpInit): Promise<Session> {
    const { connect, device, password, signal } = init;
    const login = parseName(init.login);
    checkNewPassword(password, login);
    const cost = init.scrypt ?? DEFAULT_SCRYPT;
    const { known, key } = await requestKeys(connect.home, login, password, new Uint8Array(0), { cost, ...(signal === undefined ? {} : { signal }) });
    if (known) throw nameTaken();
    const secret = randomBytes(32);
    const opened: Opened = { secret: vaultSecret(secret), secrets: [secret], generation: 1, item: null };
    const session = new Session({ ...init, login }, opened, (homeKey) => Space.unborn({ client: connect.home, writer: homeKey.publicKey, key: homeKey, home: true }));
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
    const { known, key, lane } = await requestKeys(connect.home, login, password, held, signal === undefined ? {} : { signal });
    if (!known) throw new VaultError('unknown-account', 'This node has no account with that login name; check the spelling and the node, or sign up.');
    const { header, item } = await openLane(lane, key);
    key.fill(0);
    const visible = header.secrets.at(-1) ?? new Uint8Array(32);
    const opened: Opened = { secret: vaultSecret(visible), secrets: header.secrets, generation: header.generation, item };
    const homeKey = homeWriter(opened.secret).publicKey;
    const [pin, others] = await Promise.all([device.loadPin(homeKey), device.loadOtherPins?.(homeKey) ?? []]);
    const session = new Session({ ...init, login }, opened, (homeKey) => new Space({ client: connect.home, writer: homeKey.publicKey, key: homeKey, pin }));
    session.#pins = new Map(others.map((other) => [toHex(other.space), other]));
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
    const kept = own ? this.#pins.get(toHex(writer))?.pin ?? null : null;
    const space = new Space({ client, writer, key, pin: known?.pin ?? pin ?? kept });
    this.#spaces.set(name, space);
    return space;
  }

  /** A named value of the account in a cell of the home space. */
  state<T>(name: string, codec: StateCodec<T>): StateCell<T> {
    return new StateCell(this, stateCell(this.#opened.secret, name), codec);
  }

  /** Where the account's named states lie: what in the home space is no folder and no file. */
  stateLabels(names: readonly string[] = WARM_STATES): Label[] {
    return names.map((name) => stateCell(this.#opened.secret, name).label);
  }

  /**
   * Puts a header under the new password into the next commit, which also retires the older headers. Whoever kept old
   * ciphertext and knows the old password can still open what was there then. Throws 'wrong-password', 'weak-password'.
   */
  async changePassword(current: string, next: string): Promise<void> {
    this.#live();
    checkNewPassword(next, this.login);
    const held = this.#lane;
    const [old, fresh] = await Promise.all([
      requestKeys(this.client, this.login, current, held),
      requestKeys(this.client, this.login, next, held),
    ]);
    await this.#recognise(old.key, old.lane);
    const header = { generation: this.#opened.generation + 1, secrets: this.#opened.secrets };
    this.cover.write(header, fresh.key);
    try {
      await transact(this, (tx) => this.#profile.update(tx, (profile) => {
        if (profile.generation > this.#opened.generation) throw oldPassword();
        return { ...profile, generation: header.generation };
      }));
      this.#opened = { ...this.#opened, generation: header.generation, item: null };
    } finally {
      this.cover.written();
      old.key.fill(0);
      fresh.key.fill(0);
    }
    await this.keep();
  }

  /** Leaves the newest pins on the device, where they are not yet. Called when work is done. */
  async keep(): Promise<void> {
    const { pin } = this.home;
    if (pin !== null && pin.sequence !== this.#savedSequence) {
      await this.#device.savePin(this.home.writer, pin);
      this.#savedSequence = pin.sequence;
    }
    if (this.#notePins()) await this.#device.saveOtherPins?.(this.home.writer, [...this.#pins.values()].slice(-OTHER_PINS_MAX));
  }

  /** Overwrites every key and drops what was decrypted. Everything afterwards throws 'locked'. */
  async wipe(): Promise<void> {
    if (this.#keys === null) return;
    if (this.home.head?.pointer !== null && this.home.head !== null) await this.keep().catch(() => undefined);
    const { account, home, root } = this.#keys;
    this.#keys = null;
    account.seed.wipe();
    home.seed.wipe();
    root.fill(0);
    this.#opened.secret.wipe();
    for (const secret of this.#opened.secrets) secret.fill(0);
    for (const { key } of this.#spaces.values()) key?.seed.wipe();
    this.#spaces.clear();
    this.cells.clear();
    this.cover.close();
  }

  /** Takes over what was seen of the account's own spaces; says whether that is news. */
  #notePins(): boolean {
    let news = false;
    for (const { key, writer, pin, client } of this.#spaces.values()) {
      const held = this.#pins.get(toHex(writer));
      if (key === null || pin === null || client !== this.client || (held !== undefined && held.pin.sequence >= pin.sequence)) continue;
      this.#pins.set(toHex(writer), { space: writer, pin });
      news = true;
    }
    return news;
  }

  #live(): { account: SigningKey; home: SigningKey; root: FolderSecret } {
    if (this.#keys === null) throw new VaultError('locked', 'The session is locked; unlock it, then try again.');
    return this.#keys;
  }

  async #create(init: SignUpInit, key: Uint8Array): Promise<void> {
    const { N, r, p } = init.scrypt ?? DEFAULT_SCRYPT;
    const create: CreateAccount = signCreate(this.account, { login: this.login, invitation: init.invitation ?? null, scrypt: { N, r, p } });
    const profile: Profile = { generation: 1, created: this.now() };
    await transact(this, (tx) => this.#profile.update(tx, () => profile), { create, ...(init.signal === undefined ? {} : { signal: init.signal }) });
    key.fill(0);
  }

  async #open(lane: Uint8Array, signal?: AbortSignal): Promise<void> {
    await transact(this, (tx) => tx.readMany(this.home, [...rootCells(this.rootSecret), ...WARM_STATES.map((name) => stateCell(this.#opened.secret, name))]), signal === undefined ? {} : { signal });
    await this.#settleLane(lane, signal);
    const profile = await this.#profile.get();
    if (profile.generation > this.#opened.generation) throw oldPassword();
    await this.keep();
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

  async #recognise(key: Uint8Array, lane: Uint8Array): Promise<void> {
    const { item } = this.#opened;
    if (item === null) {
      const { header } = await openLane(lane, key);
      if (header.generation !== this.#opened.generation) throw new VaultError('wrong-password', 'That is an older password; give the current one. Nothing was changed.');
      return;
    }
    const [plaintext] = await openBoxes([{ key, box: item }]);
    if (plaintext === null || plaintext === undefined) throw new VaultError('wrong-password', 'The current password is wrong; nothing was changed.');
    plaintext.fill(0);
  }
}

function nameTaken(): VaultError {
  return new VaultError('name-taken', 'This node already has an account with that login name; choose another with --login, or unlock yours.');
}

function oldPassword(): VaultError {
  return new VaultError('old-password', 'This password was changed since; unlock with the new one.');
}
