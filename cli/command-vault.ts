import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { randomBytes } from '../crypto/index.ts';
import { WORDS } from '../social/index.ts';
import type { Invocation } from './arguments.ts';
import { ask } from './ask.ts';
import type { Fields } from './call.ts';
import { CliError, usageError } from './exit.ts';
import { agentSocket, dataFolder } from './paths.ts';
import { showVault } from './show-vault.ts';
import { confirm, terminalTalk, type Talk } from './talk.ts';

/** Ten words of 256 are 80 bits. */
const PASSWORD_WORDS = 10;
const COVERS = ['1/8', '1/4', '1/2', '1'];

export async function vault(invocation: Invocation): Promise<void> {
  await runVault(invocation, agentSocket(dataFolder(invocation.text('data'))), terminalTalk);
}

/** `vault add | status | export | cover`, from the command line or in the shell. */
export async function runVault(invocation: Invocation, socket: string, talk: Talk): Promise<void> {
  const [what = '', ...more] = invocation.positionals;
  if (more.length > (what === 'cover' ? 1 : 0)) throw usageError('There is an argument too many: underkeep vault add | status | export | cover [1/8|1/4|1/2|1]');
  const call = (name: string, args: Fields = {}): Promise<Fields> => ask(invocation, socket, name, args);
  const run = new Map([['add', add], ['status', status], ['export', exportAll], ['cover', cover]]).get(what);
  if (run === undefined) throw usageError('It is "vault add", "vault status", "vault export" or "vault cover".');
  const result = await run(invocation, call, talk);
  process.stdout.write(invocation.flag('json') ? `${JSON.stringify(result)}\n` : showVault(what, result));
}

type Ask = (name: string, args?: Fields) => Promise<Fields>;

const status = (_invocation: Invocation, call: Ask): Promise<Fields> => call('vault-status');

async function add(invocation: Invocation, call: Ask, talk: Talk): Promise<Fields> {
  const password = invocation.flag('own') ? await ownPassword(talk) : await generatedPassword(talk);
  talk.say('It goes with the next tick, as a changed password would: nothing tells the two apart. Wait until it is done.');
  return call('vault-add', { password });
}

export function generatePassword(): string {
  return Array.from(randomBytes(PASSWORD_WORDS), (byte) => WORDS[byte] ?? '').join(' ');
}

async function generatedPassword(talk: Talk): Promise<string> {
  const password = generatePassword();
  talk.say(`The password of the new vault, shown this once:\n\n    ${password}\n\nLearn it, or write it down where nobody looks. Without it the vault cannot be opened, by nobody.`);
  if (talk.terminal && await talk.secret('Type it, to be sure: ') !== password) throw usageError('That is another text; nothing was changed. Begin again with "vault add".');
  return password;
}

async function ownPassword(talk: Talk): Promise<string> {
  talk.say([
    'A password of your own can be found by guessing. Whoever runs the node holds every record of it, and needs neither your',
    'device nor your consent to try guesses, as many as money buys; together with somebody who forces the first password out',
    'of you, one right guess proves that there is a second. Ten random words cannot be guessed: "vault add" makes them.',
  ].join('\n'));
  if (talk.terminal && !await confirm(talk, 'Choose one of your own all the same?')) throw new CliError('interrupted', 'Nothing was changed.');
  return newPassword(talk, 'Password of the new vault: ');
}

async function newPassword(talk: Talk, question: string): Promise<string> {
  const password = await talk.secret(question);
  if (talk.terminal && await talk.secret('The same again: ') !== password) throw usageError('The two passwords are not the same; nothing was changed.');
  return password;
}

async function cover(invocation: Invocation, call: Ask, talk: Talk): Promise<Fields> {
  const wanted = invocation.positionals[1];
  if (wanted === undefined) return call('vault-status');
  const index = COVERS.indexOf(wanted);
  if (index < 0) throw usageError(`The cover is one of ${COVERS.join(', ')}.`);
  talk.say(`With a cover of ${wanted}, each MiB that you store takes ${['1.13', '1.25', '1.5', '2'][index] ?? ''} MiB of traffic and of your quota, for ever. The node sees the setting and when it changes, and whoever sees it may ask why.`);
  if (!invocation.flag('yes')) {
    if (!talk.terminal) throw usageError('There is no terminal to ask on; give --yes to change the cover.');
    if (!await confirm(talk, 'Change it?')) throw new CliError('interrupted', 'Nothing was changed.');
  }
  return call('vault-cover', { cover: wanted });
}

async function exportAll(invocation: Invocation, call: Ask, talk: Talk): Promise<Fields> {
  const { vaults } = await call('vault-status');
  const hidden = Array.isArray(vaults) ? vaults.length : 0;
  const node = invocation.text('to');
  const invitation = invocation.text('invitation');
  talk.say(`Everything that is open goes into a new account${node === undefined ? ' on the same node' : ''}. This one is only read.`);
  const login = (await talk.line('Login name of the new account: ')).trim();
  const passwords = [await newPassword(talk, 'Its first password: ')];
  for (let number = 1; number <= hidden; number++) {
    const given = await newPassword(talk, `Password of its hidden vault ${number} (empty: words are made): `);
    if (given === '') talk.say(`The password of hidden vault ${number}, shown this once:\n\n    ${passwords[passwords.push(generatePassword()) - 1] ?? ''}\n`);
    else passwords.push(given);
  }
  const to = node?.startsWith('unix:') === true ? `unix:${resolve(node.slice('unix:'.length))}` : node ?? null;
  return call('vault-export', { login, passwords, node: to, invitation: invitation === undefined ? null : readFileSync(invitation, 'utf8') });
}
