/**
 * Holds `docs/formats.md` to the code. A room's test gives its examples by name (`wire/pointer`); the page shows each as
 *
 *     Example `wire/pointer`, 151 bytes: some words.
 *
 *     ```
 *     the bytes, as below
 *     ```
 *
 * Where long strings are cut (`…`), the line also gives the sha256 of the whole. `UNDERKEEP_WRITE_FORMATS=1` writes sizes and
 * bytes into the page; the words around them are a person's.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import * as assert from 'uvu/assert';
import { sha256, toHex, utf8 } from '../../crypto/index.ts';
import { cborDump, cborFields } from './cbor-dump.ts';
import { hexLine } from './hex-line.ts';

const PAGE = new URL('../../docs/formats.md', import.meta.url);
const INFO = /^Example `([^`]+)`([^:\n]*)(:[^\n]*)\n(?:\n```\n([\s\S]*?)\n```\n)?/gm;

export interface Field {
  readonly name: string;
  /** In bytes; null where it is the table's to say. */
  readonly size: number | null;
}

export interface Example {
  readonly bytes: Uint8Array;
  readonly text: string;
  /** What the nearest table before it lists in its first column, and in `size`; null for none. */
  readonly fields: readonly Field[] | null;
}

/** Canonical CBOR, one line an item. */
export function cborExample(bytes: Uint8Array): Example {
  return { bytes, text: cborDump(bytes), fields: cborFields(bytes)?.map((name) => ({ name, size: null })) ?? null };
}

/** Fixed parts behind one another. */
export function partsExample(parts: readonly (readonly [name: string, bytes: Uint8Array])[]): Example {
  const bytes = Uint8Array.from(parts.flatMap(([, part]) => [...part]));
  return { bytes, text: parts.map(([name, part]) => hexLine(0, part, name)).join('\n'), fields: parts.map(([name, { length }]) => ({ name, size: length })) };
}

/** A hash or a key: bytes without parts. */
export function bytesExample(bytes: Uint8Array): Example {
  return { bytes, text: hexLine(0, bytes, ''), fields: null };
}

/** A CAR, or another sequence of which only some parts are worth a table. */
export function piecesExample(pieces: readonly (readonly [name: string, bytes: Uint8Array])[]): Example {
  return { ...partsExample(pieces), fields: null };
}

export function textExample(text: string): Example {
  return { bytes: utf8(text), text, fields: null };
}

const inOrder = (texts: Iterable<string>): string[] => [...texts].sort((a, b) => (a < b ? -1 : 1));

const infoOf = ({ bytes, text }: Example): string => `, ${bytes.length} bytes${text.includes('…') ? `, sha256 \`${toHex(sha256(bytes))}\`` : ''}`;

/** Asserts that the page shows exactly these examples under `room/`, byte for byte, and that their tables name their fields. */
export function checkExamples(room: string, examples: ReadonlyMap<string, Example>): void {
  if (process.env['UNDERKEEP_WRITE_FORMATS'] === '1') writeExamples(examples);
  const page = readFileSync(PAGE, 'utf8');
  const shown = [...page.matchAll(INFO)].filter(([, name = '']) => name.startsWith(`${room}/`));
  assert.equal(inOrder(shown.map(([, name = '']) => name)), inOrder(examples.keys()), 'docs/formats.md shows other examples than the test makes');
  for (const match of shown) {
    const [, name = '', info, , block] = match;
    const example = examples.get(name);
    assert.ok(example);
    assert.is(info, infoOf(example), `docs/formats.md is wrong about the size or hash of ${name}`);
    assert.is(block, example.text, `docs/formats.md shows other bytes for ${name}`);
    if (example.fields !== null) checkTable(name, lastTable(page.slice(0, match.index)), example.fields);
  }
}

function writeExamples(examples: ReadonlyMap<string, Example>): void {
  const page = readFileSync(PAGE, 'utf8');
  writeFileSync(PAGE, page.replaceAll(INFO, (whole: string, name: string, _info: string, words: string) => {
    const example = examples.get(name);
    return example === undefined ? whole : `Example \`${name}\`${infoOf(example)}${words}\n\n\`\`\`\n${example.text}\n\`\`\`\n`;
  }));
}

/** The rows of the last table of the section, as cells without backticks; the first row is the head. */
export function lastTable(before: string): string[][] {
  const section = before.slice(before.lastIndexOf('\n#'));
  const tables = section.split(/\n(?!\|)/).filter((part) => part.startsWith('|') || part.includes('\n|'));
  const rows = (tables.at(-1) ?? '').split('\n').filter((line) => line.startsWith('|') && !/^\|[-| ]+\|$/.test(line));
  return rows.map((row) => row.split('|').slice(1, -1).map((cell) => cell.trim().replaceAll('`', '')));
}

function checkTable(name: string, [head = [], ...rows]: readonly string[][], fields: readonly Field[]): void {
  assert.is(head[0], 'field', `docs/formats.md has no table of fields for ${name}`);
  const sizeAt = head.indexOf('size');
  assert.equal(inOrder(rows.map(([field = '']) => field)), inOrder(fields.map((field) => field.name)), `docs/formats.md lists other fields for ${name}`);
  for (const { name: field, size } of fields) {
    const told = rows.find(([first]) => first === field)?.[sizeAt] ?? '';
    if (size !== null && /^\d+$/.test(told)) assert.is(Number(told), size, `docs/formats.md is wrong about the size of ${field} in ${name}`);
  }
}

/** The tables of the page whose head begins with these cells, without their heads. */
export function tablesWith(...head: readonly string[]): string[][][] {
  const parts = readFileSync(PAGE, 'utf8').split(/\n\n+/).filter((part) => part.startsWith('|')).map((part) => lastTable(`\n#\n${part}`));
  return parts.filter(([first = []]) => head.every((cell, index) => first[index] === cell)).map((rows) => rows.slice(1));
}
