import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { COMMANDS } from '../../cli/command-list.ts';
import { underkeep } from '../rig/cli.ts';

const env = { UNDERKEEP_DATA: '/tmp/uk-there-is-no-such-folder' };

test('without arguments it shows a short help', async () => {
  const { code, stdout } = await underkeep([]);
  assert.is(code, 0);
  for (const { name } of COMMANDS) assert.match(stdout, new RegExp(`^  ${name} `, 'm'));
});

test('every command has a help with an example of itself', async () => {
  const commands = ['up', 'sign-up', 'put', 'link', 'check'];
  for (const name of commands) {
    const { code, stdout } = await underkeep([name, '--help']);
    assert.is(code, 0, name);
    assert.match(stdout, `underkeep ${name}`);
    assert.match(stdout, '--json');
  }
  for (const { name, example } of COMMANDS) assert.match(example, `underkeep ${name}`);
});

test('what is not understood is named, and exits with 2', async () => {
  const cases: [string[], RegExp][] = [
    [['frobnicate'], /no command frobnicate/],
    [['ls', '--colour'], /'--colour'/],
    [['--colour', 'ls'], /--colour/],
    [['put', 'only-one'], /argument is missing/],
    [['ls', 'a', 'b'], /argument too many/],
    [['share', '/a'], /--with NAME is missing/],
    [['unlock', 'alice', '--idle', 'soon'], /--idle takes a number/],
    [['up', '--carrier', 'pigeon'], /--carrier takes/],
    [['up', '--port', '99999'], /--port takes/],
    [['up', '--torrc-extra', '/no/such/file'], /--torrc-extra is not there/],
    [['up', '--system-tor', '9050'], /--system-tor takes/],
    [['link', '/a', '--expires', 'yesterday'], /--expires takes/],
    [['put', '--data'], /'--data/],
  ];
  for (const [args, message] of cases) {
    const { code, stderr, stdout } = await underkeep(args, { env });
    assert.is(code, 2, args.join(' '));
    assert.match(stderr, message);
    assert.is(stderr.trim().split('\n').length, 1, stderr);
    assert.is(stdout, '');
  }
});

test('with --json an error is one object on standard output', async () => {
  const { code, stdout, stderr } = await underkeep(['ls', '--colour', '--json'], { env });
  assert.is(code, 2);
  assert.is(stderr, '');
  assert.is((JSON.parse(stdout) as { error: { code: string } }).error.code, 'usage');
});

test('without an agent commands say how to unlock, and exit with 3', async () => {
  for (const args of [['ls'], ['put', '.', '/'], ['whoami'], ['friends'], ['check']]) {
    const { code, stderr } = await underkeep(args, { env });
    assert.is(code, 3, args.join(' '));
    assert.match(stderr, 'underkeep unlock NAME');
  }
});

test('without a node status, sign-up and invite say how to start one', async () => {
  const status = await underkeep(['status'], { env });
  assert.is(status.code, 0);
  assert.match(status.stdout, 'underkeep up');
  const invite = await underkeep(['invite'], { env });
  assert.is(invite.code, 5);
  assert.match(invite.stderr, 'underkeep up');
});

test('a node joins the network of an onion, and of nothing else', async () => {
  for (const url of ['https://example.com', 'http://127.0.0.1:8642', 'alice']) {
    const { code, stderr } = await underkeep(['up', '--join', url], { env });
    assert.is(code, 2, url);
    assert.match(stderr, 'onion');
  }
});

test('a password is never asked for where there is no terminal', async () => {
  const { code, stderr } = await underkeep(['unlock', 'alice'], { env });
  assert.is(code, 2);
  assert.match(stderr, '--password-file');
});

test.run();
