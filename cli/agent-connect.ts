import { Meter, NodeClient, striped, STRIPES } from '../node/index.ts';
import { carriers, loopbackCarrier, noCarrier, parseNodeUrl, parseSocksEndpoint, torCarrier, type Carrier, type NodeUrl } from '../transport/index.ts';
import type { Connect } from '../vault/index.ts';
import { COMMIT_MAX_CARRIED, COMMIT_MAX_LOCAL, type CarrierFetch, type NodeInfo } from '../wire/index.ts';
import { doorKey, KEY_HEADER, nodeSocket, nodeStatus } from './local-door.ts';

export interface ConnectConfig {
  readonly data: string;
  /** A local door or an onion; null is the node of the data folder. */
  readonly node: string | null;
  /** Tor's SOCKS endpoint; null is that of the data folder's own tor. */
  readonly socks: string | null;
}

/** What carries files, and is worth more than one circuit. */
const BULK: ReadonlySet<string> = new Set(['home', 'space', 'link']);

/** Every way out of this process. Requests of different purposes or peers never share a circuit. */
export class Ways implements Connect {
  readonly homeNode: NodeUrl;
  readonly home: NodeClient;
  readonly commitBytes: number;
  readonly meter: Meter;
  readonly #config: ConnectConfig;
  readonly #account: string;
  readonly #carrier: Carrier;
  readonly #clients = new Map<string, NodeClient>();
  #info: NodeInfo | null = null;
  #onces = 0;

  constructor(config: ConnectConfig, account: string, meter = new Meter()) {
    this.meter = meter;
    this.#config = config;
    this.#account = account;
    this.homeNode = parseNodeUrl(config.node ?? `unix:${nodeSocket(config.data)}`);
    this.#carrier = carriers({ local: loopbackCarrier(), tor: torOf(config) });
    this.home = this.#client(this.homeNode, 'home');
    this.commitBytes = this.homeNode.kind === 'onion' ? COMMIT_MAX_CARRIED : COMMIT_MAX_LOCAL;
  }

  now(): number {
    return Date.now();
  }

  /** What the home node says of itself; asked once. */
  async info(): Promise<NodeInfo> {
    this.#info ??= await this.#client(this.homeNode, 'info').info();
    return this.#info;
  }

  forgetInfo(): void {
    this.#info = null;
  }

  /** A node by its URL. Where that is the home node's own onion and its local door is at hand, the door is taken. */
  node(url: string, purpose: string): NodeClient {
    const node = this.#nearest(url);
    const name = `${purpose} ${node.base}`;
    const client = this.#clients.get(name) ?? this.#client(node, purpose);
    this.#clients.set(name, client);
    return client;
  }

  /** As `node`, on a circuit that no other request has used or will use. */
  once(url: string, purpose: string): NodeClient {
    return this.#client(this.#nearest(url), `${purpose} ${this.#onces++}`);
  }

  #nearest(url: string): NodeUrl {
    const asked = parseNodeUrl(url);
    const own = asked.kind === 'onion' && this.homeNode.kind !== 'onion' && this.#info?.onion?.includes(asked.address) === true;
    return own ? this.homeNode : asked;
  }

  async close(): Promise<void> {
    await this.#carrier.close();
  }

  #fetchTo(node: NodeUrl, purpose: string): CarrierFetch {
    const way = (name: string): CarrierFetch => this.#carrier.fetchFor({ account: this.#account, purpose: name, peer: node.base });
    if (node.kind !== 'onion' || !BULK.has(purpose)) return way(purpose);
    return striped([way(purpose), ...Array.from({ length: STRIPES - 1 }, (_, index) => way(`${purpose}, stripe ${index + 1}`))]);
  }

  #client(node: NodeUrl, purpose: string): NodeClient {
    const key = node.kind === 'local' ? doorKey(this.#config.data) : null;
    return new NodeClient({
      url: node.base,
      fetch: this.#fetchTo(node, purpose),
      meter: this.meter,
      ...(key === null ? {} : { headers: { [KEY_HEADER]: key } }),
    });
  }
}

/** Given by the person, or that of the data folder's node: asked for at the first request, since the node may start after the agent. */
function torOf({ data, socks }: ConnectConfig): Carrier {
  let carrier: Carrier | null = socks === null ? null : torCarrier({ socks: parseSocksEndpoint(socks) });
  return {
    name: 'tor',
    fetchFor: (isolation) => {
      let fetch: CarrierFetch | null = null;
      return async (url, request) => {
        if (carrier === null) {
          const found = await socksOfNode(data);
          if (found === null) return noCarrier('The node of this data folder does not run, or runs without tor').fetchFor(isolation)(url, request);
          carrier ??= torCarrier({ socks: parseSocksEndpoint(found) });
        }
        fetch ??= carrier.fetchFor(isolation);
        return fetch(url, request);
      };
    },
    close: async () => carrier?.close(),
  };
}

async function socksOfNode(data: string): Promise<string | null> {
  try {
    const { socks } = await nodeStatus({ socketPath: nodeSocket(data) });
    return typeof socks === 'string' ? socks : null;
  } catch {
    return null;
  }
}
