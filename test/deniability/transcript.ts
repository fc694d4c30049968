/** What a node that keeps everything has of a run. */
import { createHash } from 'node:crypto';
import { firedAt } from './clock.ts';
import type { Isolation } from '../../transport/index.ts';
import type { CarrierFetch, CarrierRequest } from '../../wire/index.ts';

export interface Exchange {
  readonly step: number;
  readonly method: string;
  readonly path: string;
  /** What the carrier keeps apart from other requests. */
  readonly circuit: string;
  /** On the simulator's clock, Unix milliseconds. */
  readonly at: number;
  readonly sent: number;
  status: number;
  received: number;
  /** Real milliseconds. */
  readonly began: number;
  ended: number;
  /** When the timer fired that set it off; 0 where a person did. */
  readonly fired: number;
  /** When it was set off, by timer or person: whoever judges a run is granted that they know that to the millisecond. */
  readonly since: number;
  /** Where bodies are kept. */
  request: Uint8Array | null;
  answer: Uint8Array | null;
}

/** Looks at, delays or changes an exchange; for planted leaks and faults. Throws what the carrier would throw. */
export interface Meddler {
  before?(exchange: Exchange): Promise<void> | void;
  after?(exchange: Exchange): Promise<void> | void;
}

export class Transcript {
  readonly exchanges: Exchange[] = [];
  /** What happened beside the requests, and must be alike too: what each step came to, and calls of scrypt. */
  readonly notes: string[] = [];
  readonly keepBodies: boolean;
  meddler: Meddler = {};
  step = 0;
  #begun = 0;
  #underWay = 0;

  constructor(keepBodies: boolean) {
    this.keepBodies = keepBodies;
  }

  get underWay(): boolean {
    return this.#underWay > 0;
  }

  begin(step: number): void {
    this.step = step;
    this.#begun = performance.now();
  }

  /** The carrier's fetch, with every exchange on record in the order in which requests left. */
  recorded(fetch: CarrierFetch, { account, purpose, peer }: Isolation, clock: { now(): number }, base: string): CarrierFetch {
    return async (url, request) => {
      const exchange: Exchange = {
        step: this.step, method: request.method, path: url.slice(base.length), circuit: `${account} ${purpose} ${peer}`, at: clock.now(),
        sent: request.body instanceof Uint8Array ? request.body.length : request.bodyLength ?? 0,
        status: 0, received: 0, began: performance.now(), ended: 0, fired: firedAt(), since: firedAt() || this.#begun, request: null, answer: null,
      };
      this.exchanges.push(exchange);
      this.#underWay++;
      try {
        return await this.#carry(fetch, url, request, exchange);
      } finally {
        this.#underWay--;
      }
    };
  }

  async #carry(fetch: CarrierFetch, url: string, request: CarrierRequest, exchange: Exchange): Promise<Awaited<ReturnType<CarrierFetch>>> {
    if (this.keepBodies && request.body !== undefined) exchange.request = await whole(request.body);
    await this.meddler.before?.(exchange);
    const response = await fetch(url, exchange.request === null ? request : { ...request, body: exchange.request });
    const answer = await whole(response.body);
    exchange.status = response.status;
    exchange.received = answer.length;
    exchange.ended = performance.now();
    if (this.keepBodies) exchange.answer = answer;
    await this.meddler.after?.(exchange);
    return { status: response.status, header: (name) => response.header(name), body: pieces(answer) };
  }

  /** Bodies blanked: one line an exchange, in order. */
  blanked(): string[] {
    return this.exchanges.map(({ step, method, path, circuit, at, sent, status, received }) => `${step} ${at} ${method} ${path} [${circuit}] ${sent} -> ${status} ${received}`);
  }

  digest(): string {
    return createHash('sha256').update([...this.blanked(), ...this.notes].join('\n')).digest('hex').slice(0, 16);
  }
}

async function whole(body: AsyncIterable<Uint8Array> | Uint8Array): Promise<Uint8Array> {
  if (body instanceof Uint8Array) return body;
  const chunks: Uint8Array[] = [];
  for await (const chunk of body) chunks.push(chunk);
  return new Uint8Array(Buffer.concat(chunks));
}

async function* pieces(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  yield bytes;
}
