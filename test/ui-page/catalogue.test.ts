import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { ar } from '../../ui/page/messages/ar.ts';
import { de } from '../../ui/page/messages/de.ts';
import { en } from '../../ui/page/messages/en.ts';
import type { Catalogue, Plural } from '../../ui/page/messages/shape.ts';
import { bestLanguage, speak, t } from '../../ui/page/text.ts';

const placesOf = (text: string): string => [...new Set([...text.matchAll(/\{(\w+)\}/g)].map(([, place = '']) => place))].sort((a, b) => (a < b ? -1 : 1)).join(' ');
const formsOf = (message: string | Plural): readonly (readonly [string, string])[] => (typeof message === 'string' ? [['other', message]] : Object.entries(message));

for (const [language, catalogue] of [['de', de], ['ar', ar]] as const satisfies readonly (readonly [string, Catalogue])[]) {
  test(`${language}: every message has its places, and nothing else`, () => {
    const english = new Map<string, string | Plural>(Object.entries(en));
    for (const [id, message] of Object.entries(catalogue)) {
      const wanted = english.get(id);
      assert.ok(wanted !== undefined, id);
      const places = placesOf(typeof wanted === 'string' ? wanted : wanted.other);
      for (const [form, text] of formsOf(message)) {
        // A plural may write its number out: one, two.
        const isWritten = form !== 'other' && typeof wanted !== 'string';
        if (isWritten) assert.is(placesOf(text).replace(/\bcount ?/, '').trim(), places.replace(/\bcount ?/, '').trim(), `${id} ${form}`);
        else assert.is(placesOf(text), places, `${id} ${form}`);
        assert.ok(text.trim() !== '', id);
      }
    }
    assert.is(Object.keys(catalogue).length, english.size);
  });

  test(`${language}: plurals have every form that the language has`, () => {
    const wanted = new Intl.PluralRules(language).resolvedOptions().pluralCategories.filter((form) => form !== 'zero');
    for (const [id, message] of Object.entries(catalogue)) {
      if (typeof message !== 'string') for (const form of wanted) assert.ok(formsOf(message).some(([name]) => name === form), `${id} lacks ${form}`);
    }
  });
}

test('the first language that there is is spoken, and English else', () => {
  assert.is(bestLanguage(['fr-FR', 'de-AT', 'ar']), 'de');
  assert.is(bestLanguage(['xx', '']), 'en');
  assert.is(bestLanguage(['constructor']), 'en');
});

test('a foreign name in a sentence is shown whole and keeps its direction to itself', async () => {
  assert.is(t('removed.one', { name: 'a\u202eb' }), '“a⟨202E⟩b” is in the trash.');
  assert.is(t('removed.one', { name: 'مرحبا' }), '“\u2068مرحبا\u2069” is in the trash.');
  assert.is(t('removed.one', { name: '{count} $& constructor' }), '“{count} $& constructor” is in the trash.');
  await speak('de');
  assert.is(t('select.count', { count: 1234 }), '1.234 ausgewählt');
  await speak('ar');
  assert.is(t('removed.one', { name: 'a.txt' }), '«\u2068a.txt\u2069» في المهملات.');
  await speak('en');
});

test.run();
