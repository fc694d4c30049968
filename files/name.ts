import { utf8 } from '../crypto/index.ts';
import { FilesError } from './error.ts';

/** In bytes of UTF-8: what file systems take. */
export const FILE_NAME_MAX = 255;

/** C0 and C1 controls, line and paragraph separators, byte order marks, and all marks that turn text around. */
const UNFIT = /[\p{Cc}\p{Zl}\p{Zp}\p{Bidi_Control}\uFEFF]/u;
const UNFIT_OR_SLASH = new RegExp(`${UNFIT.source}|/`, 'gu');

/** The name in NFC. Throws FilesError('bad-name') for what could be mistaken for a path, for another name, or for nothing. */
export function checkFileName(name: string): string {
  const fault = faultOf(name);
  if (fault !== null) throw new FilesError('bad-name', `This name cannot be used: ${fault}.`);
  return name.normalize('NFC');
}

function faultOf(name: string): string | null {
  if (name === '') return 'it is empty';
  if (name.length > FILE_NAME_MAX || utf8(name.normalize('NFC')).length > FILE_NAME_MAX) return `it is longer than ${FILE_NAME_MAX} bytes`;
  if (name === '.' || name === '..') return 'it means a folder in every path';
  if (name.includes('/')) return 'it holds a slash';
  if (!name.isWellFormed()) return 'it is not Unicode text';
  return UNFIT.test(name) ? 'it holds characters that cannot be seen or that turn text around' : null;
}

/** A name from another person's cell as it may be shown and saved: itself where it is fit, else what is left of it and `id`'s beginning. */
export function safeFileName(name: string, id: string): string {
  if (faultOf(name) === null && name.normalize('NFC') === name) return name;
  const rest = name.slice(0, 1000).normalize('NFC').toWellFormed().replace(UNFIT_OR_SLASH, '_');
  const cut = Array.from(rest).slice(0, 40).join('');
  return `${cut.replace(/^\.+$/, '_')}~${id.slice(0, 8)}`;
}

/** `name`, or `name (2)`, `name (3)`… before the extension: the first that is not taken. */
export function freeName(name: string, taken: (name: string) => boolean): string {
  if (!taken(name)) return name;
  const dot = name.lastIndexOf('.');
  const [stem, extension] = dot > 0 ? [name.slice(0, dot), name.slice(dot)] : [name, ''];
  for (let count = 2; ; count++) {
    const mark = ` (${count})`;
    const candidate = `${cutToBytes(stem, FILE_NAME_MAX - utf8(mark + extension).length)}${mark}${extension}`;
    if (!taken(candidate)) return candidate;
  }
}

function cutToBytes(text: string, max: number): string {
  let cut = text;
  while (utf8(cut).length > max) cut = Array.from(cut).slice(0, -1).join('');
  return cut;
}

/** The names along a path; empty for the root. Throws FilesError('bad-path') for `.` and `..`, which nothing here resolves. */
export function splitPath(path: string): string[] {
  const names = path.split('/').filter((name) => name !== '').map((name) => name.normalize('NFC'));
  if (names.length > DEPTH_MAX) throw new FilesError('too-deep', `A path goes through at most ${DEPTH_MAX} folders.`);
  if (names.some((name) => name === '.' || name === '..')) throw new FilesError('bad-path', 'A path here begins at the root and has no "." or ".." in it.');
  return names;
}

/** Folders within folders; also what ends a walk through a tree that a hostile writer has made endless. */
export const DEPTH_MAX = 200;
