import { concat, type PublicKey } from '../crypto/index.ts';
import {
  decodeCar, decodeCellsAnswer, decodeCollected, decodeCommitAnswer, decodeDirectoryPage, decodeDone, decodeError,
  decodeLoginAnswer, decodeNodeInfo, decodeSegmentAnswer, decodeSpineAnswer, decodeWorkDetail, doWork, dropChallenge, encodeRequest, loginChallenge, checkBlock,
  BLOCK_MAX, CELLS_ANSWER_MAX, LANE_ANSWER_MAX, LOG_SEGMENTS_MAX, WireError, WORK_BITS_MAX,
  type Block, type CarrierFetch, type CarrierResponse, type CellsAnswer, type CellsRequest, type Cid, type Collected, type CommitAnswer, type DirectoryPage,
  type LoginAnswer, type LoginRequest, type MirrorRequest, type NodeInfo, type SignedIdentity, type SpineAnswer,
} from '../wire/index.ts';
import { Meter, type Measured } from './meter.ts';

export interface NodeClientInit {
  /** What `/v1/…` is appended to. */
  readonly url: string;
  readonly fetch: CarrierFetch;
  readonly meter?: Meter;
  /** Sent with each request (the local door's key). */
  readonly headers?: Readonly<Record<string, string>>;
}

const SMALL_ANSWER = 64 * 1024;
const STATE_ANSWER = 8 * BLOCK_MAX;
const PAGE_ANSWER = 16 * BLOCK_MAX;
/** A hash for each segment, with its CBOR head. */
const SPINE_ANSWER = 36 * LOG_SEGMENTS_MAX + SMALL_ANSWER;
const SEND_ATTEMPTS = 3;

/**
 * One node, seen through one carrier. Answers are parsed by their schemas before anything uses them; whether what a
 * node says of a space is true is for `Space` to check.
 */
export class NodeClient {
  readonly url: string;
  readonly meter: Meter;
  readonly #fetch: CarrierFetch;
  readonly #headers: Readonly<Record<string, string>>;

  constructor(init: NodeClientInit) {
    this.url = init.url;
    this.meter = init.meter ?? new Meter();
    this.#fetch = init.fetch;
    this.#headers = init.headers ?? {};
  }

  async info(signal?: AbortSignal): Promise<NodeInfo> {
    return decodeNodeInfo(await this.#ask('GET', '/v1/node', null, SMALL_ANSWER, signal));
  }

  /** Does the proof of work that a node under attack asks for, up to a minute's worth. */
  async login(request: Omit<LoginRequest, 'v' | 'work'>, signal?: AbortSignal): Promise<LoginAnswer> {
    const ask = async (work: Uint8Array | null): Promise<LoginAnswer> => {
      const body = encodeRequest({ v: 1, ...request, work });
      return decodeLoginAnswer(await this.#ask('POST', '/v1/login', body, LANE_ANSWER_MAX + SMALL_ANSWER, signal));
    };
    return working(ask, loginChallenge(request), signal);
  }

  /** Sends the same bytes again when an answer was lost: the node answers a repeated commit as it did the first time. */
  async commit(body: { length: number; pieces: () => Iterable<Uint8Array> }, signal?: AbortSignal): Promise<CommitAnswer> {
    for (let attempt = 1; ; attempt++) {
      try {
        return decodeCommitAnswer(await this.#ask('POST', '/v1/commit', body, STATE_ANSWER, signal));
      } catch (error) {
        if (error instanceof WireError || signal?.aborted === true || attempt === SEND_ATTEMPTS || !isRepeatable(error)) throw error;
      }
    }
  }

  /**
   * The answer's record, then its blocks, each checked against its CID. The stream must be read to its end or closed.
   * `allocate` as for `decodeCar`.
   */
  async cells(request: Omit<CellsRequest, 'v'>, signal?: AbortSignal, allocate?: (length: number) => Uint8Array): Promise<{ answer: CellsAnswer; blocks: AsyncGenerator<Block> }> {
    const measured = this.meter.begin();
    const response = await this.#send('POST', '/v1/cells', encodeRequest({ v: 1, ...request }), signal);
    const blocks = decodeCar(this.#counted(response, measured), CELLS_ANSWER_MAX + 2 * BLOCK_MAX, allocate);
    const first = await blocks.next();
    if (first.done === true) throw new WireError('malformed', 'The node gave an empty answer.');
    // A copy: proofs are kept for long, and must not keep what the carrier read them into.
    return { answer: decodeCellsAnswer(new Uint8Array(first.value.bytes)), blocks };
  }

  /** The cover log's spine, as the node tells it. */
  async spine(space: PublicKey, signal?: AbortSignal): Promise<SpineAnswer> {
    return decodeSpineAnswer(await this.#ask('POST', '/v1/log', encodeRequest({ v: 1, op: 'spine', space }), SPINE_ANSWER, signal));
  }

  /** The entries of a segment of the cover log behind its first `from`, as the node tells them. */
  async segment(space: PublicKey, index: number, from: number, signal?: AbortSignal): Promise<Uint8Array> {
    return decodeSegmentAnswer(await this.#ask('POST', '/v1/log', encodeRequest({ v: 1, op: 'segment', space, index, from }), BLOCK_MAX + SMALL_ANSWER, signal)).entries;
  }

  async directoryPage(bits: number, prefix: Uint8Array, signal?: AbortSignal): Promise<DirectoryPage> {
    const body = encodeRequest({ v: 1, op: 'page', bits, prefix });
    return decodeDirectoryPage(await this.#ask('POST', '/v1/directory', body, PAGE_ANSWER, signal));
  }

  async publishIdentity(record: SignedIdentity, signal?: AbortSignal): Promise<void> {
    decodeDone(await this.#ask('POST', '/v1/directory', encodeRequest({ v: 1, op: 'publish', record }), SMALL_ANSWER, signal));
  }

  /** Does the proof of work that a node asks for while a bucket fills up. */
  async putEnvelope(bucket: number, epoch: number, envelope: Uint8Array, signal?: AbortSignal): Promise<void> {
    const drop = { bucket, epoch, envelope };
    const ask = async (work: Uint8Array | null): Promise<void> => {
      const body = encodeRequest(work === null ? { v: 1, op: 'put', ...drop } : { v: 1, op: 'worked', ...drop, work });
      decodeDone(await this.#ask('POST', '/v1/bucket', body, SMALL_ANSWER, signal));
    };
    await working(ask, dropChallenge(drop), signal);
  }

  async collect(bucket: number, after: number, signal?: AbortSignal): Promise<Collected> {
    return decodeCollected(await this.#ask('POST', '/v1/bucket', encodeRequest({ v: 1, op: 'collect', bucket, after }), STATE_ANSWER, signal));
  }

  /** One block by its CID, as any IPFS trustless gateway would give it. */
  async block(cid: Cid, signal?: AbortSignal): Promise<Uint8Array> {
    const bytes = await this.#ask('GET', `/ipfs/${cid}?format=raw`, null, BLOCK_MAX, signal);
    await checkBlock(cid, bytes);
    return bytes;
  }

  /** Every block of a space, for whoever holds its writer key. */
  async *mirror(request: MirrorRequest, maxBytes: number, signal?: AbortSignal): AsyncGenerator<Block> {
    const measured = this.meter.begin();
    const response = await this.#send('POST', '/v1/mirror', encodeRequest(request), signal);
    yield* decodeCar(this.#counted(response, measured), maxBytes);
  }

  async #ask(method: 'GET' | 'POST', path: string, body: Body | null, max: number, signal: AbortSignal | undefined): Promise<Uint8Array> {
    const measured = this.meter.begin();
    const response = await this.#send(method, path, body, signal);
    return collectBytes(this.#counted(response, measured), max);
  }

  async #send(method: 'GET' | 'POST', path: string, body: Body | null, signal: AbortSignal | undefined): Promise<CarrierResponse> {
    const length = body === null ? 0 : body.length;
    this.meter.bytesSent += length;
    // `text/plain` keeps a page's request to a foreign onion CORS-simple: no preflight, no further round trip.
    const headers = { ...this.#headers, ...(body === null ? {} : { 'content-type': 'text/plain' }) };
    const sent = body === null ? {} : body instanceof Uint8Array ? { body } : { body: streamed(body.pieces()), bodyLength: length };
    const response = await this.#fetch(this.url + path, { method, headers, ...sent, ...(signal === undefined ? {} : { signal }) });
    if (response.status !== 200) throw await refusal(response);
    return response;
  }

  async *#counted(response: CarrierResponse, measured: Measured): AsyncGenerator<Uint8Array> {
    try {
      for await (const chunk of response.body) {
        this.meter.bytesReceived += chunk.length;
        yield chunk;
      }
    } finally {
      this.meter.end(measured);
    }
  }
}

type Body = Uint8Array | { readonly length: number; readonly pieces: () => Iterable<Uint8Array> };

async function* streamed(pieces: Iterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  yield* pieces;
}

async function refusal(response: CarrierResponse): Promise<WireError> {
  const body = await collectBytes(response.body, STATE_ANSWER);
  try {
    return decodeError(body);
  } catch {
    return new WireError('internal', `The node answered with status ${response.status} and no reason.`);
  }
}

/** Only what the carrier itself could not do is worth sending again; a fault of ours would only repeat. */
function isRepeatable(error: unknown): boolean {
  const code: unknown = error instanceof Error && 'code' in error ? error.code : null;
  return code === 'unreachable' || code === 'timeout' || code === 'closed';
}

/** Asks without work, and where the node wants some, once more with it. */
async function working<T>(ask: (work: Uint8Array | null) => Promise<T>, challenge: Uint8Array, signal?: AbortSignal): Promise<T> {
  try {
    return await ask(null);
  } catch (error) {
    if (!(error instanceof WireError) || error.code !== 'work-required' || error.detail === null) throw error;
    const bits = decodeWorkDetail(error.detail);
    if (bits > WORK_BITS_MAX) throw new WireError('too-busy', 'The node asks for more work than is fair before it answers; try again later.');
    return ask(await doWork(challenge, bits, signal));
  }
}

async function collectBytes(body: AsyncIterable<Uint8Array>, max: number): Promise<Uint8Array> {
  const chunks: Uint8Array[] = [];
  let length = 0;
  for await (const chunk of body) {
    length += chunk.length;
    if (length > max) throw new WireError('too-large', `The node's answer is larger than ${max} bytes.`);
    chunks.push(chunk);
  }
  return chunks.length === 1 && chunks[0] !== undefined ? chunks[0] : concat(...chunks);
}
