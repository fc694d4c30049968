// serial
import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { OnionKey } from '../../transport/index.ts';
import type { SocksEndpoint } from '../../transport/index.ts';
import { confine, leaksOf, readTrace } from '../rig/confinement.ts';
import type { NetworkCalls } from '../rig/confinement.ts';
import { startTorClient } from '../rig/tor-client.ts';
import { sharedTorNetwork } from '../rig/tor-shared.ts';
import { close, listen } from './peer.ts';

const CHECKOUT = fileURLToPath(new URL('../..', import.meta.url));

const test = suite<{ folder: string }>('confinement');

test.before.each(async (context) => {
  context.folder = await mkdtemp(join(tmpdir(), 'uk-'));
});
test.after.each(async ({ folder }) => {
  await rm(folder, { recursive: true });
});

interface Traced {
  readonly stdout: string;
  readonly stderr: string;
  readonly network: NetworkCalls;
}

async function runConfined(folder: string, args: readonly string[], readOnly: readonly string[] = []): Promise<Traced> {
  const trace = join(folder, 'trace');
  const [program = '', ...rest] = confine({ readOnly, trace })([process.execPath, ...args]);
  const [stdout, stderr] = await new Promise<[string, string]>((resolve) => {
    execFile(program, rest, { timeout: 90_000 }, (_, out, err) => resolve([out, err]));
  });
  return { stdout, stderr, network: readTrace(await readFile(trace, 'utf8')) };
}

const LEAKS: readonly (readonly [name: string, script: string, caught: RegExp])[] = [
  ['a connection to an address', "net.connect(80, '198.51.100.1').on('error', ({ code }) => console.log(code))", /connect to 198\.51\.100\.1, port 80/],
  ['a connection over IPv6', "net.connect(80, '2001:db8::1').on('error', ({ code }) => console.log(code))", /connect to 2001:db8::1, port 80/],
  ['a datagram', "dgram.createSocket('udp4').send('x', 9, '198.51.100.1', function (error) { console.log(error.code); this.close() })", /send\w+ to 198\.51\.100\.1, port 9/],
  ["a name for the system's resolver", "dns.lookup('leak.example.com', ({ code }) => console.log(code))", /a name look-up at/],
  ["a name for Node's own resolver", "new dns.Resolver({ tries: 1, timeout: 500 }).resolve4('leak.example.com', ({ code }) => console.log(code))", /a name look-up at/],
  ['a fetch', "fetch('http://leak.example.com/').catch(({ cause }) => console.log(cause.code))", /a name look-up at/],
  ['an onion name for the system', "http.get('http://leak.onion/').on('error', ({ code }) => console.log(code))", /a name look-up at/],
];

for (const [name, script, caught] of LEAKS) {
  test(`a planted leak is caught, and gets nowhere: ${name}`, async ({ folder }) => {
    const { stdout, stderr, network } = await runConfined(folder, ['-e', script]);
    assert.match(stdout, /^E[A-Z]+/, stderr);
    assert.ok(leaksOf(network).some((leak) => caught.test(leak)), `${JSON.stringify(leaksOf(network))} of ${network.calls} calls`);
  });
}

test('of what is not given, nothing is there', async ({ folder }) => {
  const { stdout } = await runConfined(folder, ['-e', "console.log(fs.existsSync('/root/.profile'), fs.existsSync('/home'), fs.readdirSync('/tmp').filter((name) => !process.argv[1].startsWith('/tmp/' + name)).length, Object.keys(os.networkInterfaces()))", CHECKOUT]);
  // The one that is there holds the trace; a checkout may lie beside it.
  assert.match(stdout, /^false false 1 \[/);
});

test('a fetch from an onion service touches tor\'s socket alone', async ({ folder }) => {
  const network = await sharedTorNetwork();
  const client = await startTorClient(network);
  const door = join(client.folder, 'door');
  const server = await listen(async () => new Response('hidden'), { path: door });
  try {
    const onion = await client.tor.publish({ key: OnionKey.generate(), socketPath: door });
    await onion.published();
    const socks = pathOf(client.tor.socks);
    const script = fileURLToPath(new URL('./confined-fetch.ts', import.meta.url));
    const run = await runConfined(folder, [script, socks, `http://${onion.address}/`], [socks]);
    assert.is(run.stdout, 'hidden', run.stderr);
    assert.equal(leaksOf(run.network), []);
    assert.equal(run.network.destinations, []);
    assert.equal([...new Set(run.network.unixSockets)], [socks]);

    const refused = await runConfined(folder, [script, socks, 'http://leak.example.com/'], [socks]);
    assert.match(refused.stderr, /bad-address/);
    assert.equal(leaksOf(refused.network), []);
    assert.equal(refused.network.unixSockets, []);
  } finally {
    await client.stop();
    await close(server);
    await network.stop();
  }
});

function pathOf(socks: SocksEndpoint): string {
  return 'path' in socks ? socks.path : '';
}

test.run();
