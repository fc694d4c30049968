import { byteCount, durationText, plainText } from './text.ts';

export interface ProgressReport {
  readonly done: number;
  /** 0 where it is not known yet. */
  readonly total: number;
  readonly name?: string;
  /** What is counted: bytes unless said otherwise. */
  readonly unit?: 'seconds';
}

const REDRAW_MS = 100;
const BAR = 24;

/** A bar on a terminal's stderr; silent elsewhere. */
export class ProgressBar {
  readonly #out: NodeJS.WriteStream | null;
  readonly #started = Date.now();
  #drawn = 0;
  #shown = false;

  constructor(out: NodeJS.WriteStream | null) {
    this.#out = out?.isTTY === true ? out : null;
  }

  update(report: ProgressReport): void {
    const now = Date.now();
    if (this.#out === null || now - this.#drawn < REDRAW_MS) return;
    this.#drawn = now;
    this.#shown = true;
    this.#out.write(`\r\x1b[2K${progressLine(report, (now - this.#started) / 1000, this.#out.columns)}`);
  }

  clear(): void {
    if (this.#shown) this.#out?.write('\r\x1b[2K');
    this.#shown = false;
  }
}

/** One line of at most `columns` characters: bar, share, bytes, rate, and the time that is left. */
export function progressLine(report: ProgressReport, seconds: number, columns: number): string {
  const { done, total, name } = report;
  const text = report.unit === 'seconds' ? `${plainText(name ?? '')}  ${durationText(total - done)}` : bytesLine(report, seconds);
  return Array.from(text).slice(0, Math.max(20, columns - 1)).join('');
}

function bytesLine({ done, total, name }: ProgressReport, seconds: number): string {
  const rate = seconds > 0 ? done / seconds : 0;
  const share = total > 0 ? Math.min(1, done / total) : 0;
  const filled = Math.round(share * BAR);
  const bar = total > 0 ? `[${'#'.repeat(filled)}${'.'.repeat(BAR - filled)}] ${String(Math.floor(share * 100)).padStart(3)} %  ` : '';
  const left = total > done && rate > 0 ? `  ${durationText((total - done) / rate)} left` : '';
  const of = total > 0 ? ` of ${byteCount(total)}` : '';
  return `${bar}${byteCount(done)}${of}  ${byteCount(Math.round(rate))}/s${left}${name === undefined ? '' : `  ${plainText(name)}`}`;
}
