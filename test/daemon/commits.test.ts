import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { useEngine } from '../../crypto/index.ts';
import { nodeEngine } from '../../engines/index.ts';
import { CellMap, decodeCommitAnswer, encodeRequest, mapKey, ProofNodes } from '../../wire/index.ts';
import { demand, readCellsAnswer } from '../rig/ask.ts';
import { startDaemon } from '../rig/daemon.ts';
import { randomCell, randomLabel, SpaceWriter } from '../rig/space-writer.ts';

await useEngine(nodeEngine());
const daemon = await startDaemon();
test.after(async () => daemon.stop());

test('what was committed can be read back, proven under the signed root', async () => {
  const writer = new SpaceWriter();
  const at = randomLabel();
  const cell = randomCell(3_000_000);
  const draft = await writer.draft([[writer.home, [{ label: at, cell }]]], { create: { login: 'reader' } });
  const { spaces: [state] } = decodeCommitAnswer(await demand(daemon, '/v1/commit', { body: draft.body() }));
  assert.equal(state?.root.map, draft.commit.spaces[0]?.root.map);
  draft.accept();
  const request = encodeRequest({ v: 1, space: writer.home.key.publicKey, root: null, labels: [at, randomLabel()], prove: [], bytes: 8_000_000 });
  const { answer, blocks } = await readCellsAnswer(await demand(daemon, '/v1/cells', { body: request }));
  assert.is(answer.included, 2);
  assert.is(answer.cells[1], null);
  assert.ok(Buffer.concat((answer.cells[0] ?? []).map((cid) => blocks.get(cid) ?? new Uint8Array())).equals(cell));
  const proof = new ProofNodes();
  proof.add(answer.proof);
  assert.ok(CellMap.at(answer.root.map, proof.source).get(mapKey(at)));
});

test.run();
