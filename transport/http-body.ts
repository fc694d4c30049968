import type { ClientRequest } from 'node:http';
import type { CarrierRequest } from '../wire/index.ts';
import { TransportError } from './errors.ts';

/**
 * Writes a request's body and ends the request, no faster than the connection takes it. Resolves also when the connection
 * went away (the request's own error tells why). Rejects with the source's error, or with TransportError('bad-request')
 * when an iterable yields another number of bytes than `bodyLength`.
 */
export async function writeBody(sent: ClientRequest, { body, bodyLength }: CarrierRequest): Promise<void> {
  if (body === undefined || body instanceof Uint8Array) {
    sent.end(body);
    return;
  }
  let written = 0;
  for await (const chunk of body) {
    if (sent.destroyed) return;
    written += chunk.length;
    if (bodyLength !== undefined && written > bodyLength) throw wrongLength();
    if (!sent.write(chunk)) await drained(sent);
  }
  if (bodyLength !== undefined && written !== bodyLength) throw wrongLength();
  if (!sent.destroyed) sent.end();
}

function drained(sent: ClientRequest): Promise<void> {
  return new Promise((resolve) => {
    const settle = (): void => {
      sent.off('drain', settle);
      sent.off('close', settle);
      resolve();
    };
    sent.on('drain', settle);
    sent.on('close', settle);
    if (sent.destroyed) settle();
  });
}

function wrongLength(): TransportError {
  return new TransportError('bad-request', 'The body was not as long as announced; a file may have changed while it was sent: try again.');
}
