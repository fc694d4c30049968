/** The page itself, as it is shipped, on a real node. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Page } from 'playwright-core';
import { buildPage } from '../../bin/build-ui.ts';
import type { DaemonConfig } from '../../daemon/index.ts';
import { withPage } from '../browser/chromium.ts';
import { startDaemon, type RunningDaemon } from '../rig/daemon.ts';
import { pageAddress } from '../ui/harness.ts';

export interface BuiltPage {
  readonly folder: string;
  remove(): Promise<void>;
}

/** Builds the page as `npm start` does, into a folder of its own. */
export async function builtPage(): Promise<BuiltPage> {
  const folder = await mkdtemp(join(tmpdir(), 'uk-ui-'));
  await buildPage(join(import.meta.dirname, '../../ui'), join(folder, 'page'));
  return { folder: join(folder, 'page'), remove: async () => rm(folder, { recursive: true, force: true }) };
}

/** What goes wrong inside a page: refusals of its policy, and errors that nobody caught. */
export function faultsOf(page: Page): string[] {
  const faults: string[] = [];
  page.on('pageerror', (error) => { faults.push(error.message); });
  page.on('console', (message) => { if (message.type() === 'error') faults.push(message.text()); });
  return faults;
}

/** Starts a node that serves the page, and opens it in Chromium. */
export async function withRealPage<T>(built: BuiltPage, work: (page: Page, daemon: RunningDaemon) => Promise<T>, options: Partial<DaemonConfig> = {}): Promise<T> {
  const daemon = await startDaemon({ ...options, page: built.folder });
  try {
    return await withPage(await pageAddress(daemon), (page) => work(page, daemon));
  } finally {
    await daemon.stop();
  }
}

/** The first run by hand: name, the words that the page drew, the check of the paper, no upload. Gives the passphrase. */
export async function signUp(page: Page, name: string, invitation?: string): Promise<string> {
  await page.locator('.actions .button-main').click();
  const fields = page.locator('.field input');
  await fields.first().fill(name);
  if (invitation !== undefined) await fields.nth(1).fill(invitation);
  await page.locator('.words .word').first().waitFor();
  await page.waitForFunction(() => document.querySelector('.words .word')?.textContent !== '');
  const words = await page.locator('.words .word').allTextContents();
  await page.locator('.actions .button-main').click();
  await page.locator('.kit').waitFor({ timeout: 120_000 });
  await page.locator('.actions .button-main').click();
  for (const field of await page.locator('.field').all()) {
    const number = Number(/\d+/.exec(await field.locator('label').textContent() ?? '')?.[0]);
    await field.locator('input').fill(words[number - 1] ?? '');
  }
  await page.locator('.actions .button-main').click();
  await page.locator('.drop-square').waitFor();
  return words.join(' ');
}

/** Past the offer of a first upload. */
export async function skipUpload(page: Page): Promise<void> {
  await page.locator('.actions .button-quiet').click();
  await page.locator('.shell').waitFor();
}
