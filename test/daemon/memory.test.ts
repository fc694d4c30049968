// serial
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { useEngine } from '../../crypto/index.ts';
import { nodeEngine } from '../../engines/index.ts';
import { encodeRequest } from '../../wire/index.ts';
import { demand } from '../rig/ask.ts';
import { startDaemon } from '../rig/daemon.ts';
import { randomCell, randomLabel, SpaceWriter } from '../rig/space-writer.ts';

await useEngine(nodeEngine());
const LIMIT_MIB = 160;

test('a node stays under 160 MiB while it takes in 200 MiB and gives them out again', async () => {
  await (await startDaemon()).stop(); // compiles what is not compiled yet
  const daemon = await startDaemon();
  try {
    const writer = new SpaceWriter();
    for (let part = 0; part < 4; part++) {
      const cells = Array.from({ length: 10 }, () => ({ label: randomLabel(), cell: randomCell(5 * 1024 * 1024) }));
      const draft = await writer.draft([[writer.home, cells]], part === 0 ? { create: { login: 'heavy' } } : {});
      const begun = performance.now();
      await demand(daemon, '/v1/commit', { via: 'local', body: draft.body() });
      console.log(`${(50_000 / (performance.now() - begun)).toFixed(0)} MiB/s`);
      draft.accept();
      await demand(daemon, '/v1/cells', {
        via: 'local', body: encodeRequest({ v: 1, space: writer.home.key.publicKey, root: null, labels: cells.map(({ label }) => label), prove: [], bytes: 64 * 1024 * 1024 }),
      });
    }
    const { now, peak } = await daemon.memory();
    console.log(`resident: ${now.toFixed(0)} MiB, at most ${peak.toFixed(0)} MiB`);
    assert.ok(peak < LIMIT_MIB);
  } finally {
    await daemon.stop();
  }
});

test.run();
