import { Agent } from 'node:http';
import { parseRequestUrl } from './addresses.ts';
import type { Carrier } from './carrier.ts';
import { TransportError } from './errors.ts';
import { sendHttp } from './http-request.ts';
import type { HttpTarget } from './http-request.ts';
import { IsolatedAgents, KEPT_ALIVE_MS } from './isolated-agents.ts';

/** Carries requests to doors on this machine: loopback TCP by number, and Unix sockets. Nothing else. */
export function loopbackCarrier(options: { readonly timeoutMs?: number } = {}): Carrier {
  const { timeoutMs = 120_000 } = options;
  const agents = new IsolatedAgents(() => new Agent({ keepAlive: true, timeout: KEPT_ALIVE_MS, maxFreeSockets: 8 }));
  return {
    name: 'loopback',
    fetchFor: (isolation) => async (url, request) => {
      const { node, path } = parseRequestUrl(url);
      if (node.kind === 'onion') throw new TransportError('no-carrier', 'An onion service is reached through Tor alone; give --socks PATH, or start the node with "--carrier tor".');
      const common = { agent: agents.of(isolation), path, timeoutMs, closing: agents.closing, translate };
      const target: HttpTarget = node.kind === 'unix'
        ? { ...common, to: { socketPath: node.path }, hostHeader: 'localhost' }
        : { ...common, to: { host: node.host, port: node.port }, hostHeader: node.base.slice('http://'.length) };
      return sendHttp(target, request);
    },
    close: async () => agents.close(),
  };
}

function translate(error: Error): TransportError {
  const code = 'code' in error ? error.code : undefined;
  if (code === 'EACCES') return new TransportError('unreachable', 'This user may not open the local node\'s socket; run as the user who started the node.');
  if (code === 'ECONNREFUSED' || code === 'ENOENT') return new TransportError('unreachable', 'No node answers at this local address; start it with "underkeep up".');
  return new TransportError('unreachable', 'The connection to the local node broke off; see whether the node still runs, then try again.');
}
