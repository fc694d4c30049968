// serial
// timeout: 600
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { leaksOf } from '../rig/confinement.ts';
import { networkNamespace, type NetworkNamespace } from '../rig/network-namespace.ts';
import { tellStory, type Step } from '../rig/story.ts';
import { startTorClient, type TorClient } from '../rig/tor-client.ts';
import { sharedTorNetwork } from '../rig/tor-shared.ts';
import { plantedIn, remains, tablesNaming } from '../rig/remains.ts';

/** Both nodes and both agents live where there is nothing but tor's sockets and their own doors. */
const test = suite('confinement of nodes and agents');
const run = promisify(execFile);

let folder: string;
let tor: TorClient;
const spaces = new Map<string, NetworkNamespace>();
const steps: Step[] = [];

test.before(async () => {
  folder = await mkdtemp(join(tmpdir(), 'uk-'));
  tor = await startTorClient(await sharedTorNetwork());
  await tor.tor.ready();
  for (const name of ['alice', 'bob', 'leak']) spaces.set(name, await networkNamespace(name, folder));
});

test.after(async () => {
  for (const space of spaces.values()) await space.remove();
  await tor.stop();
  await rm(folder, { recursive: true });
});

function space(name: string): NetworkNamespace {
  const found = spaces.get(name);
  if (found === undefined) throw new Error(`no namespace for ${name}`);
  return found;
}

test('with nothing but tor\'s sockets, two people befriend, share, read, unshare; no plaintext, name or relation is left on their nodes', async () => {
  const socks = join(tor.folder, 'tor/socks');
  await tellStory({
    folder,
    torrcArgs: () => ['--system-tor', `${socks},${tor.controlPath}`],
    accountArgs: ['--socks', socks],
    wrap: (person) => space(person).wrap,
    files: 40,
    largeBytes: 6 * 2 ** 20,
    report: (step) => { steps.push(step); },
    afterwards: async (people) => {
      const planted = await plantedIn(people);
      for (const person of [people.alice, people.bob]) assert.equal(await remains(person, planted), []);
      assert.equal(await tablesNaming(people.alice, 'bob'), ['directory'], 'the node of Alice knows Bob as a name in the directory, and no further');
      assert.equal(await tablesNaming(people.bob, 'alice'), [], 'the node of Bob has never heard of Alice');
    },
  });
  assert.ok(steps.length > 15);
});

for (const name of ['alice', 'bob']) {
  test(`no process of ${name}'s sent anything to another destination than this machine's own sockets, and no name was looked up`, async () => {
    const calls = await space(name).calls();
    assert.ok(calls.calls > 100, `only ${calls.calls} calls were traced`);
    assert.equal(leaksOf(calls), []);
    const own = [join(folder, name), tor.folder];
    assert.equal(calls.unixSockets.filter((path) => !own.some((place) => path.startsWith(place)) && !path.startsWith('/tmp/uk-')), []);
    assert.ok(calls.unixSockets.some((path) => path.startsWith(tor.folder)), 'tor was used');
  });
}

test('a planted leak is caught by the same check', async () => {
  const script = "net.connect(80, '198.51.100.1').on('error', ({ code }) => console.log(code)); dns.lookup('leak.example.com', ({ code }) => console.log(code))";
  const [program = '', ...args] = space('leak').wrap([process.execPath, '-e', script]);
  const { stdout } = await run(program, args, { timeout: 60_000 });
  assert.match(stdout, /ENETUNREACH|EHOSTUNREACH/);
  const leaks = leaksOf(await space('leak').calls());
  assert.ok(leaks.some((leak) => leak.includes('198.51.100.1')), leaks.join('; '));
  assert.ok(leaks.some((leak) => leak.startsWith('a name look-up')), leaks.join('; '));
});

test.run();
