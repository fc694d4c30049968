import { readFileSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { randomBytes, toBase32 } from '../crypto/index.ts';
import { Store } from '../store/index.ts';
import type { DaemonConfig } from './config.ts';
import { localDoor, onionDoor, socketDoor } from './door.ts';
import { describe } from './failure.ts';
import { GuessLimit } from './guess-limit.ts';
import { listenLocal, listenSocket } from './listen.ts';
import type { CarrierStatus, Services } from './services.ts';

/** What a node says of itself while it runs, one line of JSON each. */
export type DaemonEvent =
  | { readonly event: 'ready'; readonly url: string; readonly socket: string; readonly key: string }
  | { readonly event: 'tor'; readonly phase: string; readonly percent: number; readonly summary: string; readonly advice: string | null }
  | { readonly event: 'onion'; readonly address: string; readonly reachable: boolean | null }
  | { readonly event: 'log'; readonly line: string }
  | { readonly event: 'failed'; readonly code: string; readonly message: string };

export interface Daemon {
  stop(): Promise<void>;
}

const COLLECT_MS = 60_000;

/** Opens the store and the doors. Throws StoreError, ListenError or TransportError with one clear sentence. */
export async function startDaemon(config: DaemonConfig, emit: (event: DaemonEvent) => void): Promise<Daemon> {
  const now = (): number => Math.floor(Date.now() / 1000);
  const log = (line: string): void => { emit({ event: 'log', line }); };
  const store = await Store.open(config.dataDir, { now, quota: config.quota });
  const services: Services = {
    store, config, now, log,
    guesses: new GuessLimit({ free: config.freeGuesses, seconds: config.guessSeconds, bitsMax: config.workBitsMax }),
    secret: await nodeSecret(store),
    version: softwareVersion(),
    carrier: noCarrier,
  };
  const key = toBase32(randomBytes(20));
  const at = (name: string): string => join(config.dataDir, name);
  const doors = [
    await listenLocal(config.port, services, (port) => localDoor(port, key)),
    await listenSocket(at('local.sock'), services, socketDoor),
    await listenSocket(at('onion.sock'), services, onionDoor),
  ];
  await writeFile(at('local.key'), `${key}\n`, { mode: 0o600 });
  const collecting = collectRegularly(store, log);
  emit({ event: 'ready', url: `http://127.0.0.1:${doors[0]?.port ?? 0}`, socket: at('local.sock'), key: at('local.key') });
  return {
    stop: async () => {
      clearInterval(collecting);
      await Promise.all(doors.map(async (door) => door.close()));
      await store.close();
    },
  };
}

function noCarrier(): CarrierStatus {
  return { carrier: 'none', phase: 'off', percent: 0, summary: 'This node runs without a carrier.', advice: null, onion: null, reachable: null };
}

/** 32 bytes made on the first start; the keys of the oblivious PRF derive from them, so they are never replaced. */
async function nodeSecret(store: Store): Promise<Uint8Array> {
  const held = await store.rows.setting('secret');
  if (held !== null) return held;
  const secret = randomBytes(32);
  await store.rows.setSetting('secret', secret);
  return secret;
}

function collectRegularly(store: Store, log: (line: string) => void): NodeJS.Timeout {
  let busy = false;
  return setInterval(() => {
    if (busy) return;
    busy = true;
    void (async () => {
      while (await store.collect()) await new Promise((resolve) => { setTimeout(resolve, 50); });
    })().catch((error: unknown) => { log(`collection: ${describe(error)}`); }).finally(() => { busy = false; });
  }, COLLECT_MS);
}

function softwareVersion(): string {
  const manifest: unknown = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8'));
  return typeof manifest === 'object' && manifest !== null && 'version' in manifest && typeof manifest.version === 'string' ? manifest.version : '0';
}
