import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { progressLine } from '../../cli/progress.ts';
import { show } from '../../cli/show.ts';
import { byteCount, durationText, plainText } from '../../cli/text.ts';

test('foreign text cannot steer the terminal', () => {
  assert.is(plainText('a\x1b[2Jb\u202ec\u2066d\u200be\nf\u0000g\u009bh\u2028i'), 'a\\u{1b}[2Jb\\u{202e}c\\u{2066}d\\u{200b}e\\u{a}f\\u{0}g\\u{9b}h\\u{2028}i');
  assert.is(plainText('Ωμέγα 東京 é 👍'), 'Ωμέγα 東京 é 👍');
});

test('listings show hostile names escaped, one a line', () => {
  const entries = [{ name: 'a\nb\x1b[31m', kind: 'file', size: 1, modified: 0 }, { name: 'constructor', kind: 'folder', size: 0, modified: 0 }];
  assert.is(show('ls', { entries }, false), 'a\\u{a}b\\u{1b}[31m\nconstructor/\n');
  assert.is(show('ls', { entries }, true).split('\n').length, 3);
});

test('progress fits its line and tells share, rate and what is left', () => {
  const line = progressLine({ done: 50 * 1024 * 1024, total: 100 * 1024 * 1024, name: 'film' }, 10, 120);
  assert.match(line, / 50 %/);
  assert.match(line, '5.0 MiB/s');
  assert.match(line, '0:10 left');
  for (const columns of [0, 20, 40, 80]) assert.ok(progressLine({ done: 1, total: 3, name: 'x'.repeat(300) }, 1, columns).length <= Math.max(20, columns));
});

test('sizes and times are short', () => {
  assert.is(byteCount(1023), '1023 B');
  assert.is(byteCount(1536), '1.5 KiB');
  assert.is(durationText(3725), '1:02:05');
});

test.run();
