import { visible } from './names.ts';
import { spoken } from './text.ts';

/** Without the marks that some languages' formats carry: a value is set apart from the sentence around it anyway. */
const plain = (text: string): string => text.replace(/[\u061c\u200e\u200f]/g, '');

const UNITS = ['byte', 'kilobyte', 'megabyte', 'gigabyte', 'terabyte'] as const;

/** A size in bytes as people read it: 3.4 MB. Steps of a thousand, as file managers of today count. */
export function bytes(size: number): string {
  const step = size < 1000 ? 0 : Math.min(UNITS.length - 1, Math.floor(Math.log10(size) / 3));
  const value = size / 1000 ** step;
  const unit = UNITS[step] ?? 'byte';
  return plain(new Intl.NumberFormat(spoken.get().language, { style: 'unit', unit, unitDisplay: step === 0 ? 'long' : 'short', maximumFractionDigits: step === 0 || value >= 100 ? 0 : 1 }).format(value));
}

/** 0 to 1 as a percentage without decimals, rounded down: 100 % means done. */
export function percent(fraction: number): string {
  return plain(new Intl.NumberFormat(spoken.get().language, { style: 'percent', maximumFractionDigits: 0 }).format(Math.floor(Math.min(1, Math.max(0, fraction)) * 100) / 100));
}

const isSameDay = (a: Date, b: Date): boolean => a.toDateString() === b.toDateString();

/** Unix milliseconds, short: the time today, the day this year, else with the year. */
export function when(time: number, now = Date.now()): string {
  const date = new Date(time);
  const today = new Date(now);
  const { language } = spoken.get();
  if (isSameDay(date, today)) return plain(new Intl.DateTimeFormat(language, { timeStyle: 'short' }).format(date));
  const year = date.getFullYear() === today.getFullYear() ? {} : { year: 'numeric' } as const;
  return plain(new Intl.DateTimeFormat(language, { day: 'numeric', month: 'short', ...year }).format(date));
}

/** Unix milliseconds in full. */
export const fullDate = (time: number): string => plain(new Intl.DateTimeFormat(spoken.get().language, { dateStyle: 'long', timeStyle: 'short' }).format(new Date(time)));

/** Unix milliseconds as a day. */
export const day = (time: number): string => plain(new Intl.DateTimeFormat(spoken.get().language, { dateStyle: 'medium' }).format(new Date(time)));

/** Seconds that are left, roughly: 40 sec, 3 min, 2 hr. */
export function duration(seconds: number): string {
  const [value, unit] = seconds < 90 ? [seconds, 'second'] as const : seconds < 5400 ? [seconds / 60, 'minute'] as const : [seconds / 3600, 'hour'] as const;
  return plain(new Intl.NumberFormat(spoken.get().language, { style: 'unit', unit, unitDisplay: 'short', maximumFractionDigits: 0 }).format(Math.max(1, Math.round(value))));
}

/** Names one after the other, as the language does it. */
export const list = (names: readonly string[]): string => new Intl.ListFormat(spoken.get().language).format(names.map(visible));
