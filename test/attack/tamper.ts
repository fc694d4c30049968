/** A node that cheats: a real one, with someone in front of it who changes what it answers. */
import {
  decodeCar, decodeCellsAnswer, encodeCar, encodeCellsAnswer, type Block, type CarrierFetch, type CarrierResponse, type CellsAnswer,
} from '../../wire/index.ts';

/** An answer to `/v1/cells`, taken apart. */
export interface Opened {
  readonly answer: CellsAnswer;
  readonly blocks: readonly Block[];
}

export type Change = (body: Uint8Array) => Uint8Array | Promise<Uint8Array>;

/** Stands between a session and its node; honest until told otherwise. */
export class Tamper {
  /** What becomes of answers to `/v1/cells`. */
  cells: Change | null = null;
  /** What becomes of a commit: null lets it through. */
  commit: ((forward: () => Promise<CarrierResponse>) => Promise<CarrierResponse>) | null = null;
  /** The newest answer to `/v1/cells` as the node gave it. */
  last: Uint8Array = new Uint8Array();

  readonly wrap = (fetch: CarrierFetch): CarrierFetch => async (url, request) => {
    const forward = (): Promise<CarrierResponse> => fetch(url, request);
    if (url.endsWith('/v1/commit') && this.commit !== null) return this.commit(forward);
    const response = await forward();
    if (!url.endsWith('/v1/cells') || response.status !== 200) return response;
    const body = await collected(response.body);
    this.last = body;
    return answered(this.cells === null ? body : await this.cells(body));
  };
}

export async function collected(body: AsyncIterable<Uint8Array>): Promise<Uint8Array> {
  const parts: Uint8Array[] = [];
  for await (const part of body) parts.push(part);
  return new Uint8Array(Buffer.concat(parts));
}

export function answered(body: Uint8Array, status = 200): CarrierResponse {
  return { status, header: () => null, body: (async function* once() { yield body; })() };
}

/** Changes an answer as a whole, and puts it together again in good form. */
export function reform(change: (opened: Opened) => Opened): Change {
  return async (body) => {
    const [record, ...blocks] = await blocksOf(body);
    if (record === undefined) return body;
    const { answer, blocks: sent } = change({ answer: decodeCellsAnswer(record.bytes), blocks });
    return new Uint8Array(Buffer.concat([...encodeCar(encodeCellsAnswer(answer), sent)]));
  };
}

async function blocksOf(body: Uint8Array): Promise<Block[]> {
  const out: Block[] = [];
  for await (const block of decodeCar((async function* once() { yield body; })(), 2 ** 30)) out.push(block);
  return out;
}
