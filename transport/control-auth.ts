import { readFile } from 'node:fs/promises';
import { concat, equalBytes, fromHex, hmacSha256, randomBytes, toHex, utf8 } from '../crypto/index.ts';
import { ControlCommand, token } from './control-command.ts';
import { keyValues } from './control-reply.ts';
import type { ControlReply } from './control-reply.ts';
import { TransportError } from './errors.ts';

type Send = (command: ControlCommand) => Promise<ControlReply>;

const COOKIE_BYTES = 32;

/**
 * Authenticates a fresh control connection: nothing where tor wants nothing, else SAFECOOKIE (control-spec 3.24), which
 * never hands the cookie to whatever answers. Throws TransportError('tor-control').
 */
export async function authenticate(send: Send): Promise<void> {
  const info = await send(ControlCommand.of('PROTOCOLINFO', token('1')));
  const line = info.lines.find(({ text }) => text.startsWith('AUTH '));
  const pairs = keyValues(line?.text ?? '');
  const methods = (pairs.get('METHODS') ?? '').split(',');
  const cookieFile = pairs.get('COOKIEFILE');
  if (methods.includes('NULL')) return accept(await send(ControlCommand.of('AUTHENTICATE')));
  if (!methods.includes('SAFECOOKIE') || cookieFile === undefined) {
    throw new TransportError('tor-control', 'Tor\'s control port does not offer its cookie; add "CookieAuthentication 1" to the torrc (see torrc.example).');
  }
  await safeCookie(send, await readCookie(cookieFile));
}

async function safeCookie(send: Send, cookie: Uint8Array): Promise<void> {
  const clientNonce = randomBytes(32);
  const challenge = await send(ControlCommand.of('AUTHCHALLENGE', token('SAFECOOKIE'), token(toHex(clientNonce))));
  const pairs = keyValues(challenge.lines[0]?.text ?? '');
  const serverHash = hexField(pairs.get('SERVERHASH'));
  const serverNonce = hexField(pairs.get('SERVERNONCE'));
  const nonces = concat(cookie, clientNonce, serverNonce);
  const expected = hmacSha256(utf8('Tor safe cookie authentication server-to-controller hash'), nonces);
  if (!equalBytes(expected, serverHash)) {
    throw new TransportError('tor-control', "What answers at Tor's control socket does not know Tor's cookie, so it is not this tor; see that the right socket was given.");
  }
  const proof = hmacSha256(utf8('Tor safe cookie authentication controller-to-server hash'), nonces);
  accept(await send(ControlCommand.of('AUTHENTICATE', token(toHex(proof)))));
}

async function readCookie(path: string): Promise<Uint8Array> {
  const cookie = await readFile(path).catch(() => undefined);
  if (cookie?.length !== COOKIE_BYTES) {
    throw new TransportError('tor-control', "Tor's cookie file cannot be read; let this user's group read it (CookieAuthFileGroupReadable 1, see torrc.example).");
  }
  return new Uint8Array(cookie);
}

function hexField(value: string | undefined): Uint8Array {
  if (value === undefined || !/^[0-9A-Fa-f]{64}$/.test(value)) throw refused();
  return fromHex(value.toLowerCase());
}

function accept(reply: ControlReply): void {
  if (reply.code !== 250) throw refused();
}

function refused(): TransportError {
  return new TransportError('tor-control', 'Tor refused the control cookie; restart tor, so that it writes a new one, then try again.');
}
