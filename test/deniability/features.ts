/** What can be counted and measured of a run by a node that keeps every byte, its time and its place. */
import { isCommit, isLogin, readCommit, readLane, type SentCommit } from './commits.ts';
import type { Exchange, Transcript } from './transcript.ts';

/** Named numbers, always the same names in the same order. */
export class Features {
  readonly names: string[] = [];
  readonly values: number[] = [];

  add(name: string, value: number): void {
    this.names.push(name);
    this.values.push(Number.isFinite(value) ? value : 0);
  }

  /** Number, mean, smallest, largest and middle of some values. */
  spread(name: string, values: readonly number[]): void {
    const sorted = [...values].sort((a, b) => a - b);
    this.add(`${name}: number`, values.length);
    this.add(`${name}: mean`, values.reduce((sum, value) => sum + value, 0) / (values.length || 1));
    this.add(`${name}: smallest`, sorted[0] ?? 0);
    this.add(`${name}: largest`, sorted.at(-1) ?? 0);
    this.add(`${name}: middle`, sorted[Math.floor(sorted.length / 2)] ?? 0);
  }
}

const PATHS = ['/v1/login', '/v1/commit', '/v1/cells', '/v1/log', '/v1/directory', '/v1/bucket'] as const;
const STEPS = 16;

export function featuresOf(transcript: Transcript, into = new Features()): Features {
  const { exchanges } = transcript;
  const commits = exchanges.filter(isCommit).map((exchange) => (exchange.request === null ? null : readCommit(exchange.request))).filter((commit) => commit !== null);
  traffic(exchanges, into);
  timing(exchanges, into);
  ciphertext('entries', commits.flatMap(({ entries }) => entries), into);
  ciphertext('headers', commits.flatMap(({ headers }) => headers), into);
  ciphertext('answers', exchanges.flatMap(({ answer }) => (answer === null ? [] : [answer])), into);
  repeats(commits, into);
  lane(exchanges, into);
  return into;
}

function traffic(exchanges: readonly Exchange[], into: Features): void {
  into.add('requests', exchanges.length);
  for (const path of [...PATHS, 'other'] as const) {
    const of = exchanges.filter((exchange) => (path === 'other' ? !PATHS.includes(exchange.path as (typeof PATHS)[number]) : exchange.path === path));
    into.add(`${path}: number`, of.length);
    into.add(`${path}: sent`, of.reduce((sum, { sent }) => sum + sent, 0));
    into.add(`${path}: received`, of.reduce((sum, { received }) => sum + received, 0));
    into.add(`${path}: largest`, Math.max(0, ...of.map(({ sent }) => sent)));
    into.add(`${path}: refused`, of.filter(({ status }) => status !== 200).length);
  }
  for (const before of PATHS.slice(0, 3)) for (const after of PATHS.slice(0, 4)) {
    into.add(`${before} then ${after}`, exchanges.filter(({ path }, index) => path === before && exchanges[index + 1]?.path === after).length);
  }
  for (let step = 0; step < STEPS; step++) into.add(`step ${step}: requests`, exchanges.filter((exchange) => exchange.step === step).length);
  const first = exchanges[0]?.at ?? 0;
  into.add('clock: sum', exchanges.reduce((sum, { at }) => sum + (at - first) / 1000, 0));
  into.add('clock: last', ((exchanges.at(-1)?.at ?? 0) - first) / 1000);
}

/**
 * Real time: from the end of the last answer of the same work, or from the moment at which a person or the schedule set it
 * off, to the request, and from there to the end of its answer.
 */
function timing(exchanges: readonly Exchange[], into: Features): void {
  const log = (ms: number): number => Math.log(Math.max(0.01, ms));
  for (const path of PATHS.slice(0, 4)) for (const who of ['clock', 'person'] as const) {
    const gaps: number[] = [];
    const whole: number[] = [];
    for (const [index, exchange] of exchanges.entries()) {
      if (exchange.path !== path || (exchange.fired > 0) !== (who === 'clock')) continue;
      const before = exchanges.slice(Math.max(0, index - 8), index).filter(({ step, fired, ended }) => step === exchange.step && fired === exchange.fired && ended > 0 && ended <= exchange.began);
      gaps.push(log(exchange.began - Math.max(exchange.since, ...before.map(({ ended }) => ended))));
      whole.push(log(exchange.ended - exchange.began));
    }
    into.spread(`${path} by the ${who}: time before`, gaps);
    into.spread(`${path} by the ${who}: time until answered`, whole);
  }
}

/** How far the bytes of some pieces are from bytes that are drawn. In standard deviations, where there is such a thing. */
export function ciphertext(name: string, pieces: readonly Uint8Array[], into: Features): void {
  const histogram = new Float64Array(256);
  const worst: number[] = [];
  let pairs = 0;
  let total = 0;
  let words = 0;
  for (const piece of pieces) {
    const own = new Uint32Array(256);
    let before = 0;
    for (const byte of piece) {
      own[byte] = (own[byte] ?? 0) + 1;
      pairs += (byte - 127.5) * (before - 127.5);
      if (byte === before) words++;
      before = byte;
    }
    for (let byte = 0; byte < 256; byte++) histogram[byte] = (histogram[byte] ?? 0) + (own[byte] ?? 0);
    total += piece.length;
    if (piece.length >= 256) worst.push(unevenness(own, piece.length));
  }
  const expected = total / 256 || 1;
  into.add(`${name}: unevenness`, unevenness(histogram, total));
  into.add(`${name}: entropy`, -[...histogram].reduce((sum, count) => sum + (count === 0 ? 0 : (count / total) * Math.log2(count / total)), 0));
  into.add(`${name}: most uneven`, Math.max(0, ...worst));
  into.add(`${name}: most even`, Math.min(0, ...worst));
  into.add(`${name}: neighbours`, pairs / (Math.sqrt(total || 1) * 5461.25));
  into.add(`${name}: equal neighbours`, (words - total / 256) / Math.sqrt(expected));
  for (let bit = 0; bit < 8; bit++) {
    let set = 0;
    for (let byte = 0; byte < 256; byte++) if (((byte >> bit) & 1) === 1) set += histogram[byte] ?? 0;
    into.add(`${name}: bit ${bit}`, (set - total / 2) / (Math.sqrt(total || 1) / 2));
  }
  for (let group = 0; group < 16; group++) {
    const count = histogram.subarray(group * 16, group * 16 + 16).reduce((sum, one) => sum + one, 0);
    into.add(`${name}: bytes from ${group * 16}`, (count - total / 16) / (Math.sqrt((total || 1) * (15 / 256))));
  }
}

/** Chi-square of 255 degrees of freedom, as standard deviations. */
function unevenness(histogram: ArrayLike<number>, total: number): number {
  if (total === 0) return 0;
  const expected = total / 256;
  let chi = 0;
  for (let byte = 0; byte < 256; byte++) chi += ((histogram[byte] ?? 0) - expected) ** 2 / expected;
  return (chi - 255) / Math.sqrt(510);
}

const NONCE = 24;
const HEAD = 40;

function repeats(commits: readonly SentCommit[], into: Features): void {
  const entries = commits.flatMap((commit) => commit.entries);
  const headers = commits.flatMap((commit) => commit.headers);
  into.add('entries', entries.length);
  into.spread('entries of a commit', commits.map((commit) => commit.entries.length));
  into.add('repeated nonces', repeated(entries.map((entry) => entry.subarray(0, NONCE))));
  into.add('repeated tags', repeated(entries.map((entry) => entry.subarray(NONCE, HEAD))));
  into.add('repeated header items', repeated(headers));
  into.add('repeated header nonces', repeated(headers.map((header) => header.subarray(0, NONCE))));
  into.add('repeated words', repeatedWords(entries));
}

function repeated(pieces: readonly Uint8Array[]): number {
  return pieces.length - new Set(pieces.map((piece) => Buffer.from(piece).toString('latin1'))).size;
}

/** Aligned pieces of eight bytes that occur more than once: by chance, one in many thousand runs has any. */
function repeatedWords(entries: readonly Uint8Array[]): number {
  const seen = new Set<bigint>();
  let count = 0;
  for (const entry of entries) {
    const view = new DataView(entry.buffer, entry.byteOffset, entry.length);
    for (let at = 0; at + 8 <= entry.length; at += 8) seen.add(view.getBigUint64(at));
    count += Math.floor(entry.length / 8);
  }
  return count - seen.size;
}

/** Every item of the lane that was seen, sent or answered, by its number: whether two of one number differ. */
function lane(exchanges: readonly Exchange[], into: Features): void {
  const held = new Map<number, string>();
  const sent: string[] = [];
  let edited = 0;
  let strange = 0;
  for (const exchange of exchanges) {
    if (isCommit(exchange) && exchange.request !== null) sent.push(...readCommit(exchange.request).headers.map((item) => Buffer.from(item).toString('latin1')));
    if (!isLogin(exchange)) continue;
    const { from, items } = readLane(exchange);
    for (const [index, item] of items.entries()) {
      const text = Buffer.from(item).toString('latin1');
      const before = held.get(from + index);
      if (before !== undefined && before !== text) edited++;
      if (!sent.includes(text)) strange++;
      held.set(from + index, text);
    }
  }
  into.add('lane: items', held.size);
  into.add('lane: items that changed', edited);
  into.add('lane: items that were not sent', strange);
}
