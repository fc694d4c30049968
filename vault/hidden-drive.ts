import { hkdf, signingKey, type SigningKey } from '../crypto/index.ts';
import { CellCache, Drive, mergeFolderCells, unsealed, type DriveSession, type FolderSecret, type SpaceCapability } from '../files/index.ts';
import { HiddenCells, LocalNode, type HiddenStatus, type HiddenVault } from '../hidden/index.ts';
import { Mutex, Space, type CoverSource, type NodeClient } from '../node/index.ts';
import { COMMIT_MAX_LOCAL } from '../wire/index.ts';
import { VaultError } from './error.ts';

const NOTHING = new Uint8Array();

/** A hidden vault as a drive: the same folders and files as anywhere, over cells that wait for cover. */
export class HiddenDrive implements DriveSession {
  readonly client: NodeClient;
  readonly account: SigningKey;
  readonly home: Space;
  readonly rootSecret: FolderSecret;
  readonly lock = new Mutex();
  readonly commitBytes = COMMIT_MAX_LOCAL;
  readonly cells = new CellCache(unsealed);
  readonly cover: CoverSource = { header: noCover, entries: noCover, settled: () => undefined };
  readonly drive: Drive;
  readonly #vault: HiddenVault;
  readonly #now: () => number;

  private constructor(vault: HiddenVault, keys: { account: SigningKey; writer: SigningKey }, node: LocalNode, now: () => number) {
    this.#vault = vault;
    this.#now = now;
    this.client = node.client;
    this.account = keys.account;
    this.home = new Space({ client: node.client, writer: keys.writer.publicKey, key: keys.writer });
    this.rootSecret = vault.folderSecret.slice() as FolderSecret;
    this.drive = new Drive(this);
  }

  /** Throws HiddenError('arriving') while too little of the log is on the device to tell what the vault holds. */
  static async open(vault: HiddenVault, now: () => number): Promise<HiddenDrive> {
    const keys = {
      account: signingKey(hkdf(vault.folderSecret, 'underkeep/hidden-account/1', NOTHING, 32)),
      writer: signingKey(hkdf(vault.folderSecret, 'underkeep/hidden-writer/1', NOTHING, 32)),
    };
    const node = new LocalNode(new HiddenCells(vault, mergeFolderCells), keys.writer);
    await node.present();
    return new HiddenDrive(vault, keys, node, now);
  }

  get status(): HiddenStatus {
    return this.#vault.status;
  }

  now(): number {
    return this.#now();
  }

  /** Nothing hidden leads out of the vault: there is only one space. */
  space(_capability: SpaceCapability): Space {
    throw new VaultError('hidden', 'What is in a hidden vault cannot be shared or linked; copy it to the visible drive first.');
  }

  wipe(): void {
    this.account.seed.wipe();
    this.home.key?.seed.wipe();
    this.rootSecret.fill(0);
    this.cells.clear();
    this.#vault.wipe();
  }
}

async function noCover(): Promise<never> {
  throw new VaultError('hidden', 'A hidden space has no cover of its own.');
}
