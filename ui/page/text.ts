import type { ComponentChild } from 'preact';
import { en } from './messages/en.ts';
import { visible } from './names.ts';
import { createStore, type Store } from './store.ts';
import type { Catalogue, MessageId, Places, Plural } from './messages/shape.ts';

export type { MessageId };
export type Language = 'en' | 'de' | 'ar';

/** What each language calls itself. */
export const languages: readonly (readonly [Language, string])[] = [['en', 'English'], ['de', 'Deutsch'], ['ar', 'العربية']];

interface Spoken {
  readonly language: Language;
  readonly catalogue: Catalogue;
  readonly direction: 'ltr' | 'rtl';
  readonly numbers: Intl.NumberFormat;
  readonly plurals: Intl.PluralRules;
}

const spokenBy = (language: Language, catalogue: Catalogue): Spoken => ({
  language,
  catalogue,
  direction: language === 'ar' ? 'rtl' : 'ltr',
  numbers: new Intl.NumberFormat(language),
  plurals: new Intl.PluralRules(language),
});

/** The language that is spoken now. Components read it through `useStore`, so that a change draws everything anew. */
export const spoken: Store<Spoken> = createStore(spokenBy('en', en));

const isLanguage = (text: string): text is Language => languages.some(([code]) => code === text);

/** The first language of the list that there is a catalogue for; English where there is none. */
export function bestLanguage(wanted: readonly string[]): Language {
  for (const tag of wanted) {
    const code = tag.split('-')[0]?.toLowerCase() ?? '';
    if (isLanguage(code)) return code;
  }
  return 'en';
}

async function catalogueOf(language: Language): Promise<Catalogue> {
  if (language === 'de') return (await import('./messages/de.ts')).de;
  if (language === 'ar') return (await import('./messages/ar.ts')).ar;
  return en;
}

/** Loads a catalogue and speaks it. */
export async function speak(language: Language): Promise<void> {
  spoken.set(spokenBy(language, await catalogueOf(language)));
}

type Value = string | number;
type Values<K extends MessageId> = [Places<K>] extends [never] ? [] : [values: Readonly<Record<Places<K>, Value>>];

const isPlural = (message: string | Plural): message is Plural => typeof message !== 'string';

function template(id: MessageId, count: unknown): string {
  const { catalogue, plurals } = spoken.get();
  const message: string | Plural = catalogue[id];
  if (!isPlural(message)) return message;
  return message[plurals.select(Number(count))] ?? message.other;
}

const FIRST_STRONG_ISOLATE = '\u2068';
const POP_ISOLATE = '\u2069';

/** A value inside a sentence: its control characters show, and its direction stays its own. */
function inside(value: Value): string {
  if (typeof value === 'number') return spoken.get().numbers.format(value);
  const text = visible(value);
  return spoken.get().direction === 'rtl' || /[\u0590-\u08ff\ufb1d-\ufefc]/.test(text) ? `${FIRST_STRONG_ISOLATE}${text}${POP_ISOLATE}` : text;
}

/** A message as plain text. */
export function t<K extends MessageId>(id: K, ...[values]: Values<K>): string {
  const given: Readonly<Record<string, Value>> = values ?? {};
  return template(id, given['count']).replace(/\{(\w+)\}/g, (_, place: string) => {
    const value = given[place];
    return value === undefined ? '' : inside(value);
  });
}

/** A message whose places are filled with elements. */
export function rich<K extends MessageId>(id: K, values: Readonly<Record<Places<K>, ComponentChild>>): ComponentChild[] {
  const given: Readonly<Record<string, ComponentChild>> = values;
  return template(id, given['count']).split(/(\{\w+\})/).map((part) => {
    const place = /^\{(\w+)\}$/.exec(part)?.[1];
    const value = place === undefined ? part : given[place];
    return typeof value === 'number' ? inside(value) : value;
  });
}
