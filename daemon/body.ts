import { once } from 'node:events';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { sectionHead, carHeader, WireError, type Block } from '../wire/index.ts';
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

/** Writes a CAR as fast as it is read, and no faster. */
export async function sendCar(outgoing: ServerResponse, headers: Record<string, string>, car: CarAnswer): Promise<void> {
  outgoing.writeHead(200, { ...headers, 'content-type': 'application/vnd.ipld.car; version=1' });
  await write(outgoing, carHeader(car.record.cid));
  await writeBlock(outgoing, car.record);
  for await (const block of car.blocks) await writeBlock(outgoing, block);
  outgoing.end();
}

async function writeBlock(outgoing: ServerResponse, { cid, bytes }: Block): Promise<void> {
  outgoing.cork();
  outgoing.write(sectionHead(cid, bytes.length));
  const room = outgoing.write(bytes);
  outgoing.uncork();
  if (!room) await drained(outgoing);
}

async function write(outgoing: ServerResponse, bytes: Uint8Array): Promise<void> {
  if (!outgoing.write(bytes)) await drained(outgoing);
}

async function drained(outgoing: ServerResponse): Promise<void> {
  if (outgoing.destroyed || outgoing.closed) throw new WireError('internal', 'The reader went away.');
  const gone = new AbortController();
  const left = (): void => { gone.abort(); };
  outgoing.once('close', left);
  try {
    await once(outgoing, 'drain', { signal: gone.signal });
  } catch {
    throw new WireError('internal', 'The reader went away.');
  } finally {
    outgoing.off('close', left);
  }
}
