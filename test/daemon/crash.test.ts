// serial
// timeout: 180
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { createHash } from 'node:crypto';
import { readdir, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { setTimeout as sleep } from 'node:timers/promises';
import { useEngine } from '../../crypto/index.ts';
import { nodeEngine } from '../../engines/index.ts';
import { decodeCommitAnswer, encodeRequest, mapKey, openPointer, signMirror, WireError, type Label } from '../../wire/index.ts';
import { demand, readCar, readCellsAnswer } from '../rig/ask.ts';
import { shortFolder, startDaemon, type RunningDaemon } from '../rig/daemon.ts';
import { seededRandom } from '../rig/random.ts';
import { randomCell, randomLabel, SpaceWriter, type Draft } from '../rig/space-writer.ts';

await useEngine(nodeEngine());
const random = seededRandom('crash');
const dataDir = await shortFolder();
test.after(async () => rm(dataDir, { recursive: true, force: true }));

const KILLS = 25;
const WRITERS = 4;
/** Around the border between rows and files, around a fragment's size, and beyond. */
const SIZES = [100, 20_000, 65_536, 65_537, 300_000, 1_048_576, 1_048_577, 3_000_000];

interface Session {
  readonly writer: SpaceWriter;
  /** What was acknowledged. */
  readonly cells: Map<Label, Uint8Array>;
  /** What was sent and not answered. */
  pending: { readonly draft: Draft; readonly apply: () => void } | null;
  acknowledged: number;
}

async function next({ writer, cells }: Session, first: boolean): Promise<NonNullable<Session['pending']>> {
  const fresh = Array.from({ length: 1 + random.int(3) }, () => ({ label: randomLabel(), cell: randomCell(random.pick(SIZES)) }));
  const old = cells.size > 3 && random.int(2) === 0 ? [...cells.keys()].slice(0, 1) : [];
  const writes = [...fresh, ...old.map((label) => ({ label, cell: null }))];
  const draft = await writer.draft([[writer.home, writes]], first ? { create: { login: `writer-${random.int(1e9)}` } } : {});
  const apply = (): void => {
    draft.accept();
    for (const { label, cell } of fresh) cells.set(label, cell);
    for (const label of old) cells.delete(label);
  };
  return { draft, apply };
}

/** Commits until the node dies. What was under way at the last death is sent again first, byte for byte. */
async function write(daemon: RunningDaemon, session: Session): Promise<void> {
  for (;;) {
    session.pending ??= await next(session, session.writer.home.sequence === 0);
    try {
      decodeCommitAnswer(await demand(daemon, '/v1/commit', { body: session.pending.draft.body() }));
    } catch (error) {
      if (error instanceof WireError) throw error;
      return; // the connection broke
    }
    session.pending.apply();
    session.pending = null;
    session.acknowledged++;
  }
}

async function checkSession(daemon: RunningDaemon, { writer, cells }: Session): Promise<void> {
  const { key, map } = writer.home;
  const entries = [...cells];
  for (let at = 0; at < entries.length; at += 16) {
    const some = entries.slice(at, at + 16);
    const request = encodeRequest({ v: 1, space: key.publicKey, root: null, labels: some.map(([label]) => label), prove: [], bytes: 64 * 1024 * 1024 });
    const { answer, blocks } = await readCellsAnswer(await demand(daemon, '/v1/cells', { body: request }));
    assert.equal(answer.root.map, map.root);
    assert.is(openPointer(answer.pointer).sequence, writer.home.sequence);
    assert.is(answer.included, some.length);
    for (const [index, [label, cell]] of some.entries()) {
      const parts = (answer.cells[index] ?? []).map((cid) => blocks.get(cid) ?? new Uint8Array());
      assert.ok(Buffer.concat(parts).equals(cell), 'an acknowledged cell is as it was written');
      assert.ok(map.get(mapKey(label)));
    }
  }
  const mirror = await readCar(await demand(daemon, '/v1/mirror', { body: encodeRequest(signMirror(key, Math.floor(Date.now() / 1000))) }));
  assert.ok(mirror.length > entries.length, 'the whole space can be walked');
}

/** Every row has its bytes, every file its row, and every account's room adds up. */
async function checkFolder(): Promise<void> {
  const db = new DatabaseSync(join(dataDir, 'underkeep.db'), { readOnly: false });
  const files = new Map<string, string>();
  for (const folder of await readdir(join(dataDir, 'blocks'))) {
    for (const name of await readdir(join(dataDir, 'blocks', folder))) files.set(createHash('sha256').update(await readFile(join(dataDir, 'blocks', folder, name))).digest('hex'), name);
  }
  const rows = db.prepare('SELECT digest, size, bytes FROM blocks').all();
  for (const { digest, bytes } of rows) {
    const hex = Buffer.from(digest as Uint8Array).toString('hex');
    if (bytes === null) assert.ok(files.delete(hex), 'a row whose file is not there');
    else assert.is(createHash('sha256').update(bytes as Uint8Array).digest('hex'), hex);
  }
  assert.is(files.size, 0, 'files without rows');
  const sums = db.prepare('SELECT used, (SELECT coalesce(sum(size), 0) FROM holdings JOIN blocks ON blocks.id = block WHERE account = accounts.id) AS held FROM accounts').all();
  for (const { used, held } of sums) assert.is(used, held);
  assert.equal(db.prepare('PRAGMA foreign_key_check').all(), []);
  assert.equal({ ...db.prepare('PRAGMA integrity_check').get() }, { integrity_check: 'ok' });
  assert.equal(await readdir(join(dataDir, 'incoming')), []);
  db.close();
}

test(`after ${KILLS} kills at random moments under load, each acknowledged commit is there and the folder is clean`, async () => {
  const sessions: Session[] = Array.from({ length: WRITERS }, () => ({ writer: new SpaceWriter(), cells: new Map(), pending: null, acknowledged: 0 }));
  for (let kill = 0; kill < KILLS; kill++) {
    const daemon = await startDaemon({ dataDir });
    const writing = sessions.map(async (session) => write(daemon, session));
    await sleep(10 + random.int(500));
    await daemon.kill();
    await Promise.all(writing);
  }
  const daemon = await startDaemon({ dataDir });
  for (const session of sessions) {
    if (session.pending !== null) {
      await demand(daemon, '/v1/commit', { body: session.pending.draft.body() });
      session.pending.apply();
    }
    await checkSession(daemon, session);
  }
  await daemon.stop();
  const acknowledged = sessions.reduce((sum, session) => sum + session.acknowledged, 0);
  console.log(`${acknowledged} commits acknowledged`);
  assert.ok(acknowledged > KILLS, 'there was load');
  await checkFolder();
});

test.run();
