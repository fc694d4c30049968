import type { CarrierFetch, CarrierRequest, CarrierResponse } from '../../wire/index.ts';

/** A request that did not get to a node, or got no whole answer. */
export class WayError extends Error {
  readonly code: 'unreachable' | 'no-key' | 'no-carrier' | 'timeout' | 'bad-address';
  /** Whether it was for the node that served this page. */
  readonly home: boolean;

  constructor(code: WayError['code'], home: boolean, message: string) {
    super(message);
    this.name = 'WayError';
    this.code = code;
    this.home = home;
  }
}

export interface AskOptions {
  /** Added to each request. */
  readonly headers?: Readonly<Record<string, string>>;
  /** Whether it goes to the page's own node. */
  readonly home: boolean;
}

/** The browser's fetch as a carrier: no cache, no referrer, no redirect, and to other nodes no credentials. */
export function browserFetch({ headers = {}, home }: AskOptions): CarrierFetch {
  return async (url, request) => {
    const body = await bodyOf(request);
    try {
      const response = await fetch(url, {
        method: request.method,
        headers: { ...request.headers, ...headers },
        credentials: home ? 'same-origin' : 'omit',
        mode: home ? 'same-origin' : 'cors',
        cache: 'no-store',
        redirect: 'error',
        referrerPolicy: 'no-referrer',
        ...(body === null ? {} : { body }),
        ...(request.signal === undefined ? {} : { signal: request.signal }),
      });
      return answered(response, home, request.signal);
    } catch (error) {
      throw lost(error, home, request.signal);
    }
  };
}

/** Browsers send a stream as a body over HTTP/2 alone; a Blob of the pieces costs no second copy in this thread. */
async function bodyOf({ body }: CarrierRequest): Promise<Uint8Array<ArrayBuffer> | Blob | null> {
  if (body === undefined) return null;
  if (body instanceof Uint8Array) return body as Uint8Array<ArrayBuffer>;
  const pieces: Uint8Array<ArrayBuffer>[] = [];
  for await (const piece of body) pieces.push(piece as Uint8Array<ArrayBuffer>);
  return new Blob(pieces);
}

function answered(response: Response, home: boolean, signal: AbortSignal | undefined): CarrierResponse {
  return { status: response.status, header: (name) => response.headers.get(name), body: pieces(response.body, home, signal) };
}

async function* pieces(body: ReadableStream<Uint8Array> | null, home: boolean, signal: AbortSignal | undefined): AsyncGenerator<Uint8Array, void, undefined> {
  if (body === null) return;
  const reader = body.getReader();
  let ended = false;
  try {
    for (;;) {
      const { done, value } = await reader.read();
      if (done) break;
      yield value;
    }
    ended = true;
  } catch (error) {
    ended = true;
    throw lost(error, home, signal);
  } finally {
    if (!ended) await reader.cancel().catch(() => undefined);
  }
}

/** As fetch does, an abort rejects with its reason. */
function lost(error: unknown, home: boolean, signal: AbortSignal | undefined): unknown {
  if (signal?.aborted === true) return signal.reason as unknown;
  if (!(error instanceof TypeError)) return error;
  return new WayError('unreachable', home, home
    ? 'Your node does not answer; see whether it still runs.'
    : 'The other node was not reached; try again in a while.');
}
