/** The nodes of the private Tor network: their keys and torrcs. Every option here was found to be needed. */
import { execFile } from 'node:child_process';
import { copyFile, mkdir, mkdtemp, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { torEnvironment } from '../../transport/tor-process.ts';

export interface RigNode {
  readonly nickname: string;
  readonly folder: string;
  /** What others connect to; the delay proxy listens there when links are delayed. */
  readonly orPort: number;
  /** Where the node itself listens. */
  readonly listenPort: number;
  /** RSA, 40 hexadecimal digits; filled in by prepareNode. */
  fingerprint: string;
  readonly authority?: Authority;
}

export interface Authority {
  readonly dirPort: number;
  /** Fingerprint of the voting identity; filled in by prepareNode. */
  identity: string;
}

/** Makes a node's folder and keys, and fills in its fingerprints. */
export async function prepareNode(node: RigNode, index: number): Promise<void> {
  const keys = join(node.folder, 'keys');
  await mkdir(keys, { recursive: true, mode: 0o700 });
  if (node.authority !== undefined) {
    // Keys made before the start: without them an authority would not vote in time.
    await authorityKeys(index, keys);
    node.authority.identity = field(await readFile(join(keys, 'authority_certificate'), 'utf8'), /^fingerprint ([0-9A-F]{40})$/m);
  }
  const first = join(node.folder, 'torrc-first');
  await writeFile(first, [...ownLines(node), ''].join('\n'));
  const printed = await run('tor', ['--quiet', '--defaults-torrc', '/dev/null', '-f', first, '--list-fingerprint']);
  node.fingerprint = field(printed, /((?:[0-9A-F]{4} ?){10})\s*$/m).replaceAll(' ', '');
}

export function dirAuthorityLine(node: RigNode, authority: Authority): string {
  return `DirAuthority ${node.nickname} orport=${node.orPort} no-v2 v3ident=${authority.identity} 127.0.0.1:${authority.dirPort} ${node.fingerprint}`;
}

/** What every node and every client of the network is told. */
export function sharedLines(dirAuthorities: readonly string[]): string[] {
  // Nobody here is in a country; reading where all the world's addresses are takes longer than the rest of tor's start.
  const nowhere = ['GeoIPFile /dev/null', 'GeoIPv6File /dev/null'];
  return ['TestingTorNetwork 1', 'AssumeReachable 1', 'PathsNeededToBuildCircuits 0.25', ...nowhere, ...dirAuthorities];
}

export function relayTorrc(node: RigNode, shared: readonly string[]): string {
  return [...shared, ...ownLines(node), ''].join('\n');
}

export function authorityTorrc(node: RigNode, authority: Authority, shared: readonly string[], bandwidths: string): string {
  return [
    ...shared,
    ...ownLines(node),
    'AuthoritativeDirectory 1',
    'V3AuthoritativeDirectory 1',
    `DirPort 127.0.0.1:${authority.dirPort}`,
    'TestingV3AuthInitialVotingInterval 5',
    'TestingV3AuthInitialVoteDelay 2',
    'TestingV3AuthInitialDistDelay 2',
    'V3AuthVotingInterval 30',
    'V3AuthVoteDelay 2',
    'V3AuthDistDelay 2',
    'TestingDirAuthVoteGuard *',
    'TestingDirAuthVoteHSDir *',
    'TestingMinExitFlagThreshold 0',
    // Fresh relays have measured nothing; with bandwidth 0 clients would hang at 95 %.
    `V3BandwidthsFile ${bandwidths}`,
    '',
  ].join('\n');
}

function ownLines(node: RigNode): string[] {
  const orPorts = node.orPort === node.listenPort
    ? [`ORPort 127.0.0.1:${node.orPort}`]
    : [`ORPort 127.0.0.1:${node.orPort} NoListen`, `ORPort 127.0.0.1:${node.listenPort} NoAdvertise`];
  return [
    `DataDirectory ${node.folder}`,
    `Nickname ${node.nickname}`,
    'Address 127.0.0.1',
    ...orPorts,
    'ExitRelay 0',
    'SocksPort 0',
    'ContactInfo rig@localhost',
    'NumCPUs 1',
    'Log warn stdout',
    `__OwningControllerProcess ${process.pid}`,
  ];
}

const KEY_FILES = ['authority_certificate', 'authority_identity_key', 'authority_signing_key'];
const CERTIFICATE_MONTHS = 12;
const KEYS_KEPT_MS = 300 * 24 * 3600 * 1000;

/** Puts an authority's voting keys in `folder`. They take a second of work each, so they are kept between starts. */
async function authorityKeys(index: number, folder: string): Promise<void> {
  const uid = process.getuid?.() ?? 0;
  const kept = join(tmpdir(), `uk-rig-keys-${uid}-${index}`);
  const found = await stat(kept).catch(() => undefined);
  const fresh = found !== undefined && found.uid === uid && (found.mode & 0o077) === 0 && Date.now() - found.mtimeMs < KEYS_KEPT_MS;
  if (!fresh) {
    const made = await mkdtemp(join(tmpdir(), 'uk-rig-keys-'));
    await run('tor-gencert', ['--create-identity-key', '-m', String(CERTIFICATE_MONTHS), '--passphrase-fd', '0'], { cwd: made, input: 'rig\n' });
    await rm(kept, { recursive: true, force: true });
    // Another start may have been faster: its keys are as good.
    await rename(made, kept).catch(() => rm(made, { recursive: true, force: true }));
  }
  for (const name of KEY_FILES) await copyFile(join(kept, name), join(folder, name));
}

function run(command: string, args: readonly string[], options: { readonly cwd?: string; readonly input?: string } = {}): Promise<string> {
  return new Promise((resolve, reject) => {
    const child = execFile(command, args, { cwd: options.cwd, timeout: 60_000, env: torEnvironment() }, (error, stdout) => (error === null ? resolve(stdout) : reject(new Error(`${command} failed`, { cause: error }))));
    child.stdin?.end(options.input ?? '');
  });
}

function field(text: string, pattern: RegExp): string {
  const found = pattern.exec(text)?.[1];
  if (found === undefined) throw new Error(`tor printed nothing that fits ${pattern}`);
  return found;
}
