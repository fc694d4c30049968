/** Films made in the browser, as cameras write them: samples first, where they are last. Nobody's film is in the repository. */

const WIDTH = 320;
const HEIGHT = 180;
const FPS = 10;
const VIDEO_SCALE = 15_360;
const AUDIO_SCALE = 48_000;

interface Sample {
  readonly bytes: Uint8Array;
  readonly time: number;
  readonly isSync: boolean;
}

const u8 = (...values: readonly number[]): Uint8Array => Uint8Array.from(values);
const u16 = (...values: readonly number[]): Uint8Array => Uint8Array.from(values.flatMap((value) => [value >> 8 & 255, value & 255]));
const u32 = (...values: readonly number[]): Uint8Array => Uint8Array.from(values.flatMap((value) => [value >>> 24, value >>> 16 & 255, value >>> 8 & 255, value & 255]));
const zeros = (count: number): Uint8Array => new Uint8Array(count);
const text = (four: string): Uint8Array => Uint8Array.from(four, (character) => character.charCodeAt(0));

function concat(...parts: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  const whole = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}

const box = (type: string, ...content: readonly Uint8Array[]): Uint8Array => concat(u32(8 + content.reduce((sum, part) => sum + part.length, 0)), text(type), ...content);

async function pictures(seconds: number): Promise<{ readonly samples: Sample[]; readonly config: Uint8Array }> {
  const samples: Sample[] = [];
  let config = zeros(0);
  const encoder = new VideoEncoder({
    output(chunk, info) {
      const bytes = new Uint8Array(chunk.byteLength);
      chunk.copyTo(bytes);
      samples.push({ bytes, time: chunk.timestamp / 1e6, isSync: chunk.type === 'key' });
      const description = info?.decoderConfig?.description;
      if (description instanceof ArrayBuffer) config = new Uint8Array(description);
    },
    error(error) { throw error; },
  });
  encoder.configure({ codec: 'avc1.42001f', width: WIDTH, height: HEIGHT, framerate: FPS, bitrate: 400_000, avc: { format: 'avc' } });
  const canvas = new OffscreenCanvas(WIDTH, HEIGHT);
  const pen = canvas.getContext('2d');
  for (let frame = 0; frame < seconds * FPS; frame++) {
    if (pen !== null) {
      // The colour tells the second.
      pen.fillStyle = `rgb(${Math.floor(frame / FPS) * 255 / seconds}, 90, 120)`;
      pen.fillRect(0, 0, WIDTH, HEIGHT);
    }
    const picture = new VideoFrame(canvas, { timestamp: Math.round(frame / FPS * 1e6) });
    encoder.encode(picture, { keyFrame: frame % (FPS * 3) === 0 });
    picture.close();
    if (encoder.encodeQueueSize > 20) await new Promise((resolve) => { encoder.addEventListener('dequeue', resolve, { once: true }); });
  }
  await encoder.flush();
  return { samples, config };
}

async function sounds(seconds: number): Promise<Sample[]> {
  const samples: Sample[] = [];
  const encoder = new AudioEncoder({
    output(chunk) {
      const bytes = new Uint8Array(chunk.byteLength);
      chunk.copyTo(bytes);
      samples.push({ bytes, time: samples.length * 0.02, isSync: true });
    },
    error(error) { throw error; },
  });
  encoder.configure({ codec: 'opus', sampleRate: AUDIO_SCALE, numberOfChannels: 1, bitrate: 32_000 });
  const second = Float32Array.from({ length: AUDIO_SCALE }, (_, at) => Math.sin(at / 20) * 0.1);
  for (let at = 0; at < seconds; at++) {
    const data = new AudioData({ format: 'f32', sampleRate: AUDIO_SCALE, numberOfFrames: AUDIO_SCALE, numberOfChannels: 1, timestamp: at * 1e6, data: second });
    encoder.encode(data);
    data.close();
  }
  await encoder.flush();
  return samples;
}

const avc1 = (config: Uint8Array): Uint8Array => box('avc1', zeros(6), u16(1), zeros(16), u16(WIDTH, HEIGHT), u32(0x48_0000, 0x48_0000, 0), u16(1), zeros(32), u16(0x18, 0xffff), box('avcC', config));
const opus = (): Uint8Array => box('Opus', zeros(6), u16(1), zeros(8), u16(1, 16), u32(0), u32(AUDIO_SCALE * 65_536), box('dOps', u8(0, 1), u16(312), u32(AUDIO_SCALE), u16(0), u8(0)));

function trak(id: number, isVideo: boolean, samples: readonly Sample[], offsets: readonly number[], entry: Uint8Array, seconds: number): Uint8Array {
  const scale = isVideo ? VIDEO_SCALE : AUDIO_SCALE;
  const each = isVideo ? scale / FPS : scale / 50;
  const syncs = samples.flatMap(({ isSync }, at) => (isSync ? [at + 1] : []));
  const stbl = box('stbl',
    box('stsd', u32(0, 1), entry), box('stts', u32(0, 1, samples.length, each)),
    ...(isVideo ? [box('stss', u32(0, syncs.length, ...syncs)), box('ctts', u32(0, 1, samples.length, each * 2))] : []),
    box('stsc', u32(0, 1, 1, 1, 1)), box('stsz', u32(0, 0, samples.length, ...samples.map(({ bytes }) => bytes.length))), box('stco', u32(0, offsets.length, ...offsets)));
  const dinf = box('dinf', box('dref', u32(0, 1), box('url ', u32(1))));
  const matrix = u32(0x1_0000, 0, 0, 0, 0x1_0000, 0, 0, 0, 0x4000_0000);
  return box('trak',
    box('tkhd', u32(3, 0, 0, id, 0, seconds * 1000, 0, 0, 0, isVideo ? 0 : 0x100_0000), matrix, u32(isVideo ? WIDTH << 16 : 0, isVideo ? HEIGHT << 16 : 0)),
    // The pictures are shown two frames after they are decoded, and the edit list takes that away again.
    ...(isVideo ? [box('edts', box('elst', u32(0, 1, seconds * 1000, each * 2, 0x1_0000)))] : []),
    box('mdia', box('mdhd', u32(0, 0, 0, scale, seconds * scale), u16(0x55c4, 0)), box('hdlr', u32(0, 0), text(isVideo ? 'vide' : 'soun'), zeros(12), u8(0)),
      box('minf', isVideo ? box('vmhd', u32(1, 0, 0)) : box('smhd', u32(0, 0)), dinf, stbl)));
}

/** A film of so many seconds: H.264 and Opus, a sound and a picture in turn. */
export async function makeFilm(seconds: number): Promise<Uint8Array> {
  const { samples: video, config } = await pictures(seconds);
  const audio = await sounds(seconds);
  const start = 24 + 8;
  const order = [...video.map((sample) => ({ sample, isVideo: true })), ...audio.map((sample) => ({ sample, isVideo: false }))].sort((a, b) => a.sample.time - b.sample.time);
  let at = start;
  const offsets = order.map(({ sample, isVideo }) => {
    const offset = at;
    at += sample.bytes.length;
    return { offset, isVideo };
  });
  const of = (wanted: boolean): number[] => offsets.filter(({ isVideo }) => isVideo === wanted).map(({ offset }) => offset);
  const mvhd = box('mvhd', u32(0, 0, 0, 1000, seconds * 1000, 0x1_0000), u16(0x100), zeros(10), u32(0x1_0000, 0, 0, 0, 0x1_0000, 0, 0, 0, 0x4000_0000), zeros(24), u32(3));
  return concat(box('ftyp', text('isom'), u32(512), text('isom'), text('mp41')), box('mdat', ...order.map(({ sample }) => sample.bytes)),
    box('moov', mvhd, trak(1, true, video, of(true), avc1(config), seconds), trak(2, false, audio, of(false), opus(), seconds)));
}
