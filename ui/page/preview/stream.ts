import { headOf, fragmentsOf, spansOf, writeFragment, type Fragment } from './mp4-write.ts';
import { readMovie, textAt, type Movie } from './mp4-read.ts';

/** Brings bytes of the file, decrypted. */
export type Read = (offset: number, length: number) => Promise<Uint8Array>;

const MOOV_MAX = 48 << 20;
const BOXES_MAX = 64;
const AHEAD_SECONDS = 30;
const BEHIND_SECONDS = 60;

/** A film that is decrypted while it plays. */
export interface Streamed {
  readonly type: string;
  /** Feeds a media element until it is stopped; gives what stops it. `onFault`: it cannot be played this way after all. */
  play(element: HTMLMediaElement, onFault: (error: unknown) => void): () => void;
}

/** The box with the samples' places, wherever in the file it stands. null where the file has none that is used here. */
async function findMoov(read: Read, size: number): Promise<Uint8Array | null> {
  let at = 0;
  for (let count = 0; count < BOXES_MAX && at + 8 <= size; count++) {
    const head = await read(at, Math.min(16, size - at));
    const view = new DataView(head.buffer, head.byteOffset, head.byteLength);
    const short = view.getUint32(0);
    const length = short === 1 ? Number(view.getBigUint64(8)) : short === 0 ? size - at : short;
    if (length < 8) return null;
    if (textAt(view, 4) === 'moov') return length > MOOV_MAX || at + length > size ? null : await read(at, length);
    at += length;
  }
  return null;
}

/** null: this browser or this file wants the whole file first. */
export async function openStream(read: Read, size: number): Promise<Streamed | null> {
  if (!('MediaSource' in globalThis)) return null;
  try {
    const moov = await findMoov(read, size);
    if (moov === null) return null;
    const movie = readMovie(moov, size);
    const fragments = fragmentsOf(movie);
    const kind = movie.tracks.some(({ isVideo }) => isVideo) ? 'video' : 'audio';
    const type = `${kind}/mp4; codecs="${movie.tracks.map(({ codec }) => codec).join(',')}"`;
    if (!MediaSource.isTypeSupported(type)) return null;
    return { type, play: (element, onFault) => feed(element, { movie, fragments, type, read }, onFault) };
  } catch (error) {
    if (error instanceof RangeError) return null;
    throw error;
  }
}

interface Source {
  readonly movie: Movie;
  readonly fragments: readonly Fragment[];
  readonly type: string;
  readonly read: Read;
}

const next = (target: EventTarget, ...types: readonly string[]): Promise<void> => new Promise((resolve) => {
  const done = (): void => {
    for (const type of types) target.removeEventListener(type, done);
    resolve();
  };
  for (const type of types) target.addEventListener(type, done);
});

/** Keeps half a minute ahead of where the film is, wherever it is moved to. */
function feed(element: HTMLMediaElement, source: Source, onFault: (error: unknown) => void): () => void {
  const media = new MediaSource();
  const url = URL.createObjectURL(media);
  const ended = new AbortController();
  const run = async (): Promise<void> => {
    element.src = url;
    await next(media, 'sourceopen');
    const buffer = media.addSourceBuffer(source.type);
    const append = async (bytes: Uint8Array<ArrayBuffer>): Promise<void> => {
      buffer.appendBuffer(bytes);
      await next(buffer, 'updateend');
      if (element.error !== null) throw new Error(element.error.message);
    };
    await append(headOf(source.movie));
    media.duration = source.movie.seconds;
    const held = new Set<number>();
    while (!ended.signal.aborted) {
      const at = wanted(source.fragments, held, element.currentTime);
      if (at === null) {
        if (media.readyState === 'open' && held.has(source.fragments.length - 1)) media.endOfStream();
        await Promise.race([next(element, 'timeupdate', 'seeking'), new Promise((resolve) => { setTimeout(resolve, 500); })]);
      } else {
        const bytes = await fragmentAt(source, at);
        // It was moved on meanwhile: what is wanted now comes first.
        if (ended.signal.aborted || wanted(source.fragments, held, element.currentTime) !== at) continue;
        await forget(buffer, element.currentTime, source.fragments, held);
        await append(bytes);
        held.add(at);
      }
    }
  };
  run().catch((error: unknown) => { if (!ended.signal.aborted) onFault(error); });
  return () => {
    ended.abort();
    element.removeAttribute('src');
    element.load();
    URL.revokeObjectURL(url);
  };
}

/** The first fragment that is near enough to be needed and not there yet. */
function wanted(fragments: readonly Fragment[], held: ReadonlySet<number>, time: number): number | null {
  const found = fragments.findIndex(({ start, end }, at) => end > time && start < time + AHEAD_SECONDS && !held.has(at));
  return found < 0 ? null : found;
}

async function fragmentAt({ movie, fragments, read }: Source, at: number): Promise<Uint8Array<ArrayBuffer>> {
  const fragment = fragments[at];
  if (fragment === undefined) throw new RangeError('no such fragment');
  const spans = spansOf(movie, fragment);
  const data = await Promise.all(spans.map(([offset, length]) => (length === 0 ? Promise.resolve(new Uint8Array(0)) : read(offset, length))));
  return writeFragment(movie, fragment, spans, data, at + 1);
}

/** What is long past gives its room back. */
async function forget(buffer: SourceBuffer, time: number, fragments: readonly Fragment[], held: Set<number>): Promise<void> {
  const past = [...held].filter((at) => (fragments[at]?.end ?? 0) < time - BEHIND_SECONDS || (fragments[at]?.start ?? 0) > time + AHEAD_SECONDS * 4);
  if (past.length < 8) return;
  for (const at of past) {
    const fragment = fragments[at];
    held.delete(at);
    if (fragment === undefined || fragment.end <= fragment.start) continue;
    buffer.remove(fragment.start, fragment.end);
    await next(buffer, 'updateend');
  }
}
