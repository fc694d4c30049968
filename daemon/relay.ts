import { RESPONSE_ALREADY_SENT } from '@hono/node-server/utils/response';
import type { HttpBindings } from '@hono/node-server';
import type { Context, Handler } from 'hono';
import { once } from 'node:events';
import type { ServerResponse } from 'node:http';
import { noCarrier, parseRequestUrl, parseSocksEndpoint, torCarrier, TransportError, type Carrier } from '../transport/index.ts';
import { COMMIT_BODY_MAX, encodeError, WireError, type CarrierResponse } from '../wire/index.ts';
import { withBody } from './body.ts';
import type { Services } from './services.ts';

type Env = { Bindings: HttpBindings };

const PATH = /^\/(?:v1\/(?:login|commit|cells|directory|bucket|mirror|node)|ipfs\/[a-z2-7]{10,100}\?format=raw)$/;
const CIRCUIT = /^([0-9a-f]{32}) ([a-z][a-z0-9-]{0,31})$/;
const RELAYS_MAX = 64;

/** Where a page wants a request to go, and on which circuit. */
interface Target {
  readonly url: string;
  readonly base: string;
  readonly method: 'GET' | 'POST';
  readonly account: string;
  readonly purpose: string;
}

/**
 * `POST /v1/relay`, on the local door alone: a page in an ordinary browser cannot reach onion services, so its own node carries
 * its requests to others, over a circuit for each (account, purpose, peer). Only onion services, and only the routes of nodes. What the other node
 * answers is passed on with its status in `x-underkeep-status`; where there is no answer, `x-underkeep-carrier` says why.
 */
export function relayRoute(services: Services): Handler<Env> {
  const carrier = carrierOf(services);
  let running = 0;
  return async (context) => {
    const target = targetOf(context);
    if (running >= RELAYS_MAX) throw new WireError('too-busy', 'The node carries as many requests as it can just now: try again in a moment.');
    running++;
    try {
      return await relay(context, target, carrier());
    } catch (error) {
      if (!(error instanceof TransportError) || context.env.outgoing.headersSent) throw error;
      return refuse(context, error);
    } finally {
      running--;
    }
  };
}

/** Made once tor's socket is known; there is none without a carrier. */
function carrierOf(services: Services): () => Carrier {
  let tor: Carrier | null = null;
  return () => {
    const { socks } = services.carrier();
    if (socks === null) return noCarrier('This node runs without a carrier');
    tor ??= torCarrier({ socks: parseSocksEndpoint(socks) });
    return tor;
  };
}

/** Throws `malformed`, and TransportError `bad-address`. */
function targetOf(context: Context<Env>): Target {
  const { node, path } = parseRequestUrl(context.req.header('x-underkeep-to') ?? '');
  const method = context.req.header('x-underkeep-method');
  const [, account, purpose] = CIRCUIT.exec(context.req.header('x-underkeep-circuit') ?? '') ?? [];
  if (node.kind !== 'onion' || !PATH.test(path) || (method !== 'GET' && method !== 'POST') || account === undefined || purpose === undefined) {
    throw new WireError('malformed', 'The relay carries requests of nodes to onion services, and nothing else.');
  }
  return { url: node.base + path, base: node.base, method, account, purpose };
}

async function relay(context: Context<Env>, { url, base, method, account, purpose }: Target, carrier: Carrier): Promise<Response> {
  const { incoming, outgoing } = context.env;
  const gone = new AbortController();
  outgoing.once('close', () => { gone.abort(new WireError('internal', 'The page is gone.')); });
  const fetch = carrier.fetchFor({ account: `page ${account}`, purpose, peer: base });
  const length = Number(incoming.headers['content-length'] ?? 0);
  const answer = method === 'GET'
    ? await fetch(url, { method, signal: gone.signal })
    : await withBody(incoming, COMMIT_BODY_MAX, async (body) => fetch(url, { method, body, bodyLength: length, headers: { 'content-type': 'text/plain' }, signal: gone.signal }));
  await passOn(outgoing, answer);
  return RESPONSE_ALREADY_SENT;
}

async function passOn(outgoing: ServerResponse, answer: CarrierResponse): Promise<void> {
  const length = answer.header('content-length');
  outgoing.writeHead(200, {
    'content-type': 'application/octet-stream', 'cache-control': 'no-store', 'x-content-type-options': 'nosniff', 'x-underkeep-status': String(answer.status),
    ...(length !== null && /^\d{1,15}$/.test(length) ? { 'content-length': length } : {}),
  });
  for await (const piece of answer.body) {
    if (outgoing.destroyed) return;
    if (!outgoing.write(piece)) await Promise.race([once(outgoing, 'drain'), once(outgoing, 'close')]);
  }
  outgoing.end();
}

function refuse(context: Context<Env>, error: TransportError): Response {
  context.header('x-underkeep-carrier', error.code);
  context.header('content-type', 'application/cbor');
  context.header('cache-control', 'no-store');
  context.status(502);
  return context.body(new Uint8Array(encodeError(new WireError('internal', error.message))));
}
