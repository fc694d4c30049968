import type { CarrierFetch } from '../wire/index.ts';
import { parseRequestUrl } from './addresses.ts';
import { TransportError } from './errors.ts';
import type { Isolation } from './isolation.ts';

/**
 * A way to other nodes. What `fetchFor` gives rejects with a TransportError when there is no way, and with the signal's
 * reason when aborted. It follows no redirect and tries nothing twice (but a GET whose kept-alive connection had just died).
 * A response's body must be read to its end or given up; it throws where the peer closed early.
 */
export interface Carrier {
  readonly name: string;
  fetchFor(isolation: Isolation): CarrierFetch;
  /** Ends all connections; later requests reject with 'closed'. */
  close(): Promise<void>;
}

/** The carrier of a node that has none: every request fails at once, and nothing is sent anywhere. */
export function noCarrier(reason = 'This node runs without a carrier'): Carrier {
  const refuse: CarrierFetch = async () => {
    throw new TransportError('no-carrier', `${reason}, so no other node can be reached; start it with "underkeep up --carrier tor", or give --socks PATH.`);
  };
  return { name: 'none', fetchFor: () => refuse, close: async () => {} };
}

/**
 * The one way out: onions go through `tor`, this machine's own doors through `local`, and every other URL is refused with
 * 'bad-address' before anything touches the network or a resolver.
 */
export function carriers(parts: { readonly local: Carrier; readonly tor: Carrier }): Carrier {
  return {
    name: `${parts.local.name}+${parts.tor.name}`,
    fetchFor: (isolation) => {
      const local = parts.local.fetchFor(isolation);
      const tor = parts.tor.fetchFor(isolation);
      return async (url, request) => (parseRequestUrl(url).node.kind === 'onion' ? tor : local)(url, request);
    },
    close: async () => {
      await Promise.all([parts.local.close(), parts.tor.close()]);
    },
  };
}
