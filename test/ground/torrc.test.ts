import { spawn, spawnSync } from 'node:child_process';
import { chmodSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { plant } from '../runner/tree.ts';

const example = join(import.meta.dirname, '../../torrc.example');
const text = readFileSync(example, 'utf8');

async function ask(socket: string, question: string): Promise<string> {
  const control = connect(socket).setEncoding('utf8');
  control.end(question);
  let answer = '';
  for await (const chunk of control) answer += String(chunk);
  return answer;
}

test('tor takes torrc.example as it stands', () => {
  const { status, stdout } = spawnSync('tor', ['--verify-config', '-f', example], { encoding: 'utf8' });
  assert.is(status, 0, stdout);
});

test('tor takes its commented options too', () => {
  const lib = plant({ 'tor/onion-auth/.keep': '' });
  for (const path of ['tor', 'tor/onion-auth']) chmodSync(join(lib, path), 0o700);
  const lines = text.replace(/^# ((?:ClientOnionAuthDir|HiddenService\w+) )/gm, '$1').replaceAll('/var/lib/', `${lib}/`);
  const folder = plant({ torrc: lines });
  const { status, stdout } = spawnSync('tor', ['--verify-config', '-f', join(folder, 'torrc'), '--DataDirectory', join(folder, 'data')], { encoding: 'utf8' });
  assert.is(status, 0, stdout);
});

test('a tor that runs on it, in a folder as Debian makes it, gives group access to the control socket and the cookie', async () => {
  const folder = plant({ 'run/.keep': '' });
  chmodSync(join(folder, 'run'), 0o2755);
  writeFileSync(join(folder, 'torrc'), text.replaceAll('/run/tor/', `${folder}/run/`));
  const tor = spawn('tor', ['-f', join(folder, 'torrc'), '--DataDirectory', join(folder, 'data'), '--DisableNetwork', '1'], { stdio: 'ignore' });
  const ended = new Promise((resolve) => tor.once('exit', resolve));
  try {
    const socket = join(folder, 'run/underkeep-control.sock');
    let answer = '';
    for (let turn = 0; turn < 100 && answer === ''; turn++) answer = await ask(socket, 'PROTOCOLINFO 1\r\nQUIT\r\n').catch(() => sleep(100, ''));
    assert.match(answer, /METHODS=COOKIE,SAFECOOKIE COOKIEFILE=/);
    assert.is(statSync(socket).mode & 0o777, 0o660);
    assert.is(statSync(join(folder, 'run/control.authcookie')).mode & 0o777, 0o640);
  } finally {
    tor.kill('SIGKILL');
    await ended;
  }
});

test.run();
