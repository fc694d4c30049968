import { concat, equalBytes, hkdf, hmacSha256, openBoxes, toHex } from '../../crypto/index.ts';
import { decodeCbor } from '../../wire/index.ts';

/** A batch as it stands in the log. */
interface Batch {
  readonly writer: string;
  readonly counter: number;
  readonly parents: readonly (readonly [string, number])[];
  readonly versions: readonly { readonly name: string; readonly label: string; readonly replaces: readonly string[]; content(of: (name: string) => Uint8Array): Uint8Array | null }[];
}

/** What a cell holds by a version's name. */
export type Cells = Map<string, Map<string, Uint8Array>>;

/**
 * What a vault's entries in a log say, worked out in the plainest way: every entry is tried, every stream read from its
 * beginning to its first gap, every content made from nothing. Shares no code with the room that it judges.
 */
export class Model {
  readonly #tagKey: Uint8Array;
  readonly #entryKey: Uint8Array;
  readonly #frames: ({ writer: string; sequence: number; checkpoint: boolean; data: Uint8Array } | null)[] = [];

  constructor(secret: Uint8Array) {
    this.#tagKey = hkdf(secret, 'underkeep/hidden-tag/1', new Uint8Array(0), 32);
    this.#entryKey = hkdf(secret, 'underkeep/hidden-entry/1', new Uint8Array(0), 32);
  }

  /** Reads the entries that the log has more than before. Throws where one frame lies there twice. */
  async read(log: readonly Uint8Array[]): Promise<void> {
    for (const entry of log.slice(this.#frames.length)) {
      const own = equalBytes(hmacSha256(this.#tagKey, entry.subarray(0, 24)).subarray(0, 16), entry.subarray(24, 40));
      const [plaintext = null] = await openBoxes([{ key: this.#entryKey, box: concat(entry.subarray(0, 24), entry.subarray(40)) }]);
      if (own !== (plaintext !== null)) throw new Error('tag and box disagree on whose entry this is');
      const frame = plaintext === null ? null : frameOf(plaintext);
      if (frame !== null && this.#frames.some((other) => other?.writer === frame.writer && other.sequence === frame.sequence)) throw new Error('a frame lies in the log twice');
      this.#frames.push(frame);
    }
  }

  /** Whether entry `number` is the vault's. */
  owns(number: number): boolean {
    return (this.#frames[number] ?? null) !== null;
  }

  get checkpoints(): number {
    return new Set(this.#frames.flatMap((frame) => (frame?.checkpoint === true ? [frame.writer] : []))).size;
  }

  /** Every version that counts after the first `count` entries, by label and name; and every version that is there at all. */
  state(count = this.#frames.length): { live: Cells; all: Map<string, Uint8Array>; replaced: Set<string> } {
    const batches = visible(this.#frames.slice(0, count).filter((frame) => frame !== null && !frame.checkpoint) as Piece[]);
    const versions = batches.flatMap((batch) => batch.versions);
    const replaced = new Set(versions.flatMap(({ replaces }) => replaces));
    const byName = new Map(versions.map((version) => [version.name, version]));
    const made = new Map<string, Uint8Array>();
    const contentOf = (name: string): Uint8Array => {
      const known = made.get(name);
      if (known !== undefined) return known;
      const content = byName.get(name)?.content(contentOf);
      if (content === undefined || content === null) throw new Error(`nothing is known of ${name}`);
      made.set(name, content);
      return content;
    };
    const live: Cells = new Map();
    for (const version of versions) {
      if (version.content(() => new Uint8Array(2 ** 23)) === null) continue;
      const content = contentOf(version.name);
      if (!replaced.has(version.name)) live.set(version.label, (live.get(version.label) ?? new Map<string, Uint8Array>()).set(version.name, content));
    }
    return { live, all: made, replaced };
  }
}

interface Piece {
  readonly writer: string;
  readonly sequence: number;
  readonly data: Uint8Array;
}

function frameOf(plaintext: Uint8Array): Piece & { checkpoint: boolean } {
  const view = new DataView(plaintext.buffer, plaintext.byteOffset);
  return {
    writer: toHex(plaintext.subarray(0, 8)),
    sequence: view.getUint32(8),
    checkpoint: view.getUint16(12) >= 32_768,
    data: plaintext.slice(14, 14 + (view.getUint16(12) % 32_768)),
  };
}

function visible(frames: readonly Piece[]): Batch[] {
  const streams = new Map<string, Map<number, Uint8Array>>();
  for (const { writer, sequence, data } of frames) {
    const stream = streams.get(writer) ?? new Map<number, Uint8Array>();
    if (!stream.has(sequence)) stream.set(sequence, data);
    streams.set(writer, stream);
  }
  const batches: Batch[] = [];
  const waiting = new Map([...streams].map(([writer, stream]) => [writer, batchesOf(writer, stream)]));
  for (let more = true; more;) {
    more = false;
    for (const list of waiting.values()) {
      const next = list[0];
      if (next === undefined || !next.parents.every(([writer, counter]) => batches.some((seen) => seen.writer === writer && seen.counter === counter))) continue;
      batches.push(next);
      list.shift();
      more = true;
    }
  }
  return batches;
}

function batchesOf(writer: string, stream: ReadonlyMap<number, Uint8Array>): Batch[] {
  const parts: Uint8Array[] = [];
  for (let part = stream.get(0); part !== undefined; part = stream.get(parts.length)) parts.push(part);
  const bytes = concat(...parts);
  const batches: Batch[] = [];
  for (let at = 0; at + 8 <= bytes.length;) {
    const view = new DataView(bytes.buffer, bytes.byteOffset + at);
    const end = at + 8 + view.getUint32(0);
    if (end > bytes.length) break;
    const bodyAt = at + 8 + view.getUint32(4);
    batches.push(batchOf(writer, decodeCbor(bytes.subarray(at + 8, bodyAt)) as Map<string, unknown>, bytes.subarray(bodyAt, end)));
    at = end;
  }
  return batches;
}

type Id = readonly [Uint8Array, number, number];

function batchOf(writer: string, head: ReadonlyMap<string, unknown>, body: Uint8Array): Batch {
  const counter = head.get('counter') as number;
  let from = 0;
  const versions = (head.get('writes') as Map<string, unknown>[]).map((write, index) => {
    const bytes = body.slice(from, from += write.get('length') as number);
    const replaces = (write.get('replaces') as Id[]).map(([of, batch, at]) => `${toHex(of)}.${batch}.${at}`);
    return {
      name: `${writer}.${counter}.${index}`,
      label: toHex(write.get('label') as Uint8Array),
      replaces,
      content: (of: (name: string) => Uint8Array): Uint8Array | null => contentOf(write, bytes, () => of(replaces[0] ?? '')),
    };
  });
  const parents = (head.get('parents') as [Uint8Array, number][]).map(([of, batch]) => [toHex(of), batch] as const);
  return { writer, counter, parents, versions };
}

function contentOf(write: ReadonlyMap<string, unknown>, bytes: Uint8Array, base: () => Uint8Array): Uint8Array | null {
  const size = write.get('size') as number;
  if (write.get('form') === 'gone') return null;
  if (write.get('form') === 'whole') return concat(bytes, new Uint8Array(size - bytes.length));
  let content = base();
  let [shift, from] = [0, 0];
  for (const [at, cut, length] of write.get('splices') as [number, number, number][]) {
    content = concat(content.subarray(0, at + shift), bytes.subarray(from, from += length), content.subarray(at + shift + cut));
    shift += length - cut;
  }
  return content;
}
