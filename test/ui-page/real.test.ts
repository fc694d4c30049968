// timeout: 600
// serial
/** The shipped page on a real node, by hand: what a person does from the first minute to the lock. */
import { readFile } from 'node:fs/promises';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import type { Page } from 'playwright-core';
import { pageAddress } from '../ui/harness.ts';
import { axeFaults } from './axe.ts';
import { builtPage, faultsOf, signUp, skipUpload, withRealPage } from './real.ts';

const built = await builtPage();
test.after(() => built.remove());

const names = (page: Page): Promise<string[]> => page.locator('[data-id] .file-name').allTextContents();
const row = (page: Page, name: string) => page.locator('[data-id]').filter({ has: page.getByTitle(name, { exact: true }) });

async function choose(page: Page, press: () => Promise<void>, files: readonly { name: string; mimeType: string; buffer: Buffer }[]): Promise<void> {
  const chooser = page.waitForEvent('filechooser');
  await press();
  await (await chooser).setFiles([...files]);
}

const file = (name: string, text: string): { name: string; mimeType: string; buffer: Buffer } => ({ name, mimeType: 'text/plain', buffer: Buffer.from(text) });

test('from the first run to the lock and back', () => withRealPage(built, async (page) => {
  const faults = faultsOf(page);
  page.setDefaultTimeout(20_000);
  // The browser's own dialog for saving cannot be driven; without it, downloads are Blobs.
  await page.evaluate(() => { Object.assign(globalThis, { showSaveFilePicker: undefined }); });
  await page.locator('.connect-state', { hasText: 'No Tor: this machine only' }).waitFor();
  const passphrase = await signUp(page, 'mira');
  assert.is(passphrase.split(' ').length, 6);
  await choose(page, () => page.locator('.drop-buttons .button-main').click(), [file('first.txt', 'the first file')]);
  await page.locator('h1', { hasText: 'It is kept' }).waitFor();
  await page.locator('.actions .button-main').click();
  await row(page, 'first.txt').waitFor();
  assert.equal(await axeFaults(page), []);

  // A second upload, by the button; the tray tells of it.
  await page.locator('.toolbar .button-main').click();
  await choose(page, () => page.locator('.menu-item').first().click(), [file('notes.md', '# Notes\n\nA **bold** word.'), file('b.txt', 'b')]);
  await row(page, 'notes.md').waitFor();
  await page.locator('.tray h2', { hasText: 'All done' }).waitFor();
  await page.locator('.tray-head button').last().click();

  // Preview, as elements.
  await row(page, 'notes.md').locator('.name-open').click();
  await page.locator('.prose strong', { hasText: 'bold' }).waitFor();
  await page.keyboard.press('Escape');

  // Folder, move by drag, rename, trash and back.
  await page.locator('.toolbar .button', { hasText: 'New folder' }).click();
  await page.keyboard.type('Letters');
  await page.keyboard.press('Enter');
  await row(page, 'Letters').waitFor();
  await row(page, 'b.txt').dragTo(row(page, 'Letters'));
  await row(page, 'b.txt').waitFor({ state: 'detached' });
  await row(page, 'first.txt').focus();
  await page.keyboard.press('F2');
  await page.keyboard.type('renamed');
  await page.keyboard.press('Enter');
  await row(page, 'renamed.txt').waitFor();
  await page.keyboard.press('Delete');
  await row(page, 'renamed.txt').waitFor({ state: 'detached' });
  await page.locator('.toast-undo').last().click();
  await row(page, 'renamed.txt').waitFor();

  // Search finds what is in a folder.
  await page.locator('.search input').fill('b.t');
  await page.locator('.result', { hasText: 'b.txt' }).click();
  await page.locator('h1', { hasText: 'Letters' }).waitFor();
  await row(page, 'b.txt').waitFor();
  assert.equal(await names(page), ['b.txt']);
  await page.locator('.crumb').first().click();

  // Download: what comes out is what went in.
  await row(page, 'renamed.txt').click({ button: 'right', position: { x: 300, y: 20 } });
  const download = page.waitForEvent('download');
  await page.locator('.menu-item', { hasText: 'Download' }).click();
  assert.is(await readFile(await (await download).path(), 'utf8'), 'the first file');

  // Lock, a wrong password, the right one.
  await page.locator('.lock-button').click();
  await page.locator('h1', { hasText: 'Unlock' }).waitFor();
  assert.is(await page.getByText('renamed.txt').count(), 0);
  await page.locator('input[type=password]').fill('not the one at all');
  await page.keyboard.press('Enter');
  await page.locator('.fault span').waitFor();
  await page.locator('input[type=password]').fill(passphrase);
  await page.keyboard.press('Enter');
  await row(page, 'Letters').waitFor();
  assert.equal((await names(page)).sort(), ['Letters', 'notes.md', 'renamed.txt']);

  // Three Escapes.
  for (let count = 0; count < 3; count++) await page.keyboard.press('Escape');
  await page.waitForURL('about:blank');
  assert.equal(faults.filter((fault) => !/ERR_ABORTED|Failed to load resource/.test(fault)), []);
}));

test('settings: another password, theme and language, which come back with the account', () => withRealPage(built, async (page, daemon) => {
  const faults = faultsOf(page);
  page.setDefaultTimeout(20_000);
  const passphrase = await signUp(page, 'tunde');
  await skipUpload(page);
  await page.locator('.nav-item').last().click();
  await page.locator('.segment', { hasText: 'Dark' }).click();
  assert.is(await page.evaluate(() => getComputedStyle(document.body).backgroundColor), 'rgb(17, 21, 23)');
  const [current, next] = [page.locator('form input').nth(0), page.locator('form input').nth(1)];
  await current.fill(passphrase);
  await next.fill('eleven patient herons by the lake');
  await page.locator('form .button', { hasText: 'Change password' }).click();
  await page.locator('.toast', { hasText: 'The password is changed' }).waitFor();
  await page.locator('select').last().selectOption('ar');
  await page.locator('h1', { hasText: 'الإعدادات' }).waitFor();
  assert.is(await page.evaluate(() => document.documentElement.dir), 'rtl');
  await page.waitForTimeout(500);
  await page.locator('.lock-button').click();
  await page.locator('.unlock input[type=password]').fill('eleven patient herons by the lake');
  await page.keyboard.press('Enter');
  await page.locator('.shell').waitFor();
  await page.locator('h1', { hasText: 'الملفات' }).waitFor();
  assert.is(await page.evaluate(() => document.documentElement.dataset['theme']), 'dark');

  // Whoever opens the node's page again is asked to unlock, not to begin anew.
  const again = await page.context().newPage();
  await again.goto(await pageAddress(daemon));
  await again.locator('.unlock input[type=password]').waitFor();
  assert.equal(faults.filter((fault) => !/Failed to load resource/.test(fault)), []);
}));

test('a link opens in another page without an account, with its password alone', () => withRealPage(built, async (page) => {
  page.setDefaultTimeout(20_000);
  await signUp(page, 'elif');
  await choose(page, () => page.locator('.drop-buttons .button-main').click(), [file('plan.txt', 'behind a link')]);
  await page.locator('h1', { hasText: 'It is kept' }).waitFor();
  await page.locator('.actions .button-main').click();
  await row(page, 'plan.txt').click({ button: 'right', position: { x: 300, y: 20 } });
  await page.locator('.menu-item', { hasText: 'Share' }).click();
  await page.locator('.sheet-head button').click();
  await page.keyboard.type('a word between us');
  await page.keyboard.press('Enter');
  await page.locator('.link code').waitFor();
  const url = new URL(await page.locator('.link code').textContent() ?? '');
  assert.match(url.hash, /^#v1\./);
  const other = await page.context().newPage();
  other.setDefaultTimeout(20_000);
  await other.goto(`${new URL(page.url()).origin}/${url.hash}`);
  await other.locator('input[type=password]').fill('wrong');
  await other.keyboard.press('Enter');
  await other.locator('.fault span').waitFor();
  await other.locator('input[type=password]').fill('a word between us');
  await other.keyboard.press('Enter');
  await other.locator('.paper-text', { hasText: 'behind a link' }).waitFor();
  assert.equal(await axeFaults(other), []);

  // Revoked, it opens nothing.
  await page.locator('.link .button').click();
  await page.locator('.link').waitFor({ state: 'detached' });
  await other.reload();
  await other.locator('.unlock input, .empty h1').first().waitFor();
  if (await other.locator('input[type=password]').count() > 0) {
    await other.locator('input[type=password]').fill('a word between us');
    await other.keyboard.press('Enter');
  }
  await other.locator('h1', { hasText: 'does not open' }).waitFor();
}));

test.run();
