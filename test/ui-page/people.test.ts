// serial
// timeout: 600
/** Two people, two nodes on a private Tor network, two pages, by hand: they befriend, compare words, share a folder and take it back. */
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import type { Page } from 'playwright-core';
import { withPage } from '../browser/chromium.ts';
import { startDaemon, type RunningDaemon } from '../rig/daemon.ts';
import { sharedTorNetwork } from '../rig/tor-shared.ts';
import { pageAddress } from '../ui/harness.ts';
import { axeFaults } from './axe.ts';
import { builtPage, faultsOf, signUp, skipUpload } from './real.ts';

const network = await sharedTorNetwork();
const built = await builtPage();

interface Node {
  readonly daemon: RunningDaemon;
  readonly address: string;
}

async function startNode(join: string | null): Promise<Node> {
  const daemon = await startDaemon({ carrier: 'tor', torrcExtra: network.torrcExtraPath, join, page: built.folder });
  const onion = await daemon.event((event) => event.event === 'onion' && event.reachable, 120_000);
  return { daemon, address: onion.event === 'onion' ? onion.address : '' };
}

const nodes = (async () => {
  const first = await startNode(null);
  return { first, second: await startNode(first.address) };
})();

test.after(async () => {
  const { first, second } = await nodes;
  await Promise.all([first.daemon.stop(), second.daemon.stop()]);
  await built.remove();
  await network.stop();
});

const place = async (page: Page, name: string): Promise<void> => { await page.locator('.nav-item', { hasText: name }).click(); };
const row = (page: Page, name: string) => page.locator('[data-id]').filter({ has: page.getByTitle(name, { exact: true }) });

/** Looks for news until something is there. */
async function until(page: Page, selector: string, hasText: string): Promise<void> {
  for (let count = 0; count < 40; count++) {
    if (await page.locator(selector, { hasText }).count() > 0) return;
    const look = page.getByLabel('Look for news', { exact: true });
    if (await look.count() > 0 && await look.isEnabled()) await look.click();
    await page.waitForTimeout(500);
  }
  throw new Error(`no ${hasText} in ${selector}`);
}

async function start(page: Page, daemon: RunningDaemon, name: string): Promise<void> {
  page.setDefaultTimeout(60_000);
  await page.goto(await pageAddress(daemon));
  await page.locator('.connect-state', { hasText: 'Tor 100%: connected' }).waitFor();
  await signUp(page, name);
  await skipUpload(page);
  await page.locator('.pill', { hasText: 'reachable' }).waitFor();
}

test('they befriend by a contact link, compare words, share a folder, read it, and it is taken back', async () => {
  const { first, second } = await nodes;
  await withPage('about:blank', async (alice) => {
    const bob = await alice.context().newPage();
    const faults = [alice, bob].map(faultsOf);
    await start(alice, first.daemon, 'alice');
    await start(bob, second.daemon, 'bob');

    // Alice's card, as a link and as words.
    await place(alice, 'People');
    await alice.locator('.toolbar .button', { hasText: 'My card' }).click();
    await alice.locator('.qr').waitFor();
    const contact = await alice.locator('.me-link code').textContent() ?? '';
    const words = await alice.locator('.dialog .fingerprint .word').allTextContents();
    assert.match(contact, /^alice#/);
    await alice.keyboard.press('Escape');

    await place(bob, 'People');
    await bob.locator('.toolbar .button', { hasText: 'Add a friend' }).click();
    await bob.keyboard.type(contact);
    await bob.locator('.dialog input').last().fill('the one from the train');
    await bob.keyboard.press('Enter');
    await bob.locator('.toast', { hasText: 'alice has been asked' }).waitFor();

    await until(alice, '.entry', 'the one from the train');
    assert.equal(await axeFaults(alice), []);
    await alice.locator('.entry .button-main', { hasText: 'Accept' }).click();
    await alice.locator('.toast', { hasText: 'bob is your friend' }).waitFor();
    await until(bob, '.entry', 'Words not compared yet');

    // Bob compares what Alice would read to him.
    await bob.locator('.entry .button', { hasText: 'Compare words' }).click();
    assert.equal(await bob.locator('.dialog .fingerprint').first().locator('.word').allTextContents(), words);
    await bob.locator('.dialog .button-main', { hasText: 'They match' }).click();
    await bob.locator('.standing-verified').waitFor();

    // A folder with something in it, shared.
    await place(alice, 'Files');
    await alice.locator('.toolbar .button', { hasText: 'New folder' }).click();
    await alice.keyboard.type('Trip');
    await alice.keyboard.press('Enter');
    await row(alice, 'Trip').locator('.name-open').click();
    await alice.locator('h1', { hasText: 'Trip' }).waitFor();
    const chooser = alice.waitForEvent('filechooser');
    await alice.locator('.drop-buttons .button-main').click();
    await (await chooser).setFiles([{ name: 'plan.txt', mimeType: 'text/plain', buffer: Buffer.from('by night train') }]);
    await row(alice, 'plan.txt').waitFor();
    await alice.locator('.crumb').first().click();
    await row(alice, 'Trip').focus();
    await alice.keyboard.press('Shift+F10');
    await alice.locator('.menu-item', { hasText: 'Share' }).click();
    await alice.locator('.combo input').fill('bo');
    await alice.keyboard.press('Enter');
    await alice.locator('.access-row', { hasText: 'bob' }).waitFor();

    // Bob finds it, opens it, reads it.
    await place(bob, 'People');
    await place(bob, 'Shared');
    for (let count = 0; count < 20 && await bob.locator('.entry-button', { hasText: 'Trip' }).count() === 0; count++) {
      await place(bob, 'People');
      await bob.waitForTimeout(1500);
      await place(bob, 'Shared');
      await bob.waitForTimeout(500);
    }
    await bob.locator('.entry-button', { hasText: 'Trip' }).click();
    await row(bob, 'plan.txt').locator('.name-open').click();
    await bob.locator('.paper-text', { hasText: 'by night train' }).waitFor();
    await bob.keyboard.press('Escape');

    // Taken back, it is listed as nobody's but Alice's.
    await alice.locator('.access-row', { hasText: 'bob' }).locator('.button').click();
    await alice.locator('.access-row', { hasText: 'bob' }).waitFor({ state: 'detached' });
    assert.equal(faults.flat().filter((fault) => !/Failed to load resource/.test(fault)), []);
  });
});

test.run();
