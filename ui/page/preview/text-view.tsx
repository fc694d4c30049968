import type { ComponentChild } from 'preact';
import { useLoaded } from '../app-state.ts';
import { bytes } from '../format.ts';
import { visible } from '../names.ts';
import { Failed, Loading, Notice } from '../parts/notice.tsx';
import { t } from '../text.ts';
import { markdown, type Block, type Inline, type ListItem } from './markdown.ts';
import type { ReadItem, ViewProps } from './view.ts';
import type { Item } from '../../contract.ts';

/** So much of a text is shown. */
const SHOWN = 512 * 1024;

/** Line ends and tabs are what they are; everything else that cannot be seen is shown. */
const showText = (text: string): string => text.replaceAll('\r\n', '\n').split(/([\n\t])/).map((part) => (part === '\n' || part === '\t' ? part : visible(part))).join('');

function useText(item: Item, read: ReadItem) {
  return useLoaded(async () => {
    if (item.size === 0) return '';
    const part = await read(item, 0, Math.min(SHOWN, item.size));
    return new TextDecoder().decode(part).replace(/\ufeff/, '');
  }, item.id);
}

const Cut = ({ item }: { readonly item: Item }) => (item.size > SHOWN ? <Notice>{t('preview.cut', { size: bytes(SHOWN) })}</Notice> : null);

export function TextView({ item, read }: ViewProps) {
  const [text, again] = useText(item, read);
  if (text.state === 'loading') return <Loading />;
  if (text.state === 'failed') return <Failed error={text.error} onRetry={again} />;
  return <div class="paper" tabIndex={0} role="region" aria-label={visible(item.name)}><Cut item={item} /><pre class="paper-text" dir="auto" translate={false}>{text.value === '' ? t('preview.empty') : showText(text.value)}</pre></div>;
}

export function MarkdownView({ item, read }: ViewProps) {
  const [text, again] = useText(item, read);
  if (text.state === 'loading') return <Loading />;
  if (text.state === 'failed') return <Failed error={text.error} onRetry={again} />;
  return <div class="paper" tabIndex={0} role="region" aria-label={visible(item.name)}><Cut item={item} /><article class="prose" dir="auto">{blocks(markdown(text.value))}</article></div>;
}

function inlineOf(inline: Inline, at: number): ComponentChild {
  if (inline.type === 'text') return visible(inline.text);
  if (inline.type === 'code') return <code key={at}>{visible(inline.text)}</code>;
  if (inline.type === 'strong') return <strong key={at}>{inlines(inline.children)}</strong>;
  if (inline.type === 'em') return <em key={at}>{inlines(inline.children)}</em>;
  if (inline.type === 'del') return <del key={at}>{inlines(inline.children)}</del>;
  if (inline.type === 'image') return <span key={at} class="prose-image">{t('preview.image', { name: inline.text })}</span>;
  // Where it leads is said, and nobody is led there.
  return <span key={at} class="prose-link">{inlines(inline.children)} <bdi class="prose-address" dir="ltr">{visible(inline.to)}</bdi></span>;
}

const inlines = (list: readonly Inline[]): ComponentChild[] => list.map(inlineOf);

function heading(level: number, at: number, children: ComponentChild[]): ComponentChild {
  if (level <= 1) return <h2 key={at} class="prose-1">{children}</h2>;
  return level === 2 ? <h3 key={at} class="prose-2">{children}</h3> : <h4 key={at} class="prose-3">{children}</h4>;
}

type Of<T extends Block['type']> = Extract<Block, { type: T }>;

const tableRow = (cells: Of<'table'>['head'], at: number): ComponentChild => <tr key={at}>{cells.map((cell, column) => <td key={column}>{inlines(cell)}</td>)}</tr>;

const table = ({ head, rows }: Of<'table'>, at: number): ComponentChild => (
  <div key={at} class="prose-table" tabIndex={0}>
    <table><thead><tr>{head.map((cell, column) => <th key={column} scope="col">{inlines(cell)}</th>)}</tr></thead><tbody>{rows.map(tableRow)}</tbody></table>
  </div>
);

const listItem = ({ done, blocks: inner }: ListItem, at: number): ComponentChild => (
  <li key={at} class={done === null ? '' : 'is-task'}>
    {done !== null && <span aria-label={done ? t('preview.taskDone') : t('preview.taskOpen')} role="img">{done ? '☑' : '☐'} </span>}
    {tight(inner)}
  </li>
);

function blockOf(block: Block, at: number): ComponentChild {
  if (block.type === 'heading') return heading(block.level, at, inlines(block.children));
  if (block.type === 'paragraph') return <p key={at}>{inlines(block.children)}</p>;
  if (block.type === 'code') return <pre key={at} tabIndex={0} dir="ltr"><code>{showText(block.text)}</code></pre>;
  if (block.type === 'quote') return <blockquote key={at}>{blocks(block.blocks)}</blockquote>;
  if (block.type === 'table') return table(block, at);
  if (block.type === 'rule') return <hr key={at} />;
  return block.ordered ? <ol key={at}>{block.items.map(listItem)}</ol> : <ul key={at}>{block.items.map(listItem)}</ul>;
}

const blocks = (list: readonly Block[]): ComponentChild[] => list.map(blockOf);

/** A list's entry of one paragraph is no paragraph. */
const tight = (list: readonly Block[]): ComponentChild[] => {
  const [first, ...rest] = list;
  return first?.type === 'paragraph' ? [...inlines(first.children), ...blocks(rest)] : blocks(list);
};
