import { execFile, spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { chmod, mkdir, readFile, writeFile } from 'node:fs/promises';
import { dirname, join, resolve as resolvePath } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';
import { connectControl } from './control.ts';
import type { TorControl } from './control.ts';
import { TransportError } from './errors.ts';
import { checkSocketPath } from './socket-path.ts';
import type { SocksEndpoint } from './socket-path.ts';
import { keepTor } from './tor-service.ts';
import type { TorService, TorServiceOptions, TorSource } from './tor-service.ts';
import { torrc } from './torrc.ts';

export interface TorOptions extends TorServiceOptions {
  /** A folder of tor's own, made with mode 0700. */
  readonly dataDir: string;
  /** Where tor shall listen; the folders are made with mode 0700 where they are missing (tor refuses laxer ones). */
  readonly socksPath: string;
  readonly controlPath: string;
  /** A file whose lines are added to the torrc, and win. */
  readonly torrcExtra?: string;
  readonly binary?: string;
}

/** The oldest tor that the network still takes. */
export const TOR_OLDEST = [0, 4, 9] as const;

const CONTROL_WAIT_MS = 30_000;
const TERM_WAIT_MS = 5_000;

/**
 * Starts a tor of the node's own and keeps it running. Resolves once it can be controlled, before it is connected.
 * Throws TransportError: 'tor-missing', 'tor-too-old', 'socket-path', or 'tor-failed' with tor's complaint.
 */
export async function startTor(options: TorOptions): Promise<TorService> {
  const binary = options.binary ?? 'tor';
  checkSocketPath(options.socksPath, "Tor's SOCKS socket path");
  checkSocketPath(options.controlPath, "Tor's control socket path");
  await checkVersion(binary);
  return keepTor(new TorProcess(binary, options), options);
}

/** Nothing of the node's own environment, but a PATH that also holds the folders where systems keep tor for root. */
export function torEnvironment(): NodeJS.ProcessEnv {
  return { PATH: [process.env['PATH'], '/usr/local/sbin', '/usr/sbin', '/sbin'].filter(Boolean).join(':') };
}

async function checkVersion(binary: string): Promise<void> {
  const printed = await new Promise<string>((resolve, reject) => {
    execFile(binary, ['--version'], { timeout: 20_000, env: torEnvironment() }, (error, stdout) => (error === null ? resolve(stdout) : reject(missing(error))));
  });
  const numbers = /version (\d+)\.(\d+)\.(\d+)/i.exec(printed)?.slice(1).map(Number) ?? [];
  const differing = TOR_OLDEST.findIndex((oldest, i) => numbers[i] !== oldest);
  if (numbers.length < 3 || (differing >= 0 && (numbers[differing] ?? 0) < (TOR_OLDEST[differing] ?? 0))) {
    throw new TransportError('tor-too-old', `This tor is ${numbers.join('.') || 'of an unknown version'}, and the Tor network needs ${TOR_OLDEST.join('.')} or newer; update it, on Debian with "apt install tor" from a current release.`);
  }
}

function missing(error: Error & { code?: unknown }): TransportError {
  return error.code === 'ENOENT' || error.code === 'EACCES'
    ? new TransportError('tor-missing', 'The program "tor" was not found; install it, on Debian with "apt install tor", or use a running one with --system-tor.')
    : new TransportError('tor-failed', 'The program "tor" does not even print its version; reinstall it.');
}

class TorProcess implements TorSource {
  readonly socks: SocksEndpoint;
  readonly #binary: string;
  readonly #options: TorOptions;
  #child: ChildProcess | undefined;
  #complaint = '';

  constructor(binary: string, options: TorOptions) {
    this.#binary = binary;
    this.#options = options;
    this.socks = { path: options.socksPath };
  }

  async open(): Promise<TorControl> {
    await this.close();
    const child = await this.#spawn();
    this.#child = child;
    const deadline = Date.now() + CONTROL_WAIT_MS;
    while (isAlive(child) && Date.now() < deadline) {
      const control = await connectControl({ path: this.#options.controlPath }).catch(() => undefined);
      if (control !== undefined && (await this.#own(control, child))) return control;
      await sleep(50);
    }
    await this.close();
    throw this.#failed();
  }

  /** Ends the child, and it alone. */
  async close(): Promise<void> {
    const child = this.#child;
    this.#child = undefined;
    if (child === undefined || !isAlive(child)) return;
    const ended = new Promise<void>((resolve) => child.once('exit', () => resolve()));
    child.kill('SIGTERM');
    const timer = setTimeout(() => child.kill('SIGKILL'), TERM_WAIT_MS);
    await ended;
    clearTimeout(timer);
  }

  /** Makes our child end with this connection; refuses another tor that still answers at the same socket. */
  async #own(control: TorControl, child: ChildProcess): Promise<boolean> {
    try {
      if ((await control.getInfo('process/pid')) !== String(child.pid)) throw new TransportError('tor-failed', 'Another tor answers here.');
      await control.takeOwnership();
      return true;
    } catch {
      control.close();
      return false;
    }
  }

  async #spawn(): Promise<ChildProcess> {
    const { dataDir, socksPath, controlPath, torrcExtra } = this.#options;
    await mkdir(dataDir, { recursive: true, mode: 0o700 });
    await chmod(dataDir, 0o700);
    for (const path of [socksPath, controlPath]) await mkdir(dirname(path), { recursive: true, mode: 0o700 });
    const extra = torrcExtra === undefined ? '' : await readExtra(torrcExtra);
    const file = join(dataDir, 'torrc');
    await writeFile(file, torrc({ dataDir: resolvePath(dataDir), socksPath, controlPath, ownerPid: process.pid, extra }), { mode: 0o600 });
    // Its own process group: Ctrl-C reaches the node, which then ends tor in order.
    const child = spawn(this.#binary, ['--defaults-torrc', '/dev/null', '-f', file], { detached: true, stdio: ['ignore', 'pipe', 'ignore'], env: torEnvironment() });
    this.#complaint = '';
    child.on('error', () => {}); // isAlive tells
    createInterface({ input: child.stdout }).on('line', (line) => this.#logged(line));
    return child;
  }

  /** Keeps the last warning, and an error only where none came before: tor's errors say "see warnings above". */
  #logged(line: string): void {
    const match = /\[(err|warn)\] (.*)$/.exec(line);
    if (match?.[2] === undefined || /as root/.test(match[2])) return;
    if (match[1] === 'warn' || this.#complaint === '') this.#complaint = match[2];
  }

  #failed(): TransportError {
    if (/another Tor process/i.test(this.#complaint)) {
      return new TransportError('tor-failed', 'Another tor still uses this data folder; stop the other Underkeep node, or wait until it has ended.');
    }
    const said = this.#complaint === '' ? '' : ` Tor said: ${this.#complaint}`;
    return new TransportError('tor-failed', `Tor could not start; see the lines of --torrc-extra, and that the folder is yours and its disk not full.${said}`);
  }
}

async function readExtra(path: string): Promise<string> {
  return readFile(path, 'utf8').catch(() => {
    throw new TransportError('tor-failed', 'The --torrc-extra file cannot be read; give the path of an existing file.');
  });
}

function isAlive(child: ChildProcess): boolean {
  return child.pid !== undefined && child.exitCode === null && child.signalCode === null;
}
