import { sha3_256 } from '@noble/hashes/sha3.js';
import { concat, equalBytes, fromBase32, toBase32, utf8 } from '../crypto/index.ts';
import type { Brand } from '../crypto/index.ts';
import { TransportError } from './errors.ts';
import { checkSocketPath } from './socket-path.ts';

/** A version 3 onion address, `<56 base32 characters>.onion` in lower case, its version and checksum checked. */
export type OnionAddress = Brand<string, 'OnionAddress'>;

const VERSION = Uint8Array.of(3);
const CHECKSUM_PREFIX = utf8('.onion checksum');

/** The address of a service's Ed25519 key (32 bytes): rend-spec-v3, section 6, "Encoding onion addresses". */
export function onionAddress(publicKey: Uint8Array): OnionAddress {
  return `${toBase32(concat(publicKey, checksum(publicKey), VERSION))}.onion` as OnionAddress;
}

/** Reads an onion address in either case. Throws TransportError('bad-address') for anything but a valid version 3 one. */
export function parseOnionAddress(text: string): OnionAddress {
  const match = /^([a-z2-7]{56})\.onion$/.exec(text.toLowerCase());
  if (match?.[1] === undefined) throw badOnion('it is not 56 letters and digits followed by ".onion"');
  const bytes = fromBase32(match[1]);
  const publicKey = bytes.subarray(0, 32);
  if (bytes[34] !== 3) throw badOnion('it is not of version 3');
  if (!equalBytes(bytes.subarray(32, 34), checksum(publicKey))) throw badOnion('its checksum does not fit, so a character is wrong');
  return match[0] as OnionAddress;
}

/** Where a node can be reached. `base` and a path that begins with `/` make a request URL. */
export type NodeUrl =
  | { readonly kind: 'onion'; readonly address: OnionAddress; readonly base: string }
  | { readonly kind: 'local'; readonly host: '127.0.0.1' | '::1'; readonly port: number; readonly base: string }
  | { readonly kind: 'unix'; readonly path: string; readonly base: string };

/**
 * Reads a node's URL: `http://<onion>`, `http://localhost:PORT`, `http://127.0.0.1:PORT`, `http://[::1]:PORT` or
 * `unix:/absolute/path`. Throws TransportError('bad-address') for everything else: there is no way to the clearnet.
 */
export function parseNodeUrl(text: string): NodeUrl {
  const unix = /^unix:(\/[^:\0\r\n]+):?$/.exec(text);
  if (unix?.[1] !== undefined) return unixNode(unix[1]);
  return httpNode(text.endsWith('/') ? text.slice(0, -1) : text);
}

/** Cuts a request URL in the node it goes to and the path with its query. Throws TransportError('bad-address'). */
export function parseRequestUrl(text: string): { readonly node: NodeUrl; readonly path: string } {
  const unix = /^unix:(\/[^:\0\r\n]+):(\/[!"$-~]*)$/.exec(text);
  if (unix?.[1] !== undefined && unix[2] !== undefined) return { node: unixNode(unix[1]), path: unix[2] };
  const http = /^(http:\/\/[^/?#]+)(\/[!"$-~]*)$/.exec(text);
  if (http?.[1] === undefined || http[2] === undefined) throw refused();
  return { node: httpNode(http[1]), path: http[2] };
}

function unixNode(path: string): NodeUrl {
  checkSocketPath(path, "The node's socket path");
  return { kind: 'unix', path, base: `unix:${path}:` };
}

function httpNode(text: string): NodeUrl {
  const onion = /^http:\/\/([^/:@?#]+\.onion)(?::80)?$/i.exec(text);
  if (onion?.[1] !== undefined) {
    const address = parseOnionAddress(onion[1]);
    return { kind: 'onion', address, base: `http://${address}` };
  }
  const local = /^http:\/\/(localhost|127\.0\.0\.1|\[::1\]):([1-9]\d{0,4})$/.exec(text);
  const port = Number(local?.[2]);
  if (local === null || !(port <= 65535)) throw refused();
  // Numbers only from here on, so that no resolver is ever asked for "localhost".
  return local[1] === '[::1]'
    ? { kind: 'local', host: '::1', port, base: `http://[::1]:${port}` }
    : { kind: 'local', host: '127.0.0.1', port, base: `http://127.0.0.1:${port}` };
}

function checksum(publicKey: Uint8Array): Uint8Array {
  return sha3_256(concat(CHECKSUM_PREFIX, publicKey, VERSION)).subarray(0, 2);
}

function badOnion(why: string): TransportError {
  return new TransportError('bad-address', `This is not a valid onion address: ${why}; copy it again from its source.`);
}

function refused(): TransportError {
  return new TransportError(
    'bad-address',
    'Underkeep goes to onion services and to this machine alone; give http://<56 characters>.onion, http://localhost:PORT or unix:/path.',
  );
}
