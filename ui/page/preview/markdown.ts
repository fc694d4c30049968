/**
 * A small Markdown, read into a tree that the page draws with its own elements. Nothing in a text becomes markup, no
 * picture is fetched, and no link leads anywhere: where it would lead is written beside it.
 */

export type Inline =
  | { readonly type: 'text'; readonly text: string }
  | { readonly type: 'code'; readonly text: string }
  | { readonly type: 'strong'; readonly children: readonly Inline[] }
  | { readonly type: 'em'; readonly children: readonly Inline[] }
  | { readonly type: 'del'; readonly children: readonly Inline[] }
  | { readonly type: 'link'; readonly children: readonly Inline[]; readonly to: string }
  | { readonly type: 'image'; readonly text: string };

export type Block =
  | { readonly type: 'heading'; readonly level: number; readonly children: readonly Inline[] }
  | { readonly type: 'paragraph'; readonly children: readonly Inline[] }
  | { readonly type: 'code'; readonly text: string }
  | { readonly type: 'quote'; readonly blocks: readonly Block[] }
  | { readonly type: 'list'; readonly ordered: boolean; readonly items: readonly ListItem[] }
  | { readonly type: 'table'; readonly head: readonly (readonly Inline[])[]; readonly rows: readonly (readonly (readonly Inline[])[])[] }
  | { readonly type: 'rule' };

export interface ListItem {
  /** null: not a task. */
  readonly done: boolean | null;
  readonly blocks: readonly Block[];
}

const DEEPEST = 12;

const PATTERNS: readonly (readonly [RegExp, (match: RegExpExecArray, depth: number) => Inline])[] = [
  [/^`([^`]+)`/, (m) => ({ type: 'code', text: m[1] ?? '' })],
  [/^!\[([^\]]{0,500})\]\([^)\s]{0,2000}\)/, (m) => ({ type: 'image', text: m[1] ?? '' })],
  [/^\[([^\]]{1,500})\]\(([^)\s]{0,2000})(?:\s+"[^"]{0,200}")?\)/, (m, depth) => ({ type: 'link', children: inlines(m[1] ?? '', depth + 1), to: m[2] ?? '' })],
  [/^\*\*(?=\S)([^*]{1,2000}(?:\*[^*]+\*[^*]*)*)\*\*/, (m, depth) => ({ type: 'strong', children: inlines(m[1] ?? '', depth + 1) })],
  [/^__(?=\S)([^_]{1,2000})__/, (m, depth) => ({ type: 'strong', children: inlines(m[1] ?? '', depth + 1) })],
  [/^\*(?=\S)([^*]{1,2000})\*/, (m, depth) => ({ type: 'em', children: inlines(m[1] ?? '', depth + 1) })],
  [/^_(?=\S)([^_]{1,2000})_(?!\w)/, (m, depth) => ({ type: 'em', children: inlines(m[1] ?? '', depth + 1) })],
  [/^~~(?=\S)([^~]{1,2000})~~/, (m, depth) => ({ type: 'del', children: inlines(m[1] ?? '', depth + 1) })],
  [/^<(https?:\/\/[^>\s]{1,2000})>/, (m) => ({ type: 'text', text: m[1] ?? '' })],
  [/^\\([\\`*_{}[\]()#+\-.!~|>])/, (m) => ({ type: 'text', text: m[1] ?? '' })],
];

/** What stands in one line. */
export function inlines(source: string, depth = 0): readonly Inline[] {
  if (depth > DEEPEST) return [{ type: 'text', text: source }];
  const found: Inline[] = [];
  let plain = '';
  const flush = (): void => {
    if (plain !== '') found.push({ type: 'text', text: plain });
    plain = '';
  };
  for (let at = 0; at < source.length;) {
    const rest = /[`![*_~<\\]/.test(source.charAt(at)) ? source.slice(at, at + 5000) : '';
    const hit = rest === '' ? undefined : PATTERNS.map(([pattern, make]) => [pattern.exec(rest), make] as const).find(([match]) => match !== null);
    const match = hit?.[0];
    if (hit === undefined || match === null || match === undefined) {
      plain += source.charAt(at);
      at++;
    } else {
      flush();
      found.push(hit[1](match, depth));
      at += match[0].length;
    }
  }
  flush();
  return found;
}

const FENCE = /^ {0,3}(```+|~~~+)/;
const HEADING = /^ {0,3}(#{1,6})\s+(.*?)\s*#*\s*$/;
const RULE = /^ {0,3}([-*_])(?:\s*\1){2,}\s*$/;
const QUOTE = /^ {0,3}> ?/;
const ITEM = /^( {0,3})([-*+]|\d{1,9}[.)])\s+/;
const TABLE_RULE = /^ *\|? *:?-+:? *(\| *:?-+:? *)*\|? *$/;
const isOrdered = (line: string): boolean => /\d/.test(ITEM.exec(line)?.[2] ?? '');

/** Lines, read once from the first to the last. */
class Lines {
  readonly #lines: readonly string[];
  #at = 0;

  constructor(lines: readonly string[]) {
    this.#lines = lines;
  }

  get line(): string | undefined {
    return this.#lines[this.#at];
  }

  get next(): string | undefined {
    return this.#lines[this.#at + 1];
  }

  take(): string {
    return this.#lines[this.#at++] ?? '';
  }

  while(holds: (line: string) => boolean): string[] {
    const taken: string[] = [];
    while (this.line !== undefined && holds(this.line)) taken.push(this.take());
    return taken;
  }
}

function fenced(lines: Lines): Block {
  const fence = FENCE.exec(lines.take())?.[1] ?? '```';
  const text = lines.while((line) => !line.trimStart().startsWith(fence));
  lines.take();
  return { type: 'code', text: text.join('\n') };
}

const cells = (line: string): readonly (readonly Inline[])[] => line.trim().replace(/^\||\|$/g, '').split(/(?<!\\)\|/).map((cell) => inlines(cell.trim()));

function table(lines: Lines): Block {
  const head = cells(lines.take());
  lines.take();
  return { type: 'table', head, rows: lines.while((line) => line.includes('|')).map(cells) };
}

function listItem(lines: Lines, depth: number): ListItem {
  const first = lines.take();
  const indent = ITEM.exec(first)?.[0].length ?? 2;
  const rest = lines.while((line) => /^\s*$/.test(line) || line.search(/\S/) >= Math.min(indent, 2));
  const task = /^\[([ xX])\]\s+/.exec(first.slice(indent));
  const text = [first.slice(indent + (task?.[0].length ?? 0)), ...rest.map((line) => line.slice(Math.min(indent, Math.max(0, line.search(/\S/)))))];
  return { done: task === null ? null : task[1] !== ' ', blocks: blocksOf(text, depth + 1) };
}

function list(lines: Lines, depth: number): Block {
  const ordered = isOrdered(lines.line ?? '');
  const items: ListItem[] = [];
  while (lines.line !== undefined && ITEM.test(lines.line) && !RULE.test(lines.line) && isOrdered(lines.line) === ordered) items.push(listItem(lines, depth));
  return { type: 'list', ordered, items };
}

const isStart = (line: string): boolean => [FENCE, HEADING, RULE, QUOTE, ITEM].some((pattern) => pattern.test(line));

function block(lines: Lines, depth: number): Block {
  const line = lines.line ?? '';
  if (FENCE.test(line)) return fenced(lines);
  const heading = HEADING.exec(line);
  if (heading !== null) {
    lines.take();
    return { type: 'heading', level: heading[1]?.length ?? 1, children: inlines(heading[2] ?? '') };
  }
  if (RULE.test(line)) {
    lines.take();
    return { type: 'rule' };
  }
  if (QUOTE.test(line) && depth < DEEPEST) return { type: 'quote', blocks: blocksOf(lines.while((quoted) => QUOTE.test(quoted)).map((quoted) => quoted.replace(QUOTE, '')), depth + 1) };
  if (ITEM.test(line) && depth < DEEPEST) return list(lines, depth);
  if (line.includes('|') && TABLE_RULE.test(lines.next ?? '')) return table(lines);
  const text = [lines.take(), ...lines.while((more) => more.trim() !== '' && !isStart(more))];
  return { type: 'paragraph', children: inlines(text.join(' ')) };
}

function blocksOf(source: readonly string[], depth: number): readonly Block[] {
  const lines = new Lines(source);
  const blocks: Block[] = [];
  for (;;) {
    lines.while((line) => line.trim() === '');
    if (lines.line === undefined) return blocks;
    blocks.push(block(lines, depth));
  }
}

/** A whole text. Never throws; what is not understood stays text. */
export const markdown = (source: string): readonly Block[] => blocksOf(source.replaceAll('\r\n', '\n').replaceAll('\t', '    ').split('\n'), 0);
