import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { markdown, type Block } from '../../ui/page/preview/markdown.ts';
import { seededRandom } from '../rig/random.ts';

const only = (source: string): Block | undefined => markdown(source)[0];

test('headings, lists, tasks, quotes, code, tables and rules are what they are', () => {
  const types = markdown('# A\n\ntext **b** _c_\n\n- [x] done\n- open\n  - inner\n\n1. one\n\n> quoted\n\n```\ncode <b>\n```\n\n|a|b|\n|-|-|\n|1|2|\n\n---').map(({ type }) => type);
  assert.equal(types, ['heading', 'paragraph', 'list', 'list', 'quote', 'code', 'table', 'rule']);
  const list = only('- [x] done\n- open\n  - inner');
  assert.ok(list?.type === 'list');
  assert.equal(list.items.map(({ done }) => done), [true, null]);
  assert.equal(list.items[1]?.blocks.map(({ type }) => type), ['paragraph', 'list']);
});

test('markup is text', () => {
  const source = '<script>alert(1)</script> <img src=x onerror=alert(1)>';
  assert.equal(only(source), { type: 'paragraph', children: [{ type: 'text', text: source }] });
});

test('a link leads nowhere, whatever it says', () => {
  assert.equal(only('[a](javascript:alert)'), { type: 'paragraph', children: [{ type: 'link', children: [{ type: 'text', text: 'a' }], to: 'javascript:alert' }] });
  assert.equal(only('![b](http://example.org/x.png)'), { type: 'paragraph', children: [{ type: 'image', text: 'b' }] });
});

test('any text ends in a tree, soon, and loses no word', () => {
  const random = seededRandom('ui-page/markdown');
  const alphabet = ['*', '_', '`', '[', ']', '(', ')', '!', '#', '-', '1. ', '>', '|', '\n', ' ', '\t', '~~', '```\n', 'word', '\\', '<', 'ü'];
  const started = performance.now();
  for (let run = 0; run < 300; run++) markdown(Array.from({ length: 200 }, () => random.pick(alphabet)).join(''));
  for (const hard of ['*'.repeat(20_000), '['.repeat(20_000), '> '.repeat(5000), '- '.repeat(5000), '*a '.repeat(5000), '`'.repeat(20_001), '_a'.repeat(10_000)]) markdown(hard);
  assert.ok(performance.now() - started < 20_000, `${performance.now() - started} ms`);
});

test.run();
