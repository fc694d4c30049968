import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { chromium } from 'playwright-core';
import type { Page } from 'playwright-core';

const CHROMIUM = '/usr/bin/chromium';
const quiet = [
  '--headless', '--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking',
  '--disable-component-update', '--disable-sync',
];

/** Debian's Chromium with an empty profile, which goes with it. */
export async function withPage<T>(url: string, work: (page: Page) => Promise<T>, flags: readonly string[] = []): Promise<T> {
  const profile = await mkdtemp(join(tmpdir(), 'uk-chromium-'));
  try {
    const context = await chromium.launchPersistentContext(profile, { executablePath: CHROMIUM, args: [...quiet, ...flags], timeout: 60_000 });
    try {
      const page = context.pages()[0] ?? await context.newPage();
      await page.goto(url);
      return await work(page);
    } finally {
      await context.close();
    }
  } finally {
    await rm(profile, { recursive: true, force: true, maxRetries: 5, retryDelay: 100 });
  }
}
