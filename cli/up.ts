import { spawn, type ChildProcessByStdio } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { createInterface } from 'node:readline';
import type { Readable, Writable } from 'node:stream';
import { parseNodeUrl } from '../transport/index.ts';
import type { Invocation } from './arguments.ts';
import { CliError, usageError } from './exit.ts';
import { dataFolder, privateFolder } from './paths.ts';
import { plainText } from './text.ts';

type Child = ChildProcessByStdio<Writable, Readable, null>;
type Event = ReadonlyMap<string, unknown>;

/** Node keeps more memory for young objects than a daemon that moves bytes needs. */
const DAEMON_FLAGS = ['--max-semi-space-size=2'];
const STOP_MS = 15_000;

/** Runs the node as a process of its own until it ends or a signal comes; it never outlives this one. */
export async function up(invocation: Invocation): Promise<void> {
  const config = daemonConfig(invocation);
  privateFolder(config.dataDir);
  const child = spawn(process.execPath, [...DAEMON_FLAGS, join(import.meta.dirname, '../daemon/main.ts')], { stdio: ['pipe', 'pipe', 'inherit'], detached: true });
  child.stdin.on('error', () => undefined);
  child.stdin.write(`${JSON.stringify(config)}\n`);
  const stopped = stopOnSignal(child);
  const failures: CliError[] = [];
  const show = invocation.flag('json') ? showJson : showText();
  child.stdout.on('error', () => undefined);
  createInterface({ input: child.stdout }).on('line', (line) => {
    const event = parseEvent(line);
    if (event === null) return;
    if (event.get('event') === 'failed') failures.push(new CliError(renamed(textOf(event.get('code'))), textOf(event.get('message'))));
    else show(event);
  });
  const code = await new Promise<number | null>((done) => child.once('close', done));
  const [failure] = failures;
  if (failure !== undefined) throw failure;
  if (!stopped() && code !== 0) throw new CliError('failed', `The node ended unexpectedly (${code === null ? 'by a signal' : `code ${code}`}); start it again: nothing that was stored is lost.`);
}

function daemonConfig(invocation: Invocation): { readonly dataDir: string } & Readonly<Record<string, unknown>> {
  const port = invocation.number('port', 0, true);
  const carrier = invocation.text('carrier');
  const join = invocation.text('join');
  const torrcExtra = invocation.text('torrc-extra');
  const systemTor = invocation.text('system-tor')?.split(',');
  if (join !== undefined && nodeKind(join) !== 'onion') throw usageError('--join takes the onion URL of another node: http://<56 characters>.onion, as that node printed it.');
  if (port !== undefined && port > 65_535) throw usageError('--port takes a number up to 65535.');
  if (carrier !== undefined && carrier !== 'tor' && carrier !== 'none') throw usageError('--carrier takes "tor" or "none".');
  if (systemTor !== undefined && (systemTor.length !== 2 || systemTor.includes(''))) throw usageError('--system-tor takes tor\'s SOCKS and control sockets, divided by a comma.');
  if (torrcExtra !== undefined && !existsSync(torrcExtra)) throw usageError(`The file ${torrcExtra} of --torrc-extra is not there.`);
  return {
    dataDir: dataFolder(invocation.text('data')),
    ...(port === undefined ? {} : { port }),
    ...(carrier === undefined ? {} : { carrier }),
    ...(join === undefined ? {} : { join: join.replace(/\/$/, '') }),
    ...(torrcExtra === undefined ? {} : { torrcExtra: resolve(torrcExtra) }),
    ...(systemTor === undefined ? {} : { systemTor: { socks: systemTor[0], control: systemTor[1] } }),
  };
}

function nodeKind(url: string): string | null {
  try {
    return parseNodeUrl(url).kind;
  } catch {
    return null;
  }
}

/** The daemon ends by itself when its standard input closes; a second signal ends it at once. */
function stopOnSignal(child: Child): () => boolean {
  let stopping = false;
  const stop = (): void => {
    if (stopping) child.kill('SIGKILL');
    stopping = true;
    child.stdin.end();
    child.kill('SIGTERM');
    setTimeout(() => child.kill('SIGKILL'), STOP_MS).unref();
  };
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, stop);
  return () => stopping;
}

function parseEvent(line: string): Event | null {
  try {
    const event: unknown = JSON.parse(line);
    return typeof event === 'object' && event !== null ? new Map(Object.entries(event)) : null;
  } catch {
    return null;
  }
}

function textOf(value: unknown): string {
  return typeof value === 'string' || typeof value === 'number' ? String(value) : '';
}

function renamed(code: string): string {
  return code === 'folder-in-use' ? 'node-running' : code;
}

function showJson(event: Event): void {
  if (event.get('event') !== 'log') process.stdout.write(`${JSON.stringify(Object.fromEntries(event))}\n`);
}

function showText(): (event: Event) => void {
  let last = '';
  const print = (line: string): void => {
    if (line === last) return;
    last = line;
    process.stdout.write(`${plainText(line)}\n`);
  };
  return (event) => {
    const field = (name: string): string => textOf(event.get(name));
    switch (event.get('event')) {
      case 'ready':
        print(`Local door: ${field('url')} ("underkeep open" shows its page in a browser)`);
        if (field('onion') !== '') print(`Onion: ${field('onion')} (being published)`);
        break;
      case 'tor':
        print(`Tor ${field('percent')} %: ${field('summary')}${event.get('advice') === null ? '' : `. ${field('advice')}`}`);
        break;
      case 'onion':
        print(`Onion: ${field('address')}${event.get('reachable') === true ? ' (reachable)' : event.get('reachable') === false ? ' (not reachable yet)' : ''}`);
        break;
      case 'log':
        process.stderr.write(`${plainText(field('line'))}\n`);
        break;
      default:
    }
  };
}
