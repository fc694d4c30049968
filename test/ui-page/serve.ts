import { build } from 'esbuild';
import { readFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';

const root = join(import.meta.dirname, '../..');
const html = '<!doctype html><html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1"><title>Underkeep</title><link rel="icon" href="/icon.svg"><link rel="stylesheet" href="/style.css"><script type="module" src="/harness.js"></script></head><body><div id="app"></div></body></html>';

/** What the node sends with the page, the worker's needs left out: nothing inline, no string becomes script or markup. */
const policy = [
  "default-src 'none'", "script-src 'self'", "style-src 'self'", "img-src 'self' blob:", "media-src 'self' blob:", "connect-src 'self'", 'frame-src blob:',
  "base-uri 'none'", "form-action 'none'", "frame-ancestors 'none'", "require-trusted-types-for 'script'", "trusted-types 'none'",
].join('; ');

const TYPES: Readonly<Record<string, string>> = { js: 'text/javascript', css: 'text/css', svg: 'image/svg+xml' };

export interface Harness {
  readonly url: string;
  close(): Promise<void>;
}

/** Bundles the page with its Api in memory, and serves it on loopback under the page's own policy. */
export async function serveHarness(): Promise<Harness> {
  const { outputFiles } = await build({
    entryPoints: { harness: join(import.meta.dirname, 'harness.tsx'), style: join(root, 'ui/page/style.css') },
    bundle: true, write: false, format: 'esm', splitting: true, target: 'es2023', platform: 'browser', outdir: '/out', jsx: 'automatic', jsxImportSource: 'preact', logLevel: 'silent',
  });
  const files = new Map(outputFiles.map(({ path, contents }) => [path.replace(/^\/out/, ''), contents]));
  files.set('/icon.svg', await readFile(join(root, 'ui/icon.svg')));
  const server = createServer((request, response) => {
    const path = new URL(request.url ?? '/', 'http://localhost').pathname;
    const file = files.get(path);
    const headers = { 'content-security-policy': policy, 'x-content-type-options': 'nosniff' };
    if (path === '/') response.writeHead(200, { ...headers, 'content-type': 'text/html' }).end(html);
    else if (file !== undefined) response.writeHead(200, { ...headers, 'content-type': TYPES[path.split('.').at(-1) ?? ''] ?? 'application/octet-stream' }).end(file);
    else response.writeHead(404, headers).end();
  });
  await new Promise<void>((resolve) => { server.listen(0, '127.0.0.1', resolve); });
  return {
    url: `http://localhost:${(server.address() as AddressInfo).port}`,
    close: () => new Promise((resolve) => {
      server.closeAllConnections();
      server.close(() => { resolve(); });
    }),
  };
}
