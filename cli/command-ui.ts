import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { brotliDecompressSync, gunzipSync } from 'node:zlib';
import { carriers, loopbackCarrier, noCarrier, parseNodeUrl, parseSocksEndpoint, torCarrier, type Carrier } from '../transport/index.ts';
import type { CarrierFetch } from '../wire/index.ts';
import type { Invocation } from './arguments.ts';
import { finish } from './ask.ts';
import { CliError, usageError } from './exit.ts';
import { nodeSocket, nodeStatus } from './local-door.ts';
import { dataFolder } from './paths.ts';

const DIST = join(import.meta.dirname, '../ui/dist');
const FILE_MAX = 16 * 1024 * 1024;
/** As browsers ask, compressed and not: an altered file may be kept for them alone. */
const ENCODINGS = ['br', 'gzip', 'identity'] as const;
/** What Tor Browser says of itself, so that a node cannot tell by that who asks. */
const HEADERS = {
  'user-agent': 'Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:140.0) Gecko/20100101 Firefox/140.0',
  'accept': 'text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8',
  'accept-language': 'en-US,en;q=0.5',
};

interface Listed {
  readonly name: string;
  readonly sha256: string;
}

/** `ui verify URL`: holds the page that a node serves against this checkout's own build, byte for byte. */
export async function ui(invocation: Invocation): Promise<void> {
  if (invocation.argument(0) !== 'verify') throw usageError('underkeep ui verify URL');
  const node = parseNodeUrl(invocation.argument(1));
  if (node.kind === 'unix') throw usageError('"ui verify" takes the address of a page: http://….onion or http://localhost:PORT.');
  const own = ownFiles();
  const carrier = carriers({ local: loopbackCarrier(), tor: await torOf(invocation) });
  try {
    const fetch = carrier.fetchFor({ account: 'page check', purpose: 'verify', peer: node.base });
    const altered: string[] = [];
    for (const { name, sha256 } of own) if (!(await isSame(fetch, node.base, name, sha256))) altered.push(name);
    if (altered.length > 0) {
      throw new CliError('altered', `The page of this node is not the one of this checkout: ${altered.join(', ')} ${altered.length === 1 ? 'differs' : 'differ'}. Do not type a password into it, unless you know that it is another release.`);
    }
    finish(invocation, { files: own.length, same: true });
  } finally {
    await carrier.close();
  }
}

/** The manifest counts as a file too: what it names beyond these would be other scripts. */
function ownFiles(): Listed[] {
  let manifest: Buffer;
  try {
    manifest = readFileSync(join(DIST, 'manifest.json'));
  } catch {
    throw new CliError('not-built', 'This checkout has no page to compare with; run "npm start" in it once.');
  }
  const { files } = JSON.parse(manifest.toString('utf8')) as { files: Listed[] };
  return [...files, { name: 'manifest.json', sha256: hash(manifest) }];
}

async function isSame(fetch: CarrierFetch, base: string, name: string, sha256: string): Promise<boolean> {
  for (const encoding of ENCODINGS) {
    const response = await fetch(`${base}/${name === 'index.html' ? '' : name}`, { method: 'GET', headers: { ...HEADERS, 'accept-encoding': encoding } });
    const parts: Uint8Array[] = [];
    let length = 0;
    for await (const part of response.body) {
      length += part.length;
      if (length > FILE_MAX) return false;
      parts.push(part);
    }
    const plain = response.status === 200 ? decoded(Buffer.concat(parts), response.header('content-encoding')) : null;
    if (plain === null || hash(plain) !== sha256) return false;
  }
  return true;
}

/** null for what a browser could not read either. */
function decoded(bytes: Buffer, encoding: string | null): Buffer | null {
  try {
    if (encoding === 'br') return brotliDecompressSync(bytes, { maxOutputLength: FILE_MAX });
    if (encoding === 'gzip') return gunzipSync(bytes, { maxOutputLength: FILE_MAX });
    return encoding === null || encoding === 'identity' ? bytes : null;
  } catch {
    return null;
  }
}

function hash(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex');
}

/** Given by the person, or that of the data folder's node. */
async function torOf(invocation: Invocation): Promise<Carrier> {
  const given = invocation.text('socks');
  if (given !== undefined) return torCarrier({ socks: parseSocksEndpoint(given) });
  const status = await nodeStatus({ socketPath: nodeSocket(dataFolder(invocation.text('data'))) }).catch(() => null);
  const socks: unknown = status?.['socks'];
  return typeof socks === 'string' ? torCarrier({ socks: parseSocksEndpoint(socks) }) : noCarrier('No tor is known: give --socks, or start a node');
}
