import { createHash } from 'node:crypto';
import { join } from 'node:path';
import { toHex, type PublicKey } from '../crypto/index.ts';
import type { LogCopy } from '../hidden/index.ts';
import type { SpacePin } from '../node/index.ts';
import type { Device, OtherPin } from '../vault/index.ts';
import { decodeCbor, encodeCbor, HEADER_ITEM, schema, type LogHash, type LogHead, type Name, type PointerHash } from '../wire/index.ts';
import { readIfThere, replaceFile } from './agent-file.ts';
import { FileLog } from './agent-log.ts';

const pinSchema = schema.record({ v: schema.literal(1), sequence: schema.uint(Number.MAX_SAFE_INTEGER, 1), hash: schema.bytes<PointerHash>(32) });

const logHeadSchema = schema.record({ v: schema.literal(1), size: schema.uint(), root: schema.bytes<LogHash>(32) });

const OTHERS_MAX = 4096;
const othersSchema = schema.record({
  v: schema.literal(1),
  pins: schema.list(schema.record({ space: schema.bytes<PublicKey>(32), sequence: schema.uint(Number.MAX_SAFE_INTEGER, 1), hash: schema.bytes<PointerHash>(32) }), OTHERS_MAX),
});

/** Pins and the header lane's ciphertext in files of the agent's folder, named by hashes: no login name is on the disk. */
export class FolderDevice implements Device {
  readonly #folder: string;
  readonly #node: string;
  readonly #logs: FileLog[] = [];

  /** `node` keeps accounts of equal login names on different nodes apart. */
  constructor(folder: string, node: string) {
    this.#folder = folder;
    this.#node = node;
  }

  async loadPin(home: PublicKey): Promise<SpacePin | null> {
    const bytes = await readIfThere(this.#pinPath(home));
    if (bytes === null) return null;
    const { sequence, hash } = pinSchema(decodeCbor(bytes, 'pin'), 'pin');
    return { sequence, hash };
  }

  /** Never goes back: of two sessions that end at the same time, the later pin stays. */
  async savePin(home: PublicKey, pin: SpacePin): Promise<void> {
    const held = await this.loadPin(home);
    if (held !== null && held.sequence > pin.sequence) return;
    await replaceFile(this.#pinPath(home), encodeCbor({ v: 1, sequence: pin.sequence, hash: pin.hash }));
  }

  async loadOtherPins(home: PublicKey): Promise<readonly OtherPin[]> {
    const bytes = await readIfThere(this.#othersPath(home));
    if (bytes === null) return [];
    return othersSchema(decodeCbor(bytes, 'pins'), 'pins').pins.map(({ space, sequence, hash }) => ({ space, pin: { sequence, hash } }));
  }

  async saveOtherPins(home: PublicKey, pins: readonly OtherPin[]): Promise<void> {
    const held = new Map((await this.loadOtherPins(home)).map((other) => [toHex(other.space), other]));
    for (const other of pins) {
      const before = held.get(toHex(other.space));
      if (before === undefined || before.pin.sequence < other.pin.sequence) held.set(toHex(other.space), other);
    }
    const kept = [...held.values()].slice(-OTHERS_MAX).map(({ space, pin }) => ({ space, sequence: pin.sequence, hash: pin.hash }));
    await replaceFile(this.#othersPath(home), encodeCbor({ v: 1, pins: kept }));
  }

  async loadLane(login: Name): Promise<Uint8Array> {
    const bytes = await readIfThere(this.#lanePath(login));
    return bytes === null ? new Uint8Array(0) : bytes.subarray(0, bytes.length - (bytes.length % HEADER_ITEM));
  }

  async saveLane(login: Name, bytes: Uint8Array): Promise<void> {
    await replaceFile(this.#lanePath(login), bytes);
  }

  /** The copy of the cover log of a home space. */
  async log(home: PublicKey): Promise<LogCopy> {
    const log = await FileLog.open(join(this.#folder, this.#name('log', toHex(home))));
    this.#logs.push(log);
    return log;
  }

  async loadLogHead(home: PublicKey): Promise<LogHead | null> {
    const bytes = await readIfThere(this.#logHeadPath(home));
    if (bytes === null) return null;
    const { size, root } = logHeadSchema(decodeCbor(bytes, 'log head'), 'log head');
    return { size, root };
  }

  async saveLogHead(home: PublicKey, { size, root }: LogHead): Promise<void> {
    await replaceFile(this.#logHeadPath(home), encodeCbor({ v: 1, size, root }));
  }

  async close(): Promise<void> {
    for (const log of this.#logs.splice(0)) await log.close();
  }

  #pinPath(home: PublicKey): string {
    return join(this.#folder, `${this.#name('pin', toHex(home))}.pin`);
  }

  #othersPath(home: PublicKey): string {
    return join(this.#folder, `${this.#name('others', toHex(home))}.pin`);
  }

  #logHeadPath(home: PublicKey): string {
    return join(this.#folder, `${this.#name('log head', toHex(home))}.pin`);
  }

  #lanePath(login: Name): string {
    return join(this.#folder, `${this.#name('lane', login)}.lane`);
  }

  #name(what: string, of: string): string {
    return createHash('sha256').update(JSON.stringify([what, this.#node, of])).digest('hex').slice(0, 32);
  }
}
