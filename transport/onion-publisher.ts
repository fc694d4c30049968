import type { OnionAddress } from './addresses.ts';
import { TransportError } from './errors.ts';
import type { OnionRequest, TorControl } from './control.ts';
import { torCarrier } from './tor-carrier.ts';
import type { SocksEndpoint } from './socket-path.ts';

export interface OnionState {
  readonly address: OnionAddress;
  /** Whether tor has uploaded the service's descriptor since it last started, so that others can find it. */
  readonly published: boolean;
  /** What the last `checkReachable` found; missing before the first. */
  readonly reachable?: boolean;
}

/** An onion service that is kept published, through tor's restarts, until `close`. */
export interface OnionPublisher {
  readonly address: OnionAddress;
  state(): OnionState;
  /** Resolves once published. Rejects with the signal's reason, or with TransportError('closed'). */
  published(signal?: AbortSignal): Promise<void>;
  /**
   * Goes to the service over a fresh circuit, as a stranger would. With client authorization it finds the service only
   * where this tor was authorized too.
   */
  checkReachable(timeoutMs?: number): Promise<boolean>;
  close(): Promise<void>;
}

/** The publisher of one service; told of connections and events by the tor that it belongs to. */
export class KeptOnion implements OnionPublisher {
  readonly address: OnionAddress;
  readonly #request: OnionRequest;
  readonly #socks: SocksEndpoint;
  readonly #withdraw: (onion: KeptOnion) => Promise<void>;
  #published = Promise.withResolvers<void>();
  #isPublished = false;
  #reachable: boolean | undefined;
  #checks = 0;

  constructor(request: OnionRequest, socks: SocksEndpoint, withdraw: (onion: KeptOnion) => Promise<void>) {
    this.address = request.key.address;
    this.#request = request;
    this.#socks = socks;
    this.#withdraw = withdraw;
    this.#published.promise.catch(() => {});
  }

  async announce(control: TorControl): Promise<void> {
    await control.addOnion(this.#request);
  }

  /** Takes a line of an HS_DESC event (control-spec 4.1.25). */
  heard(line: string): void {
    const [event, action, serviceId] = line.split(' ');
    if (event !== 'HS_DESC' || action !== 'UPLOADED' || `${serviceId}.onion` !== this.address) return;
    this.#isPublished = true;
    this.#published.resolve();
  }

  torGone(): void {
    if (!this.#isPublished) return;
    this.#isPublished = false;
    this.#published = Promise.withResolvers<void>();
    this.#published.promise.catch(() => {});
  }

  state(): OnionState {
    const state = { address: this.address, published: this.#isPublished };
    return this.#reachable === undefined ? state : { ...state, reachable: this.#reachable };
  }

  published(signal?: AbortSignal): Promise<void> {
    return orAborted(this.#published.promise, signal);
  }

  async checkReachable(timeoutMs = 60_000): Promise<boolean> {
    const carrier = torCarrier({ socks: this.#socks, timeoutMs });
    const purpose = `reachability ${++this.#checks}`; // a circuit of its own each time
    try {
      const fetch = carrier.fetchFor({ account: '', purpose, peer: this.address });
      await fetch(`http://${this.address}/`, { method: 'GET', signal: AbortSignal.timeout(timeoutMs) });
      this.#reachable = true;
    } catch {
      this.#reachable = false;
    } finally {
      await carrier.close();
    }
    return this.#reachable;
  }

  async close(): Promise<void> {
    this.#published.reject(new TransportError('closed', 'The onion service was taken back; publish it again.'));
    await this.#withdraw(this);
  }
}

/** `promise`, or a rejection with the signal's reason once it fires. */
export function orAborted<T>(promise: Promise<T>, signal: AbortSignal | undefined): Promise<T> {
  if (signal === undefined) return promise;
  return new Promise((resolve, reject) => {
    const onAbort = (): void => reject(signal.reason);
    if (signal.aborted) onAbort();
    signal.addEventListener('abort', onAbort, { once: true });
    promise.then(resolve, reject).finally(() => signal.removeEventListener('abort', onAbort));
  });
}
