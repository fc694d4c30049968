/**
 * Builds the page, starts a node without a carrier for it, and prints its address: `node test/serve-ui.ts [--port N] [--watch]`.
 * The node's folder goes when it ends. With --watch, each change of ui/ is built and the node started again on the same folder
 * and port; its new address is printed.
 */
import { execFileSync } from 'node:child_process';
import { watch } from 'node:fs';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { demand } from './rig/ask.ts';
import { shortFolder, startDaemon, type RunningDaemon } from './rig/daemon.ts';

const root = join(import.meta.dirname, '..');
const { values } = parseArgs({ options: { port: { type: 'string', default: '0' }, watch: { type: 'boolean', default: false } } });
const dataDir = await shortFolder();

async function start(port: number): Promise<RunningDaemon> {
  execFileSync(process.execPath, [join(root, 'bin/build-ui.ts')], { stdio: 'inherit' });
  const daemon = await startDaemon({ port, dataDir });
  const told: unknown = JSON.parse(new TextDecoder().decode(await demand(daemon, '/v1/page/token')));
  console.log(typeof told === 'object' && told !== null && 'url' in told ? told.url : told);
  return daemon;
}

let daemon = await start(Number(values.port));
const port = Number(new URL(daemon.url).port);
let changed: NodeJS.Timeout | undefined;

async function again(): Promise<void> {
  await daemon.stop();
  daemon = await start(port);
}

if (values.watch) {
  watch(join(root, 'ui'), { recursive: true }, (_, name) => {
    if (name?.startsWith('dist') === true || name?.startsWith('.dist') === true) return;
    clearTimeout(changed);
    changed = setTimeout(() => { again().catch((error: unknown) => { console.error(String(error)); }); }, 300);
  });
}

for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => {
  void daemon.stop().then(async () => rm(dataDir, { recursive: true, force: true })).finally(() => process.exit());
});
