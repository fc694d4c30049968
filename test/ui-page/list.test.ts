import { test } from 'uvu';
import * as assert from 'uvu/assert';
import type { Item } from '../../ui/contract.ts';
import { kindOf, sniff } from '../../ui/page/kinds.ts';
import { isWithin, join, ownerOf, parentOf, trailOf } from '../../ui/page/paths.ts';
import { byName, orderAfter, sorted } from '../../ui/page/sorting.ts';
import { rowsInView, scrollFor } from '../../ui/page/window.ts';

const item = (name: string, change: Partial<Item> = {}): Item => ({ id: name, name, kind: 'file', size: 1, modified: 1, created: 1, shared: null, exposed: false, readOnly: false, ...change });
const names = (items: readonly Item[]): string => items.map(({ name }) => name).join(' ');

test('folders come first in either direction, and numbers count as numbers', () => {
  const items = ['b10', 'b9', 'a'].map((name) => item(name)).concat(item('z', { kind: 'folder' }));
  assert.is(names(sorted(items, byName, 'en')), 'z a b9 b10');
  assert.is(names(sorted(items, { key: 'name', descending: true }, 'en')), 'z b10 b9 a');
});

test('a click on a head turns the order round; dates and sizes begin with the largest', () => {
  assert.equal(orderAfter(byName, 'name'), { key: 'name', descending: true });
  assert.equal(orderAfter(byName, 'size'), { key: 'size', descending: true });
});

test('of twenty thousand rows some thirty are drawn, wherever the list stands', () => {
  for (const scrolled of [0, 56 * 10_000, 56 * 20_000, -40]) {
    const { from, to } = rowsInView(scrolled, 800, 56, 20_000);
    assert.ok(to - from <= 32 && from >= 0 && to <= 20_000, `${from} to ${to}`);
    assert.ok(to > from);
  }
});

test('a list scrolls just as far as its row needs', () => {
  assert.is(scrollFor(3, 56, 0, 800), null);
  assert.is(scrollFor(100, 56, 0, 800), 101 * 56 - 800);
  assert.is(scrollFor(0, 56, 900, 800), 0);
});

test('a path leads to its parents, and a friend’s begins with the friend', () => {
  assert.equal(trailOf('/a/b'), ['/', '/a', '/a/b']);
  assert.is(parentOf('/a'), '/');
  assert.is(join('/', 'a'), '/a');
  assert.ok(isWithin('/a/b', '/a') && !isWithin('/ab', '/a') && isWithin('/a', '/'));
  assert.is(ownerOf('/@noor/Catalogue'), 'noor');
  assert.is(ownerOf('/a@b'), null);
});

test('markup is text by its name, and no picture by its bytes', () => {
  assert.is(kindOf({ kind: 'file', name: 'logo.SVG' }), 'text');
  assert.is(kindOf({ kind: 'file', name: 'page.html' }), 'text');
  const encoder = new TextEncoder();
  for (const text of ['<svg xmlns="http://www.w3.org/2000/svg">', '<!doctype html>', '\ufeff<html>', 'GIF', '']) assert.is(sniff(encoder.encode(text)), null, text);
  assert.is(sniff(Uint8Array.of(0x89, 0x50, 0x4e, 0x47, 13, 10, 26, 10, 0)), 'image/png');
  assert.is(sniff(encoder.encode('%PDF-1.7')), 'application/pdf');
});

test.run();
