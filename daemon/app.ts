import type { HttpBindings } from '@hono/node-server';
import { RESPONSE_ALREADY_SENT } from '@hono/node-server/utils/response';
import { Hono, type Context } from 'hono';
import { randomBytes, toBase32 } from '../crypto/index.ts';
import type { CarAnswer } from '../store/index.ts';
import {
  checkMirror, cidCodec, COMMIT_BODY_MAX, decodeCells, decodeLog, decodeMirror, encodeError, encodeNodeInfo, httpStatus, parseCid, WireError,
} from '../wire/index.ts';
import { answerLogin } from './answer-login.ts';
import { answerBucket, answerDirectory } from './answer-people.ts';
import { answerEarly, readBody, sendCar, withBody } from './body.ts';
import type { Door } from './door.ts';
import { asWireError, describe } from './failure.ts';
import { addPageRoutes } from './page.ts';
import { relayRoute } from './relay.ts';
import type { Services } from './services.ts';

type Env = { Bindings: HttpBindings };
type Handler = (context: Context<Env>) => Promise<Response>;

/** Bytes of the largest request that the schema of each route allows, rounded up. */
const BODY_MAX = { login: 1024, cells: 8192, directory: 8192, bucket: 16_384, log: 256, mirror: 1024, invite: 0 };
const MIRROR_SECONDS = 300;
const UPLOADS_MAX = 32;
const INVITATION_BYTES = 16;
const CBOR = { 'content-type': 'application/cbor', 'cache-control': 'no-store' };

/** The routes of one door. */
export function makeApp(services: Services, door: Door): Hono<Env> {
  const app = new Hono<Env>();
  app.use(async (context, next) => {
    for (const [name, value] of Object.entries(door.headers)) context.header(name, value);
    door.admitPage(context.env.incoming);
    await next();
  });
  app.onError(async (error, context) => refuse(services, door, context, error));
  app.notFound(async (context) => refuse(services, door, context, new WireError('not-found', 'The node has nothing under this path.')));
  addPageRoutes(app, services, door);
  app.use(async (context, next) => {
    door.admit(context.env.incoming);
    await next();
  });
  app.post('/v1/login', cborRoute(BODY_MAX.login, async (body) => answerLogin(services, body)));
  app.post('/v1/directory', cborRoute(BODY_MAX.directory, async (body) => answerDirectory(services, body)));
  app.post('/v1/bucket', cborRoute(BODY_MAX.bucket, async (body) => answerBucket(services, body)));
  app.post('/v1/log', cborRoute(BODY_MAX.log, async (body) => services.store.log(decodeLog(body))));
  app.post('/v1/commit', commitRoute(services, door));
  app.post('/v1/cells', carRoute(door, BODY_MAX.cells, async (body) => services.store.cells(decodeCells(body))));
  app.post('/v1/mirror', carRoute(door, BODY_MAX.mirror, async (body) => mirror(services, body)));
  app.get('/v1/node', async (context) => cbor(context, nodeInfo(services, door)));
  app.get('/ipfs/:cid', gatewayRoute(services));
  if (door.own) addOwnRoutes(app, services);
  if (door.name === 'local') app.post('/v1/relay', relayRoute(services));
  return app;
}

/** The one place where an error becomes an answer. */
async function refuse({ log }: Services, door: Door, context: Context<Env>, error: unknown): Promise<Response> {
  const told = asWireError(error);
  if (told.code === 'internal' || told.code === 'disk-full' || told.code === 'corrupt-block') log(`refused ${told.code}: ${describe(error)}`);
  const { incoming, outgoing } = context.env;
  if (outgoing.headersSent) {
    // Too late for an answer: a broken connection is the only honest one.
    outgoing.destroy();
    return RESPONSE_ALREADY_SENT;
  }
  if (!incoming.complete) {
    await answerEarly(incoming, outgoing, httpStatus(told.code), { ...door.headers, ...CBOR }, encodeError(told));
    return RESPONSE_ALREADY_SENT;
  }
  context.status(httpStatus(told.code));
  // A person looks at this, not a program.
  if (context.req.header('accept')?.startsWith('text/html') === true) return context.text(`${told.message}\n`);
  return cbor(context, encodeError(told));
}

function cbor(context: Context<Env>, body: Uint8Array): Response {
  for (const [name, value] of Object.entries(CBOR)) context.header(name, value);
  return context.body(new Uint8Array(body));
}

function cborRoute(max: number, answer: (body: Uint8Array) => Promise<Uint8Array>): Handler {
  return async (context) => cbor(context, await answer(await readBody(context.env.incoming, max)));
}

function carRoute(door: Door, max: number, answer: (body: Uint8Array) => Promise<CarAnswer>): Handler {
  return async (context) => {
    const car = await answer(await readBody(context.env.incoming, max));
    await sendCar(context.env.outgoing, { ...door.headers, 'cache-control': 'no-store' }, car);
    return RESPONSE_ALREADY_SENT;
  };
}

function commitRoute({ store }: Services, door: Door): Handler {
  let uploads = 0;
  return async (context) => {
    if (uploads >= UPLOADS_MAX) throw new WireError('too-busy', 'The node takes in as much as it can just now: try again in a moment.');
    uploads++;
    try {
      return cbor(context, await withBody(context.env.incoming, COMMIT_BODY_MAX, async (body) => store.commit(body, { demandsInvitation: !door.own })));
    } finally {
      uploads--;
    }
  };
}

async function mirror({ store, now }: Services, body: Uint8Array): Promise<CarAnswer> {
  const request = decodeMirror(body);
  if (!checkMirror(request)) throw new WireError('bad-signature', 'The signature of the mirror request does not verify.');
  if (Math.abs(request.at - now()) > MIRROR_SECONDS) throw new WireError('clock-skew', 'Your clock and the clock of the node are more than five minutes apart: set the one that is wrong.');
  return store.mirror(request.space);
}

function nodeInfo({ version, now, config, carrier }: Services, door: Door): Uint8Array {
  return encodeNodeInfo({
    v: 1, software: `underkeep/${version}`, time: now(), signUp: door.own ? 'open' : 'invitation', directory: config.join, onion: carrier().onion,
  });
}

/** A trustless gateway (https://specs.ipfs.tech/http-gateways/trustless-gateway/) for raw blocks. */
function gatewayRoute({ store }: Services): Handler {
  return async (context) => {
    const format = context.req.query('format');
    const accept = context.req.header('accept') ?? '';
    if (format === undefined ? !accept.includes('application/vnd.ipld.raw') : format !== 'raw') {
      throw new WireError('not-found', 'This gateway serves raw blocks only: ask with ?format=raw or Accept: application/vnd.ipld.raw.');
    }
    const cid = parseCid(context.req.param('cid') ?? '');
    const bytes = cidCodec(cid) === 'raw' ? await store.block(cid) : null;
    if (bytes === null) throw new WireError('not-found', 'The node has no such block.');
    context.header('content-type', 'application/vnd.ipld.raw');
    context.header('content-disposition', `attachment; filename="${cid}.bin"`);
    context.header('cache-control', 'public, max-age=29030400, immutable');
    context.header('etag', `"${cid}.raw"`);
    context.header('content-length', String(bytes.length));
    return context.body(new Uint8Array(bytes));
  };
}

/** What only the person at the machine may ask. */
function addOwnRoutes(app: Hono<Env>, services: Services): void {
  app.get('/v1/status', async (context) => {
    const totals = await services.store.rows.totals();
    context.header('cache-control', 'no-store');
    return context.json({ ...services.carrier(), ...totals, quota: services.config.quota, version: services.version, directory: services.config.join });
  });
  app.post('/v1/page/token', (context) => {
    context.header('cache-control', 'no-store');
    return context.json({ url: `http://localhost:${services.pages.port}/#open.${services.pages.invite()}` });
  });
  app.post('/v1/invite', async (context) => {
    const invitation = randomBytes(INVITATION_BYTES);
    await services.store.rows.invite(invitation, services.now());
    context.header('cache-control', 'no-store');
    return context.json({ invitation: toBase32(invitation) });
  });
}
