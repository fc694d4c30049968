/** A node within this process: the daemon's routes over a real store in a folder of its own; only sockets are left out. */
import { existsSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { makeApp } from '../../daemon/app.ts';
import { DEFAULTS, GuessLimit, SpentWork } from '../../daemon/index.ts';
import { socketDoor } from '../../daemon/door.ts';
import { PageSessions } from '../../daemon/page-sessions.ts';
import type { Services } from '../../daemon/services.ts';
import { randomBytes } from '../../crypto/index.ts';
import { Store } from '../../store/index.ts';
import type { CarrierFetch, CarrierRequest, CarrierResponse } from '../../wire/index.ts';

const SHARED_MEMORY = '/dev/shm';

/** A folder in memory where there is such a thing: the runs are many, and their durability is that of the disk's own tests. */
export async function memoryFolder(): Promise<string> {
  return mkdtemp(join(existsSync(SHARED_MEMORY) ? SHARED_MEMORY : '/tmp', 'uk-'));
}

export interface LocalNode {
  readonly folder: string;
  readonly fetch: CarrierFetch;
  /** As `kill -9` and a new start: what was not stored is gone. */
  restart(): Promise<void>;
  close(): Promise<void>;
}

export async function openNode(now: () => number, folder?: string): Promise<LocalNode> {
  const at = folder ?? await memoryFolder();
  const seconds = (): number => Math.floor(now() / 1000);
  let node = await start(at, seconds);
  return {
    folder: at,
    fetch: async (url, request) => node.fetch(url, request),
    restart: async () => {
      await node.store.close();
      node = await start(at, seconds);
    },
    close: async () => {
      await node.store.close();
      if (folder === undefined) await rm(at, { recursive: true, force: true });
    },
  };
}

async function start(folder: string, now: () => number): Promise<{ store: Store; fetch: CarrierFetch }> {
  const config = { ...DEFAULTS, dataDir: folder, carrier: 'none' as const, freeGuesses: 1_000_000 };
  const store = await Store.open(folder, { now, quota: config.quota });
  const held = await store.rows.setting('secret');
  const secret = held ?? randomBytes(32);
  if (held === null) await store.rows.setSetting('secret', secret);
  const services: Services = {
    store, config, now, secret, version: '0', page: null, pages: new PageSessions(now),
    guesses: new GuessLimit({ free: config.freeGuesses, seconds: config.guessSeconds, bitsMax: config.workBitsMax }),
    spent: new SpentWork(),
    carrier: () => ({ carrier: 'none', phase: 'none', percent: 0, summary: '', advice: null, socks: null, onion: null, reachable: null }),
    log: (line) => { console.error(`node: ${line}`); },
  };
  const app = makeApp(services, socketDoor);
  return { store, fetch: (url, request) => exchange(app, url, request) };
}

async function exchange(app: ReturnType<typeof makeApp>, url: string, request: CarrierRequest): Promise<CarrierResponse> {
  const incoming = new Incoming(request);
  const outgoing = new Outgoing();
  const headers = new Headers(request.headers);
  const env = { incoming, outgoing } as unknown as Parameters<typeof app.fetch>[1];
  const answer = await app.fetch(new Request(url.replace(/^unix:[^ ]*?(?=\/v1|\/ipfs)/, 'http://node'), { method: request.method, headers }), env);
  if (outgoing.headersSent) return { status: outgoing.status, header: (name) => outgoing.headers.get(name.toLowerCase()) ?? null, body: pieces(outgoing.chunks) };
  const body = new Uint8Array(await answer.arrayBuffer());
  return { status: answer.status, header: (name) => answer.headers.get(name), body: pieces([body]) };
}

async function* pieces(chunks: readonly Uint8Array[]): AsyncGenerator<Uint8Array> {
  yield* chunks;
}

/** As much of an `IncomingMessage` as the routes look at. */
class Incoming extends Readable {
  readonly method: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly #body: AsyncIterator<Uint8Array> | Iterator<Uint8Array>;

  constructor({ method, headers, body, bodyLength }: CarrierRequest) {
    super();
    this.method = method;
    const length = body instanceof Uint8Array ? body.length : bodyLength ?? 0;
    this.headers = { ...headers, host: 'node', 'content-length': String(length) };
    this.#body = body === undefined ? [][Symbol.iterator]() : body instanceof Uint8Array ? [body][Symbol.iterator]() : body[Symbol.asyncIterator]();
  }

  get complete(): boolean {
    return this.readableEnded;
  }

  override _read(): void {
    void this.#pull();
  }

  async #pull(): Promise<void> {
    try {
      const next = await this.#body.next();
      this.push(next.done === true ? null : Buffer.from(next.value.buffer, next.value.byteOffset, next.value.length));
    } catch (error) {
      this.destroy(error instanceof Error ? error : new Error(String(error)));
    }
  }
}

/** As much of a `ServerResponse` as the routes use. */
class Outgoing {
  status = 0;
  headersSent = false;
  readonly closed = false;
  readonly destroyed = false;
  readonly headers = new Map<string, string>();
  readonly chunks: Uint8Array[] = [];

  writeHead(status: number, headers: Readonly<Record<string, string>>): void {
    this.status = status;
    this.headersSent = true;
    for (const [name, value] of Object.entries(headers)) this.headers.set(name.toLowerCase(), value);
  }

  /** Blocks are read into memory that is used again. */
  write(chunk: Uint8Array): boolean {
    this.chunks.push(new Uint8Array(chunk));
    return true;
  }

  end(): void {
    this.headersSent = true;
  }

  destroy(): void {
    throw new Error('the node broke an answer off');
  }
}
