/** Sessions against a real node's local door, with every request on record. */
import { toHex, type PublicKey } from '../../crypto/index.ts';
import { MemoryLog, type LogCopy } from '../../hidden/index.ts';
import { Meter, NodeClient, type SpacePin } from '../../node/index.ts';
import { loopbackCarrier, parseNodeUrl } from '../../transport/index.ts';
import type { Connect, Device, OtherPin } from '../../vault/index.ts';
import { COMMIT_MAX_LOCAL, parseName, type CarrierFetch, type CarrierRequest, type LogHead, type Name } from '../../wire/index.ts';

/** What an observer of one request sees, its body blanked. */
export interface Sent {
  readonly path: string;
  readonly bytes: number;
}

export interface Recorded extends Connect {
  readonly sent: Sent[];
  close(): Promise<void>;
}

async function lengthOf(request: CarrierRequest): Promise<number> {
  return request.body instanceof Uint8Array ? request.body.length : request.bodyLength ?? 0;
}

/** Ways to the node behind `socket`; `tamper` may stand between. */
export function recorded(socket: string, tamper: (fetch: CarrierFetch) => CarrierFetch = (fetch) => fetch): Recorded {
  const carrier = loopbackCarrier();
  const meter = new Meter();
  const sent: Sent[] = [];
  const { base } = parseNodeUrl(`unix:${socket}`);
  const node = (url: string, purpose: string): NodeClient => {
    const fetch = tamper(carrier.fetchFor({ account: 'test', purpose, peer: url }));
    return new NodeClient({
      url: parseNodeUrl(url).base,
      meter,
      fetch: async (at, request) => {
        sent.push({ path: at.slice(base.length), bytes: await lengthOf(request) });
        return fetch(at, request);
      },
    });
  };
  return { home: node(base, 'home'), node, commitBytes: COMMIT_MAX_LOCAL, meter, now: () => Date.now(), sent, close: () => carrier.close() };
}

/** A device that forgets everything with the test. */
export class MemoryDevice implements Device {
  readonly pins = new Map<string, SpacePin>();
  lane: Uint8Array = new Uint8Array(0);

  async loadPin(home: PublicKey): Promise<SpacePin | null> {
    return this.pins.get(toHex(home)) ?? null;
  }
  async savePin(home: PublicKey, pin: SpacePin): Promise<void> {
    this.pins.set(toHex(home), pin);
  }
  others: readonly OtherPin[] = [];
  async loadOtherPins(): Promise<readonly OtherPin[]> {
    return this.others;
  }
  async saveOtherPins(_home: PublicKey, pins: readonly OtherPin[]): Promise<void> {
    this.others = pins;
  }
  /** Of the one account that the device is used for. */
  readonly copy = new MemoryLog();
  head: LogHead | null = null;
  async log(): Promise<LogCopy> {
    return this.copy;
  }
  async loadLogHead(): Promise<LogHead | null> {
    return this.head;
  }
  async saveLogHead(_home: PublicKey, head: LogHead): Promise<void> {
    this.head = head;
  }
  async loadLane(_login: Name): Promise<Uint8Array> {
    return this.lane;
  }
  async saveLane(_login: Name, bytes: Uint8Array): Promise<void> {
    this.lane = bytes.slice();
  }
}

export const login = (text: string): Name => parseName(text);
