import { request as httpRequest } from 'node:http';
import type { Agent, ClientRequest, IncomingMessage, RequestOptions } from 'node:http';
import type { CarrierRequest, CarrierResponse } from '../wire/index.ts';
import { TransportError } from './errors.ts';
import { writeBody } from './http-body.ts';

/** Where one HTTP request goes. Hosts are numbers or onion names that the agent hands to tor: no resolver is asked. */
export interface HttpTarget {
  readonly agent: Agent;
  readonly to: { readonly host: string; readonly port: number } | { readonly socketPath: string };
  readonly hostHeader: string;
  readonly path: string;
  /** Milliseconds of silence after which the request is given up. */
  readonly timeoutMs: number;
  /** Fires with the reason when the carrier is closed. */
  readonly closing: AbortSignal;
  /** Puts a socket's error in this carrier's words. */
  readonly translate: (error: Error) => TransportError;
}

/** Sends one HTTP/1.1 request, streaming both bodies without copying them. */
export async function sendHttp(target: HttpTarget, request: CarrierRequest): Promise<CarrierResponse> {
  try {
    return await exchange(target, request);
  } catch (error) {
    // The peer closed a kept connection as we used it. Nothing was answered, and a GET may be sent again (RFC 9110, 9.2.2).
    if (error instanceof StaleConnection && request.method === 'GET') return exchange(target, request);
    throw error;
  }
}

class StaleConnection extends TransportError {}

/** What ended a request before its time, in the order seen: an abort or a time-out explains the socket error that follows. */
interface Failure {
  reason?: unknown;
}

function exchange(target: HttpTarget, request: CarrierRequest): Promise<CarrierResponse> {
  return new Promise((resolve, reject) => {
    const { signal } = request;
    signal?.throwIfAborted();
    const sent = open(target, request);
    const failure: Failure = {};
    let response: IncomingMessage | undefined;
    const giveUp = (reason: unknown): void => {
      failure.reason ??= reason;
      done();
      reject(failure.reason);
      // Without a socket yet, `destroy` alone would stay silent until the SOCKS handshake ends.
      response?.destroy(toError(failure.reason));
      sent.destroy();
    };
    const onAbort = (): void => giveUp(signal?.reason);
    const onClosing = (): void => giveUp(target.closing.reason);
    const done = (): void => {
      signal?.removeEventListener('abort', onAbort);
      target.closing.removeEventListener('abort', onClosing);
    };
    signal?.addEventListener('abort', onAbort, { once: true });
    target.closing.addEventListener('abort', onClosing, { once: true });
    sent.setTimeout(target.timeoutMs, () => giveUp(silent()));
    sent.on('error', (error) => {
      const stale = sent.reusedSocket && isReset(error);
      const translated = target.translate(error);
      failure.reason ??= stale ? new StaleConnection(translated.code, translated.message) : translated;
      if (response === undefined) done();
      reject(failure.reason);
    });
    sent.on('response', (incoming) => {
      response = incoming;
      incoming.on('error', () => {}); // Whoever reads the body is told; nobody may be reading it yet.
      if (!isFramed(incoming)) {
        giveUp(new TransportError('bad-response', 'The other side answered without saying how long its answer is, so a cut-off one would look whole; it may not be an Underkeep node.'));
        return;
      }
      resolve({
        status: incoming.statusCode ?? 0,
        header: (name) => headerOf(incoming, name),
        body: bodyOf({ sent, incoming, failure, translate: target.translate, done }),
      });
    });
    writeBody(sent, request).catch(giveUp);
  });
}

function open(target: HttpTarget, request: CarrierRequest): ClientRequest {
  const headers: Record<string, string> = { ...request.headers, host: target.hostHeader };
  const length = request.body instanceof Uint8Array ? request.body.length : request.bodyLength;
  if (length !== undefined) headers['content-length'] = String(length);
  else if (request.method === 'POST' && request.body === undefined) headers['content-length'] = '0';
  const options: RequestOptions = { ...target.to, agent: target.agent, method: request.method, path: target.path, headers, setHost: false };
  try {
    return httpRequest(options);
  } catch {
    throw new TransportError('bad-request', 'A header or path of this request holds characters that HTTP does not allow; this is a fault in the program that sent it.');
  }
}

/** Whether the answer's end can be told from a lost connection: by its length, by chunks, or because it has no body. */
function isFramed(incoming: IncomingMessage): boolean {
  const { statusCode, headers } = incoming;
  return headers['content-length'] !== undefined || headers['transfer-encoding'] !== undefined || statusCode === 204 || statusCode === 304;
}

function headerOf(incoming: IncomingMessage, name: string): string | null {
  const key = name.toLowerCase();
  if (!Object.hasOwn(incoming.headers, key)) return null;
  const value = incoming.headers[key];
  return Array.isArray(value) ? value.join(', ') : (value ?? null);
}

interface Answer {
  readonly sent: ClientRequest;
  readonly incoming: IncomingMessage;
  readonly failure: Failure;
  readonly translate: (error: Error) => TransportError;
  readonly done: () => void;
}

async function* bodyOf({ sent, incoming, failure, translate, done }: Answer): AsyncGenerator<Uint8Array> {
  try {
    for await (const chunk of incoming) yield chunk as Uint8Array;
  } catch (error) {
    const reason: unknown = failure.reason ?? translate(toError(error));
    throw reason;
  } finally {
    done();
    // An answer that came before the whole request was read ends the exchange: nobody reads the rest.
    if (!sent.writableFinished) sent.destroy();
  }
}

function isReset(error: Error): boolean {
  const code = 'code' in error ? error.code : undefined;
  return code === 'ECONNRESET' || code === 'EPIPE';
}

function silent(): TransportError {
  return new TransportError('timeout', 'The other node did not answer in time; it may be offline or its network slow: try again later.');
}

function toError(reason: unknown): Error {
  return reason instanceof Error ? reason : new Error('given up');
}
