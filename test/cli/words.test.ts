import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { splitWords, wholePath } from '../../cli/words.ts';

test('a line of the shell is divided as other shells divide it', () => {
  const cases: [string, string[]][] = [
    ['', []],
    ['  ls   /~  ', ['ls', '/~']],
    ['put "my file" /~/a\\ b', ['put', 'my file', '/~/a b']],
    ["mv 'it\\' \"it's\"", ['mv', 'it\\', "it's"]],
    ['rm "" \'\'', ['rm', '', '']],
    ['cp a"b c"d e', ['cp', 'ab cd', 'e']],
  ];
  for (const [line, words] of cases) assert.equal(splitWords(line), words, line);
  assert.throws(() => splitWords('ls "open'), /quotation mark/);
});

test('paths are seen from the folder at hand, and never lead above the root', () => {
  const cases: [string, string, string][] = [
    ['/', 'a', '/a'],
    ['/~/x', '../y/', '/~/y/'],
    ['/~/x', '/~2', '/~2'],
    ['/a', '../../../b', '/b'],
    ['/a', '.', '/a'],
    ['/a', '..', '/'],
  ];
  for (const [folder, path, whole] of cases) assert.is(wholePath(folder, path), whole, `${folder} ${path}`);
});

test.run();
