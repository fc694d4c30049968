import { generateSigningKey, randomBytes, toHex, type SigningKey } from '../crypto/index.ts';
import { CellCache, type DriveSession, type FolderSecret, type SpaceCapability } from '../files/index.ts';
import { Mutex, Space, type NodeClient } from '../node/index.ts';
import { Cover } from './cover.ts';
import type { Connect } from './device.ts';

/** A session without an account, for reading what a link leads to: its keys are drawn for it and thrown away with it. */
export class Guest implements DriveSession {
  readonly client: NodeClient;
  readonly account: SigningKey = generateSigningKey();
  readonly home: Space;
  readonly cover = new Cover();
  readonly rootSecret = randomBytes(32) as FolderSecret;
  readonly lock = new Mutex();
  readonly commitBytes: number;
  readonly cells = new CellCache();
  readonly #connect: Connect;
  readonly #spaces = new Map<string, Space>();

  constructor(connect: Connect) {
    const key = generateSigningKey();
    this.#connect = connect;
    this.client = connect.home;
    this.commitBytes = connect.commitBytes;
    this.home = Space.unborn({ client: connect.home, writer: key.publicKey, key, home: true });
  }

  now(): number {
    return this.#connect.now();
  }

  space({ space: writer, node }: SpaceCapability): Space {
    const name = `${toHex(writer)} ${node ?? ''}`;
    const known = this.#spaces.get(name);
    if (known !== undefined) return known;
    const space = new Space({ client: this.#connect.node(node ?? this.client.url, 'link'), writer });
    this.#spaces.set(name, space);
    return space;
  }
}
