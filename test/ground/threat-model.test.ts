import { existsSync, readFileSync } from 'node:fs';
import { test } from 'uvu';
import * as assert from 'uvu/assert';

/** Pages that cite a test as `[test/ROOM/NAME.test.ts: words of its claim]`; a line break counts as a blank. */
const PAGES = ['docs/threat-model.md', 'docs/vaults.md'];
const root = new URL('../../', import.meta.url);

for (const name of PAGES) {
  const page = readFileSync(new URL(name, root), 'utf8');
  const citations = [...page.matchAll(/\[(test\/[^:\]]*)(?:: ([^\]]*))?\]/g)].map(([text, path = '', claim = '']) => ({ text, path, claim: claim.replaceAll(/\s+/g, ' ') }));

  test(`${name} cites tests, each with words of its claim`, () => {
    assert.ok(citations.length > 15);
    assert.equal(citations.filter(({ claim }) => claim === ''), []);
  });

  test(`every test that ${name} cites is there, and claims it`, () => {
    const gone = citations.filter(({ path, claim }) => {
      const file = new URL(path, root);
      return !existsSync(file) || !readFileSync(file, 'utf8').replaceAll("\\'", "'").includes(claim);
    });
    assert.equal(gone.map(({ text }) => text), []);
  });

  test(`every line of ${name} that says "cannot" names its test, or says that nothing holds it yet`, () => {
    const bare = page.split('\n').filter((line) => line.startsWith('| cannot |') && !/\[(test\/[^\]]*|nothing yet)\]/.test(line));
    assert.equal(bare, []);
  });
}

test.run();
