import { endingOf } from './names.ts';
import type { Item } from '../contract.ts';

/** What a file is for the page: which sign it gets and how it can be shown. */
export type Kind = 'folder' | 'image' | 'audio' | 'video' | 'pdf' | 'markdown' | 'text' | 'archive' | 'file';

const ENDINGS: readonly (readonly [Kind, string])[] = [
  ['image', 'png jpg jpeg jfif gif webp avif bmp'],
  ['audio', 'mp3 m4a aac ogg oga opus wav flac'],
  ['video', 'mp4 m4v webm mov ogv mkv'],
  ['pdf', 'pdf'],
  ['markdown', 'md markdown'],
  // SVG and HTML are shown as their source, never as documents.
  ['text', 'txt text log csv tsv json yaml yml toml ini conf xml svg html htm css js mjs ts tsx jsx py rb rs go c h cpp java sh sql tex asc eml vcf ics srt'],
  ['archive', 'zip tar gz tgz bz2 xz zst 7z rar'],
];

const kindOfEnding = new Map(ENDINGS.flatMap(([kind, endings]) => endings.split(' ').map((ending) => [ending, kind] as const)));

/** Judged by the name alone; what is shown as an image or as media is looked at again, by its bytes. */
export const kindOf = (item: Pick<Item, 'kind' | 'name'>): Kind => (item.kind === 'folder' ? 'folder' : kindOfEnding.get(endingOf(item.name)) ?? 'file');

type Signature = readonly [type: string, offset: number, bytes: string];

const SIGNATURES: readonly Signature[] = [
  ['image/png', 0, '\x89PNG\r\n\x1a\n'],
  ['image/jpeg', 0, '\xff\xd8\xff'],
  ['image/gif', 0, 'GIF8'],
  ['image/webp', 8, 'WEBP'],
  ['image/avif', 4, 'ftypavif'],
  ['image/bmp', 0, 'BM'],
  ['audio/wav', 8, 'WAVE'],
  ['audio/flac', 0, 'fLaC'],
  ['application/ogg', 0, 'OggS'],
  ['audio/mpeg', 0, 'ID3'],
  ['audio/mpeg', 0, '\xff\xfb'],
  ['audio/mpeg', 0, '\xff\xf3'],
  ['audio/aac', 0, '\xff\xf1'],
  ['video/webm', 0, '\x1aE\xdf\xa3'],
  ['video/mp4', 4, 'ftyp'],
  ['application/pdf', 0, '%PDF-'],
];

const hasAt = (bytes: Uint8Array, offset: number, text: string): boolean => Array.from(text).every((character, index) => bytes[offset + index] === character.charCodeAt(0));

/** The media type that the first bytes show (32 are enough); null for everything that the page would not show as a picture, sound or film. */
export function sniff(bytes: Uint8Array): string | null {
  return SIGNATURES.find(([, offset, text]) => hasAt(bytes, offset, text))?.[0] ?? null;
}
