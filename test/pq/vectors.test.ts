import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { portableEngine, useEngine } from '../../crypto/index.ts';
import { nodeEngine } from '../../engines/index.ts';
import { outcomeOf } from '../vectors/claim.ts';
import { fromDisk } from '../vectors/disk.ts';
import { pqClaims } from '../vectors/pq.ts';

const transcripts = new Map<string, string>();

for (const candidate of [portableEngine, nodeEngine()]) {
  for (const claim of pqClaims) {
    test(`${claim.name} (${candidate.name})`, async () => {
      await useEngine(candidate);
      const { vectors, transcript, failure } = await outcomeOf(claim, fromDisk);
      assert.is(failure, null);
      assert.ok(vectors > 1);
      assert.is(transcript, transcripts.get(claim.name) ?? transcript, 'every engine computes the same bytes');
      transcripts.set(claim.name, transcript);
    });
  }
}

test.run();
