import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { randomBytes } from '../../crypto/index.ts';
import { commit, Space, type CoverFate, type CoverSource } from '../../node/index.ts';
import { label, mapKey, type CarrierFetch } from '../../wire/index.ts';
import { startDaemon } from '../rig/daemon.ts';
import { TestSession } from '../rig/drive-session.ts';

const daemon = await startDaemon();
const sessions: TestSession[] = [];

/** A session's cover that notes what it is told, and how much of what it gave it was told of. */
class NotingCover implements CoverSource {
  readonly fates: CoverFate[] = [];
  given = 0;
  told = 0;
  readonly #cover: CoverSource;
  constructor(cover: CoverSource) {
    this.#cover = cover;
  }
  header(): Promise<Uint8Array> {
    return this.#cover.header();
  }
  async entries(count: number): Promise<Uint8Array[]> {
    this.given += count;
    return this.#cover.entries(count);
  }
  settled(entries: readonly Uint8Array[], fate: CoverFate): void {
    this.told += entries.length;
    this.fates.push(fate);
  }
}

async function open(from: TestSession | null, wrap?: (fetch: CarrierFetch) => CarrierFetch): Promise<TestSession> {
  const options = wrap === undefined ? {} : { wrap };
  const session = from === null ? await TestSession.signUp(daemon, options) : TestSession.open(daemon, from.identity, options);
  sessions.push(session);
  return session;
}

async function write(session: TestSession, cover: CoverSource, space = session.home): Promise<unknown> {
  const change = { key: mapKey(label(randomBytes(32))), fragments: null };
  const there = session.home === space ? [] : [{ space: session.home, changes: [change] }];
  return commit({ client: session.client, account: session.account, writes: [...there, { space, changes: [change] }], blocks: [], cover }).catch((error: unknown) => error);
}

const sizeOf = (session: TestSession): number => session.home.head?.root.cover?.entries.size ?? -1;

test('what a commit appended is told the number that it has in the log', async () => {
  const session = await open(null);
  const cover = new NotingCover(session.cover);
  const before = sizeOf(session);
  for (let times = 0; times < 3; times++) assert.is(await write(session, cover), undefined);
  assert.equal(cover.fates, [0, 2, 4].map((more) => ({ kind: 'committed', at: before + more })));
  assert.is(sizeOf(session), before + 6);
});

test('after a conflict the entries are refused, and new ones go with the next attempt', async () => {
  const one = await open(null);
  const two = await open(one);
  await two.home.refresh();
  await write(one, new NotingCover(one.cover));
  const cover = new NotingCover(two.cover);
  assert.ok(await write(two, cover) instanceof Error);
  await write(two, cover);
  assert.equal(cover.fates, [{ kind: 'refused' }, { kind: 'committed', at: sizeOf(two) - 2 }]);
});

test('without an answer nothing is known but where the entries would be', async () => {
  let lose = false;
  const session = await open(null, (fetch) => async (url, request) => {
    const response = await fetch(url, request);
    if (!lose || !url.endsWith('/v1/commit')) return response;
    for await (const _ of response.body);
    throw Object.assign(new Error('gone'), { code: 'unreachable' });
  });
  const cover = new NotingCover(session.cover);
  const at = sizeOf(session);
  lose = true;
  assert.ok(await write(session, cover) instanceof Error);
  lose = false;
  await session.home.refresh();
  assert.is(sizeOf(session), at + 2);
  assert.equal(cover.fates, [{ kind: 'unknown', at }]);
});

test('entries that were taken for a commit that is never sent come back as refused', async () => {
  const session = await open(null);
  const cover = new NotingCover(session.cover);
  const foreign = new Space({ client: session.client, writer: session.home.writer });
  assert.ok(await write(session, cover, foreign) instanceof Error);
  const closed = new NotingCover(session.cover);
  session.cover.close();
  assert.ok(await write(session, closed) instanceof Error);
  assert.is(cover.told, cover.given);
  for (const { kind } of cover.fates) assert.is(kind, 'refused');
});

test.after(async () => {
  await Promise.all(sessions.map((session) => session.close()));
  await daemon.stop();
});

test.run();
