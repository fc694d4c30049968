/** Plain HTTP to a node's doors, without a carrier: what a test needs to say something wrong on purpose. */
import { request, type IncomingHttpHeaders } from 'node:http';
import { decodeCar, decodeCellsAnswer, decodeError, type Block, type CellsAnswer, type Cid, type WireError } from '../../wire/index.ts';
import type { RunningDaemon } from './daemon.ts';

export interface Answer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: Uint8Array;
}

export type Via = 'local' | 'socket' | 'onion';

export interface Question {
  readonly method?: string;
  readonly body?: Uint8Array | Iterable<Uint8Array>;
  readonly headers?: Record<string, string>;
  readonly via?: Via;
}

/** One request on a connection of its own. `via` chooses the door; the local one gets the key unless headers say otherwise. */
export async function ask(daemon: RunningDaemon, path: string, { method = 'POST', body = [], headers = {}, via = 'socket' }: Question = {}): Promise<Answer> {
  const { port } = new URL(daemon.url);
  const where = via === 'local'
    ? { host: '127.0.0.1', port, headers: { 'x-underkeep-key': daemon.key, ...headers } }
    : { socketPath: via === 'onion' ? daemon.onionSocket : daemon.localSocket, headers };
  return new Promise((resolve, reject) => {
    const sent = request({ ...where, path, method, agent: false }, (response) => {
      const parts: Buffer[] = [];
      response.on('data', (part: Buffer) => { parts.push(part); });
      response.on('error', reject);
      response.on('end', () => { resolve({ status: response.statusCode ?? 0, headers: response.headers, body: new Uint8Array(Buffer.concat(parts)) }); });
    });
    sent.on('error', reject);
    void send(sent, body instanceof Uint8Array ? [body] : body);
  });
}

async function send(sent: ReturnType<typeof request>, pieces: Iterable<Uint8Array>): Promise<void> {
  for (const piece of pieces) {
    if (sent.destroyed || sent.writableEnded) return;
    if (!sent.write(piece)) await room(sent);
  }
  sent.end();
}

async function room(sent: ReturnType<typeof request>): Promise<void> {
  await new Promise<void>((resolve) => {
    const settle = (): void => { sent.off('drain', settle); sent.off('close', settle); resolve(); };
    sent.on('drain', settle);
    sent.on('close', settle);
  });
}

/** The body of a request that must succeed; throws the node's own error otherwise. */
export async function demand(daemon: RunningDaemon, path: string, question: Question = {}): Promise<Uint8Array> {
  const answer = await ask(daemon, path, question);
  if (answer.status !== 200) throw decodeError(answer.body);
  return answer.body;
}

/** The error of a request that must be refused. */
export async function refusal(daemon: RunningDaemon, path: string, question: Question = {}): Promise<WireError> {
  const answer = await ask(daemon, path, question);
  if (answer.status === 200) throw new Error(`${path} was answered and should have been refused`);
  return decodeError(answer.body);
}

export async function readCar(body: Uint8Array): Promise<Block[]> {
  const blocks: Block[] = [];
  for await (const block of decodeCar((async function* () { yield body; })(), 2 ** 32)) blocks.push(block);
  return blocks;
}

/** A cells answer with the blocks that came along. */
export async function readCellsAnswer(body: Uint8Array): Promise<{ answer: CellsAnswer; blocks: Map<Cid, Uint8Array> }> {
  const [record, ...rest] = await readCar(body);
  if (record === undefined) throw new Error('an empty CAR');
  return { answer: decodeCellsAnswer(record.bytes), blocks: new Map(rest.map(({ cid, bytes }) => [cid, bytes])) };
}
