import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { rm } from 'node:fs/promises';
import { shortFolder, startDaemon } from '../rig/daemon.ts';
import { bytesOf, fileSource, folderSource, TestSession } from '../rig/drive-session.ts';
import { seededRandom } from '../rig/random.ts';

const random = seededRandom('crash');
const ROUNDS = 8;
const MIB = 1024 * 1024;

/** Content that its name tells, so that every file can be judged alone. */
function content(name: string, length: number): Uint8Array {
  const seed = Array.from(name).reduce((sum, char) => (sum * 31 + char.charCodeAt(0)) % 65_521, 7);
  return new Uint8Array(length).map((_, at) => (at * 13 + seed) % 256);
}

test('whenever the node is killed, what was acknowledged is there, the drive is whole, and a put goes on', async () => {
  const dataDir = await shortFolder();
  let daemon = await startDaemon({ dataDir });
  const owner = await TestSession.signUp(daemon);
  await owner.close();
  const acknowledged = new Map<string, number>();
  const large = content('large', 24 * MIB);
  for (let round = 0; round < ROUNDS; round++) {
    const session = TestSession.open(daemon, owner.identity, { commitBytes: 6 * MIB });
    const killed = new Promise<void>((resolve) => setTimeout(resolve, 30 + random.int(700))).then(() => daemon.kill());
    const work = async (): Promise<void> => {
      await session.drive.mkdir(`/r${round}`);
      for (let turn = 0; ; turn++) {
        const files = Array.from({ length: 1 + random.int(20) }, (_, index) => ({ name: `t${turn} f${index}`, length: random.int(random.int(8) === 0 ? 3 * MIB : 20_000) }));
        await session.drive.put([folderSource('d', files.map(({ name, length }) => fileSource(name, content(name, length))))], `/r${round}`);
        for (const { name, length } of files) acknowledged.set(`/r${round}/d/${name}`, length);
        if (turn === 1) await session.drive.put([fileSource('large', large, { fingerprint: 'large' })], '/');
        if (turn % 3 === 2) await session.drive.detach(`/r${round}/d`);
      }
    };
    await Promise.all([killed, work().catch(() => undefined)]);
    await session.close();
    daemon = await startDaemon({ dataDir });
    const after = TestSession.open(daemon, owner.identity);
    const report = await after.drive.check({ known: [], content: round === ROUNDS - 1 });
    assert.equal(report.problems, []);
    assert.is(report.orphans, 0);
    await after.close();
  }
  const last = TestSession.open(daemon, owner.identity);
  for (const [path, length] of acknowledged) {
    const { entry, bytes } = await last.drive.read(path);
    assert.is(Buffer.compare(await bytesOf(bytes), content(entry.name, length)), 0, path);
  }
  await last.drive.put([fileSource('large', large, { fingerprint: 'large' })], '/');
  assert.is(Buffer.compare(await bytesOf((await last.drive.read('/large')).bytes), large), 0);
  await last.drive.settled();
  assert.is((await last.drive.check({ known: [], content: false })).orphans, 0);
  console.log(`${acknowledged.size} files were acknowledged`);
  await last.close();
  await daemon.stop();
  await rm(dataDir, { recursive: true, force: true });
});

test.run();
