import { chromium } from 'playwright-core';
import type { Browser, Page } from 'playwright-core';
import { serveHarness, type Harness } from './serve.ts';

const CHROMIUM = '/usr/bin/chromium';

export interface Look {
  readonly width: number;
  readonly height: number;
  readonly dark?: boolean;
  readonly language?: 'en-GB' | 'de-DE' | 'ar';
  readonly touch?: boolean;
}

export const desk: Look = { width: 1280, height: 800 };
export const phone: Look = { width: 390, height: 844, touch: true };
export const narrow: Look = { width: 320, height: 640, touch: true };

/** The page with its Api in memory, in Debian's Chromium. */
export interface Stage {
  /** Opens a scene and waits until it stands still. What goes wrong in the page is kept in `faults`. */
  open(scene: string, look?: Look, hash?: string): Promise<Page>;
  readonly faults: string[];
  close(): Promise<void>;
}

export async function openStage(): Promise<Stage> {
  const harness: Harness = await serveHarness();
  const browser: Browser = await chromium.launch({ executablePath: CHROMIUM, args: ['--no-sandbox', '--disable-gpu', '--disable-background-networking', '--no-first-run'], timeout: 60_000 });
  const faults: string[] = [];
  return {
    faults,
    async open(scene, { width, height, dark = false, language = 'en-GB', touch = false } = desk, hash = '') {
      const context = await browser.newContext({ viewport: { width, height }, colorScheme: dark ? 'dark' : 'light', locale: language, timezoneId: 'UTC', hasTouch: touch, isMobile: touch, reducedMotion: 'reduce' });
      const page = await context.newPage();
      await page.clock.setFixedTime(new Date('2026-11-24T10:05:00Z'));
      page.setDefaultTimeout(10_000);
      page.on('pageerror', (error) => { faults.push(`${scene}: ${error.message}`); });
      page.on('console', (message) => { if (message.type() === 'error') faults.push(`${scene}: ${message.text()}`); });
      await page.goto(`${harness.url}/?scene=${scene}${hash}`);
      await page.waitForFunction(() => document.querySelector('#app main') !== null);
      await settle(page);
      return page;
    },
    async close() {
      await browser.close();
      await harness.close();
    },
  };
}

/** Waits for what is on its way: pictures, parts of the script, a frame or two. */
export async function settle(page: Page): Promise<void> {
  await page.waitForFunction(() => document.querySelector('.loading, .coming') === null && Array.from(document.images).every(({ complete }) => complete));
  await page.evaluate(() => new Promise((resolve) => { setTimeout(resolve, 250); }));
}
