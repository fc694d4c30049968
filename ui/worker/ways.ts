import { sha256, toHex, utf8 } from '../../crypto/index.ts';
import { Meter, NodeClient, striped, STRIPES } from '../../node/index.ts';
import type { Connect } from '../../vault/index.ts';
import { COMMIT_MAX_CARRIED, COMMIT_MAX_LOCAL, decodeError, type CarrierFetch, type CarrierResponse, type NodeInfo } from '../../wire/index.ts';
import { browserFetch, WayError } from './ask.ts';
import type { OwnDoor } from './own-door.ts';

/** What carries files, and is worth more than one circuit. */
const BULK: ReadonlySet<string> = new Set(['space', 'link']);
const ONION = /^http:\/\/[a-z2-7]{56}\.onion$/;

/**
 * Every way out of this page: to the node that served it, and to others. On a local door the node relays to others through
 * its own tor, on a circuit for each (account, purpose, peer); on an onion door the browser is Tor's, and fetches them itself.
 */
export class Ways implements Connect {
  readonly home: NodeClient;
  readonly commitBytes: number;
  readonly meter = new Meter();
  readonly #door: OwnDoor;
  /** Tells this page's accounts apart to the relay, and says nothing of them. */
  readonly #account: string;
  readonly #clients = new Map<string, NodeClient>();
  #info: NodeInfo | null = null;
  #onces = 0;

  constructor(door: OwnDoor, account: string) {
    this.#door = door;
    this.#account = toHex(sha256(utf8(account))).slice(0, 32);
    this.home = this.#client(door.origin, 'home');
    this.commitBytes = door.local ? COMMIT_MAX_LOCAL : COMMIT_MAX_CARRIED;
  }

  now(): number {
    return Date.now();
  }

  /** What the home node says of itself; asked again until it names its onion. */
  async info(): Promise<NodeInfo> {
    if (this.#info?.onion === undefined || this.#info.onion === null) this.#info = await this.#client(this.#door.origin, 'info').info();
    return this.#info;
  }

  /** Throws 'bad-address' for what is neither the page's own node nor an onion service. */
  node(url: string, purpose: string): NodeClient {
    const base = this.#nearest(url);
    const name = `${purpose} ${base}`;
    const client = this.#clients.get(name) ?? this.#client(base, purpose);
    this.#clients.set(name, client);
    return client;
  }

  /** As `node`, on a circuit that no other request has used or will use. */
  once(url: string, purpose: string): NodeClient {
    return this.#client(this.#nearest(url), `${purpose}-${this.#onces++}`);
  }

  #nearest(url: string): string {
    const base = url.replace(/\/$/, '');
    if (base === this.#door.origin) return base;
    if (!ONION.test(base)) throw new WayError('bad-address', false, 'This leads to a node that is no onion service; it was not asked.');
    return this.#info?.onion?.includes(base.slice('http://'.length)) === true ? this.#door.origin : base;
  }

  #client(base: string, purpose: string): NodeClient {
    return new NodeClient({ url: base, meter: this.meter, fetch: this.#fetchTo(base, purpose) });
  }

  #fetchTo(base: string, purpose: string): CarrierFetch {
    if (base === this.#door.origin) return this.#door.fetch;
    if (!this.#door.local) return browserFetch({ home: false });
    const way = (circuit: string): CarrierFetch => this.#relayed(circuit);
    return BULK.has(purpose) ? striped([way(purpose), ...Array.from({ length: STRIPES - 1 }, (_, index) => way(`${purpose}-stripe-${index + 1}`))]) : way(purpose);
  }

  #relayed(circuit: string): CarrierFetch {
    return async (url, { method, ...request }) => {
      const answer = await this.#door.fetch(`${this.#door.origin}/v1/relay`, {
        ...request,
        method: 'POST',
        headers: { ...request.headers, 'x-underkeep-to': url, 'x-underkeep-method': method, 'x-underkeep-circuit': `${this.#account} ${circuit}` },
      });
      return relayed(answer);
    };
  }
}

/** The other node's answer, inside the own node's; or why there is none. */
async function relayed(answer: CarrierResponse): Promise<CarrierResponse> {
  const status = Number(answer.header('x-underkeep-status') ?? 0);
  if (answer.status === 200 && status > 0) return { ...answer, status };
  const parts: Uint8Array[] = [];
  for await (const part of answer.body) parts.push(part);
  const reason = answer.header('x-underkeep-carrier');
  if (reason === null) throw decodeError(new Uint8Array(await new Blob(parts as Uint8Array<ArrayBuffer>[]).arrayBuffer()));
  const code = reason === 'no-carrier' || reason === 'timeout' || reason === 'bad-address' ? reason : 'unreachable';
  throw new WayError(code, false, code === 'no-carrier'
    ? 'Your node has no connection to other nodes now.'
    : 'The other node was not reached; try again in a while.');
}
