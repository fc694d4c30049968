/**
 * A ZIP archive (PKWARE APPNOTE 6.3.10) as a stream: stored, not compressed, since most of what people keep is compressed
 * already; UTF-8 names; ZIP64 where sizes, offsets or counts need it.
 */
export interface ZipItem {
  /** Relative, with '/' between names; folders end with one. */
  readonly path: string;
  /** Unix milliseconds. */
  readonly modified: number;
  /** Bytes that `content` will give. */
  readonly size: number;
  readonly content: AsyncIterable<Uint8Array> | null;
}

const LIMIT = 0xffff_ffff;
/** Names in UTF-8; checksum and sizes behind the content. */
const FLAGS = 0x0808;

export async function* zip(items: AsyncIterable<ZipItem>): AsyncGenerator<Uint8Array> {
  const central: Uint8Array[] = [];
  let offset = 0;
  const count = (bytes: Uint8Array): Uint8Array => {
    offset += bytes.length;
    return bytes;
  };
  for await (const item of items) {
    const at = offset;
    const name = new TextEncoder().encode(item.path);
    const large = item.size >= LIMIT;
    yield count(localHeader(item, name, large));
    const crc = new Crc32();
    let size = 0;
    if (item.content !== null) for await (const part of item.content) {
      crc.add(part);
      size += part.length;
      yield count(part);
    }
    yield count(descriptor(crc.value, size, large));
    central.push(centralHeader(item, name, { crc: crc.value, size, offset: at }));
  }
  const start = offset;
  for (const header of central) yield count(header);
  yield ending(central.length, offset - start, start);
}

/** Little-endian fields after each other: [bytes, value]. */
function fields(...parts: readonly (readonly [2 | 4 | 8, number])[]): Uint8Array {
  const view = new DataView(new ArrayBuffer(parts.reduce((sum, [width]) => sum + width, 0)));
  let at = 0;
  for (const [width, value] of parts) {
    if (width === 2) view.setUint16(at, value, true);
    else if (width === 4) view.setUint32(at, value, true);
    else view.setBigUint64(at, BigInt(value), true);
    at += width;
  }
  return new Uint8Array(view.buffer);
}

function join(...parts: readonly Uint8Array[]): Uint8Array {
  const out = new Uint8Array(parts.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const part of parts) {
    out.set(part, at);
    at += part.length;
  }
  return out;
}

function localHeader({ modified }: ZipItem, name: Uint8Array, large: boolean): Uint8Array {
  const extra = large ? fields([2, 1], [2, 16], [8, 0], [8, 0]) : new Uint8Array(0);
  const size = large ? LIMIT : 0;
  return join(fields([4, 0x0403_4b50], [2, large ? 45 : 20], [2, FLAGS], [2, 0], ...dosTime(modified), [4, 0], [4, size], [4, size], [2, name.length], [2, extra.length]), name, extra);
}

function descriptor(crc: number, size: number, large: boolean): Uint8Array {
  const width = large ? 8 : 4;
  return fields([4, 0x0807_4b50], [4, crc], [width, size], [width, size]);
}

function centralHeader({ modified, path }: ZipItem, name: Uint8Array, { crc, size, offset }: { crc: number; size: number; offset: number }): Uint8Array {
  const large = size >= LIMIT || offset >= LIMIT;
  const extra = large ? fields([2, 1], [2, 24], [8, size], [8, size], [8, offset]) : new Uint8Array(0);
  const shown = (value: number): number => (large ? LIMIT : value);
  const attributes = path.endsWith('/') ? 0x10 : 0;
  return join(fields(
    [4, 0x0201_4b50], [2, 45], [2, large ? 45 : 20], [2, FLAGS], [2, 0], ...dosTime(modified), [4, crc], [4, shown(size)], [4, shown(size)],
    [2, name.length], [2, extra.length], [2, 0], [2, 0], [2, 0], [4, attributes], [4, shown(offset)],
  ), name, extra);
}

function ending(entries: number, size: number, start: number): Uint8Array {
  const large = entries >= 0xffff || size >= LIMIT || start >= LIMIT;
  const end64 = large ? join(
    fields([4, 0x0606_4b50], [8, 44], [2, 45], [2, 45], [4, 0], [4, 0], [8, entries], [8, entries], [8, size], [8, start]),
    fields([4, 0x0706_4b50], [4, 0], [8, start + size], [4, 1]),
  ) : new Uint8Array(0);
  const few = Math.min(entries, 0xffff);
  return join(end64, fields([4, 0x0605_4b50], [2, 0], [2, 0], [2, few], [2, few], [4, Math.min(size, LIMIT)], [4, Math.min(start, LIMIT)], [2, 0]));
}

function dosTime(modified: number): readonly (readonly [2, number])[] {
  const at = new Date(Math.min(Math.max(modified, Date.UTC(1980, 0, 2)), Date.UTC(2107, 11, 30)));
  const time = (at.getHours() << 11) | (at.getMinutes() << 5) | (at.getSeconds() >> 1);
  const date = ((at.getFullYear() - 1980) << 9) | ((at.getMonth() + 1) << 5) | at.getDate();
  return [[2, time], [2, date]];
}

const TABLE = Uint32Array.from({ length: 256 }, (_, index) => {
  let value = index;
  for (let bit = 0; bit < 8; bit++) value = (value & 1) === 1 ? 0xedb8_8320 ^ (value >>> 1) : value >>> 1;
  return value >>> 0;
});

/** CRC-32 as in ISO 3309. */
export class Crc32 {
  #state = LIMIT;

  add(bytes: Uint8Array): void {
    let state = this.#state;
    for (const byte of bytes) state = (TABLE[(state ^ byte) & 255] ?? 0) ^ (state >>> 8);
    this.#state = state >>> 0;
  }

  get value(): number {
    return (this.#state ^ LIMIT) >>> 0;
  }
}
