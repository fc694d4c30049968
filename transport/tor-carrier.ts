import { SocksProxyAgent } from 'socks-proxy-agent';
import { parseRequestUrl } from './addresses.ts';
import type { Carrier } from './carrier.ts';
import { TransportError } from './errors.ts';
import { sendHttp } from './http-request.ts';
import { IsolatedAgents } from './isolated-agents.ts';
import type { SocksCredentials } from './isolation.ts';
import type { SocksEndpoint } from './socket-path.ts';

/** Carries requests to onion services, through tor's SOCKS port, each isolation over circuits of its own. Nothing else. */
export function torCarrier(options: { readonly socks: SocksEndpoint; readonly timeoutMs?: number }): Carrier {
  const { socks, timeoutMs = 120_000 } = options;
  const agents = new IsolatedAgents((credentials) => socksAgent(socks, credentials, timeoutMs));
  return {
    name: 'tor',
    fetchFor: (isolation) => async (url, request) => {
      const { node, path } = parseRequestUrl(url);
      if (node.kind !== 'onion') throw new TransportError('bad-address', 'Tor carries requests to onion services alone; a local node is reached directly.');
      const to = { host: node.address, port: 80 };
      return sendHttp({ agent: agents.of(isolation), to, hostHeader: node.address, path, timeoutMs, closing: agents.closing, translate }, request);
    },
    close: async () => agents.close(),
  };
}

function socksAgent(socks: SocksEndpoint, { username, password }: SocksCredentials, timeout: number): SocksProxyAgent {
  const options = { keepAlive: true, timeout, maxFreeSockets: 8 };
  // socks5h alone: with socks5 the library would look the onion name up in the system's DNS.
  if (!('path' in socks)) {
    const host = socks.host === '::1' ? '[::1]' : socks.host;
    return new SocksProxyAgent(`socks5h://${username}:${password}@${host}:${socks.port}`, options);
  }
  // A path wins over host and port in node:net; the library's type for the options leaves it out.
  const socketOptions: object = { path: socks.path };
  return new SocksProxyAgent(`socks5h://${username}:${password}@127.0.0.1:9050`, { ...options, socketOptions });
}

function translate(error: Error): TransportError {
  if (/connect E(NOENT|CONNREFUSED|ACCES|PERM)/.test(error.message)) {
    return new TransportError('no-carrier', "Tor's SOCKS socket does not answer; see whether the node (or the system's tor) runs and whether this user may open its socket.");
  }
  if (/timed out|TTLExpired/.test(error.message)) {
    return new TransportError('timeout', 'Tor found no way to the other node in time; it may be offline, or Tor not connected yet: see "underkeep status", then try again.');
  }
  return new TransportError('unreachable', 'The other node cannot be reached over Tor; it may be offline, its address may be wrong, or it may ask for client authorization.');
}
