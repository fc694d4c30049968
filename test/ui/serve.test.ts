import { createHash } from 'node:crypto';
import { cp, mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { brotliDecompressSync, gunzipSync } from 'node:zlib';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { ask, refusal, type Answer, type Via } from '../rig/ask.ts';
import { underkeep } from '../rig/cli.ts';
import { shortFolder, startDaemon } from '../rig/daemon.ts';

/** Where a checkout's own page is after set-up; `ui verify` compares with it. */
const dist = join(import.meta.dirname, '../../ui/dist');
const folder = await shortFolder();
const daemon = await startDaemon();
const manifest = JSON.parse(await readFile(join(dist, 'manifest.json'), 'utf8')) as { files: { name: string; sha256: string }[] };
const sha256 = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex');
const get = async (path: string, via: Via, headers: Record<string, string> = {}): Promise<Answer> => ask(daemon, path, { method: 'GET', via, headers: via === 'local' ? { host: new URL(daemon.url).host, 'x-underkeep-key': '', ...headers } : headers });

const types = new Map([['html', 'text/html; charset=utf-8'], ['js', 'text/javascript; charset=utf-8'], ['css', 'text/css; charset=utf-8'], ['svg', 'image/svg+xml'], ['json', 'application/json']]);

for (const via of ['local', 'onion'] as const) {
  test(`the ${via} door serves every file of the manifest as it was built, without a key, in each encoding`, async () => {
    for (const { name, sha256: expected } of manifest.files) {
      const path = name === 'index.html' ? '/' : `/${name}`;
      const [plain, br, gzip] = [await get(path, via), await get(path, via, { 'accept-encoding': 'gzip, br' }), await get(path, via, { 'accept-encoding': 'gzip, br;q=0' })];
      assert.is(sha256(plain.body), expected, name);
      assert.is(br.headers['content-encoding'] ?? 'none', 'br', name);
      assert.is(sha256(brotliDecompressSync(br.body)), expected, name);
      if (gzip.headers['content-encoding'] === 'gzip') assert.is(sha256(gunzipSync(gzip.body)), expected, name);
      assert.is(plain.headers['content-type'], types.get(name.split('.').at(-1) ?? ''), name);
      assert.is(plain.headers['cache-control'], name === 'index.html' ? 'no-store' : 'public, max-age=31536000, immutable', name);
    }
  });

  test(`what the ${via} door serves of the page is held by a strict policy`, async () => {
    for (const path of ['/', `/${manifest.files[0]?.name ?? ''}`]) {
      const { headers } = await get(path, via);
      const policy = new Map(String(headers['content-security-policy']).split('; ').map((part) => [part.split(' ')[0] ?? '', part.split(' ').slice(1).join(' ')]));
      assert.is(policy.get('default-src'), "'none'");
      assert.is(policy.get('script-src'), "'self' 'wasm-unsafe-eval'");
      assert.is(policy.get('style-src'), "'self'");
      assert.is(policy.get('connect-src'), via === 'onion' ? "'self' http://*.onion" : "'self'");
      assert.is(policy.get('require-trusted-types-for'), "'script'");
      assert.is(policy.get('trusted-types'), 'underkeep');
      for (const name of ['base-uri', 'form-action', 'frame-ancestors']) assert.is(policy.get(name), "'none'", name);
      assert.is(headers['referrer-policy'], 'no-referrer');
      assert.is(headers['x-content-type-options'], 'nosniff');
      assert.is(headers['cross-origin-opener-policy'], 'same-origin');
      assert.is(headers['cross-origin-resource-policy'], 'same-origin');
      assert.is(headers['access-control-allow-origin'], undefined);
      assert.is(headers['set-cookie'], undefined);
    }
  });

  test(`no other path on the ${via} door leads to a file`, async () => {
    const tries = [
      '/assets/', '/assets/../index.html.br', '/assets/%2e%2e/index.html', '/assets/..%2f..%2fpackage.json', '/assets/../../../../etc/passwd', '/..%2fpackage.json', '//etc/passwd',
      '/assets/%00', '/.stamp', '/index.html.br', '/assets/constructor', '/assets/__proto__', '/assets/toString', `/${manifest.files[0]?.name ?? ''}.br`, '/package.json',
    ];
    for (const path of tries) {
      const { status, body } = await get(path, via);
      assert.ok(status === 403 || status === 404, `${path}: ${status}`);
      assert.is(body.length < 400, true, path);
    }
  });
}

test('locking asks the browser to drop its cache; forgetting, also what is stored', async () => {
  const own = { host: new URL(daemon.url).host, origin: daemon.url, 'sec-fetch-site': 'same-origin' };
  assert.is((await ask(daemon, '/v1/page/lock', { via: 'local', headers: own })).headers['clear-site-data'], '"cache"');
  const forgotten = await ask(daemon, '/v1/page/forget', { via: 'local', headers: own });
  assert.is(forgotten.headers['clear-site-data'], '"cache", "storage"');
  assert.match(String(forgotten.headers['set-cookie']), /Max-Age=0/);
});

test('the onion door gives no key, and relays nothing', async () => {
  assert.is((await refusal(daemon, '/v1/page/open', { via: 'onion' })).code, 'not-found');
  assert.is((await refusal(daemon, '/v1/page/token', { via: 'onion' })).code, 'not-found');
  assert.is((await refusal(daemon, '/v1/relay', { via: 'onion', headers: { 'x-underkeep-to': `http://${'a'.repeat(56)}.onion/v1/node`, 'x-underkeep-method': 'GET', 'x-underkeep-circuit': `${'0'.repeat(32)} info` } })).code, 'not-found');
});

test('the relay carries requests of nodes to onion services, and nothing else', async () => {
  const circuit = `${'0'.repeat(32)} info`;
  const onion = `http://${'b'.repeat(56)}.onion`;
  const relay = async (to: string, more: Record<string, string> = {}): Promise<Answer> => ask(daemon, '/v1/relay', {
    via: 'local', headers: { host: new URL(daemon.url).host, 'x-underkeep-to': to, 'x-underkeep-method': 'GET', 'x-underkeep-circuit': circuit, ...more },
  });
  const refused = [
    'http://127.0.0.1:22/v1/node', 'http://localhost:80/v1/node', 'http://example.com/v1/node', 'https://example.com/v1/node', `${daemon.url}/v1/status`, `unix:${daemon.localSocket}:/v1/status`,
    'http://[::1]:80/v1/node', `${onion}:81/v1/node`, 'file:///etc/passwd', '',
  ];
  for (const to of refused) assert.ok((await relay(to)).status >= 400, to);
  assert.is((await relay(`${onion}/v1/node`, { 'x-underkeep-circuit': 'me info' })).status >= 400, true);
});

test('a node without a carrier says so to whoever wants a relay', async () => {
  // A real v3 address, with its checksum: of the Tor Project's own site.
  const to = 'http://2gzyxa5ihm7nsggfxnu52rck2vv4rvmdlkiu3zzui5du4xyclen53wid.onion/v1/node';
  const { status, headers } = await ask(daemon, '/v1/relay', { via: 'local', headers: { host: new URL(daemon.url).host, 'x-underkeep-to': to, 'x-underkeep-method': 'GET', 'x-underkeep-circuit': `${'0'.repeat(32)} info` } });
  assert.is(status, 502);
  assert.is(headers['x-underkeep-carrier'], 'no-carrier');
});

test('ui verify passes the checkout\'s own page', async () => {
  const { code, stdout, stderr } = await underkeep(['ui', 'verify', daemon.url, '--data', folder]);
  assert.is(code, 0, stderr);
  assert.match(stdout, /byte for byte/);
});

test('ui verify tells of a node that serves an altered bundle, also where its manifest agrees with it', async () => {
  const altered = join(folder, 'altered');
  await mkdir(altered);
  await cp(dist, altered, { recursive: true });
  const worker = manifest.files.find(({ name }) => /main-.*\.js$/.test(name))?.name ?? '';
  const script = `${await readFile(join(altered, worker), 'utf8')};fetch("/v1/elsewhere")`;
  await writeFile(join(altered, worker), script);
  for (const ending of ['br', 'gz']) await rm(join(altered, `${worker}.${ending}`));
  const files = manifest.files.map((file) => (file.name === worker ? { ...file, sha256: sha256(Buffer.from(script)) } : file));
  await writeFile(join(altered, 'manifest.json'), `${JSON.stringify({ v: 1, files }, null, 1)}\n`);
  const other = await startDaemon({ page: altered });
  try {
    const { code, stderr } = await underkeep(['ui', 'verify', other.url, '--data', folder]);
    assert.is(code, 6);
    assert.ok(stderr.includes(worker) && stderr.includes('manifest.json'), stderr);
  } finally {
    await other.stop();
  }
});

test('a page that is not what its manifest says is not served at all', async () => {
  const broken = join(folder, 'broken');
  await cp(dist, broken, { recursive: true });
  await writeFile(join(broken, 'index.html'), '<!doctype html><script src="//elsewhere.example/x.js"></script>');
  const other = await startDaemon({ page: broken });
  try {
    assert.is((await ask(other, '/', { method: 'GET', via: 'onion' })).status, 404);
  } finally {
    await other.stop();
  }
});

test.after(async () => {
  await daemon.stop();
  await rm(folder, { recursive: true, force: true });
});
test.run();
