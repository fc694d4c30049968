import { createHash, randomBytes } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { mkdir, readdir, writeFile } from 'node:fs/promises';
import { join, relative } from 'node:path';
import { startNode, underkeep, underkeepJson, plainly, type RunningNode, type Wrap } from './command.ts';

/** One person: a data folder, a password file, and how this person's processes are started. */
export interface Person {
  readonly name: string;
  readonly data: string;
  /** The person's own files, outside the data folder. */
  readonly files: string;
  readonly passwordFile: string;
  readonly wrap: Wrap;
}

export interface Step {
  readonly operation: string;
  readonly seconds: number;
  readonly rounds: number | null;
  readonly requests: number | null;
  readonly bytes: number | null;
}

export type Report = (step: Step) => void;

export class Claim extends Error {}

/** Throws unless a step of the story held. */
export function holds(condition: boolean, claim: string): asserts condition {
  if (!condition) throw new Claim(`This did not hold: ${claim}`);
}

export async function newPerson(name: string, folder: string, wrap: Wrap = plainly): Promise<Person> {
  const data = join(folder, name);
  await mkdir(data, { recursive: true, mode: 0o700 });
  const files = join(folder, `${name}.files`);
  await mkdir(files, { recursive: true });
  const passwordFile = join(files, 'password');
  await writeFile(passwordFile, `${randomBytes(12).toString('base64url')} of ${name}\n`, { mode: 0o600 });
  return { name, data, files, passwordFile, wrap };
}

/** Runs a command as that person and reports what it cost. */
export async function act(person: Person, operation: string, args: readonly string[], report: Report): Promise<Record<string, unknown>> {
  const began = performance.now();
  const result = await underkeepJson(commandLine(person, args), { wrap: person.wrap });
  const cost = new Map(Object.entries(typeof result['cost'] === 'object' && result['cost'] !== null ? result['cost'] : {}));
  report({
    operation,
    seconds: (performance.now() - began) / 1000,
    rounds: count(cost.get('rounds')),
    requests: count(cost.get('requests')),
    bytes: sum(count(cost.get('bytesSent')), count(cost.get('bytesReceived'))),
  });
  return result;
}

function commandLine(person: Person, args: readonly string[]): string[] {
  return [...args, '--data', person.data, '--password-file', person.passwordFile];
}

/** The same, for what must be refused: gives the refusal's code. */
export async function refused(person: Person, args: readonly string[]): Promise<{ code: string; message: string; exit: number }> {
  const result = await underkeep([...commandLine(person, args), '--json'], { wrap: person.wrap });
  const text = (result.stdout.trim() || result.stderr.trim()).split('\n').at(-1) ?? '';
  holds(result.code !== 0, `\`underkeep ${args.join(' ')}\` is refused`);
  const { error } = JSON.parse(text) as { error: { code: string; message: string } };
  return { ...error, exit: result.code };
}

function count(value: unknown): number | null {
  return typeof value === 'number' ? value : null;
}

function sum(a: number | null, b: number | null): number | null {
  return a === null && b === null ? null : (a ?? 0) + (b ?? 0);
}

/** Starts a person's node and waits until its onion service can be reached. */
export async function startReachable(person: Person, args: readonly string[], report: Report): Promise<{ node: RunningNode; onion: string }> {
  const began = performance.now();
  const node = startNode(['--data', person.data, '--port', '0', ...args], person.wrap);
  const up = await node.until((event) => event['event'] === 'onion' && event['reachable'] === true);
  report({ operation: `${person.name}: node up, onion service reachable`, seconds: (performance.now() - began) / 1000, rounds: null, requests: null, bytes: null });
  return { node, onion: String(up['address']) };
}

/** A folder such as people have: several hundred small files in subfolders, and one large file. */
export async function makeFolder(path: string, files: number, largeBytes: number): Promise<void> {
  for (let index = 0; index < files; index++) {
    const folder = join(path, `part ${index % 7}`, `week ${index % 3}`);
    await mkdir(folder, { recursive: true });
    await writeFile(join(folder, `note ${index} – ärger.txt`), randomBytes(200 + ((index * 7919) % 20_000)));
  }
  await writeFile(join(path, 'film.bin'), randomBytes(largeBytes));
}

/** Every file below a folder with its sha256, sorted by path. */
export async function digestFolder(path: string): Promise<Map<string, string>> {
  const out = new Map<string, string>();
  const entries = await readdir(path, { recursive: true, withFileTypes: true });
  const files = entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name)).sort();
  for (const file of files) out.set(relative(path, file), await digestFile(file));
  return out;
}

async function digestFile(path: string): Promise<string> {
  const hash = createHash('sha256');
  for await (const chunk of createReadStream(path)) hash.update(chunk as Buffer);
  return hash.digest('hex');
}

export interface StoryOptions {
  readonly folder: string;
  readonly torrcArgs: (person: string) => readonly string[];
  /** What signing up needs beside the name. */
  readonly accountArgs?: readonly string[];
  readonly wrap?: (person: string) => Wrap;
  readonly files: number;
  readonly largeBytes: number;
  readonly report: Report;
  /** Called with both nodes up and the story told, before anything is stopped. */
  readonly afterwards?: (people: { alice: Person; bob: Person }) => Promise<void>;
}

/**
 * The whole slice as two people live it: two nodes on one Tor network; Alice stores a folder, Bob follows, Alice
 * accepts and shares, Bob reads everything over Alice's onion service, Alice unshares, Bob reads nothing new.
 * Throws `Claim` at the first step that does not hold.
 */
export async function tellStory(options: StoryOptions): Promise<void> {
  const { folder, report } = options;
  const wrapOf = options.wrap ?? (() => plainly);
  const alice = await newPerson('alice', folder, wrapOf('alice'));
  const bob = await newPerson('bob', folder, wrapOf('bob'));
  const nodes: RunningNode[] = [];
  const sessions: Person[] = [];
  try {
    const first = await startReachable(alice, options.torrcArgs('alice'), report);
    nodes.push(first.node);
    const second = await startReachable(bob, ['--join', first.onion, ...options.torrcArgs('bob')], report);
    nodes.push(second.node);
    for (const person of [alice, bob]) {
      await act(person, `${person.name}: sign up`, ['sign-up', person.name, ...(options.accountArgs ?? [])], report);
      sessions.push(person);
    }
    await exchange(alice, bob, options);
    await options.afterwards?.({ alice, bob });
  } finally {
    for (const person of sessions) await underkeep(['lock', '--data', person.data], { wrap: person.wrap }).catch(() => undefined);
    for (const node of nodes.reverse()) await node.stop();
  }
}

async function exchange(alice: Person, bob: Person, { files, largeBytes, report }: StoryOptions): Promise<void> {
  const source = join(alice.files, 'Reports');
  await makeFolder(source, files, largeBytes);
  await act(alice, `alice: put a folder (${files} files and ${Math.round(largeBytes / 2 ** 20)} MiB)`, ['put', source, '/'], report);

  await act(bob, 'bob: follow alice', ['follow', 'alice'], report);
  const { requests } = await act(alice, 'alice: collect requests', ['requests'], report);
  holds(JSON.stringify(requests).includes('"bob"'), 'Alice sees the request of Bob');
  await act(alice, 'alice: accept bob', ['accept', 'bob'], report);
  await act(bob, 'bob: collect the answer and confirm it', ['friends'], report);
  const { friends } = await act(alice, 'alice: collect the confirmation', ['friends'], report);
  holds(JSON.stringify(friends).includes('"confirmed"'), 'each knows that the other is the one');
  await act(alice, 'alice: share the folder', ['share', '/Reports', '--with', 'bob'], report);

  const { withMe } = await act(bob, 'bob: collect shares', ['shared'], report);
  holds(JSON.stringify(withMe).includes('Reports'), 'Bob sees the shared folder');
  await act(bob, 'bob: first read of the folder', ['ls', '/@alice/Reports'], report);
  const got = join(bob.files, 'got');
  await act(bob, 'bob: get everything over the onion service', ['get', '/@alice/Reports', got], report);
  const sent = await digestFolder(source);
  const received = await digestFolder(got);
  holds(sent.size === files + 1 && JSON.stringify([...sent]) === JSON.stringify([...received]), 'every file arrives with the same sha256');

  await writeFile(join(alice.files, 'later.txt'), 'added while shared\n');
  await act(alice, 'alice: add a file to the shared folder', ['put', join(alice.files, 'later.txt'), '/Reports'], report);
  await act(bob, 'bob: read the added file', ['get', '/@alice/Reports/later.txt', join(bob.files, 'later.txt')], report);

  await act(alice, 'alice: unshare', ['unshare', '/Reports', '--with', 'bob'], report);
  await writeFile(join(alice.files, 'secret.txt'), 'not for bob any more\n');
  await act(alice, 'alice: add a file after that', ['put', join(alice.files, 'secret.txt'), '/Reports'], report);
  const refusal = await refused(bob, ['get', '/@alice/Reports/secret.txt', join(bob.files, 'secret.txt')]);
  holds(refusal.exit !== 0 && refusal.message.length > 0, 'Bob reads nothing new');
  await act(alice, 'alice: check', ['check'], report);
}
