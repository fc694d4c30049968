import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { everything, extend, move, nothing, only, stepOf, toggle, within, type Selection } from '../../ui/page/selection.ts';

const order = ['a', 'b', 'c', 'd', 'e', 'f'];
const chosen = ({ chosen: ids }: Selection): string => [...ids].sort().join('');
const plain = { extended: false, kept: false };

test('an arrow chooses the next and nothing else', () => {
  assert.is(chosen(move(only('b'), order, 1, plain)), 'c');
  assert.is(chosen(move(only('a'), order, -1, plain)), 'a');
  assert.is(move(only('a'), order, Infinity, plain).cursor, 'f');
});

test('shift grows and shrinks a range from where it began', () => {
  const grown = move(move(only('c'), order, 1, { extended: true, kept: false }), order, 1, { extended: true, kept: false });
  assert.is(chosen(grown), 'cde');
  const back = [1, 2, 3].reduce((selection) => move(selection, order, -1, { extended: true, kept: false }), grown);
  assert.is(chosen(back), 'bc');
});

test('with control the cursor goes and what is chosen stays; space adds and takes away', () => {
  const moved = move(only('a'), order, 3, { extended: false, kept: true });
  assert.is(chosen(moved), 'a');
  assert.is(moved.cursor, 'd');
  assert.is(chosen(toggle(moved, 'd')), 'ad');
  assert.is(chosen(toggle(toggle(moved, 'd'), 'a')), 'd');
});

test('a range follows the order of the list, not of the ids', () => {
  assert.is(chosen(extend(only('f'), [...order].reverse(), 'd')), 'def');
});

test('what is no longer in the list is not chosen, and an unchanged list changes nothing', () => {
  const selection = everything(nothing, order);
  assert.is(chosen(within(selection, ['b', 'x'], order)), 'b');
  assert.is(within(selection, order, order), selection);
});

test('a cursor whose place is gone goes to what came after it, or to the last', () => {
  assert.is(within(only('c'), ['a', 'b', 'e', 'f'], order).cursor, 'e');
  assert.is(within(only('f'), ['a', 'b'], order).cursor, 'b');
  assert.is(within(only('f'), [], order).cursor, null);
});

test('in a grid the arrows follow the reading direction', () => {
  assert.is(stepOf('ArrowRight', 4, 3, false), 1);
  assert.is(stepOf('ArrowRight', 4, 3, true), -1);
  assert.is(stepOf('ArrowDown', 4, 3, true), 4);
  assert.is(stepOf('ArrowRight', 1, 3, false), null);
  assert.is(stepOf('x', 1, 3, false), null);
});

test('an empty list has no cursor to move', () => {
  assert.is(move(nothing, [], 1, plain), nothing);
  assert.is(move(nothing, order, 1, plain).cursor, 'a');
});

test.run();
