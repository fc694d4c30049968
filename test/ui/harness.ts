/** A real browser on a real node, with the worker and the page's ground alone: the Api without the components. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Page } from 'playwright-core';
import type { DaemonConfig } from '../../daemon/index.ts';
import { buildPage } from '../../bin/build-ui.ts';
import { withPage } from '../browser/chromium.ts';
import { demand } from '../rig/ask.ts';
import { startDaemon, type RunningDaemon } from '../rig/daemon.ts';

/** Builds the harness page into a folder of its own. */
export async function harnessPage(): Promise<{ readonly folder: string; remove(): Promise<void> }> {
  const folder = await mkdtemp(join(tmpdir(), 'uk-ui-'));
  await buildPage(join(import.meta.dirname, 'harness'), join(folder, 'page'));
  return { folder: join(folder, 'page'), remove: async () => rm(folder, { recursive: true, force: true }) };
}

/** A new address with a one-time token, as `underkeep open` gets it. */
export async function pageAddress(daemon: RunningDaemon): Promise<string> {
  const told: unknown = JSON.parse(new TextDecoder().decode(await demand(daemon, '/v1/page/token')));
  if (typeof told !== 'object' || told === null || !('url' in told) || typeof told.url !== 'string') throw new Error('no address');
  return told.url;
}

/** Starts a node that serves the harness, opens it in Chromium, and waits for the Api. */
export async function withHarness<T>(work: (page: Page, daemon: RunningDaemon) => Promise<T>, options: Partial<DaemonConfig> = {}, flags: readonly string[] = []): Promise<T> {
  const built = await harnessPage();
  try {
    const daemon = await startDaemon({ ...options, page: built.folder });
    try {
      return await withPage(await pageAddress(daemon), async (page) => {
        await page.waitForFunction(() => 'harness' in globalThis);
        return work(page, daemon);
      }, flags);
    } finally {
      await daemon.stop();
    }
  } finally {
    await built.remove();
  }
}
