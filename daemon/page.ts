import type { HttpBindings } from '@hono/node-server';
import type { Context, Hono } from 'hono';
import { WireError } from '../wire/index.ts';
import { readBody } from './body.ts';
import type { Door } from './door.ts';
import { packedFor, type PageFile } from './page-files.ts';
import type { Services } from './services.ts';

type Env = { Bindings: HttpBindings };

const TOKEN_MAX = 64;
const YEAR = 31_536_000;

/** What the page may do. On the onion door its worker also fetches from other onions; on the local one it asks the relay. */
function policy(door: Door): string {
  return [
    "default-src 'none'",
    "script-src 'self' 'wasm-unsafe-eval'",
    "worker-src 'self'",
    "style-src 'self'",
    "img-src 'self' blob:",
    "media-src 'self' blob:",
    "font-src 'self'",
    'frame-src blob:',
    `connect-src 'self'${door.name === 'onion' ? ' http://*.onion' : ''}`,
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'none'",
    "require-trusted-types-for 'script'",
    'trusted-types underkeep',
  ].join('; ');
}

function pageHeaders(door: Door): Readonly<Record<string, string>> {
  return {
    'content-security-policy': policy(door),
    'cross-origin-opener-policy': 'same-origin',
    'cross-origin-resource-policy': 'same-origin',
    'origin-agent-cluster': '?1',
    'permissions-policy': 'camera=(), microphone=(), geolocation=(), display-capture=(), usb=(), serial=(), hid=(), midi=(), payment=(), browsing-topics=()',
    'x-frame-options': 'DENY',
    'x-dns-prefetch-control': 'off',
  };
}

/** The page itself: no secret is in it, and no key is asked for it. */
export function addPageRoutes(app: Hono<Env>, services: Services, door: Door): void {
  const headers = pageHeaders(door);
  const serve = (context: Context<Env>, name: string): Response => {
    const file = services.page?.get(name);
    if (file !== undefined) return answer(context, file, headers);
    if (services.page !== null) throw new WireError('not-found', 'The node has nothing under this path.');
    return context.text('This node has no page: its checkout was not built. Stop it, run "npm start", and open it again.\n', 404);
  };
  app.get('/', (context) => serve(context, 'index.html'));
  app.get('/assets/:name', (context) => serve(context, `assets/${context.req.param('name')}`));
  app.get('/manifest.json', (context) => serve(context, 'manifest.json'));
  app.post('/v1/page/lock', (context) => cleared(context, '"cache"'));
  app.post('/v1/page/forget', (context) => {
    services.pages.forget(context.req.header('cookie') ?? '');
    if (door.name === 'local') context.header('set-cookie', cookie(services, '', '; Max-Age=0'));
    return cleared(context, '"cache", "storage"');
  });
  if (door.name === 'local') app.post('/v1/page/open', async (context) => openPage(context, services));
}

function answer(context: Context<Env>, file: PageFile, headers: Readonly<Record<string, string>>): Response {
  for (const [name, value] of Object.entries(headers)) context.header(name, value);
  // A page that anybody may read elsewhere is still nobody else's to embed.
  context.header('access-control-allow-origin', undefined);
  const { encoding, bytes } = packedFor(file, context.req.header('accept-encoding') ?? '');
  if (encoding !== null) context.header('content-encoding', encoding);
  context.header('vary', 'accept-encoding');
  context.header('content-type', file.type);
  context.header('cache-control', file.immutable ? `public, max-age=${YEAR}, immutable` : 'no-store');
  context.header('content-length', String(bytes.length));
  return context.body(new Uint8Array(bytes));
}

function cleared(context: Context<Env>, what: string): Response {
  context.header('clear-site-data', what);
  context.header('cache-control', 'no-store');
  return context.body(null, 204);
}

function cookie({ pages }: Services, value: string, more = ''): string {
  return `${pages.cookieName}=${value}; Path=/v1; HttpOnly; SameSite=Strict${more}`;
}

/** Exchanges the one-time token for a key and a cookie. Throws `forbidden`. */
async function openPage(context: Context<Env>, services: Services): Promise<Response> {
  const token = new TextDecoder().decode(await readBody(context.env.incoming, TOKEN_MAX));
  const session = services.pages.open(token, context.req.header('cookie') ?? '');
  if (session === null) throw new WireError('forbidden', 'This address was used before, or is too old: run "underkeep open" again.');
  context.header('set-cookie', cookie(services, session.cookie));
  context.header('cache-control', 'no-store');
  return context.json({ key: session.key });
}
