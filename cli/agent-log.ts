import { constants } from 'node:fs';
import { mkdir, open, type FileHandle } from 'node:fs/promises';
import { dirname } from 'node:path';
import { HiddenError, holds, withRange, type LogCopy, type Range } from '../hidden/index.ts';
import { Mutex } from '../node/index.ts';
import { COVER_ENTRY, decodeCbor, encodeCbor, schema } from '../wire/index.ts';
import { readIfThere, replaceFile } from './agent-file.ts';

/** Nonce and tag, by which a vault tells its entries. */
const HEAD = 40;
const RANGES_MAX = 65_536;

const rangesSchema = schema.record({
  v: schema.literal(1),
  held: schema.list(schema.record({ from: schema.uint(), to: schema.uint() }), RANGES_MAX),
});

/**
 * The device's copy of a cover log: `PATH.log` holds entry n at byte 4096 n, `PATH.heads` its first 40 bytes at byte 40 n,
 * `PATH.held` which of them are there. Entries are on the disk before `PATH.held` counts them, so that whenever the
 * process or the machine stops, what is counted is there. Every session of the account writes the same, whatever it opened.
 */
export class FileLog implements LogCopy {
  readonly #path: string;
  readonly #entries: FileHandle;
  readonly #heads: FileHandle;
  readonly #writing = new Mutex();
  #held: readonly Range[];

  private constructor(path: string, entries: FileHandle, heads: FileHandle, held: readonly Range[]) {
    this.#path = path;
    this.#entries = entries;
    this.#heads = heads;
    this.#held = held;
  }

  /** Makes the files where there are none. */
  static async open(path: string): Promise<FileLog> {
    await mkdir(dirname(path), { recursive: true, mode: 0o700 });
    const mode = constants.O_RDWR | constants.O_CREAT | constants.O_NOFOLLOW;
    const entries = await open(`${path}.log`, mode, 0o600);
    const heads = await open(`${path}.heads`, mode, 0o600);
    const whole = Math.min(Math.floor((await entries.stat()).size / COVER_ENTRY), Math.floor((await heads.stat()).size / HEAD));
    const log = new FileLog(path, entries, heads, heldIn(await readIfThere(`${path}.held`), whole));
    await log.#keepRanges();
    return log;
  }

  held(): readonly Range[] {
    return this.#held;
  }

  read(from: number, count: number): Promise<Uint8Array> {
    return this.#read(this.#entries, from, count, COVER_ENTRY);
  }

  heads(from: number, count: number): Promise<Uint8Array> {
    return this.#read(this.#heads, from, count, HEAD);
  }

  async write(from: number, entries: Uint8Array): Promise<void> {
    const count = entries.length / COVER_ENTRY;
    if (!Number.isInteger(count)) throw new RangeError('a log copy takes whole entries');
    await this.#writing.run(async () => {
      const missing = missingIn(this.#held, { from, to: from + count });
      if (missing.length === 0) return;
      for (const range of missing) {
        const bytes = entries.subarray((range.from - from) * COVER_ENTRY, (range.to - from) * COVER_ENTRY);
        await writeAll(this.#entries, bytes, range.from * COVER_ENTRY);
        await writeAll(this.#heads, headsOf(bytes), range.from * HEAD);
      }
      await Promise.all([this.#entries.datasync(), this.#heads.datasync()]);
      this.#held = withRange(this.#held, { from, to: from + count });
      await this.#keepRanges();
    });
  }

  async close(): Promise<void> {
    await this.#writing.run(async () => {
      await Promise.all([this.#entries.close(), this.#heads.close()]);
    });
  }

  async #keepRanges(): Promise<void> {
    await replaceFile(`${this.#path}.held`, encodeCbor({ v: 1, held: this.#held.map(({ from, to }) => ({ from, to })) }));
  }

  async #read(file: FileHandle, from: number, count: number, size: number): Promise<Uint8Array> {
    if (!holds(this.#held, { from, to: from + count })) throw arriving();
    const bytes = new Uint8Array(count * size);
    for (let done = 0; done < bytes.length; ) {
      const { bytesRead } = await file.read(bytes, done, bytes.length - done, from * size + done);
      if (bytesRead === 0) throw arriving();
      done += bytesRead;
    }
    return bytes;
  }
}

function arriving(): HiddenError {
  return new HiddenError('arriving', 'This is still arriving: the part of the log that holds it is not on this device yet; wait, then try again.');
}

/** A file of ranges that is damaged counts for nothing: then all of the log is brought again. */
function heldIn(bytes: Uint8Array | null, whole: number): Range[] {
  if (bytes === null) return [];
  try {
    const { held } = rangesSchema(decodeCbor(bytes, 'ranges'), 'ranges');
    return held.reduce((ranges: Range[], { from, to }) => withRange(ranges, { from, to: Math.min(to, whole) }), []);
  } catch {
    return [];
  }
}

/** What of `wanted` is in none of the ascending ranges. */
function missingIn(held: readonly Range[], wanted: Range): Range[] {
  const missing: Range[] = [];
  let at = wanted.from;
  for (const { from, to } of held) {
    if (to <= at) continue;
    if (from >= wanted.to) break;
    if (from > at) missing.push({ from: at, to: from });
    at = to;
  }
  if (at < wanted.to) missing.push({ from: at, to: wanted.to });
  return missing;
}

function headsOf(entries: Uint8Array): Uint8Array {
  const heads = new Uint8Array((entries.length / COVER_ENTRY) * HEAD);
  for (let index = 0; index * HEAD < heads.length; index++) heads.set(entries.subarray(index * COVER_ENTRY, index * COVER_ENTRY + HEAD), index * HEAD);
  return heads;
}

async function writeAll(file: FileHandle, bytes: Uint8Array, position: number): Promise<void> {
  for (let done = 0; done < bytes.length; ) done += (await file.write(bytes, done, bytes.length - done, position + done)).bytesWritten;
}
