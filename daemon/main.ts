/**
 * The node's process: `node --max-semi-space-size=2 daemon/main.ts`. Reads its configuration as one line of JSON on
 * standard input and tells what happens as lines of JSON on standard output. It ends when standard input closes, so
 * that it never outlives whoever started it.
 */
import { createInterface } from 'node:readline';
import { useEngine, type Engine } from '../crypto/index.ts';
import { nodeEngine } from '../engines/index.ts';
import { ConfigError, parseConfig } from './config.ts';
import { startDaemon, type Daemon, type DaemonEvent } from './daemon.ts';
import { describe } from './failure.ts';

process.umask(0o077);
const emit = (event: DaemonEvent): void => { process.stdout.write(`${JSON.stringify(event)}\n`); };
/** Whoever reads the events is gone: nothing is left to tell. */
process.stdout.on('error', () => undefined);

let daemon: Promise<Daemon> | null = null;
let ending = false;

function end(): void {
  if (ending) return;
  ending = true;
  void Promise.resolve(daemon)
    .then(async (running) => running?.stop())
    .catch(() => undefined)
    .finally(() => process.exit());
}

function fail(error: unknown): void {
  const known = error instanceof Error && 'code' in error && typeof error.code === 'string' && /^[a-z-]+$/.test(error.code);
  emit(known
    ? { event: 'failed', code: String(error.code), message: error.message }
    : { event: 'failed', code: 'internal', message: `The node could not start (${describe(error)}).` });
  process.exitCode = 1;
  end();
}

/** One stream's blocks are digested one after another here, so a thread a digest would only cost a copy each. */
function engineOfNode(): Engine {
  const native = nodeEngine();
  return { ...native, digest: async (data) => data.map((bytes) => native.sha256(bytes)) };
}

async function start(line: string): Promise<Daemon> {
  const config = parseConfig(line);
  await useEngine(engineOfNode());
  return startDaemon(config, emit);
}

process.on('SIGTERM', end);
process.on('SIGINT', end);
process.on('uncaughtException', (error) => { emit({ event: 'log', line: `uncaught: ${describe(error)}` }); });
process.on('unhandledRejection', (error) => { emit({ event: 'log', line: `unhandled: ${describe(error)}` }); });

const input = createInterface({ input: process.stdin });
input.once('line', (line) => {
  daemon = start(line);
  daemon.catch((error: unknown) => { daemon = null; fail(error); });
});
input.once('close', () => {
  if (daemon === null && !ending) fail(new ConfigError('The node was started without a configuration: use underkeep up.'));
  end();
});
