import { createServer } from 'node:http';
import { readFile } from 'node:fs/promises';
import type { ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { root } from './bundle.ts';

const html = '<!doctype html><meta charset="utf-8"><title>vectors</title><script type="module" src="/bundle.js"></script>';
/** As strict as the app's own page will be: noble needs neither eval nor WebAssembly. */
const policy = "default-src 'none'; script-src 'self'; connect-src 'self'";

interface Answer {
  readonly type: string;
  readonly body: string | Uint8Array;
}

async function answerTo(path: string, script: string): Promise<Answer | null> {
  if (path === '/') return { type: 'text/html', body: html };
  if (path === '/bundle.js') return { type: 'text/javascript', body: script };
  const file = /^\/vectors\/([a-z0-9_-]+\.json)$/.exec(path)?.[1];
  return file === undefined ? null : { type: 'application/json', body: await readFile(join(root, 'test/vectors', file)) };
}

/** Serves the page, its script and the vectors on loopback. */
export async function serve(script: string): Promise<{ readonly url: string; readonly close: () => Promise<void> }> {
  const respond = async (path: string, response: ServerResponse): Promise<void> => {
    const answer = await answerTo(path, script).catch(() => null);
    response.writeHead(answer === null ? 404 : 200, { 'content-type': answer?.type ?? 'text/plain', 'content-security-policy': policy });
    response.end(answer?.body ?? 'not here');
  };
  const server = createServer((request, response) => { void respond(request.url ?? '', response); });
  await new Promise<void>((resolve) => { server.listen(0, '127.0.0.1', resolve); });
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}/`,
    async close() {
      server.closeAllConnections();
      await new Promise<void>((resolve) => { server.close(() => { resolve(); }); });
    },
  };
}
