/** The local door against other pages, in a real browser: what a person's own browser could be made to do by somebody else's page. */
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import type { Page } from 'playwright-core';
import { withPage } from '../browser/chromium.ts';
import { ask, refusal } from '../rig/ask.ts';
import type { RunningDaemon } from '../rig/daemon.ts';
import { pageAddress, withHarness } from './harness.ts';

interface Attack {
  readonly url: string;
  /** `Cookie` headers that came to the foreign server. */
  readonly cookies: string[];
  close(): Promise<void>;
}

/** A page from elsewhere: same machine, another port, as any program of any user can serve it. */
async function foreignServer(): Promise<Attack> {
  const cookies: string[] = [];
  const server: Server = createServer((request, response) => {
    if (request.headers.cookie !== undefined) cookies.push(request.headers.cookie);
    response.writeHead(200, { 'content-type': 'text/html' });
    response.end('<!doctype html><title>elsewhere</title><body>');
  });
  await new Promise<void>((resolve) => { server.listen(0, '127.0.0.1', resolve); });
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://localhost:${port}/`, cookies,
    close: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => { server.close(resolve); });
    },
  };
}

interface Seen {
  readonly keyless: string;
  readonly usedOnce: string;
  readonly secondTab: string;
  readonly bothTabs: readonly string[];
  readonly afterOpen: string;
  readonly afterReload: string;
  readonly hash: string;
  readonly usedTwice: string;
  readonly cookies: readonly { readonly name: string; readonly httpOnly: boolean; readonly sameSite: string; readonly expires: number; readonly path: string }[];
  readonly visible: { readonly cookie: string; readonly local: number; readonly session: number };
  readonly fetches: readonly string[];
  readonly loads: readonly string[];
  readonly framed: boolean;
  readonly formStatus: number;
  readonly accounts: number;
  readonly cookieThere: readonly string[];
  readonly cookieAlone: number;
  readonly keyAlone: number;
  readonly plainVisit: number;
}

const connected = (page: Page): Promise<string> => page.evaluate(async () => harness.api.connection().then(({ online }) => (online ? 'online' : 'offline'), (error: unknown) => (error as { code: string }).code));

const local = (daemon: RunningDaemon): string => daemon.url.replace('127.0.0.1', 'localhost');

const inAnotherBrowser = async (address: string): Promise<string> => withPage(address, async (page) => {
  await page.waitForFunction(() => 'harness' in globalThis);
  return connected(page);
});

async function attack(page: Page, daemon: RunningDaemon, foreign: Attack): Promise<Pick<Seen, 'fetches' | 'loads' | 'framed' | 'formStatus' | 'plainVisit'>> {
  const own = local(daemon);
  await page.goto(foreign.url);
  const fetches = await page.evaluate(async (node) => {
    const tries: [string, RequestInit][] = [
      ['/v1/status', {}], ['/v1/status', { mode: 'no-cors', credentials: 'include' }], ['/v1/invite', { method: 'POST', credentials: 'include' }], ['/v1/page/token', { method: 'POST' }],
      ['/v1/node', { headers: { 'x-underkeep-key': 'a' } }], ['/v1/page/open', { method: 'POST', body: 'a'.repeat(32) }], ['/v1/page/forget', { method: 'POST', credentials: 'include' }],
      ['/manifest.json', {}], ['/', {}],
    ];
    return Promise.all(tries.map(async ([path, init]) => fetch(node + path, init).then(async (answer) => (answer.type === 'opaque' ? 'opaque' : `${answer.status} ${(await answer.text()).length}`), () => 'failed')));
  }, own);
  const script = new RegExp('/assets/[\\w.-]+\\.js').exec(Buffer.from((await ask(daemon, '/', { method: 'GET' })).body).toString())?.[0] ?? '';
  const loads = await page.evaluate(async ([node, path]) => Promise.all(['script', 'img', 'link'].map(async (kind) => new Promise<string>((resolve) => {
    const element = Object.assign(document.createElement(kind), kind === 'link' ? { rel: 'stylesheet', href: `${node}${path}` } : { src: `${node}${path}` });
    element.addEventListener('load', () => { resolve('loaded'); });
    element.addEventListener('error', () => { resolve('refused'); });
    document.head.append(element);
  }))), [own, script] as const);
  const framed = await page.evaluate(async (node) => new Promise<boolean>((resolve) => {
    const frame = Object.assign(document.createElement('iframe'), { src: `${node}/` });
    frame.addEventListener('load', () => {
      // A frame that was refused holds the browser's own error page, which no page can look into either.
      setTimeout(() => { resolve(frame.contentWindow !== null && frame.contentWindow.length > 0); }, 100);
    });
    document.body.append(frame);
  }), own) || page.frames().some((frame) => frame !== page.mainFrame() && frame.url().startsWith(own));
  const [form] = await Promise.all([
    page.waitForResponse((response) => response.url() === `${own}/v1/invite`),
    page.evaluate((node) => {
      const element = Object.assign(document.createElement('form'), { method: 'post', action: `${node}/v1/invite`, enctype: 'text/plain' });
      document.body.append(element);
      element.submit();
    }, own),
  ]);
  const clicked = await page.context().newPage();
  await clicked.goto(foreign.url);
  const [visit] = await Promise.all([
    clicked.waitForResponse((response) => response.url() === `${own}/`),
    clicked.evaluate((node) => {
      const link = Object.assign(document.createElement('a'), { href: `${node}/`, textContent: 'a link' });
      document.body.append(link);
      link.click();
    }, own),
  ]);
  return { fetches, loads, framed, formStatus: form.status(), plainVisit: visit.status() };
}

const seen: Promise<Seen> = withHarness(async (page, daemon): Promise<Seen> => {
  const foreign = await foreignServer();
  try {
    const afterOpen = await connected(page);
    const hash = await page.evaluate(() => location.hash);
    await page.reload();
    await page.waitForFunction(() => 'harness' in globalThis);
    const afterReload = await connected(page);
    const cookies = await page.context().cookies();
    const visible = await page.evaluate(() => ({ cookie: document.cookie, local: localStorage.length, session: sessionStorage.length }));
    const key = await page.evaluate(() => (history.state as { door: string }).door);
    const own = { host: new URL(daemon.url).host };
    const [held] = cookies;
    const cookieAlone = await ask(daemon, '/v1/status', { method: 'GET', via: 'local', headers: { ...own, 'cookie': `${held?.name}=${held?.value}`, 'x-underkeep-key': '' } });
    const keyAlone = await ask(daemon, '/v1/status', { method: 'GET', via: 'local', headers: { ...own, 'x-underkeep-key': key } });
    const other = await page.context().newPage();
    await other.goto(local(daemon));
    await other.waitForFunction(() => 'harness' in globalThis);
    const secondTab = await connected(other);
    await other.goto('about:blank');
    await other.goto(await pageAddress(daemon));
    await other.waitForFunction(() => 'harness' in globalThis);
    const bothTabs = [await connected(other), await page.evaluate(async () => harness.api.connection().then(() => harness.api.state()))];
    const address = await pageAddress(daemon);
    const [usedOnce, usedTwice, keyless] = [await inAnotherBrowser(address), await inAnotherBrowser(address), await inAnotherBrowser(local(daemon))];
    const attacked = await attack(other, daemon, foreign);
    const status = JSON.parse(Buffer.from((await ask(daemon, '/v1/status', { method: 'GET' })).body).toString()) as { accounts: number };
    return {
      keyless, usedOnce, secondTab, bothTabs, afterOpen, afterReload, hash, usedTwice, cookies, visible, ...attacked, accounts: status.accounts, cookieThere: foreign.cookies,
      cookieAlone: cookieAlone.status, keyAlone: keyAlone.status,
    };
  } finally {
    await foreign.close();
  }
});

test('the address of underkeep open lets a page in, leaves the address bar, and lasts through a reload', async () => {
  const { afterOpen, afterReload, hash } = await seen;
  assert.is(afterOpen, 'online');
  assert.is(hash, '');
  assert.is(afterReload, 'online');
});

test('it works once; a page that was opened by hand has no key', async () => {
  const { keyless, usedOnce, usedTwice } = await seen;
  assert.equal([usedOnce, usedTwice, keyless], ['online', 'no-key', 'no-key']);
});

test('another tab of the same browser gets in by the first, and a second key does not shut the first out', async () => {
  const { secondTab, bothTabs } = await seen;
  assert.is(secondTab, 'online');
  assert.equal(bothTabs, ['online', 'new']);
});

test('scripts see no cookie and web storage holds nothing; the cookie is this door\'s, strict, and ends with the browser', async () => {
  const { cookies, visible } = await seen;
  assert.equal(visible, { cookie: '', local: 0, session: 0 });
  assert.is(cookies.length, 1);
  const [cookie] = cookies;
  assert.match(cookie?.name ?? '', /^underkeep-\d+$/);
  assert.equal([cookie?.httpOnly, cookie?.sameSite, cookie?.expires, cookie?.path], [true, 'Strict', -1, '/v1']);
});

test('neither the cookie nor the key opens the door alone', async () => {
  const { cookieAlone, keyAlone } = await seen;
  assert.equal([cookieAlone, keyAlone], [403, 403]);
});

test('a page from another port reads nothing and changes nothing, by fetch, script, picture, style, frame or form', async () => {
  const { fetches, loads, framed, formStatus, accounts } = await seen;
  assert.equal(fetches.filter((answer) => answer !== 'failed' && answer !== 'opaque'), []);
  assert.equal(loads, ['refused', 'refused', 'refused']);
  assert.is(framed, false);
  assert.is(formStatus, 403);
  assert.is(accounts, 0);
});

test('a link from elsewhere may open the page', async () => {
  assert.is((await seen).plainVisit, 200);
});

test('a name that was pointed at this machine (DNS rebinding) is refused, for the page too', () => withHarness(async (page, daemon) => {
  const { port } = new URL(daemon.url);
  for (const host of [`evil.example:${port}`, `localhost.evil.example:${port}`, 'localhost', `localhost:${Number(port) + 1}`, `0.0.0.0:${port}`, `[::1]:${port}`]) {
    for (const path of ['/', '/v1/node', '/v1/status']) {
      assert.is((await refusal(daemon, path, { method: 'GET', via: 'local', headers: { host } })).code, 'forbidden', `${host} ${path}`);
    }
  }
  // The same in the browser, which is told where the name leads.
  const visit = await page.goto(`http://rebound.test:${port}/`).catch((error: unknown) => String(error));
  assert.is(typeof visit === 'string' ? visit : visit?.status(), 403);
}, {}, ['--host-resolver-rules=MAP rebound.test 127.0.0.1']));

test.run();
