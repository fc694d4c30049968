/** Makes a share of the runs: `node distinguish-worker.ts BATCH`, the batch as JSON. Gives what it made to its parent. */
import { makeRuns, type Batch } from './distinguish.ts';

const batch = JSON.parse(process.argv[2] ?? 'null') as Batch;
const send = (message: unknown): Promise<void> => new Promise((resolve, reject) => {
  process.send?.(message, undefined, undefined, (error: Error | null) => (error === null ? resolve() : reject(error)));
});
process.on('disconnect', () => process.exit(1));
const runs = await makeRuns(batch, (made) => void send({ made }));
await send({ runs });
process.exit(0);
