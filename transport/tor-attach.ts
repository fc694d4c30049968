import { connectControl } from './control.ts';
import type { SocksEndpoint } from './socket-path.ts';
import { keepTor } from './tor-service.ts';
import type { TorService, TorServiceOptions } from './tor-service.ts';

export interface AttachOptions extends TorServiceOptions {
  readonly socks: SocksEndpoint;
  readonly control: SocksEndpoint;
}

/**
 * Uses a tor that runs already, the system's say (torrc.example), and comes back to it when it was restarted. Never ends it.
 * Throws TransportError('tor-control') when it does not answer or does not let this user in.
 */
export async function attachTor(options: AttachOptions): Promise<TorService> {
  return keepTor({ socks: options.socks, open: () => connectControl(options.control), close: async () => {} }, options);
}
