import { compareBytes, concat, engine } from '../crypto/index.ts';
import { decodeCbor, encodeCbor } from './cbor.ts';
import type { Block } from './cell.ts';
import { cidBytes, cidCodec, cidDigest, cidFromBytes, fromLink, toLink, type Cid } from './cid.ts';
import { BLOCK_MAX } from './limits.ts';
import { WireError } from './errors.ts';

/**
 * CARv1 (https://ipld.io/specs/transport/car/carv1/): a header with one root, then sections of
 * `varint length ‖ CID ‖ block`. Ours hold a dag-cbor record first, then blocks of at most 1 MiB.
 */
const CID_BYTES = 36;
const HEADER_MAX = 128;

export function carHeader(root: Cid): Uint8Array {
  return framed(encodeCbor({ roots: [toLink(root)], version: 1 }));
}

/** The bytes before a block in its section. */
export function sectionHead(cid: Cid, length: number): Uint8Array {
  return concat(varint(CID_BYTES + length), cidBytes(cid));
}

export function carLength(record: Block, blocks: readonly Block[]): number {
  let total = carHeader(record.cid).length;
  for (const block of [record, ...blocks]) total += sectionHead(block.cid, block.bytes.length).length + block.bytes.length;
  return total;
}

/** The CAR as pieces, blocks passed through uncopied. */
export function* encodeCar(record: Block, blocks: Iterable<Block>): Generator<Uint8Array> {
  yield concat(carHeader(record.cid), sectionHead(record.cid, record.bytes.length), record.bytes);
  for (const { cid, bytes } of blocks) {
    yield sectionHead(cid, bytes.length);
    yield bytes;
  }
}

function framed(bytes: Uint8Array): Uint8Array {
  return concat(varint(bytes.length), bytes);
}

/** Unsigned LEB128. */
function varint(value: number): Uint8Array {
  const out: number[] = [];
  for (let rest = value; ; rest = Math.floor(rest / 128)) {
    if (rest < 128) return Uint8Array.from([...out, rest]);
    out.push((rest % 128) | 128);
  }
}

type Allocate = (length: number) => Uint8Array;
const fresh: Allocate = (length) => new Uint8Array(length);

/**
 * Reads a CAR from a stream that may be hostile: bounded sections, one root that is the first block, each block checked
 * against its CID before it is given out. Throws `malformed`, `too-large` or `corrupt-block`; a stream that ends early
 * is `malformed`. However it ends, the stream is closed as `for await` would close it: who wants to answer over the
 * same connection first gives an iterator without `return`. `allocate` gives the memory for a section, so that a reader
 * who is done with a block can use it again.
 */
export async function* decodeCar(stream: AsyncIterable<Uint8Array>, maxBytes: number, allocate: Allocate = fresh): AsyncGenerator<Block> {
  const reader = new ByteReader(stream, maxBytes, allocate);
  try {
    yield* readCar(reader);
  } finally {
    await reader.close();
  }
}

async function* readCar(reader: ByteReader): AsyncGenerator<Block> {
  const header = await reader.take(await length(reader, HEADER_MAX));
  const root = rootOf(header);
  for (let first = true; ; first = false) {
    if (await reader.atEnd()) {
      if (first) throw new WireError('malformed', 'Malformed CAR: no blocks.');
      return;
    }
    const section = await reader.take(await length(reader, CID_BYTES + BLOCK_MAX));
    if (section.length < CID_BYTES) throw new WireError('malformed', 'Malformed CAR: a section without a CID.');
    const cid = cidFromBytes(section.subarray(0, CID_BYTES));
    const bytes = section.subarray(CID_BYTES);
    if (first && (cid !== root || cidCodec(cid) !== 'dag-cbor')) throw new WireError('malformed', 'Malformed CAR: its root is not its first block.');
    await checkBlock(cid, bytes);
    yield { cid, bytes };
  }
}

export async function checkBlock(cid: Cid, bytes: Uint8Array): Promise<void> {
  const [digest] = await engine().digest([bytes]);
  if (digest === undefined || compareBytes(digest, cidDigest(cid)) !== 0) {
    throw new WireError('corrupt-block', 'A block does not match its CID.');
  }
}

function rootOf(header: Uint8Array): Cid {
  const value = decodeCbor(header, 'CAR header');
  const roots: unknown = value instanceof Map && value.size === 2 && value.get('version') === 1 ? value.get('roots') : null;
  const root = Array.isArray(roots) && roots.length === 1 ? fromLink(roots[0]) : null;
  if (root === null) throw new WireError('malformed', 'Malformed CAR header: expected version 1 and one root.');
  return root;
}

async function length(reader: ByteReader, max: number): Promise<number> {
  let value = 0;
  for (let shift = 1; shift <= 2 ** 28; shift *= 128) {
    const [byte = 0] = await reader.take(1);
    value += (byte & 127) * shift;
    if (byte < 128) {
      if (value === 0 || value > max || (byte === 0 && shift > 1)) break;
      return value;
    }
  }
  throw new WireError('malformed', 'Malformed CAR: a section of a size that is not allowed.');
}

/** Takes exact counts of bytes from a stream, copying each byte at most once. */
class ByteReader {
  readonly #source: AsyncIterator<Uint8Array>;
  readonly #maxBytes: number;
  readonly #allocate: Allocate;
  #chunk: Uint8Array = new Uint8Array();
  #seen = 0;
  /** Whether the stream has more to give, as far as is known. */
  #open = true;

  constructor(stream: AsyncIterable<Uint8Array>, maxBytes: number, allocate: Allocate) {
    this.#source = stream[Symbol.asyncIterator]();
    this.#maxBytes = maxBytes;
    this.#allocate = allocate;
  }

  async atEnd(): Promise<boolean> {
    while (this.#chunk.length === 0) {
      if (!this.#open) return true;
      this.#open = false;
      const next = await this.#source.next();
      if (next.done === true) return true;
      this.#open = true;
      this.#chunk = next.value;
      this.#seen += next.value.length;
      if (this.#seen > this.#maxBytes) throw new WireError('too-large', `The body is larger than ${this.#maxBytes} bytes.`);
    }
    return false;
  }

  async close(): Promise<void> {
    if (!this.#open) return;
    this.#open = false;
    // What a stream says when it is given up must not hide why it was.
    await this.#source.return?.().catch(() => undefined);
  }

  async take(count: number): Promise<Uint8Array> {
    if (this.#chunk.length >= count) return this.#cutOff(count);
    const out = this.#allocate(count);
    for (let filled = 0; filled < count; ) {
      if (await this.atEnd()) throw new WireError('malformed', 'The body ended early.');
      const part = this.#cutOff(Math.min(count - filled, this.#chunk.length));
      out.set(part, filled);
      filled += part.length;
    }
    return out;
  }

  #cutOff(count: number): Uint8Array {
    const part = this.#chunk.subarray(0, count);
    this.#chunk = this.#chunk.subarray(count);
    return part;
  }
}
