import type { Page } from 'playwright-core';
import { settle, type Look } from './stage.ts';

/** One view of the page: the scene that it begins with, and the way to it. */
export interface Play {
  readonly name: string;
  readonly scene: string;
  readonly hash?: string;
  readonly act?: (page: Page, look: Look) => Promise<void>;
}


/** Languages differ, the place of a thing does not. */
const goTo = async (page: Page, at: number): Promise<void> => {
  await page.locator('.nav-item').nth(at).click();
  await settle(page);
};

const chooseFile = async (page: Page, at: number): Promise<void> => {
  const item = page.locator('[data-id]').nth(at);
  if (await page.evaluate(() => matchMedia('(hover: none)').matches)) await item.locator('.cell-more button').click();
  else {
    await item.click({ position: { x: 300, y: 30 }, button: 'right' });
  }
};

const menuItem = async (page: Page, at: number): Promise<void> => {
  await page.locator('.menu-item').nth(at).click();
  await settle(page);
};

const toPassphrase = async (page: Page): Promise<void> => { await page.locator('.actions .button-main').click(); };

const toKit = async (page: Page): Promise<void> => {
  await toPassphrase(page);
  await page.locator('.field input').first().fill('mira');
  await page.locator('.actions .button-main').click();
  await page.locator('.kit').waitFor();
};

const toCheck = async (page: Page): Promise<void> => {
  await toKit(page);
  await page.locator('.actions .button-main').click();
};

const toFirstUpload = async (page: Page): Promise<void> => {
  await toCheck(page);
  const words = ['marble', 'otter', 'lantern', 'drizzle', 'quartz', 'hammock'];
  for (const field of await page.locator('.field').all()) {
    const number = Number(/\d+/.exec((await field.locator('label').textContent() ?? '').replace(/[٠-٩]/g, (digit) => String(digit.charCodeAt(0) - 0x660)))?.[0]);
    await field.locator('input').fill(words[number - 1] ?? '');
  }
  await page.locator('.actions .button-main').click();
  await page.locator('.drop-square').waitFor();
};

/** A file or folder by its place: folders first, then names. */
const HARBOUR = 5;
const MARKDOWN = 9;

export const plays: readonly Play[] = [
  { name: 'first-1-connect', scene: 'new' },
  { name: 'first-1-no-tor', scene: 'new-none' },
  { name: 'first-1-advice', scene: 'new-advice' },
  { name: 'first-1-connected', scene: 'new-done' },
  { name: 'first-2-passphrase', scene: 'new', act: toPassphrase },
  {
    name: 'first-2-own', scene: 'new', act: async (page) => {
      await toPassphrase(page);
      await page.locator('.segment').nth(1).click();
      await page.locator('input[type=password]').fill('correct horse b');
      await page.waitForTimeout(300);
    },
  },
  { name: 'first-3-kit', scene: 'new-done', act: toKit },
  { name: 'first-3-check', scene: 'new-done', act: toCheck },
  { name: 'first-4-upload', scene: 'new-done', act: toFirstUpload },
  { name: 'stranger', scene: 'stranger' },
  { name: 'locked', scene: 'locked' },
  {
    name: 'locked-wrong', scene: 'locked', act: async (page) => {
      await page.locator('input[type=password]').fill('wrong');
      await page.keyboard.press('Enter');
      await page.locator('.fault span').waitFor();
    },
  },
  { name: 'files-list', scene: 'files' },
  { name: 'files-grid', scene: 'files-grid' },
  {
    name: 'files-chosen', scene: 'files', act: async (page, look) => {
      await page.locator('[data-id]').nth(HARBOUR).focus();
      await page.keyboard.press('Space');
      if (look.touch !== true) {
        await page.keyboard.press('Shift+ArrowDown');
        await page.keyboard.press('Shift+ArrowDown');
        await page.locator('.chosen-bar').waitFor();
      }
    },
  },
  {
    name: 'files-details', scene: 'files', act: async (page, look) => {
      if (look.touch === true) return;
      await page.locator('[data-id]').nth(HARBOUR).focus();
      await page.keyboard.press('Space');
      await chooseFile(page, HARBOUR);
      await menuItem(page, 6);
    },
  },
  { name: 'files-menu', scene: 'files', act: (page) => chooseFile(page, HARBOUR) },
  {
    name: 'files-rename', scene: 'files', act: async (page) => {
      await page.locator('[data-id]').nth(HARBOUR).focus();
      await page.keyboard.press('F2');
    },
  },
  {
    name: 'files-move', scene: 'files', act: async (page) => {
      await chooseFile(page, HARBOUR);
      await menuItem(page, 4);
    },
  },
  {
    name: 'files-removed', scene: 'files', act: async (page) => {
      await page.locator('[data-id]').nth(HARBOUR).focus();
      await page.keyboard.press('Delete');
      await page.locator('.toast').waitFor();
    },
  },
  {
    name: 'files-uploading', scene: 'uploading', act: async (page) => {
      await page.evaluate(() => {
        const data = (name: string, size: number): { file: File; path: string } => ({ path: `Letters/${name}`, file: new File([new Uint8Array(size)], name) });
        void memory.api().upload([data('one.odt', 900_000), data('two, with a rather long name that goes on.odt', 1_800_000), data('three.odt', 600_000)], '/');
      });
      await page.locator('.tray').waitFor();
      await page.waitForTimeout(700);
      await page.locator('.transfer .icon-button').first().click();
    },
  },
  {
    name: 'files-search', scene: 'files', act: async (page) => {
      await page.locator('.search input').fill('pa');
      await page.waitForTimeout(500);
    },
  },
  { name: 'files-empty', scene: 'empty' },
  { name: 'files-error', scene: 'failing' },
  { name: 'files-offline', scene: 'offline' },
  { name: 'files-starting', scene: 'starting' },
  { name: 'files-many', scene: 'many' },
  { name: 'files-hostile', scene: 'hostile' },
  {
    name: 'share', scene: 'files', act: async (page) => {
      await chooseFile(page, HARBOUR);
      await menuItem(page, 2);
    },
  },
  {
    name: 'share-people', scene: 'files', act: async (page) => {
      await chooseFile(page, HARBOUR);
      await menuItem(page, 2);
      await page.locator('.combo input').fill('e');
    },
  },
  {
    name: 'share-link', scene: 'files', act: async (page) => {
      await chooseFile(page, 0);
      await menuItem(page, 2);
      await page.locator('.sheet-head button').click();
      await page.locator('.link-form .field').last().scrollIntoViewIfNeeded();
    },
  },
  {
    name: 'preview-image', scene: 'files', act: async (page) => {
      await page.locator('[data-id]').nth(HARBOUR).focus();
      await page.keyboard.press('Enter');
      await page.locator('.preview-image').waitFor();
      await settle(page);
    },
  },
  {
    name: 'preview-markdown', scene: 'files', act: async (page) => {
      await page.locator('[data-id]').nth(MARKDOWN).focus();
      await page.keyboard.press('Enter');
      await page.locator('.prose').waitFor();
    },
  },
  {
    name: 'preview-pdf', scene: 'files', act: async (page) => {
      await page.locator('[data-id]').nth(7).focus();
      await page.keyboard.press('Enter');
      await page.locator('.not-shown').waitFor();
    },
  },
  { name: 'people', scene: 'files', act: (page) => goTo(page, 2) },
  { name: 'people-none', scene: 'alone', act: (page) => goTo(page, 2) },
  {
    name: 'people-add', scene: 'files', act: async (page) => {
      await goTo(page, 2);
      await page.locator('.toolbar .button-main').click();
    },
  },
  {
    name: 'people-me', scene: 'files', act: async (page) => {
      await goTo(page, 2);
      await page.locator('.toolbar .button').first().click();
      await page.locator('.qr').waitFor();
    },
  },
  {
    name: 'people-verify', scene: 'files', act: async (page) => {
      await goTo(page, 2);
      await page.locator('.group').nth(1).locator('.entry').nth(3).locator('.button').click();
    },
  },
  { name: 'shared-with-me', scene: 'files', act: (page) => goTo(page, 1) },
  {
    name: 'shared-by-me', scene: 'files', act: async (page) => {
      await goTo(page, 1);
      await page.locator('.segment').nth(1).click();
      await settle(page);
    },
  },
  {
    name: 'trash', scene: 'files', act: async (page) => {
      for (const at of [HARBOUR, 6]) {
        await page.locator('[data-id]').nth(at).focus();
        await page.keyboard.press('Delete');
        await page.waitForTimeout(400);
      }
      await page.locator('.toast .icon-button').first().click();
      await page.locator('.toast .icon-button').first().click();
      await goTo(page, 3);
    },
  },
  { name: 'settings', scene: 'tight', act: (page) => goTo(page, 4) },
  { name: 'connection', scene: 'files', act: async (page) => { await page.locator('.pill').click(); } },
  {
    name: 'keys', scene: 'files', act: async (page) => {
      await page.locator('[data-id]').first().focus();
      await page.keyboard.press('Escape');
      await page.keyboard.press('?');
    },
  },
  { name: 'link', scene: 'link', hash: '#v1.abc', act: (page) => settle(page) },
  { name: 'link-password', scene: 'link-password', hash: '#v1.abc', act: (page) => settle(page) },
  { name: 'link-folder', scene: 'link-folder', hash: '#v1.abc', act: (page) => settle(page) },
  { name: 'link-expired', scene: 'link-expired', hash: '#v1.abc', act: (page) => settle(page) },
];

