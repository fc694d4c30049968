import { setTimeout as sleep } from 'node:timers/promises';
import type { OnionAddress } from './addresses.ts';
import { afterSilence, afterStatusLine, STARTING } from './bootstrap.ts';
import type { TorStatus } from './bootstrap.ts';
import type { OnionRequest, TorControl } from './control.ts';
import { TransportError } from './errors.ts';
import { KeptOnion, orAborted } from './onion-publisher.ts';
import type { OnionPublisher } from './onion-publisher.ts';
import type { SocksEndpoint } from './socket-path.ts';

/** A tor that is kept: when it or the connection to it dies, it is brought back and told everything again. */
export interface TorService {
  readonly socks: SocksEndpoint;
  status(): TorStatus;
  /**
   * Resolves once tor is connected to its network. Rejects with the signal's reason, with 'closed' after `stop`, and, when
   * `orStuck` is set, with 'tor-stuck' and the advice as soon as tor is stuck; without it, it waits on as tor keeps trying.
   */
  ready(options?: { readonly signal?: AbortSignal; readonly orStuck?: boolean }): Promise<void>;
  /** Keeps the service published from now on, at once or when tor is back. Rejects with 'tor-control' when tor refuses it. */
  publish(request: OnionRequest): Promise<OnionPublisher>;
  /** Lets this tor connect to a service with client authorization; `privateKey` is base64 (generateClientAuthorization). */
  authorize(address: OnionAddress, privateKey: string): Promise<void>;
  /** The live control connection. Throws TransportError('tor-control') while tor is down. */
  control(): TorControl;
  /** Ends our own tor, and no other; takes our onions back from the system's. */
  stop(): Promise<void>;
}

export interface TorServiceOptions {
  /** Milliseconds without progress after which tor counts as stuck. */
  readonly stuckAfterMs?: number;
  readonly onProgress?: (status: TorStatus) => void;
}

/** How a tor is had: started, or found. */
export interface TorSource {
  readonly socks: SocksEndpoint;
  /** A fresh authenticated connection, with tor started where that is ours to do. */
  open(): Promise<TorControl>;
  close(): Promise<void>;
}

const RETRY_FIRST_MS = 250;
const RETRY_MOST_MS = 30_000;

/** Opens the source, which may reject, and keeps it from then on. */
export async function keepTor(source: TorSource, options: TorServiceOptions): Promise<TorService> {
  const tor = new KeptTor(source, options);
  await tor.start();
  return tor;
}

class KeptTor implements TorService {
  readonly socks: SocksEndpoint;
  readonly #source: TorSource;
  readonly #options: TorServiceOptions;
  readonly #onions = new Map<OnionAddress, KeptOnion>();
  readonly #authorized = new Map<OnionAddress, string>();
  readonly #stopping = new AbortController();
  readonly #watchers = new Set<(status: TorStatus) => void>();
  #control: TorControl | undefined;
  #status = STARTING;
  #silence: NodeJS.Timeout | undefined;
  #loop: Promise<void> = Promise.resolve();

  constructor(source: TorSource, options: TorServiceOptions) {
    this.socks = source.socks;
    this.#source = source;
    this.#options = options;
  }

  async start(): Promise<void> {
    try {
      const control = await this.#source.open();
      await this.#use(control);
      this.#loop = this.#keep(control);
    } catch (error) {
      clearTimeout(this.#silence);
      await this.#source.close();
      throw error;
    }
  }

  status(): TorStatus {
    return this.#status;
  }

  ready(options: { readonly signal?: AbortSignal; readonly orStuck?: boolean } = {}): Promise<void> {
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    const look = (status: TorStatus): void => {
      if (status.phase === 'ready') resolve();
      if (status.phase === 'stopped') reject(stopped());
      if (status.phase === 'stuck' && options.orStuck === true) reject(new TransportError('tor-stuck', status.advice ?? status.summary));
    };
    this.#watchers.add(look);
    look(this.#status);
    return orAborted(promise, options.signal).finally(() => this.#watchers.delete(look));
  }

  async publish(request: OnionRequest): Promise<OnionPublisher> {
    if (this.#stopping.signal.aborted) throw stopped();
    if (this.#onions.has(request.key.address)) throw new TransportError('tor-control', 'This onion service is published already; close it before publishing it anew.');
    const onion = new KeptOnion(request, this.socks, (closing) => this.#withdraw(closing));
    this.#onions.set(onion.address, onion);
    try {
      if (this.#control !== undefined) await onion.announce(this.#control);
    } catch (error) {
      // Refused by a tor that is there: it would be refused again. Lost with the connection: it is announced to the next one.
      if (this.#control !== undefined) {
        this.#onions.delete(onion.address);
        throw error;
      }
    }
    return onion;
  }

  async authorize(address: OnionAddress, privateKey: string): Promise<void> {
    await this.#control?.onionClientAuthAdd(address, privateKey);
    this.#authorized.set(address, privateKey);
  }

  control(): TorControl {
    if (this.#control === undefined) throw new TransportError('tor-control', 'Tor is not running at the moment; it is being brought back: try again shortly.');
    return this.#control;
  }

  async stop(): Promise<void> {
    if (this.#stopping.signal.aborted) return this.#loop;
    this.#stopping.abort();
    for (const onion of this.#onions.values()) await onion.close();
    this.#control?.close();
    await this.#source.close();
    await this.#loop;
    await this.#source.close(); // what the loop had begun to open meanwhile
    this.#control = undefined;
    clearTimeout(this.#silence);
    this.#setStatus({ phase: 'stopped', percent: 0, summary: 'Stopped' });
  }

  /** Tells a fresh tor all that it must know. */
  async #use(control: TorControl): Promise<void> {
    await control.setEvents(['STATUS_CLIENT', 'STATUS_GENERAL', 'HS_DESC'], (line) => this.#heard(line));
    this.#setStatus(afterStatusLine({ ...STARTING, phase: 'bootstrapping' }, await control.getInfo('status/bootstrap-phase')));
    for (const [address, privateKey] of this.#authorized) await control.onionClientAuthAdd(address, privateKey);
    for (const onion of this.#onions.values()) await onion.announce(control);
    this.#control = control;
  }

  async #keep(first: TorControl): Promise<void> {
    for (let control: TorControl | undefined = first; control !== undefined; control = await this.#reopen()) {
      await control.closed;
      this.#control = undefined;
      for (const onion of this.#onions.values()) onion.torGone();
      if (this.#stopping.signal.aborted) return;
      this.#setStatus({ phase: 'down', percent: 0, summary: 'Tor ended', advice: 'Tor ended or restarted; it is being brought back, and onion services with it.' });
    }
  }

  async #reopen(): Promise<TorControl | undefined> {
    for (let wait = RETRY_FIRST_MS; ; wait = Math.min(wait * 2, RETRY_MOST_MS)) {
      await sleep(wait, undefined, { signal: this.#stopping.signal }).catch(() => {});
      if (this.#stopping.signal.aborted) return undefined;
      let control: TorControl | undefined;
      try {
        control = await this.#source.open();
        await this.#use(control);
        if (!this.#stopping.signal.aborted) return control;
        control.close();
        return undefined;
      } catch (error) {
        control?.close();
        const why = error instanceof TransportError ? error.message : 'Tor did not come back.';
        if (!this.#stopping.signal.aborted) this.#setStatus({ phase: 'down', percent: 0, summary: 'Tor is down', advice: why });
      }
    }
  }

  #heard(line: string): void {
    if (line.startsWith('HS_DESC ')) for (const onion of this.#onions.values()) onion.heard(line);
    else this.#setStatus(afterStatusLine(this.#status, line));
  }

  #setStatus(status: TorStatus): void {
    const before = this.#status;
    if (status === before) return;
    this.#status = status;
    if (status.phase !== before.phase || status.percent !== before.percent || this.#silence === undefined) this.#awaitProgress();
    this.#options.onProgress?.(status);
    for (const look of this.#watchers) look(status);
  }

  #awaitProgress(): void {
    clearTimeout(this.#silence);
    const { stuckAfterMs = 60_000 } = this.#options;
    this.#silence = setTimeout(() => this.#setStatus(afterSilence(this.#status, stuckAfterMs / 1000)), stuckAfterMs);
    this.#silence.unref();
  }

  async #withdraw(onion: KeptOnion): Promise<void> {
    this.#onions.delete(onion.address);
    await this.#control?.delOnion(onion.address).catch(() => {}); // gone with the connection, if that is gone
  }
}

function stopped(): TransportError {
  return new TransportError('closed', 'Tor was stopped with its node; start the node again.');
}
