import { existsSync, readFileSync } from 'node:fs';
import { test } from 'uvu';
import * as assert from 'uvu/assert';

/** docs/threat-model.md cites a test as `[test/ROOM/NAME.test.ts: words of its claim]`. */
const root = new URL('../../', import.meta.url);
const page = readFileSync(new URL('docs/threat-model.md', root), 'utf8');
const citations = [...page.matchAll(/\[(test\/[^:\]]*)(?:: ([^\]]*))?\]/g)].map(([text, path = '', claim = '']) => ({ text, path, claim }));

test('the threat model cites tests, each with words of its claim', () => {
  assert.ok(citations.length > 20);
  assert.equal(citations.filter(({ claim }) => claim === ''), []);
});

test('every test that the threat model cites is there, and claims it', () => {
  const gone = citations.filter(({ path, claim }) => {
    const file = new URL(path, root);
    return !existsSync(file) || !readFileSync(file, 'utf8').replaceAll("\\'", "'").includes(claim);
  });
  assert.equal(gone.map(({ text }) => text), []);
});

test('every line that says "cannot" names its test, or says that nothing holds it yet', () => {
  const bare = page.split('\n').filter((line) => line.startsWith('| cannot |') && !/\[(test\/[^\]]*|nothing yet)\]/.test(line));
  assert.equal(bare, []);
});

test.run();
