/**
 * Names come from other people: they may hold control characters, turn the writing's direction round, or hide
 * what kind of file they are. Nothing here changes a name; it changes how one is shown.
 */

// Control characters and separators, marks that turn the direction or have no width (ZWJ and ZWNJ, which scripts and emoji need, stay), tags.
// eslint-disable-next-line no-control-regex
const INVISIBLE = /[\u0000-\u001f\u007f-\u009f\u00ad\u061c\u115f\u1160\u180e\u200b\u200e\u200f\u2028-\u202e\u2060-\u206f\u3164\ufeff\uffa0\ufff9-\ufffb]|[\u{e0000}-\u{e007f}]|\p{Cs}/gu;

function symbol(character: string): string {
  const code = character.codePointAt(0) ?? 0;
  if (code < 0x20) return String.fromCodePoint(0x2400 + code);
  if (code === 0x7f) return '\u2421';
  return `\u27e8${code.toString(16).toUpperCase().padStart(4, '0')}\u27e9`;
}

/** The text with everything that cannot be seen made visible: a tab as ␉, a direction override as ⟨202E⟩. */
export function visible(text: string): string {
  return text.replace(INVISIBLE, symbol);
}

const EXTENSION = /^(.+)(\.[A-Za-z0-9]{1,8})$/s;

/** A name as stem and ending, so that a long one can be cut in its middle and still say what it is. */
export function splitName(name: string): readonly [stem: string, ending: string] {
  const parts = EXTENSION.exec(name);
  return [parts?.[1] ?? name, parts?.[2] ?? ''];
}

/** The ending without its dot, in lower case; '' where there is none. */
export function endingOf(name: string): string {
  return splitName(name)[1].slice(1).toLowerCase();
}

/** What is wrong with a name that somebody typed; null when nothing is. */
export function nameFault(name: string): 'name.empty' | 'name.slash' | 'name.reserved' | 'name.long' | null {
  if (name.trim() === '') return 'name.empty';
  if (name.includes('/') || name.includes('\0')) return 'name.slash';
  if (name === '.' || name === '..') return 'name.reserved';
  return new TextEncoder().encode(name).length > 255 ? 'name.long' : null;
}

/** `Report.pdf` where that is taken: `Report (2).pdf`, as the drive itself names equal names. */
export function freeName(name: string, taken: ReadonlySet<string>): string {
  const [stem, ending] = splitName(name);
  for (let number = 1; ; number++) {
    const candidate = number === 1 ? name : `${stem} (${number})${ending}`;
    if (!taken.has(candidate)) return candidate;
  }
}

/** The first letters of a name, for a round picture of a person. */
export function initials(name: string): string {
  return (/[\p{L}\p{N}]/u.exec(visible(name))?.[0] ?? '?').toLocaleUpperCase();
}
