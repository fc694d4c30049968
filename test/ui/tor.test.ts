// serial
// timeout: 600
/** Pages of two nodes on a private Tor network: relayed by one's own node on the local door, and fetching by itself on the onion door. */
import { appendFile, copyFile, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import type { Page } from 'playwright-core';
import { withPage } from '../browser/chromium.ts';
import { demand } from '../rig/ask.ts';
import { underkeep } from '../rig/cli.ts';
import { startDaemon, type RunningDaemon } from '../rig/daemon.ts';
import { freePorts } from '../rig/ports.ts';
import { sharedTorNetwork } from '../rig/tor-shared.ts';
import { harnessPage, pageAddress } from './harness.ts';

const network = await sharedTorNetwork();
const folder = await mkdtemp(join(tmpdir(), 'uk-'));
const page = await harnessPage();
const [socks = 0] = await freePorts(1);

interface Node {
  readonly daemon: RunningDaemon;
  readonly address: string;
}

/** The first node's tor has a SOCKS port too, for a browser. */
async function startNode(join_: string | null, socksPort: number | null): Promise<Node> {
  const torrcExtra = join(folder, `torrc-${socksPort ?? 'plain'}`);
  await copyFile(network.torrcExtraPath, torrcExtra);
  if (socksPort !== null) await appendFile(torrcExtra, `\nSocksPort 127.0.0.1:${socksPort}\n`);
  const daemon = await startDaemon({ carrier: 'tor', torrcExtra, join: join_, page });
  const onion = await daemon.event((event) => event.event === 'onion' && event.reachable, 120_000);
  return { daemon, address: onion.event === 'onion' ? onion.address : '' };
}

const nodes = (async () => {
  const first = await startNode(null, socks);
  return { first, second: await startNode(first.address, null) };
})();

test.after(async () => {
  const { first, second } = await nodes;
  await Promise.all([first.daemon.stop(), second.daemon.stop()]);
  await network.stop();
  await rm(folder, { recursive: true, force: true });
});

async function signedUp(page: Page, address: string, name: string, invitation?: string): Promise<void> {
  await page.goto(address);
  await page.waitForFunction(() => 'harness' in globalThis);
  await page.evaluate(async (init) => harness.api.signUp(init), { name, password: `${name} walks seven slow turtles`, ...(invitation === undefined ? {} : { invitation }) });
}

async function put(page: Page, path: string, text: string): Promise<void> {
  await page.evaluate(async ([at, content]) => {
    const { id } = await harness.api.upload([{ path: at, file: new File([content], 'x') }], '/');
    for (;;) {
      const last = harness.events.findLast((event) => event.type === 'progress' && event.id === id && event.file === null);
      if (last?.type === 'progress' && last.state === 'done') return;
      if (last?.type === 'progress' && last.state === 'failed') throw new Error(last.error?.message);
      await new Promise((resolve) => { setTimeout(resolve, 50); });
    }
  }, [path, text] as const);
}

const text = async (page: Page, path: string): Promise<string> => page.evaluate(async (at) => new TextDecoder().decode(await harness.api.read(at)), path);
let link = '';

test('two people in two pages on two nodes befriend, share a folder and read it, through their own nodes\' tor', async () => {
  const { first, second } = await nodes;
  await withPage(await pageAddress(first.daemon), async (alice) => {
    const bob = await alice.context().newPage();
    await signedUp(alice, await pageAddress(first.daemon), 'alice');
    await signedUp(bob, await pageAddress(second.daemon), 'bob');
    await put(alice, 'Trip/plan.txt', 'by night train');
    await bob.evaluate(() => harness.api.follow('alice', 'the one from the train'));
    await alice.evaluate(() => harness.api.collect());
    const [request] = await alice.evaluate(() => harness.api.people());
    assert.equal([request?.name, request?.state, request?.note, request?.words.length], ['bob', 'incoming', 'the one from the train', 12]);
    await alice.evaluate(() => harness.api.accept('bob'));
    await bob.evaluate(() => harness.api.collect());
    await alice.evaluate(() => harness.api.collect());
    for (const [page, name] of [[alice, 'bob'], [bob, 'alice']] as const) {
      const [friend] = await page.evaluate(() => harness.api.people());
      assert.equal([friend?.name, friend?.state, friend?.verified, friend?.changed], [name, 'confirmed', false, false]);
    }
    await bob.evaluate(() => harness.api.markVerified('alice', true));
    assert.is((await bob.evaluate(() => harness.api.people()))[0]?.verified, true);
    await alice.evaluate(() => harness.api.share('/Trip', 'bob'));
    assert.equal((await alice.evaluate(() => harness.api.access('/Trip'))).people, ['bob']);
    await bob.evaluate(() => harness.api.collect());
    assert.equal((await bob.evaluate(() => harness.api.sharedWithMe())).map(({ from, items }) => [from, items.map(({ name, readOnly }) => [name, readOnly])]), [['alice', [['Trip', true]]]]);
    assert.is(await text(bob, '/@alice/Trip/plan.txt'), 'by night train');
    await put(bob, 'Songs/one.txt', 'la la la');
    link = await bob.evaluate(() => harness.api.link('/Songs', {}));
    assert.ok(link.startsWith(`${second.address}/#v1.`));
    await alice.evaluate(() => harness.api.unshare('/Trip', 'bob'));
    await bob.evaluate(() => harness.api.collect());
    const after = await bob.evaluate(() => harness.api.read('/@alice/Trip/plan.txt').then(() => 'read', (error: unknown) => (error as { code: string }).code));
    assert.not.equal(after, 'read');
  });
});

test('ui verify asks through tor, and tells this page from the checkout\'s', async () => {
  const { first } = await nodes;
  const { code, stderr } = await underkeep(['ui', 'verify', first.address, '--data', first.daemon.dataDir]);
  assert.is(code, 6);
  assert.match(stderr, /index\.html/);
});

test('a guest of the onion door signs up by invitation, stores and reads, and opens a link of another node without a relay', async () => {
  const { first } = await nodes;
  const { invitation } = JSON.parse(new TextDecoder().decode(await demand(first.daemon, '/v1/invite'))) as { invitation: string };
  await withPage('about:blank', async (page) => {
    const asked: string[] = [];
    page.context().on('request', (request) => { asked.push(new URL(request.url()).origin); });
    await page.goto(first.address);
    await page.waitForFunction(() => 'harness' in globalThis);
    const connection = await page.evaluate(() => harness.api.connection());
    assert.equal([connection.guest, connection.online, connection.invitation], [true, true, true]);
    const refused = await page.evaluate(() => harness.api.signUp({ name: 'carol', password: 'carol walks seven slow turtles' }).then(() => '', (error: unknown) => (error as { code: string }).code));
    assert.is(refused, 'invitation-required');
    await signedUp(page, first.address, 'carol', invitation);
    await put(page, 'mine.txt', 'from far away');
    assert.is(await text(page, '/mine.txt'), 'from far away');
    await page.evaluate(() => harness.api.lock());
    const song = await page.evaluate(async (address) => {
      await harness.api.openLink(address);
      return new TextDecoder().decode(await harness.api.readLink('/one.txt'));
    }, link);
    assert.is(song, 'la la la');
    assert.equal(new Set(asked), new Set([first.address, new URL(link).origin]));
  }, [
    `--proxy-server=socks5://127.0.0.1:${socks}`,
    // A browser of its own that resolves nothing, and takes an onion service for what it is: a secure context, as Tor Browser does.
    '--host-resolver-rules=MAP * ~NOTFOUND , EXCLUDE 127.0.0.1',
    `--unsafely-treat-insecure-origin-as-secure=${first.address}`,
  ]);
});

test.run();
