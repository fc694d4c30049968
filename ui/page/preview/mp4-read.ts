/**
 * What is needed of an MP4 file (ISO/IEC 14496-12) to play it from any place: where its samples are, and when. A film is a
 * stranger's bytes: whatever does not fit throws a RangeError, and is then not played this way.
 */

/** A box inside a buffer: where its content begins and ends. */
export interface Box {
  readonly type: string;
  readonly start: number;
  readonly from: number;
  readonly to: number;
}

/** One picture or sound track. All times are in units of 1/timescale seconds. */
export interface Track {
  readonly id: number;
  readonly isVideo: boolean;
  readonly timescale: number;
  /** As in the `codecs` of a media type (RFC 6381). */
  readonly codec: string;
  readonly count: number;
  readonly offsets: Float64Array;
  readonly sizes: Uint32Array;
  readonly times: Float64Array;
  readonly durations: Uint32Array;
  /** What is added to a sample's time for when it is shown, the edit list included. */
  readonly shifts: Int32Array;
  readonly isSync: Uint8Array;
  /** Boxes that go into the new head as they are: tkhd, mdhd, hdlr, vmhd or smhd, dinf, stsd. */
  readonly heads: ReadonlyMap<string, Uint8Array>;
}

export interface Movie {
  readonly tracks: readonly Track[];
  readonly mvhd: Uint8Array;
  readonly seconds: number;
}

const SAMPLES_MAX = 4_000_000;

const viewOf = (bytes: Uint8Array): DataView => new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);

export function textAt(view: DataView, at: number): string {
  return String.fromCharCode(view.getUint8(at), view.getUint8(at + 1), view.getUint8(at + 2), view.getUint8(at + 3));
}

/** The boxes between two places of a buffer. */
export function boxesIn(view: DataView, from: number, to: number): Box[] {
  const boxes: Box[] = [];
  for (let at = from; at + 8 <= to;) {
    const short = view.getUint32(at);
    const head = short === 1 ? 16 : 8;
    const size = short === 1 ? Number(view.getBigUint64(at + 8)) : short === 0 ? to - at : short;
    if (size < head || at + size > to) throw new RangeError('a box is longer than what holds it');
    boxes.push({ type: textAt(view, at + 4), start: at, from: at + head, to: at + size });
    at += size;
  }
  return boxes;
}

function find(view: DataView, parent: Box, ...path: readonly string[]): Box | null {
  let box: Box | null = parent;
  for (const type of path) box = box === null ? null : boxesIn(view, box.from, box.to).find((child) => child.type === type) ?? null;
  return box;
}

function need(view: DataView, parent: Box, ...path: readonly string[]): Box {
  const box = find(view, parent, ...path);
  if (box === null) throw new RangeError(`no ${path.join('/')}`);
  return box;
}

/** Reads a whole `moov` box. Throws a RangeError for what is malformed, and for what cannot be played so. */
export function readMovie(moov: Uint8Array, fileSize: number): Movie {
  const view = viewOf(moov);
  const [root] = boxesIn(view, 0, moov.length);
  if (root?.type !== 'moov') throw new RangeError('no moov');
  const children = boxesIn(view, root.from, root.to);
  if (children.some(({ type }) => type === 'mvex')) throw new RangeError('already in fragments');
  const mvhd = need(view, root, 'mvhd');
  const isLong = view.getUint8(mvhd.from) === 1;
  const timescale = view.getUint32(mvhd.from + (isLong ? 20 : 12));
  const duration = isLong ? Number(view.getBigUint64(mvhd.from + 24)) : view.getUint32(mvhd.from + 16);
  const tracks = children.filter(({ type }) => type === 'trak').map((trak) => readTrack(moov, view, trak, timescale, fileSize)).filter((track) => track !== null);
  const video = tracks.find(({ isVideo }) => isVideo);
  const audio = tracks.find(({ isVideo }) => !isVideo);
  const played = [video, audio].filter((track) => track !== undefined);
  if (played.length === 0 || timescale === 0) throw new RangeError('nothing to play');
  return { tracks: played, mvhd: moov.slice(mvhd.start, mvhd.to), seconds: duration / timescale };
}

function readTrack(moov: Uint8Array, view: DataView, trak: Box, movieScale: number, fileSize: number): Track | null {
  const mdia = need(view, trak, 'mdia');
  const handler = textAt(view, need(view, mdia, 'hdlr').from + 8);
  if (handler !== 'vide' && handler !== 'soun') return null;
  const minf = need(view, mdia, 'minf');
  const stbl = need(view, minf, 'stbl');
  const tkhd = need(view, trak, 'tkhd');
  const mdhd = need(view, mdia, 'mdhd');
  const timescale = view.getUint32(mdhd.from + (view.getUint8(mdhd.from) === 1 ? 20 : 12));
  const id = view.getUint32(tkhd.from + (view.getUint8(tkhd.from) === 1 ? 20 : 12));
  const stsd = need(view, stbl, 'stsd');
  const codec = codecOf(moov, view, stsd);
  if (codec === null || timescale === 0) return null;
  const heads = new Map([tkhd, mdhd, need(view, mdia, 'hdlr'), need(view, minf, handler === 'vide' ? 'vmhd' : 'smhd'), need(view, minf, 'dinf'), stsd].map((box) => [box.type, moov.slice(box.start, box.to)]));
  const sizes = sizesOf(view, need(view, stbl, 'stsz'));
  return {
    id, timescale, codec, heads, sizes, isVideo: handler === 'vide', count: sizes.length,
    offsets: offsetsOf(view, stbl, sizes, fileSize),
    ...timesOf(view, need(view, stbl, 'stts'), sizes.length),
    shifts: shiftsOf(view, stbl, sizes.length, editOf(view, trak, movieScale, timescale)),
    isSync: syncOf(view, stbl, sizes.length),
  };
}

function sizesOf(view: DataView, stsz: Box): Uint32Array {
  const same = view.getUint32(stsz.from + 4);
  const count = view.getUint32(stsz.from + 8);
  if (count > SAMPLES_MAX) throw new RangeError('too many samples');
  const sizes = new Uint32Array(count).fill(same);
  if (same === 0) for (let at = 0; at < count; at++) sizes[at] = view.getUint32(stsz.from + 12 + at * 4);
  return sizes;
}

function offsetsOf(view: DataView, stbl: Box, sizes: Uint32Array, fileSize: number): Float64Array {
  const short = find(view, stbl, 'stco');
  const chunks = short ?? need(view, stbl, 'co64');
  const chunkCount = view.getUint32(chunks.from + 4);
  const chunkAt = (chunk: number): number => (short === null ? Number(view.getBigUint64(chunks.from + 8 + chunk * 8)) : view.getUint32(chunks.from + 8 + chunk * 4));
  const stsc = need(view, stbl, 'stsc');
  const runs = view.getUint32(stsc.from + 4);
  const offsets = new Float64Array(sizes.length);
  let sample = 0;
  for (let run = 0; run < runs; run++) {
    const first = view.getUint32(stsc.from + 8 + run * 12) - 1;
    const each = view.getUint32(stsc.from + 12 + run * 12);
    if (each === 0 || chunkCount > SAMPLES_MAX) throw new RangeError('chunks without samples');
    const end = run + 1 < runs ? view.getUint32(stsc.from + 20 + run * 12) - 1 : chunkCount;
    for (let chunk = first; chunk < Math.min(end, chunkCount) && sample < sizes.length; chunk++) {
      let offset = chunkAt(chunk);
      for (let count = 0; count < each && sample < sizes.length; count++, sample++) {
        const size = sizes[sample] ?? 0;
        if (offset + size > fileSize) throw new RangeError('a sample lies outside the file');
        offsets[sample] = offset;
        offset += size;
      }
    }
  }
  if (sample !== sizes.length) throw new RangeError('samples without a place');
  return offsets;
}

function timesOf(view: DataView, stts: Box, count: number): { readonly times: Float64Array; readonly durations: Uint32Array } {
  const times = new Float64Array(count);
  const durations = new Uint32Array(count);
  const runs = view.getUint32(stts.from + 4);
  let sample = 0;
  let time = 0;
  for (let run = 0; run < runs; run++) {
    const length = view.getUint32(stts.from + 8 + run * 8);
    const duration = view.getUint32(stts.from + 12 + run * 8);
    for (let at = 0; at < length && sample < count; at++, sample++) {
      times[sample] = time;
      durations[sample] = duration;
      time += duration;
    }
  }
  return { times, durations };
}

function shiftsOf(view: DataView, stbl: Box, count: number, edit: number): Int32Array {
  const shifts = new Int32Array(count).fill(edit);
  const ctts = find(view, stbl, 'ctts');
  if (ctts === null) return shifts;
  const runs = view.getUint32(ctts.from + 4);
  let sample = 0;
  for (let run = 0; run < runs; run++) {
    const length = view.getUint32(ctts.from + 8 + run * 8);
    const shift = view.getInt32(ctts.from + 12 + run * 8);
    for (let at = 0; at < length && sample < count; at++, sample++) shifts[sample] = edit + shift;
  }
  return shifts;
}

/** Without a table of them, every sample is one where playing can begin. */
function syncOf(view: DataView, stbl: Box, count: number): Uint8Array {
  const stss = find(view, stbl, 'stss');
  const isSync = new Uint8Array(count).fill(stss === null ? 1 : 0);
  if (stss === null) return isSync;
  const entries = view.getUint32(stss.from + 4);
  for (let entry = 0; entry < entries; entry++) isSync[view.getUint32(stss.from + 8 + entry * 4) - 1] = 1;
  return isSync;
}

/** What the edit list adds to every time of a track: a pause before it, less what is skipped of it. */
function editOf(view: DataView, trak: Box, movieScale: number, timescale: number): number {
  const elst = find(view, trak, 'edts', 'elst');
  if (elst === null) return 0;
  const isLong = view.getUint8(elst.from) === 1;
  const entries = Math.min(2, view.getUint32(elst.from + 4));
  let shift = 0;
  for (let entry = 0; entry < entries; entry++) {
    const at = elst.from + 8 + entry * (isLong ? 20 : 12);
    const length = isLong ? Number(view.getBigUint64(at)) : view.getUint32(at);
    const start = isLong ? Number(view.getBigInt64(at + 8)) : view.getInt32(at + 4);
    if (start >= 0) return Math.round(shift - start);
    shift += length / movieScale * timescale;
  }
  return Math.round(shift);
}

const hex = (value: number): string => value.toString(16).padStart(2, '0');
const two = (value: number): string => String(value).padStart(2, '0');

/** The codec of a track's first sample description; null for one that is not known here. */
function codecOf(moov: Uint8Array, view: DataView, stsd: Box): string | null {
  const [entry] = boxesIn(view, stsd.from + 8, stsd.to);
  if (entry === undefined) return null;
  const { type } = entry;
  // A picture's description is 78 bytes before its boxes, a sound's 28.
  const inner = (skip: number, name: string): Uint8Array | null => {
    const box = boxesIn(view, entry.from + skip, entry.to).find((child) => child.type === name);
    return box === undefined ? null : moov.subarray(box.from, box.to);
  };
  if (type === 'avc1' || type === 'avc3') {
    const [, profile = 0, compatible = 0, level = 0] = inner(78, 'avcC') ?? [];
    return `${type}.${hex(profile)}${hex(compatible)}${hex(level)}`;
  }
  if (type === 'hvc1' || type === 'hev1') return hevcOf(type, inner(78, 'hvcC'));
  if (type === 'vp09') {
    const [, , , , profile = 0, level = 10, depth = 0x80] = inner(78, 'vpcC') ?? [];
    return `vp09.${two(profile)}.${two(level)}.${two(depth >> 4)}`;
  }
  if (type === 'av01') {
    const [, levels = 0, depths = 0] = inner(78, 'av1C') ?? [];
    return `av01.${levels >> 5}.${two(levels & 31)}${(depths & 0x80) === 0 ? 'M' : 'H'}.${two((depths & 0x40) === 0 ? 8 : 10)}`;
  }
  if (type === 'mp4a') return aacOf(inner(28, 'esds'));
  return type === 'Opus' ? 'opus' : type === 'fLaC' ? 'flac' : null;
}

/** ISO/IEC 14496-15, annex E. */
function hevcOf(type: string, config: Uint8Array | null): string | null {
  if (config === null || config.length < 13) return null;
  const view = viewOf(config);
  const first = view.getUint8(1);
  let compatible = 0;
  for (let bit = 0; bit < 32; bit++) compatible |= ((view.getUint32(2) >>> bit) & 1) << (31 - bit);
  const constraints = [...config.subarray(6, 12)];
  while (constraints.at(-1) === 0) constraints.pop();
  const space = ['', 'A', 'B', 'C'][first >> 6] ?? '';
  return [`${type}.${space}${first & 31}`, (compatible >>> 0).toString(16), `${(first & 32) === 0 ? 'L' : 'H'}${view.getUint8(12)}`, ...constraints.map((byte) => byte.toString(16))].join('.');
}

/** The object type out of an elementary stream descriptor (ISO/IEC 14496-1). */
function aacOf(esds: Uint8Array | null): string | null {
  if (esds === null) return null;
  let at = 4;
  const enter = (tag: number): boolean => {
    if (esds[at++] !== tag) return false;
    while (((esds[at++] ?? 0) & 0x80) !== 0);
    return true;
  };
  if (!enter(3)) return null;
  const flags = esds[at + 2] ?? 0;
  at += 3 + ((flags & 0x80) === 0 ? 0 : 2) + ((flags & 0x40) === 0 ? 0 : 1 + (esds[at + 3] ?? 0)) + ((flags & 0x20) === 0 ? 0 : 2);
  if (!enter(4)) return null;
  const type = esds[at] ?? 0;
  at += 13;
  if (type !== 0x40) return `mp4a.${hex(type)}`;
  return enter(5) ? `mp4a.40.${(esds[at] ?? 0) >> 3}` : 'mp4a.40.2';
}
