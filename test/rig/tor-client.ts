/** A tor of a test's own in a private network, with a folder for its sockets. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startTor } from '../../transport/index.ts';
import type { TorOptions, TorService } from '../../transport/index.ts';
import type { TorNetwork } from './tor.ts';

export interface TorClient {
  readonly tor: TorService;
  /** Short enough for sockets in it; gone after `stop`. */
  readonly folder: string;
  readonly controlPath: string;
  stop(): Promise<void>;
}

export async function startTorClient(network: TorNetwork, options: Partial<TorOptions> = {}): Promise<TorClient> {
  const folder = await mkdtemp(join(tmpdir(), 'uk-'));
  const controlPath = join(folder, 'tor/control');
  const tor = await startTor({ dataDir: join(folder, 'tor'), socksPath: join(folder, 'tor/socks'), controlPath, torrcExtra: network.torrcExtraPath, ...options });
  const stop = async (): Promise<void> => {
    await tor.stop();
    await rm(folder, { recursive: true });
  };
  return { tor, folder, controlPath, stop };
}
