import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { freeName, initials, nameFault, splitName, visible } from '../../ui/page/names.ts';

test('nothing in a name stays unseen: controls, overrides, isolates, marks without width, tags, halves of characters', () => {
  assert.is(visible('a\tb\u0000c\u007f'), 'a␉b␀c␡');
  assert.is(visible('invoice\u202egnp.exe'), 'invoice⟨202E⟩gnp.exe');
  for (const code of [0x85, 0xad, 0x61c, 0x200b, 0x200e, 0x2028, 0x2066, 0x2069, 0x3164, 0xfeff, 0xe0041, 0xd800]) {
    const shown = visible(`a${String.fromCodePoint(code)}b`);
    assert.is(shown, `a⟨${code.toString(16).toUpperCase().padStart(4, '0')}⟩b`);
  }
});

test('what scripts and pictograms need stays: joiners, marks above letters, skin tones', () => {
  for (const name of ['نامه\u200cها.txt', '👩🏽‍🔬.png', 'e\u0301tude.md', 'ﬁn 日本語']) assert.is(visible(name), name);
});

test('a long name is cut before its ending, and the ending is the last one', () => {
  assert.equal(splitName('holiday.photo.png'), ['holiday.photo', '.png']);
  assert.equal(splitName('photo.png.exe'), ['photo.png', '.exe']);
  for (const name of ['.profile', 'README', 'ends.', 'no.\u202egnp']) assert.equal(splitName(name), [name, '']);
});

test('a name that cannot be one is refused while it is typed', () => {
  assert.is(nameFault(' '), 'name.empty');
  assert.is(nameFault('a/b'), 'name.slash');
  assert.is(nameFault('..'), 'name.reserved');
  assert.is(nameFault('é'.repeat(128)), 'name.long');
  for (const name of ['constructor', '__proto__', 'a.txt', '…']) assert.is(nameFault(name), null);
});

test('equal names are numbered as the drive numbers them', () => {
  assert.is(freeName('a.txt', new Set(['a.txt', 'a (2).txt'])), 'a (3).txt');
});

test('a person has a sign whatever they call themselves', () => {
  assert.equal(['mira', '<b>eve', '\u202e', '', '٭نور'].map(initials), ['M', 'B', '2', '?', 'ن']);
});

test.run();
