/** A real browser on a real node, with the worker and the page's ground alone: the Api without the components. */
import { rmSync } from 'node:fs';
import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Page } from 'playwright-core';
import type { DaemonConfig } from '../../daemon/index.ts';
import { buildPage } from '../../bin/build-ui.ts';
import { withPage } from '../browser/chromium.ts';
import { demand } from '../rig/ask.ts';
import { startDaemon, type RunningDaemon } from '../rig/daemon.ts';

let built: Promise<string> | null = null;

/** The folder of the harness page, built once for a test file and gone with it. */
export function harnessPage(): Promise<string> {
  built ??= (async () => {
    const folder = await mkdtemp(join(tmpdir(), 'uk-ui-'));
    process.once('exit', () => { rmSync(folder, { recursive: true, force: true }); });
    await buildPage(join(import.meta.dirname, 'harness'), join(folder, 'page'));
    return join(folder, 'page');
  })();
  return built;
}

/** A new address with a one-time token, as `underkeep open` gets it. */
export async function pageAddress(daemon: RunningDaemon): Promise<string> {
  const told: unknown = JSON.parse(new TextDecoder().decode(await demand(daemon, '/v1/page/token')));
  if (typeof told !== 'object' || told === null || !('url' in told) || typeof told.url !== 'string') throw new Error('no address');
  return told.url;
}

/** Starts a node that serves the harness, opens it in Chromium, and waits for the Api. */
export async function withHarness<T>(work: (page: Page, daemon: RunningDaemon) => Promise<T>, options: Partial<DaemonConfig> = {}, flags: readonly string[] = []): Promise<T> {
  const daemon = await startDaemon({ ...options, page: await harnessPage() });
  try {
    return await withPage(await pageAddress(daemon), async (page) => {
      await page.waitForFunction(() => 'harness' in globalThis);
      return work(page, daemon);
    }, flags);
  } finally {
    await daemon.stop();
  }
}
