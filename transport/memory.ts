import { toHex, sha256, utf8 } from '../crypto/index.ts';
import type { CarrierRequest, CarrierResponse } from '../wire/index.ts';
import type { Carrier } from './carrier.ts';
import { TransportError } from './errors.ts';
import { socksCredentials } from './isolation.ts';

/** What answers for one host. `connection` is equal for two requests of one isolation alone. */
export type MemoryRoute = (request: Request, environment: { readonly connection: string }) => Promise<Response>;

/** A network within this process, for tests: each host (as in the URL, with its port) is answered by its route. */
export function memoryCarrier(routes: ReadonlyMap<string, MemoryRoute>): Carrier {
  const closing = new AbortController();
  return {
    name: 'memory',
    fetchFor: (isolation) => {
      const connection = toHex(sha256(utf8(socksCredentials(isolation).username)));
      return async (url, request) => {
        const ending = AbortSignal.any(request.signal === undefined ? [closing.signal] : [closing.signal, request.signal]);
        ending.throwIfAborted();
        const route = routes.get(new URL(url).host);
        if (route === undefined) throw new TransportError('unreachable', 'No node of the test network has this address.');
        return exchange(route, url, { ...request, signal: ending }, connection);
      };
    },
    close: async () => closing.abort(new TransportError('closed', 'The carrier was closed; open the session again.')),
  };
}

async function exchange(route: MemoryRoute, url: string, request: CarrierRequest, connection: string): Promise<CarrierResponse> {
  const aborted = rejection(request.signal);
  const failed: { reason?: unknown } = {};
  const answer = route(webRequest(url, request, failed), { connection }).catch((error: unknown) => {
    const reason: unknown = failed.reason ?? broken(error);
    throw reason;
  });
  const response = await Promise.race([answer, aborted]);
  return {
    status: response.status,
    header: (name) => response.headers.get(name),
    body: bodyOf(response, request.signal, aborted),
  };
}

function webRequest(url: string, request: CarrierRequest, failed: { reason?: unknown }): Request {
  const headers = headersOf(request);
  const { body, method } = request;
  if (body instanceof Uint8Array) headers.set('content-length', String(body.length));
  else if (request.bodyLength !== undefined) headers.set('content-length', String(request.bodyLength));
  const signal = request.signal ?? null;
  if (body === undefined) return new Request(url, { method, headers, signal });
  const stream = body instanceof Uint8Array ? oneChunk(body) : streamOf(body, request, failed);
  // `duplex` is required for a streamed body (Fetch standard) and missing in lib.dom.
  const init: RequestInit & { duplex: 'half' } = { method, headers, signal, body: stream, duplex: 'half' };
  return new Request(url, init);
}

function headersOf(request: CarrierRequest): Headers {
  try {
    return new Headers(request.headers);
  } catch {
    throw new TransportError('bad-request', 'A header of this request holds characters that HTTP does not allow; this is a fault in the program that sent it.');
  }
}

function oneChunk(bytes: Uint8Array): ReadableStream<Uint8Array> {
  return new ReadableStream({
    start(controller) {
      if (bytes.length > 0) controller.enqueue(bytes);
      controller.close();
    },
  });
}

function streamOf(body: AsyncIterable<Uint8Array>, { bodyLength: length, signal }: CarrierRequest, failed: { reason?: unknown }): ReadableStream<Uint8Array> {
  const iterator = body[Symbol.asyncIterator]();
  let written = 0;
  return new ReadableStream({
    async pull(controller) {
      try {
        signal?.throwIfAborted();
        const next = await iterator.next();
        if (!next.done) written += next.value.length;
        if (length !== undefined && (next.done ? written !== length : written > length)) {
          throw new TransportError('bad-request', 'The body was not as long as announced; a file may have changed while it was sent: try again.');
        }
        if (next.done) controller.close();
        else controller.enqueue(next.value);
      } catch (error) {
        failed.reason = error;
        controller.error(error);
      }
    },
    async cancel() {
      await iterator.return?.();
    },
  }, { highWaterMark: 0 });
}

async function* bodyOf(response: Response, signal: AbortSignal | undefined, aborted: Promise<never>): AsyncGenerator<Uint8Array> {
  if (response.body === null) return;
  const reader = response.body.getReader();
  try {
    for (;;) {
      const next = await Promise.race([reader.read(), aborted]);
      if (next.done) return;
      yield next.value;
    }
  } catch (error) {
    throw signal?.aborted ? signal.reason : broken(error);
  } finally {
    reader.cancel().catch(() => {});
  }
}

/** Never resolves; rejects with the signal's reason once it fires. */
function rejection(signal: AbortSignal | undefined): Promise<never> {
  const promise = new Promise<never>((_, reject) => signal?.addEventListener('abort', () => reject(signal.reason), { once: true }));
  promise.catch(() => {});
  return promise;
}

function broken(error: unknown): TransportError {
  return error instanceof TransportError ? error : new TransportError('unreachable', 'The connection broke off; try again.');
}
