import { existsSync } from 'node:fs';
import { open, readFile, rename } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { attachTor, OnionKey, parseSocksEndpoint, startTor, type OnionPublisher, type TorService, type TorStatus } from '../transport/index.ts';
import type { DaemonConfig } from './config.ts';
import { describe } from './failure.ts';
import type { CarrierStatus } from './services.ts';

/** The carrier of a node while it runs. */
export interface NodeCarrier {
  status(): CarrierStatus;
  stop(): Promise<void>;
}

/** What becomes known of the carrier over time. */
export interface CarrierNews {
  progress(status: TorStatus): void;
  onion(address: string, reachable: boolean): void;
  log(line: string): void;
}

const RETRY_MS = 15_000;
const RECHECK_MS = 30 * 60_000;

export function withoutCarrier(): NodeCarrier {
  const status = { carrier: 'none', phase: 'off', percent: 0, summary: 'This node runs without a carrier.', advice: null, socks: null, onion: null, reachable: null } as const;
  return { status: () => status, stop: async () => undefined };
}

/** Starts or joins tor, and keeps the node's onion service published in front of `onionSocket`. Throws TransportError. */
export async function startCarrier(config: DaemonConfig, onionSocket: string, news: CarrierNews): Promise<NodeCarrier> {
  const key = await onionKey(join(config.dataDir, 'onion.key'));
  const tor = await torOf(config, (status) => { news.progress(status); });
  const stopping = new AbortController();
  const onion = await tor.publish({ key, socketPath: onionSocket }).catch(async (error: unknown) => {
    await tor.stop();
    throw error;
  });
  const watching = watchReachable(onion, stopping.signal, news);
  return {
    status: () => statusOf(config, tor, onion),
    stop: async () => {
      stopping.abort();
      await watching;
      await tor.stop();
    },
  };
}

/** Where this node's own connections, and those of its agent, go out: a socket in its data folder, or the system's. */
export function socksOf({ dataDir, systemTor }: DaemonConfig): string {
  return systemTor?.socks ?? join(dataDir, 'tor', 'socks.sock');
}

async function torOf(config: DaemonConfig, onProgress: (status: TorStatus) => void): Promise<TorService> {
  const { systemTor, torrcExtra } = config;
  if (systemTor !== null) return attachTor({ socks: parseSocksEndpoint(systemTor.socks), control: parseSocksEndpoint(systemTor.control), onProgress });
  const dataDir = join(config.dataDir, 'tor');
  const extra = torrcExtra === null ? {} : { torrcExtra };
  return startTor({ dataDir, socksPath: socksOf(config), controlPath: join(dataDir, 'control.sock'), onProgress, ...extra });
}

function statusOf(config: DaemonConfig, tor: TorService, onion: OnionPublisher): CarrierStatus {
  const { phase, percent, summary, advice = null } = tor.status();
  return { carrier: 'tor', phase, percent, summary, advice, socks: socksOf(config), onion: `http://${onion.address}`, reachable: onion.state().reachable ?? null };
}

/** Visits the node's own address as a stranger would, until that works, and now and then afterwards. */
async function watchReachable(onion: OnionPublisher, signal: AbortSignal, news: CarrierNews): Promise<void> {
  try {
    for (;;) {
      await onion.published(signal);
      const reachable = await onion.checkReachable();
      signal.throwIfAborted();
      news.onion(`http://${onion.address}`, reachable);
      await sleep(reachable ? RECHECK_MS : RETRY_MS, undefined, { signal });
    }
  } catch (error) {
    if (!signal.aborted) news.log(`reachability: ${describe(error)}`);
  }
}

/** The key that the node's address is made of; made once, and never lost half-written. */
async function onionKey(path: string): Promise<OnionKey> {
  if (existsSync(path)) return OnionKey.parse((await readFile(path, 'utf8')).trim());
  const key = OnionKey.generate();
  const file = await open(`${path}.new`, 'w', 0o600);
  try {
    await file.writeFile(`${key.expose()}\n`);
    await file.sync();
  } finally {
    await file.close();
  }
  await rename(`${path}.new`, path);
  return key;
}
