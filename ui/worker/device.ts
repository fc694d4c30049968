import { sha256, toHex, utf8, type PublicKey } from '../../crypto/index.ts';
import type { SpacePin } from '../../node/index.ts';
import type { Device, OtherPin } from '../../vault/index.ts';
import { decodeCbor, encodeCbor, HEADER_ITEM, schema, type Name, type PointerHash } from '../../wire/index.ts';

const DATABASE = 'underkeep';
const STORE = 'device';
const pinSchema = schema.record({ v: schema.literal(1), sequence: schema.uint(Number.MAX_SAFE_INTEGER, 1), hash: schema.bytes<PointerHash>(32) });
const OTHERS_MAX = 4096;
const othersSchema = schema.record({
  v: schema.literal(1),
  pins: schema.list(schema.record({ space: schema.bytes<PublicKey>(32), sequence: schema.uint(Number.MAX_SAFE_INTEGER, 1), hash: schema.bytes<PointerHash>(32) }), OTHERS_MAX),
});

/**
 * What may stay in the browser: pins and the header lane's ciphertext, under hashes. Where the browser keeps nothing (Tor
 * Browser, private windows), the device remembers nothing.
 */
export class BrowserDevice implements Device {
  readonly #node: string;
  readonly #open: Promise<IDBDatabase | null>;

  constructor(node: string) {
    this.#node = node;
    this.#open = openDatabase().catch(() => null);
  }

  async loadPin(home: PublicKey): Promise<SpacePin | null> {
    const bytes = await this.#get(this.#name('pin', toHex(home)));
    if (bytes === null) return null;
    const { sequence, hash } = pinSchema(decodeCbor(bytes, 'pin'), 'pin');
    return { sequence, hash };
  }

  /** Never goes back: of two tabs that end at the same time, the later pin stays. */
  async savePin(home: PublicKey, pin: SpacePin): Promise<void> {
    const held = await this.loadPin(home);
    if (held !== null && held.sequence > pin.sequence) return;
    await this.#put(this.#name('pin', toHex(home)), encodeCbor({ v: 1, sequence: pin.sequence, hash: pin.hash }));
  }

  async loadOtherPins(home: PublicKey): Promise<readonly OtherPin[]> {
    const bytes = await this.#get(this.#name('others', toHex(home)));
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
    await this.#put(this.#name('others', toHex(home)), encodeCbor({ v: 1, pins: kept }));
  }

  async loadLane(login: Name): Promise<Uint8Array> {
    const bytes = await this.#get(this.#name('lane', login));
    return bytes === null ? new Uint8Array(0) : bytes.subarray(0, bytes.length - (bytes.length % HEADER_ITEM));
  }

  async saveLane(login: Name, bytes: Uint8Array): Promise<void> {
    await this.#put(this.#name('lane', login), bytes);
  }

  #name(what: string, of: string): string {
    return toHex(sha256(utf8(JSON.stringify([what, this.#node, of])))).slice(0, 32);
  }

  async #get(name: string): Promise<Uint8Array | null> {
    const database = await this.#open;
    if (database === null) return null;
    const found: unknown = await done(database.transaction(STORE).objectStore(STORE).get(name));
    return found instanceof Uint8Array ? found : null;
  }

  async #put(name: string, bytes: Uint8Array): Promise<void> {
    const database = await this.#open;
    if (database === null) return;
    const transaction = database.transaction(STORE, 'readwrite', { durability: 'strict' });
    transaction.objectStore(STORE).put(bytes.slice(), name);
    await new Promise<void>((resolve, reject) => {
      transaction.addEventListener('complete', () => { resolve(); });
      transaction.addEventListener('abort', () => { reject(transaction.error ?? new Error('not stored')); });
    });
  }
}

async function openDatabase(): Promise<IDBDatabase> {
  const request = indexedDB.open(DATABASE, 1);
  request.addEventListener('upgradeneeded', () => { request.result.createObjectStore(STORE); });
  return done(request);
}

async function done<T>(request: IDBRequest<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    request.addEventListener('success', () => { resolve(request.result); });
    request.addEventListener('error', () => { reject(request.error ?? new Error('no storage')); });
  });
}
