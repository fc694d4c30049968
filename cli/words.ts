import { usageError } from './exit.ts';

/** The words of a line, divided by blanks; quotes and the backslash keep a blank within a word. Throws a usage error. */
export function splitWords(line: string): string[] {
  const words: string[] = [];
  let word: string | null = null;
  let quote = '';
  for (let at = 0; at < line.length; at++) {
    const character = line[at] ?? '';
    if (character === '\\' && quote !== '\'') word = (word ?? '') + (line[++at] ?? '');
    else if (quote !== '') {
      if (character === quote) quote = '';
      else word = (word ?? '') + character;
    } else if (character === '"' || character === '\'') {
      quote = character;
      word ??= '';
    } else if (character === ' ' || character === '\t') {
      if (word !== null) words.push(word);
      word = null;
    } else word = (word ?? '') + character;
  }
  if (quote !== '') throw usageError('A quotation mark is not closed.');
  return word === null ? words : [...words, word];
}

/** `path` seen from `folder`, both of the drive; "." and ".." as everywhere. A slash at the end is kept. */
export function wholePath(folder: string, path: string): string {
  const names: string[] = [];
  for (const name of (path.startsWith('/') ? path : `${folder}/${path}`).split('/')) {
    if (name === '..') names.pop();
    else if (name !== '' && name !== '.') names.push(name);
  }
  const whole = `/${names.join('/')}`;
  return path.endsWith('/') && names.length > 0 ? `${whole}/` : whole;
}
