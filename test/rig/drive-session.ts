/** The least session that a drive needs, over a real node: an account of its own, no password. */
import { DEFAULT_SCRYPT, generateSigningKey, signingKey, toHex, useEngine, type SigningKey } from '../../crypto/index.ts';
import { nodeEngine } from '../../engines/index.ts';
import { CellCache, Drive, generateFolderSecret, transact, type DriveSession, type FolderSecret, type PutSource, type SpaceCapability } from '../../files/index.ts';
import { Meter, Mutex, NodeClient, Space, type SpacePin } from '../../node/index.ts';
import { loopbackCarrier, type Carrier } from '../../transport/index.ts';
import { Cover } from '../../vault/index.ts';
import { COMMIT_MAX_LOCAL, parseName, signCreate, type CarrierFetch } from '../../wire/index.ts';

await useEngine(nodeEngine());

/** A node as a session reaches it. */
export interface Door {
  readonly url: string;
  readonly key: string;
}

/** What an account is: whoever has it opens another session. */
export interface Account {
  readonly account: SigningKey;
  readonly home: SigningKey;
  readonly root: FolderSecret;
}

export interface SessionOptions {
  readonly commitBytes?: number;
  /** What a device has kept of the home space. */
  readonly pin?: SpacePin | null;
  /** Stands between the session and the node. */
  readonly wrap?: (fetch: CarrierFetch) => CarrierFetch;
  readonly now?: () => number;
}

export class TestSession implements DriveSession {
  readonly client: NodeClient;
  readonly account: SigningKey;
  readonly home: Space;
  readonly cover = new Cover();
  readonly rootSecret: FolderSecret;
  readonly lock = new Mutex();
  readonly commitBytes: number;
  readonly cells = new CellCache();
  readonly meter = new Meter();
  readonly drive: Drive;
  readonly identity: Account;
  readonly #carrier: Carrier = loopbackCarrier();
  readonly #spaces = new Map<string, Space>();
  readonly #now: () => number;

  private constructor(door: Door, identity: Account, born: boolean, options: SessionOptions) {
    const fetch = this.#carrier.fetchFor({ account: 'test', purpose: 'home', peer: door.url });
    this.client = new NodeClient({ url: door.url, fetch: options.wrap?.(fetch) ?? fetch, meter: this.meter, headers: { 'x-underkeep-key': door.key } });
    this.identity = identity;
    this.account = identity.account;
    const init = { client: this.client, writer: identity.home.publicKey, key: identity.home, pin: options.pin ?? null };
    this.home = born ? new Space(init) : Space.unborn({ ...init, home: true });
    this.rootSecret = identity.root;
    this.commitBytes = options.commitBytes ?? COMMIT_MAX_LOCAL;
    this.#now = options.now ?? (() => Date.now());
    this.drive = new Drive(this);
  }

  /** Makes an account; its first commit holds nothing but the account. */
  static async signUp(door: Door, options: SessionOptions = {}): Promise<TestSession> {
    const identity = { account: generateSigningKey(), home: generateSigningKey(), root: generateFolderSecret() };
    const session = new TestSession(door, identity, false, options);
    const login = parseName(`t${toHex(identity.account.publicKey).slice(0, 20)}`);
    const { N, r, p } = DEFAULT_SCRYPT;
    const create = signCreate(identity.account, { login, invitation: null, scrypt: { N, r, p } });
    await transact(session, async (tx) => tx.begin(session.home), { create });
    return session;
  }

  /** Another session of the same account, with nothing in memory. */
  static open(door: Door, identity: Account, options: SessionOptions = {}): TestSession {
    return new TestSession(door, identity, true, options);
  }

  space({ space: writer, write }: SpaceCapability): Space {
    const name = toHex(writer);
    const known = this.#spaces.get(name);
    if (known !== undefined && (known.key !== null || write === null)) return known;
    const space = new Space({ client: this.client, writer, key: write === null ? null : signingKey(write), pin: known?.pin ?? null });
    this.#spaces.set(name, space);
    return space;
  }

  now(): number {
    return this.#now();
  }

  async close(): Promise<void> {
    await this.drive.settled().catch(() => undefined);
    this.cover.close();
    await this.#carrier.close();
  }
}

/** A file to be put, from memory. */
export function fileSource(name: string, content: Uint8Array | string, more: { readonly modified?: number; readonly fingerprint?: string } = {}): PutSource {
  const bytes = typeof content === 'string' ? new TextEncoder().encode(content) : content;
  return {
    name, kind: 'file', size: bytes.length, modified: more.modified ?? 1_700_000_000_000,
    ...(more.fingerprint === undefined ? {} : { fingerprint: more.fingerprint }),
    read: async (offset, length) => bytes.subarray(offset, offset + length),
  };
}

export function folderSource(name: string, children: readonly PutSource[]): PutSource {
  return {
    name, kind: 'folder', size: 0, modified: 1_700_000_000_000,
    read: async () => new Uint8Array(),
    async *children() { yield* children; },
  };
}

export async function bytesOf(stream: AsyncIterable<Uint8Array>): Promise<Uint8Array> {
  const parts: Uint8Array[] = [];
  for await (const part of stream) parts.push(part);
  return new Uint8Array(Buffer.concat(parts));
}

export async function readText(drive: Drive, path: string): Promise<string> {
  return new TextDecoder().decode(await bytesOf((await drive.read(path)).bytes));
}

/** The names in a folder, in order. */
export async function namesIn(drive: Drive, path: string): Promise<string[]> {
  return (await drive.list(path)).map(({ name }) => name);
}
