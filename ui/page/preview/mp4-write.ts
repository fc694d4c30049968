import type { Movie, Track } from './mp4-read.ts';

/** Some samples of each track, from one place where playing can begin to the next. */
export interface Fragment {
  /** Seconds. */
  readonly start: number;
  readonly end: number;
  /** For each track of the movie: its first sample, and the one after its last. */
  readonly ranges: readonly (readonly [from: number, to: number])[];
}

const SHORTEST_SECONDS = 2;
const FRAGMENT_MAX = 64 << 20;

function concat(parts: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  const whole = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}

function u32(...values: readonly number[]): Uint8Array {
  const bytes = new Uint8Array(values.length * 4);
  const view = new DataView(bytes.buffer);
  values.forEach((value, at) => { view.setUint32(at * 4, value); });
  return bytes;
}

const text = (four: string): Uint8Array => Uint8Array.from(four, (character) => character.charCodeAt(0));

function box(type: string, ...content: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  const size = content.reduce((sum, part) => sum + part.length, 8);
  return concat([u32(size), text(type), ...content]);
}

/** The head of a stream of fragments: what the decoders need, and no samples. */
export function headOf({ tracks, mvhd }: Movie): Uint8Array<ArrayBuffer> {
  const trak = ({ heads, isVideo }: Track): Uint8Array => {
    const head = (type: string): Uint8Array => heads.get(type) ?? new Uint8Array(0);
    const stbl = box('stbl', head('stsd'), box('stts', u32(0, 0)), box('stsc', u32(0, 0)), box('stsz', u32(0, 0, 0)), box('stco', u32(0, 0)));
    return box('trak', head('tkhd'), box('mdia', head('mdhd'), head('hdlr'), box('minf', head(isVideo ? 'vmhd' : 'smhd'), head('dinf'), stbl)));
  };
  const mvex = box('mvex', ...tracks.map(({ id }) => box('trex', u32(0, id, 1, 0, 0, 0))));
  return concat([box('ftyp', text('iso5'), u32(512), text('iso5'), text('iso6'), text('mp41')), box('moov', mvhd, ...tracks.map(trak), mvex)]);
}

/** The first sample at or after a time of the track's own clock. */
function sampleAt({ times }: Track, time: number): number {
  let low = 0;
  let high = times.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((times[middle] ?? 0) < time) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** Cuts a movie where its first track can begin anew, every two seconds or more. */
export function fragmentsOf({ tracks, seconds }: Movie): readonly Fragment[] {
  const [lead] = tracks;
  if (lead === undefined) return [];
  const cuts: number[] = [];
  let next = 0;
  for (let sample = 0; sample < lead.count; sample++) {
    const time = (lead.times[sample] ?? 0) / lead.timescale;
    if (lead.isSync[sample] !== 1 || time < next) continue;
    cuts.push(time);
    next = time + SHORTEST_SECONDS;
  }
  if (cuts.length === 0) throw new RangeError('no place to begin');
  return cuts.map((start, at) => {
    const end = cuts[at + 1] ?? Infinity;
    const ranges = tracks.map((track) => [at === 0 ? 0 : sampleAt(track, start * track.timescale - 0.5), end === Infinity ? track.count : sampleAt(track, end * track.timescale - 0.5)] as const);
    return { start, end: end === Infinity ? Math.max(seconds, start + SHORTEST_SECONDS) : end, ranges };
  });
}

/** Where a fragment's samples lie in the file, from the first byte to the last, for each track. */
export function spansOf({ tracks }: Movie, { ranges }: Fragment): readonly (readonly [offset: number, length: number])[] {
  return tracks.map(({ offsets, sizes }, at) => {
    const [from, to] = ranges[at] ?? [0, 0];
    let first = Infinity;
    let last = 0;
    for (let sample = from; sample < to; sample++) {
      first = Math.min(first, offsets[sample] ?? 0);
      last = Math.max(last, (offsets[sample] ?? 0) + (sizes[sample] ?? 0));
    }
    if (from >= to) return [0, 0] as const;
    if (last - first > FRAGMENT_MAX) throw new RangeError('a fragment is too large');
    return [first, last - first] as const;
  });
}

const SYNC = 0x0200_0000;
const NOT_SYNC = 0x0101_0000;

function trunOf({ sizes, durations, shifts, isSync }: Track, from: number, to: number, dataOffset: number): Uint8Array {
  const fields = new Uint8Array((to - from) * 16);
  const view = new DataView(fields.buffer);
  for (let sample = from; sample < to; sample++) {
    const at = (sample - from) * 16;
    view.setUint32(at, durations[sample] ?? 0);
    view.setUint32(at + 4, sizes[sample] ?? 0);
    view.setUint32(at + 8, isSync[sample] === 1 ? SYNC : NOT_SYNC);
    view.setInt32(at + 12, shifts[sample] ?? 0);
  }
  // Version 1: what is added to a time may be negative. Offset of the data, then length, size, flags and shift of each.
  return box('trun', u32(0x0100_0f01, to - from, dataOffset), fields);
}

function trafOf(track: Track, from: number, to: number, dataOffset: number): Uint8Array {
  const start = Math.max(0, track.times[from] ?? 0);
  const tfdt = box('tfdt', u32(0x0100_0000, Math.floor(start / 2 ** 32), start % 2 ** 32));
  return box('traf', box('tfhd', u32(0x0002_0000, track.id)), tfdt, trunOf(track, from, to, dataOffset));
}

/** A fragment as a decoder takes it; `data` holds the bytes of each span. */
export function writeFragment({ tracks }: Movie, { ranges }: Fragment, spans: readonly (readonly [offset: number, length: number])[], data: readonly Uint8Array[], number: number): Uint8Array<ArrayBuffer> {
  const samples: Uint8Array[] = [];
  const starts: number[] = [];
  let length = 0;
  tracks.forEach(({ offsets, sizes }, at) => {
    const [from, to] = ranges[at] ?? [0, 0];
    const [base] = spans[at] ?? [0, 0];
    starts.push(length);
    for (let sample = from; sample < to; sample++) {
      const offset = (offsets[sample] ?? 0) - base;
      const size = sizes[sample] ?? 0;
      const bytes = data[at]?.subarray(offset, offset + size);
      if (bytes?.length !== size) throw new RangeError('a sample is not there');
      samples.push(bytes);
      length += size;
    }
  });
  const moof = (base: number): Uint8Array<ArrayBuffer> => box('moof', box('mfhd', u32(0, number)), ...tracks.flatMap((track, at) => {
    const [from, to] = ranges[at] ?? [0, 0];
    return from < to ? [trafOf(track, from, to, base + (starts[at] ?? 0))] : [];
  }));
  // Its own length is known once it is written; the second time with it.
  const size = moof(0).length;
  return concat([moof(size + 8), u32(length + 8), text('mdat'), ...samples]);
}
