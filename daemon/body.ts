import type { IncomingMessage, ServerResponse } from 'node:http';
import { concat } from '../crypto/index.ts';
import { carHeader, COMMIT_BODY_MAX, sectionHead, WireError } from '../wire/index.ts';
import type { CarAnswer } from '../store/index.ts';

/** Reads a body of at most `max` bytes. Throws `too-large`; a body that breaks off is `malformed`. */
export async function readBody(incoming: IncomingMessage, max: number): Promise<Uint8Array> {
  return withBody(incoming, max, async (body) => {
    const parts: Uint8Array[] = [];
    let length = 0;
    for await (const part of body) {
      length += part.length;
      if (length > max) throw tooLarge(max);
      parts.push(part);
    }
    return new Uint8Array(Buffer.concat(parts));
  });
}

/** Gives the body to `work` as a stream, and lets go of it afterwards without cutting the connection before the answer. */
export async function withBody<T>(incoming: IncomingMessage, max: number, work: (body: AsyncIterable<Uint8Array>) => Promise<T>): Promise<T> {
  if (Number(incoming.headers['content-length'] ?? 0) > max) throw tooLarge(max);
  const body = unbroken(incoming.iterator({ destroyOnReturn: false }) as AsyncIterableIterator<Uint8Array>);
  try {
    return await work(body);
  } finally {
    await body.return(undefined);
  }
}

async function* unbroken(body: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array, void, undefined> {
  try {
    yield* body;
  } catch {
    throw new WireError('malformed', 'The upload broke off before its end: nothing of it was stored. Send it again.');
  }
}

function tooLarge(max: number): WireError {
  return new WireError('too-large', `The body is larger than ${max} bytes.`);
}

const LINGER_MS = 30_000;

/**
 * Answers a request whose body is still on its way. The connection is closed only once the sender has stopped, or has gone
 * on for too long: closed under a sender, it would take the answer along (RFC 9112, section 9.6).
 */
export async function answerEarly(incoming: IncomingMessage, outgoing: ServerResponse, status: number, headers: Record<string, string>, body: Uint8Array): Promise<void> {
  outgoing.writeHead(status, { ...headers, 'content-length': String(body.length), connection: 'close' });
  outgoing.write(body);
  let left = COMMIT_BODY_MAX;
  await new Promise<void>((resolve) => {
    const timer = setTimeout(resolve, LINGER_MS);
    incoming.on('data', (part: Uint8Array) => {
      left -= part.length;
      if (left < 0) resolve();
    });
    incoming.once('close', resolve);
    incoming.once('end', resolve);
    incoming.once('error', () => { resolve(); });
    outgoing.once('close', () => { clearTimeout(timer); });
    incoming.resume();
  });
  outgoing.end();
}

/** Writes a CAR as fast as it is read, and no faster: a large block is with the system before the next is read. `length` is that of all its blocks, where that is known beforehand. */
export async function sendCar(outgoing: ServerResponse, headers: Record<string, string>, { record, blocks, length }: CarAnswer): Promise<void> {
  const start = concat(carHeader(record.cid), sectionHead(record.cid, record.bytes.length), record.bytes);
  const known = length === null ? {} : { 'content-length': String(start.length + length) };
  outgoing.writeHead(200, { ...headers, ...known, 'content-type': 'application/vnd.ipld.car; version=1' });
  await write(outgoing, start);
  for await (const { cid, bytes } of blocks) {
    outgoing.write(sectionHead(cid, bytes.length));
    await write(outgoing, bytes);
  }
  outgoing.end();
}

async function write(outgoing: ServerResponse, bytes: Uint8Array): Promise<void> {
  if (outgoing.closed || outgoing.destroyed) throw readerGone();
  if (outgoing.write(bytes)) return;
  await new Promise<void>((resolve, reject) => {
    const settle = (): void => {
      outgoing.off('drain', settle);
      outgoing.off('close', settle);
      if (outgoing.closed || outgoing.destroyed) reject(readerGone());
      else resolve();
    };
    outgoing.on('drain', settle);
    outgoing.on('close', settle);
  });
}

function readerGone(): WireError {
  return new WireError('too-busy', 'The reader went away before the end of the answer.');
}
