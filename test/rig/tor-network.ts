/** `node test/rig/tor-network.ts [--delay MS] [--parent FOLDER]`: a private Tor network until it is interrupted; prints the --torrc-extra file. */
import { parseArgs } from 'node:util';
import { startTorNetwork } from './tor.ts';

const { values } = parseArgs({ options: { delay: { type: 'string', default: '0' }, parent: { type: 'string' } } });
const interrupted = new Promise<void>((resolve) => {
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.once(signal, () => resolve());
});
const network = await startTorNetwork({ delayMs: Number(values.delay), ...(values.parent === undefined ? {} : { parent: values.parent }) });
process.stdout.write(`${network.torrcExtraPath}\n`);
const keepRunning = setInterval(() => {}, 60_000);
await interrupted;
clearInterval(keepRunning);
await network.stop();
