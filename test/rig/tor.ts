/** A private Tor network on loopback: 3 authorities and 5 relays, for tests and for the demo. */
import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { rmSync } from 'node:fs';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { setTimeout as sleep } from 'node:timers/promises';
import { torEnvironment } from '../../transport/tor-process.ts';
import { freePorts } from './ports.ts';
import { authorityTorrc, dirAuthorityLine, prepareNode, relayTorrc, sharedLines } from './tor-node.ts';
import type { RigNode } from './tor-node.ts';

const AUTHORITIES = 3;
const RELAYS = 5;
const START_TRIES = 3;
const CONSENSUS_WAIT_MS = 45_000;
const VOTING_MS = 5_000;
const START_PHASE_MS = 3_000;

export interface TorNetwork {
  /** The file with the lines that make a client part of this network (`--torrc-extra`). */
  readonly torrcExtraPath: string;
  stop(): Promise<void>;
}

export interface TorNetworkOptions {
  /** Milliseconds added in each direction before each relay. */
  readonly delayMs?: number;
  /** Where the network's folder is made; the system's folder for temporary files when left out. */
  readonly parent?: string;
}

/** Starts the network; 10 to 15 s until clients can use it. */
export async function startTorNetwork(options: TorNetworkOptions = {}): Promise<TorNetwork> {
  for (let left = START_TRIES; ; left--) {
    const folder = await mkdtemp(join(options.parent ?? tmpdir(), 'uk-tor-'));
    const network = new Network(folder, options.delayMs ?? 0);
    try {
      await network.start();
      return network;
    } catch (error) {
      await network.stop();
      if (left <= 1) throw error;
    }
  }
}

class Network implements TorNetwork {
  readonly torrcExtraPath: string;
  readonly #folder: string;
  readonly #delayMs: number;
  readonly #children: ChildProcess[] = [];
  readonly #running = new Map<RigNode, ChildProcess>();

  constructor(folder: string, delayMs: number) {
    this.#folder = folder;
    this.#delayMs = delayMs;
    this.torrcExtraPath = join(folder, 'torrc-extra');
  }

  async start(): Promise<void> {
    const nodes = await this.#prepare();
    if (this.#delayMs > 0) await this.#startDelay(nodes);
    await sleep(untilStart(Date.now()));
    for (const node of nodes) this.#running.set(node, this.#spawn('tor', ['--defaults-torrc', '/dev/null', '-f', join(node.folder, 'torrc')]));
    await this.#consensus(nodes);
    // From here on the network does not keep its program running, and ends with it, also when a test forgets to stop it.
    for (const child of this.#children) for (const handle of [child, child.stdin, child.stdout]) (handle as { unref?(): void } | null)?.unref?.();
  }

  async stop(): Promise<void> {
    process.off('exit', this.#endAtOnce);
    const ended = this.#children.filter(isAlive).map((child) => new Promise((resolve) => child.once('exit', resolve)));
    for (const child of this.#children) child.ref();
    this.#kill();
    await Promise.all(ended);
    await rm(this.#folder, { recursive: true, force: true });
  }

  readonly #endAtOnce = (): void => {
    this.#kill();
    rmSync(this.#folder, { recursive: true, force: true });
  };

  #kill(): void {
    for (const child of this.#children) if (isAlive(child)) child.kill('SIGKILL');
  }

  async #prepare(): Promise<RigNode[]> {
    const count = AUTHORITIES + RELAYS;
    const ports = await freePorts(2 * count + AUTHORITIES);
    const nodes = Array.from({ length: count }, (_, i) => this.#node(i, ports));
    await Promise.all(nodes.map(prepareNode));
    const shared = sharedLines(nodes.flatMap((node) => (node.authority === undefined ? [] : [dirAuthorityLine(node, node.authority)])));
    const bandwidths = join(this.#folder, 'bandwidths');
    const lines = nodes.map((node) => `node_id=$${node.fingerprint} bw=10000 nick=${node.nickname}`);
    await writeFile(bandwidths, [Math.floor(Date.now() / 1000), ...lines, ''].join('\n'));
    for (const node of nodes) {
      const text = node.authority === undefined ? relayTorrc(node, shared) : authorityTorrc(node, node.authority, shared, bandwidths);
      await writeFile(join(node.folder, 'torrc'), text);
    }
    await writeFile(this.torrcExtraPath, `${shared.join('\n')}\n`);
    return nodes;
  }

  #node(i: number, ports: readonly number[]): RigNode {
    const port = (at: number): number => ports[at] ?? 0;
    const orPort = port(2 * i);
    const node = {
      nickname: `rig${i}`,
      folder: join(this.#folder, String(i)),
      orPort,
      listenPort: this.#delayMs > 0 ? port(2 * i + 1) : orPort,
      fingerprint: '',
    };
    return i < AUTHORITIES ? { ...node, authority: { dirPort: port(2 * (AUTHORITIES + RELAYS) + i), identity: '' } } : node;
  }

  async #startDelay(nodes: readonly RigNode[]): Promise<void> {
    const script = fileURLToPath(new URL('./tor-delay.ts', import.meta.url));
    const links = nodes.map((node) => `${node.orPort}:${node.listenPort}`);
    const child = this.#spawn(process.execPath, [script, String(this.#delayMs), ...links]);
    await new Promise<void>((resolve, reject) => {
      child.stdout?.once('data', () => resolve());
      child.once('exit', () => reject(new Error('the delay proxy ended at its start')));
    });
  }

  #spawn(command: string, args: readonly string[]): ChildProcess {
    if (this.#children.length === 0) process.on('exit', this.#endAtOnce);
    // The delay proxy ends with its stdin, and tor with its owner's process, if this process is killed.
    const child = spawn(command, args, { stdio: ['pipe', 'pipe', 'ignore'], env: torEnvironment() });
    child.on('error', () => {});
    child.stdin.on('error', () => {});
    child.stdout.resume();
    this.#children.push(child);
    return child;
  }

  /** Waits until every node has a consensus with all of the others in it: a client would wait 10 s for one that lags. */
  async #consensus(nodes: readonly RigNode[]): Promise<void> {
    const deadline = Date.now() + CONSENSUS_WAIT_MS;
    for (let round = 0; Date.now() < deadline; round++) {
      const dead = this.#children.find((child) => !isAlive(child));
      if (dead !== undefined) throw new Error(`a node of the private Tor network ended at its start (${dead.spawnargs.at(-1)})`);
      const lagging: RigNode[] = [];
      for (const node of nodes) {
        const known = await knownRelays(node);
        if (known.listed > 0 && known.listed < nodes.length - 1) throw new Error('a relay of the private Tor network missed the first vote');
        if (Math.min(known.listed, known.described) < nodes.length - 1) lagging.push(node);
      }
      if (lagging.length === 0) return;
      // Left alone, a relay asks again only after seconds of back-off; a reload makes it ask now.
      const nudge = round % 10 === 9 && lagging.every((node) => node.authority === undefined);
      if (nudge) for (const node of lagging) this.#running.get(node)?.kill('SIGHUP');
      await sleep(100);
    }
    throw new Error('the private Tor network found no consensus in time');
  }
}

/** How many relays the node's consensus lists, and how many descriptors it holds. */
async function knownRelays(node: RigNode): Promise<{ readonly listed: number; readonly described: number }> {
  const read = (name: string): Promise<string> => readFile(join(node.folder, name), 'utf8').catch(() => '');
  const consensus = await read('cached-microdesc-consensus');
  const descriptors = await read('cached-microdescs.new');
  return { listed: consensus.match(/^r /gm)?.length ?? 0, described: descriptors.match(/^onion-key$/gm)?.length ?? 0 };
}

/**
 * Milliseconds until the moment in the voting cycle (5 s, on the clock) from which relays have 3 s to register before the
 * authorities vote: one that misses the first vote costs half a minute.
 */
function untilStart(now: number): number {
  return (((START_PHASE_MS - now) % VOTING_MS) + VOTING_MS) % VOTING_MS;
}

function isAlive(child: ChildProcess): boolean {
  return child.pid !== undefined && child.exitCode === null && child.signalCode === null;
}
