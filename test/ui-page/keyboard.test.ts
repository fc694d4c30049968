// timeout: 300
// serial
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import type { Page } from 'playwright-core';
import { desk, openStage } from './stage.ts';

const stage = await openStage();
test.after(() => stage.close());

/** Everything here is done without a pointer. */
const keys = async (page: Page, ...presses: readonly string[]): Promise<void> => {
  for (const press of presses) await page.keyboard.press(press);
  await page.waitForTimeout(150);
};

const focusedText = (page: Page): Promise<string> => page.evaluate(() => {
  const { activeElement } = document;
  return activeElement?.getAttribute('aria-label') ?? activeElement?.textContent ?? '';
});

/** Goes on with Tab until something with this text has the focus. */
async function tabTo(page: Page, text: string): Promise<void> {
  for (let count = 0; count < 60; count++) {
    if ((await focusedText(page)).trim().startsWith(text)) return;
    await page.keyboard.press('Tab');
  }
  throw new Error(`Tab does not reach ${text}`);
}

/** Goes on with Tab until the list has the focus. */
async function tabToList(page: Page): Promise<void> {
  for (let count = 0; count < 60; count++) {
    if (await page.evaluate(() => document.activeElement?.hasAttribute('data-id') ?? false)) return;
    await page.keyboard.press('Tab');
  }
  throw new Error('Tab does not reach the list');
}

const chosen = (page: Page): Promise<string[]> => page.locator('[role=row][aria-selected=true] .file-name, [role=option][aria-selected=true] .file-name').allTextContents();
const listed = (page: Page): Promise<string[]> => page.locator('[data-id] .file-name').allTextContents();
const active = (page: Page): Promise<string | undefined> => page.evaluate(() => document.activeElement?.querySelector('.file-name')?.textContent ?? undefined);

test('a list is walked, ranged and chosen from with arrows, shift, control and space', async () => {
  const page = await stage.open('files');
  await tabTo(page, 'Exhibition');
  await keys(page, 'ArrowDown', 'ArrowDown');
  assert.equal(await chosen(page), ['Papers']);
  await keys(page, 'Shift+ArrowDown', 'Shift+ArrowDown');
  assert.equal(await chosen(page), ['Papers', 'Budget.csv', 'Dunes.png']);
  await keys(page, 'Control+ArrowDown', 'Control+ArrowDown', ' ');
  assert.equal(await chosen(page), ['Papers', 'Budget.csv', 'Dunes.png', 'Interview, second part.m4a']);
  await keys(page, 'Control+a');
  assert.is((await chosen(page)).length, 12);
  await keys(page, 'Escape');
  assert.is((await chosen(page)).length, 0);
  await keys(page, 'w');
  assert.equal(await chosen(page), ['Walk along the river.mp4']);
  await page.context().close();
});

test('a folder is opened, left upwards, and the focus is on it again', async () => {
  const page = await stage.open('files');
  await tabTo(page, 'Exhibition');
  await keys(page, 'End', 'Home', 'ArrowDown', 'ArrowDown', 'Enter');
  await page.locator('h1', { hasText: 'Papers' }).waitFor();
  assert.equal(await listed(page), ['Passport copy.pdf']);
  await page.waitForFunction(() => document.activeElement?.textContent.includes('Passport'));
  await keys(page, 'Alt+ArrowUp');
  await page.locator('h1', { hasText: 'Files' }).waitFor();
  await page.waitForFunction(() => document.activeElement?.querySelector('.file-name')?.textContent === 'Papers');
  await page.context().close();
});

test('renaming begins with the stem; Enter keeps, Escape does not, a bad name is said', async () => {
  const page = await stage.open('files');
  await tabTo(page, 'Exhibition');
  await keys(page, 'ArrowDown', 'ArrowDown', 'ArrowDown', 'F2');
  await page.keyboard.type('Money');
  await keys(page, 'Enter');
  assert.ok((await listed(page)).includes('Money.csv'));
  assert.is(await active(page), 'Money.csv');
  await keys(page, 'F2');
  await page.keyboard.type('a/b');
  assert.is(await page.locator('.rename-fault').textContent(), 'A name cannot contain “/”.');
  await keys(page, 'Enter', 'Escape');
  assert.ok((await listed(page)).includes('Money.csv'));
  await page.context().close();
});

test('what Delete removes, Control+Z and the button in its message bring back', async () => {
  const page = await stage.open('files');
  await tabTo(page, 'Exhibition');
  await keys(page, 'ArrowDown', 'Shift+ArrowDown', 'Delete');
  await page.locator('.toast').waitFor();
  assert.not.ok((await listed(page)).includes('Papers'));
  await keys(page, 'Control+z');
  await page.waitForFunction(() => document.querySelectorAll('[data-id]').length >= 11);
  assert.ok((await listed(page)).includes('Papers') && (await listed(page)).includes('Family'));
  await keys(page, 'Home', 'Delete');
  await tabTo(page, 'Undo');
  await keys(page, 'Enter');
  await page.getByTitle('Exhibition', { exact: true }).waitFor();
  await page.context().close();
});

test('new folder, move by menu, share, link: each by keys alone', async () => {
  const page = await stage.open('files');
  await tabTo(page, 'New folder');
  await keys(page, 'Enter');
  await page.keyboard.type('Attic');
  await keys(page, 'Enter');
  await page.locator('[data-id] .file-name', { hasText: 'Attic' }).waitFor();

  await tabToList(page);
  await keys(page, 'b', 'Shift+F10');
  await keys(page, 'm');
  assert.is((await focusedText(page)).trim(), 'Move…');
  await keys(page, 'Enter');
  await page.locator('.picker-item').first().waitFor();
  await tabTo(page, 'Attic');
  await keys(page, 'Enter');
  await page.locator('.picker-empty').waitFor();
  await tabTo(page, 'Move here');
  await keys(page, 'Enter');
  await page.locator('.toast').waitFor();
  assert.not.ok((await listed(page)).includes('Budget.csv'));

  await tabToList(page);
  await keys(page, 'd', 'Shift+F10');
  await keys(page, 's', 'Enter');
  await page.locator('.combo input').waitFor();
  await page.keyboard.type('tun');
  await keys(page, 'ArrowDown', 'ArrowUp', 'Enter');
  await page.locator('.access-row', { hasText: 'Tunde' }).waitFor();
  await tabTo(page, 'New link');
  await keys(page, 'Enter');
  await page.keyboard.type('a password');
  await keys(page, 'Enter');
  await page.locator('.link').waitFor();
  assert.match(await page.locator('.link small').textContent() ?? '', /With a password · Until/);
  await keys(page, 'Escape');
  assert.is(await page.locator('dialog').count(), 0);
  assert.is(await active(page), 'Dunes.png');
  await page.context().close();
});

test('every place is reached and named; search is one key away and Escape leaves it', async () => {
  const page = await stage.open('files');
  for (const place of ['Shared', 'People', 'Trash', 'Settings']) {
    await page.locator('.brand').first().click();
    await tabTo(page, place);
    await keys(page, 'Enter');
    await page.locator('h1', { hasText: place }).waitFor();
  }
  await page.locator('.nav-item').first().focus();
  await keys(page, 'Enter', '/');
  await page.keyboard.type('pass');
  await page.locator('.result').waitFor();
  await keys(page, 'ArrowDown', 'Enter');
  await page.locator('h1', { hasText: 'Papers' }).waitFor();
  await page.context().close();
});

test('a dialog keeps the focus inside, and gives it back', async () => {
  const page = await stage.open('files');
  await page.locator('.pill').focus();
  await keys(page, 'Enter');
  for (let count = 0; count < 12; count++) {
    await page.keyboard.press('Tab');
    assert.ok(await page.evaluate(() => document.activeElement === document.body || document.activeElement?.closest('dialog') !== null));
  }
  await keys(page, 'Escape');
  assert.ok(await page.evaluate(() => document.activeElement?.classList.contains('pill')));
  await page.context().close();
});

test('Escape three times ends the session and leaves nothing of the page, from a dialog or a field as well', async () => {
  for (const before of [[], ['/'], ['?']]) {
    const page = await stage.open('files');
    await keys(page, ...before);
    await page.keyboard.press('Escape');
    await page.keyboard.press('Escape');
    await page.keyboard.press('Escape');
    await page.waitForURL('about:blank');
    assert.is(await page.evaluate(() => document.body.textContent), '');
    await page.context().close();
  }
});

test('two Escapes, or three with time between, leave nothing', async () => {
  const page = await stage.open('files');
  await keys(page, 'Escape', 'Escape', 'ArrowDown', 'Escape');
  await page.waitForTimeout(1600);
  await keys(page, 'Escape');
  assert.is(await page.locator('.shell').count(), 1);
  await page.context().close();
});

test('the address and the history name no folder, and back goes back', async () => {
  const page = await stage.open('files', desk);
  await page.locator('.name-open', { hasText: 'Papers' }).click();
  await page.locator('h1', { hasText: 'Papers' }).waitFor();
  assert.not.match(page.url(), /Papers/);
  assert.not.match(JSON.stringify(await page.evaluate(() => history.state as unknown)), /Papers/);
  assert.is(await page.title(), 'Underkeep');
  await page.goBack();
  await page.locator('h1', { hasText: 'Files' }).waitFor();
  await page.context().close();
});

test('nothing went wrong on the way', () => {
  assert.equal([...new Set(stage.faults)], []);
});

test.run();
