import { readFileSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { randomBytes, toBase32 } from '../crypto/index.ts';
import { Store } from '../store/index.ts';
import type { DaemonConfig } from './config.ts';
import { startCarrier, withoutCarrier, type NodeCarrier } from './carrier.ts';
import { localDoor, onionDoor, socketDoor } from './door.ts';
import { describe } from './failure.ts';
import { GuessLimit } from './guess-limit.ts';
import { SpentWork } from './spent-work.ts';
import { listenLocal, listenSocket } from './listen.ts';
import { loadPage } from './page-files.ts';
import { PageSessions } from './page-sessions.ts';
import type { Services } from './services.ts';

/** What a node says of itself while it runs, one line of JSON each. */
export type DaemonEvent =
  | { readonly event: 'ready'; readonly url: string; readonly socket: string; readonly key: string; readonly onion: string | null }
  | { readonly event: 'tor'; readonly phase: string; readonly percent: number; readonly summary: string; readonly advice: string | null }
  | { readonly event: 'onion'; readonly address: string; readonly reachable: boolean }
  | { readonly event: 'log'; readonly line: string }
  | { readonly event: 'failed'; readonly code: string; readonly message: string };

export interface Daemon {
  stop(): Promise<void>;
}

const PAGE_FOLDER = join(import.meta.dirname, '../ui/dist');
const COLLECT_MS = 60_000;
const COLLECT_PAUSE_MS = 50;
const OWNER_ONLY = 0o600;
const OWNER_AND_GROUP = 0o660;

/** Opens the store, the doors and the carrier. Throws StoreError, ListenError or TransportError with one clear sentence. */
export async function startDaemon(config: DaemonConfig, emit: (event: DaemonEvent) => void): Promise<Daemon> {
  const closing: (() => Promise<void>)[] = [];
  const stop = async (): Promise<void> => {
    for (const close of closing.splice(0).reverse()) await close();
  };
  try {
    await open(config, emit, closing);
  } catch (error) {
    await stop();
    throw error;
  }
  return { stop };
}

/** Opens one thing after another, and leaves in `closing` how each is closed. */
async function open(config: DaemonConfig, emit: (event: DaemonEvent) => void, closing: (() => Promise<void>)[]): Promise<void> {
  const now = (): number => Math.floor(Date.now() / 1000);
  const log = (line: string): void => { emit({ event: 'log', line }); };
  const at = (name: string): string => join(config.dataDir, name);
  const store = await Store.open(config.dataDir, { now, quota: config.quota });
  closing.push(async () => store.close());
  let carrier: NodeCarrier = withoutCarrier();
  const services: Services = {
    store, config, now, log,
    guesses: new GuessLimit({ free: config.freeGuesses, seconds: config.guessSeconds, bitsMax: config.workBitsMax }),
    spent: new SpentWork(),
    secret: await nodeSecret(store),
    version: softwareVersion(),
    carrier: () => carrier.status(),
    page: await loadPage(config.page ?? PAGE_FOLDER),
    pages: new PageSessions(now),
  };
  const collecting = collectRegularly(store, log);
  closing.push(async () => collecting.stop());
  const key = toBase32(randomBytes(20));
  const local = await listenLocal(config.port, services, (port) => {
    services.pages.port = port;
    return localDoor(port, key, services.pages);
  });
  closing.push(async () => local.close());
  const socket = await listenSocket(at('local.sock'), OWNER_ONLY, services, socketDoor);
  closing.push(async () => socket.close());
  // The system's tor is another user: the folder's group, which may only pass, decides who that is.
  const onion = await listenSocket(at('onion.sock'), config.systemTor === null ? OWNER_ONLY : OWNER_AND_GROUP, services, onionDoor);
  closing.push(async () => onion.close());
  if (config.carrier === 'tor') {
    carrier = await startCarrier(config, at('onion.sock'), {
      progress: ({ phase, percent, summary, advice = null }) => { emit({ event: 'tor', phase, percent, summary, advice }); },
      onion: (address, reachable) => { emit({ event: 'onion', address, reachable }); },
      log,
    });
    closing.push(async () => carrier.stop());
  }
  await writeFile(at('local.key'), `${key}\n`, { mode: 0o600 });
  emit({ event: 'ready', url: `http://127.0.0.1:${local.port}`, socket: at('local.sock'), key: at('local.key'), onion: carrier.status().onion });
}

/** 32 bytes made on the first start; the keys of the oblivious PRF derive from them, so they are never replaced. */
async function nodeSecret(store: Store): Promise<Uint8Array> {
  const held = await store.rows.setting('secret');
  if (held !== null) return held;
  const secret = randomBytes(32);
  await store.rows.setSetting('secret', secret);
  return secret;
}

/** Steps of collection in small pieces, so that no request waits long for them. */
function collectRegularly(store: Store, log: (line: string) => void): { stop(): Promise<void> } {
  const stopping = new AbortController();
  const { signal } = stopping;
  const running = (async () => {
    for (;;) {
      await sleep(COLLECT_MS, undefined, { signal });
      try {
        while (!signal.aborted && (await store.collect())) await sleep(COLLECT_PAUSE_MS, undefined, { signal });
      } catch (error) {
        if (!signal.aborted) log(`collection: ${describe(error)}`);
      }
    }
  })().catch(() => undefined);
  return { stop: async () => { stopping.abort(); await running; } };
}

function softwareVersion(): string {
  const manifest: unknown = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8'));
  return typeof manifest === 'object' && manifest !== null && 'version' in manifest && typeof manifest.version === 'string' ? manifest.version : '0';
}
