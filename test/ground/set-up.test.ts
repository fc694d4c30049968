/**
 * The set-up on a small checkout of its own, with the real sh, npm, flock and lockfile. It runs under bubblewrap, where everything but the
 * checkout is read-only, /usr/sbin is a folder of the test's, and PATH holds the few tools that the set-up may need and nothing else.
 * apt-get alone is a stand-in, which notes what it was asked.
 */
import { spawnSync } from 'node:child_process';
import { copyFileSync, cpSync, existsSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { plant, type Files } from '../runner/tree.ts';

const root = join(import.meta.dirname, '../..');
const arch = `node-linux-${process.arch}`;
const tor = (version: string): string => `#!/bin/sh\necho "Tor version ${version}."\n`;
const program = '#!/bin/sh\n';

const tools = 'sh cat sed grep sort head tail id mktemp rm mv chmod dirname readlink sha256sum uname flock npm node'.split(' ');

/** A folder with links to the tools, as the only PATH. */
const toolFolder = plant({});
for (const tool of tools) {
  const found = spawnSync('sh', ['-c', `command -v ${tool}`], { encoding: 'utf8' }).stdout.trim();
  symlinkSync(found, join(toolFolder, tool));
}

/** Notes its arguments and what policy-rc.d said meanwhile, and installs `got`, a tor. `install` fails until `update` when `needsUpdate`. */
const aptGet = (got: string, needsUpdate = false): string => `#!/bin/sh
here=$(dirname -- "$0")
echo "$*" >>"$here/../apt.log"
case "$*" in *update*) : >"$here/../updated"; exit 0 ;; esac
${needsUpdate ? '[ -e "$here/../updated" ] || exit 100' : ''}
/usr/sbin/policy-rc.d tor start; echo "policy $?" >>"$here/../apt.log"
printf '%s' '${got}' >"$here/tor"; chmod 755 "$here/tor"
`;

interface Result {
  readonly code: number | null;
  readonly said: string;
}

interface Machine {
  readonly folder: string;
  readonly policy: string;
  /** What apt-get was asked, a line a call, and what policy-rc.d answered meanwhile. */
  readonly log: () => string;
  /** Runs a command in the sandbox, as root unless told otherwise; the set-up unless told otherwise. */
  readonly setUp: (script?: string, uid?: number) => Result;
  readonly changeLockfile: () => void;
}

/** A machine that has these programs beside the tools, and a checkout that was never set up. */
function freshMachine(programs: Files): Machine {
  const manifest = { name: 'small', version: '1.0.0', dependencies: { [arch]: 'file:pinned' } };
  const pinned = { name: arch, version: '1.0.0' };
  const packages = { '': manifest, [`node_modules/${arch}`]: { resolved: 'pinned', link: true }, pinned };
  const folder = plant({
    'package.json': JSON.stringify(manifest),
    'package-lock.json': JSON.stringify({ name: 'small', version: '1.0.0', lockfileVersion: 3, requires: true, packages }),
    'pinned/package.json': JSON.stringify(pinned),
    'pinned/bin/node': program,
    'sbin/.keep': '',
    'programs/bin/.keep': '',
    ...Object.fromEntries(Object.entries(programs).map(([name, text]) => [`programs/bin/${name}`, text])),
  });
  mkdirSync(join(folder, 'bin'));
  copyFileSync(join(root, 'bin/set-up'), join(folder, 'bin/set-up'));
  const lockfile = join(folder, 'package-lock.json');
  const log = join(folder, 'programs/apt.log');
  const env = { PATH: [join(folder, 'node_modules/.bin'), join(folder, 'programs/bin'), toolFolder].join(':'), HOME: folder, TMPDIR: folder, CI: 'true' };
  const mounts = ['--ro-bind', '/', '/', '--dev-bind', '/dev', '/dev', '--bind', folder, folder, '--bind', join(folder, 'sbin'), '/usr/sbin'];
  return {
    folder,
    policy: join(folder, 'sbin/policy-rc.d'),
    log: () => (existsSync(log) ? readFileSync(log, 'utf8') : ''),
    setUp: (script = 'sh bin/set-up', uid = 0) => {
      const user = ['--unshare-user', '--uid', String(uid), '--gid', String(uid)];
      const command = [...mounts, ...user, 'sh', '-c', script];
      const { status, stdout, stderr } = spawnSync('/usr/bin/bwrap', command, { cwd: folder, env, encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] });
      return { code: status, said: stdout + stderr };
    },
    changeLockfile: () => writeFileSync(lockfile, `${readFileSync(lockfile, 'utf8')}\n`),
  };
}

const prepared = freshMachine({ tor: tor('0.4.9.1') });
prepared.setUp();

/** The same, with the node modules there already. */
function machine(programs: Files): Machine {
  const made = freshMachine(programs);
  cpSync(join(prepared.folder, 'node_modules'), join(made.folder, 'node_modules'), { recursive: true, verbatimSymlinks: true });
  return made;
}

test('a fresh checkout gets the modules of its lockfile, and the second time nothing is done or said', () => {
  const { folder, setUp } = freshMachine({ tor: tor('0.4.9.1') });
  const first = setUp();
  assert.is(first.code, 0, first.said);
  assert.match(first.said, /fetching the node modules/);
  assert.ok(existsSync(join(folder, 'node_modules', arch, 'bin/node')));
  assert.equal(setUp(), { code: 0, said: '' });
});

test('a changed lockfile is followed, but not beside a program of the old modules', () => {
  const { folder, setUp, changeLockfile } = machine({ tor: tor('0.4.9.1') });
  copyFileSync('/bin/sleep', join(folder, 'node_modules/sleep'));
  changeLockfile();
  const refused = setUp('node_modules/sleep 60 & sh bin/set-up; code=$?; kill $!; echo "it was process $!"; exit $code');
  assert.is(refused.code, 1);
  const pid = /it was process (\d+)/.exec(refused.said)?.[1] ?? 'none';
  assert.ok(refused.said.includes(`process ${pid} still runs from ${folder}/node_modules`), refused.said);
  assert.match(setUp().said, /fetching/);
  assert.not(existsSync(join(folder, 'node_modules/sleep')));
});

test('two set-ups at the same time fetch once', () => {
  const { setUp } = freshMachine({ tor: tor('0.4.9.1') });
  const { code, said } = setUp('sh bin/set-up & sh bin/set-up; code=$?; wait $! && exit $code');
  assert.is(code, 0, said);
  assert.is(said.match(/fetching/g)?.length, 1);
});

test('root without a terminal gets a missing tor, no service may start meanwhile, and the policy is gone afterwards', () => {
  const { log, policy, setUp } = machine({ 'apt-get': aptGet(tor('0.4.9.11')) });
  const { code, said } = setUp();
  assert.is(code, 0, said);
  assert.match(log(), /install -y --no-install-recommends tor\npolicy 101\n$/);
  assert.not(existsSync(policy));
  assert.equal(setUp(), { code: 0, said: '' });
});

test('a tor that is too old is replaced, and a policy that was there before is there again afterwards', () => {
  const { log, policy, setUp } = machine({ tor: tor('0.4.8.12'), 'apt-get': aptGet(tor('0.4.9.11')) });
  writeFileSync(policy, '#!/bin/sh\nexit 42\n');
  assert.is(setUp().code, 0);
  assert.match(log(), /policy 101/);
  assert.is(readFileSync(policy, 'utf8'), '#!/bin/sh\nexit 42\n');
});

test('what a killed set-up left of its policy is mended by the next', () => {
  const { folder, policy, setUp } = machine({ 'apt-get': aptGet(tor('0.4.9.11')) });
  writeFileSync(policy, '#!/bin/sh\n# underkeep set-up, cut short\nexit 101\n');
  writeFileSync(join(folder, 'sbin/policy-rc.d.underkeep-saved'), '#!/bin/sh\nexit 42\n');
  assert.is(setUp().code, 0);
  assert.is(readFileSync(policy, 'utf8'), '#!/bin/sh\nexit 42\n');
});

test('the package lists are fetched once, and only when they are needed', () => {
  const { log, setUp } = machine({ 'apt-get': aptGet(tor('0.4.9.11'), true) });
  assert.is(setUp().code, 0);
  assert.equal(log().match(/update|policy 101/g), ['update', 'policy 101']);
});

test('a distribution that only has an older tor is named as the reason', () => {
  const { setUp, policy } = machine({ 'apt-get': aptGet(tor('0.4.8.12')) });
  const { code, said } = setUp();
  assert.is(code, 1);
  assert.match(said, /this distribution gives tor 0\.4\.8\.12, and 0\.4\.9 or newer is needed/);
  assert.not(existsSync(policy));
});

test('for the tests, the programs that they run for real are fetched in the same call', () => {
  const { log, setUp } = machine({ tor: tor('0.4.9.1'), strace: program, 'apt-get': aptGet(tor('0.4.9.1')) });
  const { code, said } = setUp('sh bin/set-up --for-tests');
  assert.is(code, 1);
  assert.match(log(), /install -y --no-install-recommends chromium bubblewrap iproute2\n/);
  assert.match(said, /still missing after apt-get: chromium bubblewrap iproute2/);
});

test('who is not root, and on no terminal, is told exactly what to type', () => {
  const { log, setUp } = machine({ tor: tor('0.4.8.12'), 'apt-get': aptGet(tor('0.4.9.11')) });
  const { code, said } = setUp(undefined, 1000);
  assert.is(code, 1);
  assert.ok(said === 'underkeep: missing or too old: tor. Type this, then try again: sudo apt-get install tor\n', said);
  assert.is(log(), '');
});

test('without apt-get the missing packages are named', () => {
  const { code, said } = machine({}).setUp();
  assert.is(code, 1);
  assert.match(said, /missing: tor \(these are Debian's names; tor 0\.4\.9 or newer\)/);
});

test('an argument that it does not know is refused', () => {
  assert.match(machine({}).setUp('sh bin/set-up --test').said, /unknown argument --test/);
});

test.run();
