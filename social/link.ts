import { cellKey, concat, DEFAULT_SCRYPT, fromBase64url, hkdf, openCell, parsePublicKey, scrypt, toBase64url, utf8, type CellKey, type PublicKey } from '../crypto/index.ts';
import { decodeEntry, encodeEntry, readOnly, type Entry } from '../files/index.ts';
import { Space } from '../node/index.ts';
import { padState, unpadState, type Connect } from '../vault/index.ts';
import { label, WireError, type Label } from '../wire/index.ts';
import { SocialError } from './error.ts';
import { parseHost, type HostUrl } from './host.ts';

const NOTHING = new Uint8Array(0);
const WITH_PASSWORD = 1;

/** What a link's text says. The part behind `#` is never sent. */
export interface LinkText {
  /** null: the node that is asked anyway. */
  readonly host: HostUrl | null;
  readonly space: PublicKey;
  /** 32 bytes. */
  readonly key: Uint8Array;
  readonly password: boolean;
}

/** `<host>/#v1.<base64url(space 32 ‖ key 32 ‖ flags 1)>`, or `v1.…` alone where there is no host. Flag 1: a password is needed. */
export function formatLink({ host, space, key, password }: LinkText): string {
  const text = `v1.${toBase64url(concat(space, key, Uint8Array.of(password ? WITH_PASSWORD : 0)))}`;
  return host === null ? text : `${host}/#${text}`;
}

/** Throws 'bad-link'. */
export function parseLink(link: string): LinkText {
  const match = /^(?:(http:\/\/[^/#]{1,80})\/?#)?v1\.([A-Za-z0-9_-]{87})$/.exec(link.trim());
  try {
    const bytes = fromBase64url(match?.[2] ?? '');
    const flags = bytes[64];
    if (bytes.length !== 65 || flags === undefined || flags > WITH_PASSWORD) throw new RangeError('not a link of this version');
    const host = match?.[1] === undefined ? null : parseHost(match[1]);
    return { host, space: parsePublicKey(bytes.slice(0, 32)), key: bytes.slice(32, 64), password: flags === WITH_PASSWORD };
  } catch (error) {
    throw new SocialError('bad-link', 'This is not a whole link of Underkeep: http://<56 characters>.onion/#v1.… ; copy it again.', { cause: error });
  }
}

/** Where a link's one cell lies in its space, and what seals it. */
export interface LinkCell {
  readonly label: Label;
  readonly cell: CellKey;
}

/** With a password both depend on it too, through scrypt under a salt that only the link's holders can compute. */
export async function linkCell(key: Uint8Array, password: string | null): Promise<LinkCell> {
  const context = password === null ? NOTHING : await scrypt(utf8(password.normalize('NFC')), hkdf(key, 'underkeep/link-salt/1', NOTHING, 32), DEFAULT_SCRYPT);
  return {
    label: label(hkdf(key, 'underkeep/link-label/1', context, 32)),
    cell: cellKey(hkdf(key, 'underkeep/link-key/1', context, 32)),
  };
}

/** What the cell holds: the entry, for reading, on the link's own node. */
export function linkContent(entry: Entry): Uint8Array {
  return padState(encodeEntry(readOnly({ ...entry, exposed: false }, null)));
}

function contentOf(plaintext: Uint8Array, host: HostUrl | null): Entry {
  const entry = decodeEntry(unpadState(plaintext));
  if (entry.target === null || entry.target.node !== null) throw new SocialError('bad-link', 'What this link leads to is malformed; nothing was opened.');
  return readOnly({ ...entry, exposed: false }, host);
}

/** The ways to nodes that opening a link takes: no account, no session. */
export type LinkConnect = Pick<Connect, 'node'> & Partial<Pick<Connect, 'home'>>;

export interface OpenOptions {
  readonly password?: string;
  /** Base URL of the node to ask where the link names none. */
  readonly host?: string;
  readonly signal?: AbortSignal;
}

/** The entry that a link leads to, in one round trip. Throws 'bad-link', 'password-needed', 'wrong-password', 'link-expired'. */
export async function openLink(text: string, connect: LinkConnect, options: OpenOptions = {}): Promise<Entry> {
  const link = parseLink(text);
  if (link.password && options.password === undefined) throw new SocialError('password-needed', 'This link needs its password; whoever gave you the link has it.');
  const url = link.host ?? options.host;
  const client = url === undefined ? connect.home : connect.node(url, 'link');
  if (client === undefined) throw new SocialError('bad-link', 'This link does not say on which node it is; give the node too.');
  const place = await linkCell(link.key, link.password ? options.password ?? '' : null);
  const plaintext = await readLink(new Space({ client, writer: link.space }), place, options.signal);
  if (plaintext !== null) return contentOf(plaintext, link.host ?? onionOf(options.host));
  throw link.password
    ? new SocialError('wrong-password', 'The link\'s password is wrong; nothing was opened.')
    : new SocialError('bad-link', 'This link leads to nothing; copy it again.');
}

/** A local door is the home node's own: what it holds has no other address. */
function onionOf(url: string | undefined): HostUrl | null {
  return url?.endsWith('.onion') === true ? parseHost(url) : null;
}

async function readLink(space: Space, { label, cell }: LinkCell, signal?: AbortSignal): Promise<Uint8Array | null> {
  try {
    const [stored] = await space.read([label], signal === undefined ? {} : { signal });
    return stored?.sealed === null || stored?.sealed === undefined ? null : await openCell(cell, stored.sealed);
  } catch (error) {
    if (!(error instanceof WireError) || !['link-spent', 'retired', 'unknown-space'].includes(error.code)) throw error;
    throw new SocialError('link-expired', 'This link has expired, was opened as often as it may be, or was withdrawn.', { cause: error });
  }
}
