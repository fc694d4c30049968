/** The worker in a real browser on a real node: an account from sign-up to lock, and what is left behind. */
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import type { Page } from 'playwright-core';
import { decodeCbor, HEADER_ITEM } from '../../wire/index.ts';
import { withHarness } from './harness.ts';

const PASSWORD = 'seven slow turtles walk home';
const MARK = 'Zq7-mark-of-this-test';

/** Waits until a transfer is over; gives its last event. */
const settle = async (page: Page, id: string): Promise<{ readonly state: string; readonly code: string | null }> => page.evaluate(async (wanted) => {
  for (;;) {
    const last = harness.events.findLast((event) => event.type === 'progress' && event.id === wanted && event.file === null);
    if (last?.type === 'progress' && ['done', 'failed', 'cancelled'].includes(last.state)) return { state: last.state, code: last.error?.code ?? null };
    await new Promise((resolve) => { setTimeout(resolve, 20); });
  }
}, id);

const upload = async (page: Page, files: readonly (readonly [path: string, bytes: number, fill: string])[], folder: string): Promise<{ readonly state: string; readonly code: string | null }> => {
  const { id } = await page.evaluate(async ([list, to]) => harness.api.upload(list.map(([path, bytes, fill]) => ({
    path, file: new File([fill.repeat(Math.ceil(bytes / fill.length)).slice(0, bytes)], path.split('/').at(-1) ?? '', { lastModified: 1_700_000_000_000 }),
  })), to), [files, folder] as const);
  return settle(page, id);
};

const names = async (page: Page, path: string): Promise<string[]> => page.evaluate(async (at) => (await harness.api.list(at)).map(({ name }) => name), path);

const codeOf = async (page: Page, run: (argument: string) => Promise<unknown>, argument: string): Promise<string> => page.evaluate(
  `(${run.toString()})(${JSON.stringify(argument)}).then(() => 'no refusal', (error) => error.code)`,
);

/** Everything that this site keeps in the browser, as text and as bytes. */
const inventory = async (page: Page): Promise<{ readonly values: readonly { readonly key: string; readonly bytes: readonly number[] | null }[]; readonly other: readonly string[] }> => page.evaluate(async () => {
  const other: string[] = [...Object.keys(localStorage), ...Object.keys(sessionStorage), ...await caches.keys(), document.cookie].filter((name) => name !== '');
  for await (const name of (await navigator.storage.getDirectory()).keys()) other.push(`OPFS ${name}`);
  const values: { key: string; bytes: number[] | null }[] = [];
  for (const { name = '' } of await indexedDB.databases()) {
    const database = await new Promise<IDBDatabase>((resolve, reject) => {
      const request = indexedDB.open(name);
      request.addEventListener('success', () => { resolve(request.result); });
      request.addEventListener('error', () => { reject(request.error ?? new Error('no database')); });
    });
    for (const store of database.objectStoreNames) {
      const objects = database.transaction(store).objectStore(store);
      const [keys, found] = await Promise.all([objects.getAllKeys(), objects.getAll()].map(async (request: IDBRequest) => new Promise<unknown[]>((resolve, reject) => {
        request.addEventListener('success', () => { resolve(request.result as unknown[]); });
        request.addEventListener('error', () => { reject(request.error ?? new Error('no store')); });
      })));
      keys?.forEach((key, index) => {
        const value = found?.[index];
        values.push({ key: `${name}/${store}/${String(key)}`, bytes: value instanceof Uint8Array ? [...value] : null });
      });
    }
    database.close();
  }
  return { values, other };
});

test('an account goes from sign-up to lock, and opens again', () => withHarness(async (page) => {
  assert.is(await page.evaluate(() => harness.api.state()), 'new');
  await page.evaluate(async (password) => harness.api.signUp({ name: 'alice', password }), PASSWORD);
  assert.is(await page.evaluate(() => harness.api.state()), 'open');
  const { name, login, words, contactLink } = await page.evaluate(() => harness.api.whoami());
  assert.equal([name, login, words.length, contactLink?.startsWith('alice#')], ['alice', 'alice', 12, true]);

  await page.evaluate(() => harness.api.mkdir('/Reports'));
  assert.equal(await upload(page, [[`${MARK}.txt`, 5_500_000, MARK], ['Holiday/1.txt', 10, 'one'], ['Holiday/deep/2.txt', 0, 'x']], '/Reports'), { state: 'done', code: null });
  assert.equal(await names(page, '/Reports'), ['Holiday', `${MARK}.txt`]);
  assert.equal(await names(page, '/Reports/Holiday'), ['1.txt', 'deep']);

  const read = await page.evaluate(async (path) => {
    const [all, part, past] = await Promise.all([harness.api.read(path), harness.api.read(path, 5_242_800, 100), harness.api.read(path, 6_000_000, 10)]);
    return { size: all.length, start: new TextDecoder().decode(all.slice(0, 42)), across: new TextDecoder().decode(part), past: past.length };
  }, `/Reports/${MARK}.txt`);
  const content = MARK.repeat(300_000).slice(0, 5_500_000);
  assert.equal(read, { size: 5_500_000, start: content.slice(0, 42), across: content.slice(5_242_800, 5_242_900), past: 0 });

  await page.evaluate(() => harness.api.lock());
  assert.is(await page.evaluate(() => harness.api.state()), 'locked');
  assert.is(await page.evaluate(() => harness.api.lastLogin()), 'alice');
  assert.is(await codeOf(page, (path) => harness.api.list(path), '/'), 'locked');
  assert.is(await codeOf(page, (password) => harness.api.unlock('alice', password), `${PASSWORD}!`), 'wrong-password');
  await page.evaluate(async (password) => harness.api.unlock('alice', password), PASSWORD);
  assert.equal(await names(page, '/'), ['Reports']);
}));

test('after lock the browser holds nothing but pins and ciphertext, under hashes; after panic, nothing at all', () => withHarness(async (page) => {
  await page.evaluate(async (password) => harness.api.signUp({ name: 'alice', login: 'secretlogin', password }), PASSWORD);
  await upload(page, [[`${MARK}.txt`, 20_000, MARK]], '/');
  await page.evaluate(() => harness.api.lock());
  await page.evaluate(async (password) => harness.api.unlock('secretlogin', password), PASSWORD);
  await page.evaluate(() => harness.api.lock());
  const { values, other } = await inventory(page);
  assert.equal(other, []);
  assert.ok(values.length >= 2);
  for (const { key, bytes } of values) {
    assert.match(key, /^underkeep\/device\/[0-9a-f]{32}$/);
    assert.ok(bytes !== null);
    const data = Uint8Array.from(bytes ?? []);
    const text = new TextDecoder('latin1').decode(data);
    for (const word of [MARK, 'alice', 'secretlogin', PASSWORD, 'localhost']) assert.not.ok(text.includes(word), word);
    // A whole number of lane items, or a pin: a sequence and hashes.
    if (data.length === 0 || data.length % HEADER_ITEM === 0) continue;
    const pin = decodeCbor(data, 'pin');
    assert.ok(pin instanceof Map && [...pin.keys()].every((field) => ['v', 'sequence', 'hash', 'pins'].includes(String(field))));
  }
  await Promise.all([page.waitForResponse((response) => response.url().endsWith('/v1/page/forget')), page.evaluate(async () => harness.api.panic())]);
  assert.equal(await inventory(page), { values: [], other: [] });
  assert.is(await page.evaluate(() => JSON.stringify(history.state)), '{"door":null}');
  await page.reload();
  await page.waitForFunction(() => 'harness' in globalThis);
  assert.is(await codeOf(page, () => harness.api.connection(), ''), 'no-key');
}));

test('what is removed waits in the trash, comes back where it was, and goes for good when it is purged', () => withHarness(async (page) => {
  await page.evaluate(async (password) => harness.api.signUp({ name: 'alice', password }), PASSWORD);
  await page.evaluate(() => harness.api.mkdir('/Work'));
  await upload(page, [['a.txt', 100, 'a'], ['b.txt', 100, 'b']], '/Work');
  const { id } = await page.evaluate(() => harness.api.remove('/Work/a.txt'));
  assert.equal(await names(page, '/Work'), ['b.txt']);
  assert.equal(await names(page, '/'), ['Work']);
  const [item, ...more] = await page.evaluate(() => harness.api.trash());
  assert.equal([item?.id, item?.from, item?.item.name, more.length], [id, '/Work/a.txt', 'a.txt', 0]);
  await upload(page, [['a.txt', 5, 'n']], '/Work');
  await page.evaluate(async (trashed) => harness.api.restore(trashed), id);
  assert.equal(await names(page, '/Work'), ['a (2).txt', 'a.txt', 'b.txt']);
  const folder = await page.evaluate(() => harness.api.remove('/Work'));
  assert.equal(await names(page, '/'), []);
  await page.evaluate(async (trashed) => harness.api.restore(trashed), folder.id);
  assert.equal(await names(page, '/Work'), ['a (2).txt', 'a.txt', 'b.txt']);
  await page.evaluate(() => harness.api.remove('/Work'));
  await page.evaluate(() => harness.api.purge());
  assert.equal(await page.evaluate(() => harness.api.trash()), []);
  assert.is(await codeOf(page, (path) => harness.api.stat(path), '/Work'), 'not-found');
}));

test('what is removed from a shared folder goes to the trash without being sent again, and comes back for its readers', () => withHarness(async (page) => {
  await page.evaluate(async (password) => harness.api.signUp({ name: 'alice', password }), PASSWORD);
  await upload(page, [['Shared/big.bin', 12_000_000, MARK], ['Shared/small.txt', 10, 'x']], '/');
  const link = await page.evaluate(() => harness.api.link('/Shared', {}));
  const sent: number[] = [];
  page.on('request', (request) => { if (request.url().endsWith('/v1/commit')) sent.push(Number(request.headers()['content-length'] ?? 0)); });
  const { id } = await page.evaluate(() => harness.api.remove('/Shared/big.bin'));
  assert.equal(await names(page, '/Shared'), ['small.txt']);
  await page.evaluate(async (trashed) => harness.api.restore(trashed), id);
  assert.equal(await names(page, '/Shared'), ['big.bin', 'small.txt']);
  assert.ok(sent.length > 0 && sent.every((bytes) => bytes < 2_000_000), JSON.stringify(sent));
  const seen = await page.evaluate(async (address) => {
    await harness.api.openLink(address);
    return [(await harness.api.listLink('/')).map(({ name }) => name), new TextDecoder().decode(await harness.api.readLink('/big.bin', 0, 5))];
  }, new URL(link).hash);
  assert.equal(seen, [['big.bin', 'small.txt'], MARK.slice(0, 5)]);
}));

test('an upload pauses, goes on, and can be cancelled; the same name again is kept beside', () => withHarness(async (page) => {
  await page.evaluate(async (password) => harness.api.signUp({ name: 'alice', password }), PASSWORD);
  const start = async (name: string): Promise<string> => page.evaluate(async (path) => {
    const { id } = await harness.api.upload([{ path, file: new File([new Uint8Array(40_000_000)], path, { lastModified: 1 }) }], '/');
    await harness.api.pause(id);
    return id;
  }, name);
  const paused = await start('big.bin');
  await page.waitForTimeout(1500);
  const state = await page.evaluate((id) => harness.events.findLast((event) => event.type === 'progress' && event.id === id && event.file === null), paused);
  assert.is(state?.type === 'progress' ? state.state : '', 'paused');
  assert.equal(await names(page, '/'), []);
  await page.evaluate(async (id) => harness.api.resume(id), paused);
  assert.is((await settle(page, paused)).state, 'done');
  const cancelled = await start('other.bin');
  await page.evaluate(async (id) => harness.api.cancel(id), cancelled);
  assert.is((await settle(page, cancelled)).state, 'cancelled');
  assert.equal(await names(page, '/'), ['big.bin']);
  await upload(page, [['big.bin', 10, 'x']], '/');
  assert.equal(await names(page, '/'), ['big (2).bin', 'big.bin']);
}));

test('nothing is replaced by a move, and names that break pages elsewhere are names like any other', () => withHarness(async (page) => {
  await page.evaluate(async (password) => harness.api.signUp({ name: 'alice', password }), PASSWORD);
  const odd = ['<img src=x onerror=alert(1)>.txt', '__proto__', 'constructor', 'toString', '%2e%2e', 'ليل.txt'];
  await upload(page, odd.map((name) => [name, 3, 'x'] as const), '/');
  assert.equal(new Set(await names(page, '/')), new Set(odd));
  assert.is(await codeOf(page, (path) => harness.api.move('/constructor', path), '/toString'), 'exists');
  await page.evaluate(() => harness.api.move('/constructor', '/renamed'));
  assert.ok((await names(page, '/')).includes('renamed'));
  assert.equal((await page.evaluate(() => harness.api.search('PROTO'))).map(({ path }) => path), ['/__proto__']);
}));

test('a link opens in a page without an account; with a wrong key or password it opens nothing', () => withHarness(async (page) => {
  await page.evaluate(async (password) => harness.api.signUp({ name: 'alice', password }), PASSWORD);
  await upload(page, [['Talk/slides.txt', 12, 'slide'], ['Talk/more/notes.txt', 7, 'note']], '/');
  const link = await page.evaluate(() => harness.api.link('/Talk', { password: 'a link of its own', expires: Date.now() + 3_600_000 }));
  const access = await page.evaluate(() => harness.api.access('/Talk'));
  assert.equal([access.links.length, access.links[0]?.password, access.links[0]?.url], [1, true, link]);
  assert.equal((await page.evaluate(() => harness.api.list('/')))[0]?.shared, { people: [], links: 1 });
  await page.evaluate(() => harness.api.lock());
  const hash = new URL(link).hash;
  assert.is(await codeOf(page, (fragment) => harness.api.openLink(fragment), hash), 'password-needed');
  assert.is(await codeOf(page, (fragment) => harness.api.openLink(fragment, 'not this one'), hash), 'wrong-password');
  assert.is(await codeOf(page, (fragment) => harness.api.openLink(fragment), '#v1.abc'), 'bad-link');
  const opened = await page.evaluate(async (fragment) => {
    const item = await harness.api.openLink(fragment, 'a link of its own');
    const [top, inner] = [await harness.api.listLink('/'), await harness.api.listLink('/more')];
    return { name: item.name, top: top.map(({ name }) => name), inner: inner.map(({ name }) => name), text: new TextDecoder().decode(await harness.api.readLink('/more/notes.txt', 1, 4)) };
  }, hash);
  assert.equal(opened, { name: 'Talk', top: ['more', 'slides.txt'], inner: ['notes.txt'], text: 'oten' });
}));

test.run();
