import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';

const TYPES: ReadonlyMap<string, string> = new Map([
  ['html', 'text/html; charset=utf-8'],
  ['js', 'text/javascript; charset=utf-8'],
  ['css', 'text/css; charset=utf-8'],
  ['json', 'application/json'],
  ['svg', 'image/svg+xml'],
  ['wasm', 'application/wasm'],
  ['woff2', 'font/woff2'],
]);
const NAME = /^(?:[\w-]+\.html|assets\/[\w-]+(?:\.[\w-]+)*\.(?:js|css|svg|json|wasm|woff2))$/;

type Encoding = 'br' | 'gzip';

/** One file of the page, as it is and as the build compressed it. */
export interface PageFile {
  readonly type: string;
  /** A name with a hash in it never means other bytes. */
  readonly immutable: boolean;
  readonly plain: Uint8Array;
  readonly packed: ReadonlyMap<Encoding, Uint8Array>;
}

/** Names from the manifest, and nothing else, exist: no path is ever built from a request. */
export type PageFiles = ReadonlyMap<string, PageFile>;

/** Reads what `bin/build-ui.ts` made, and holds each file to its sum. null where there is none, or where it is not what its manifest says. */
export async function loadPage(folder: string): Promise<PageFiles | null> {
  try {
    const manifest = await readFile(join(folder, 'manifest.json'));
    const files = await Promise.all(listed(manifest).map(async ({ name, sha256 }): Promise<[string, PageFile]> => [name, await load(folder, name, sha256)]));
    return new Map([...files, ['manifest.json', { type: 'application/json', immutable: false, plain: new Uint8Array(manifest), packed: new Map() }]]);
  } catch {
    return null;
  }
}

function listed(manifest: Uint8Array): { name: string; sha256: string }[] {
  const parsed: unknown = JSON.parse(new TextDecoder().decode(manifest));
  if (typeof parsed !== 'object' || parsed === null || !('files' in parsed) || !Array.isArray(parsed.files)) throw new Error('no manifest');
  return parsed.files.map((file: unknown) => {
    if (typeof file !== 'object' || file === null || !('name' in file) || !('sha256' in file)) throw new Error('no manifest');
    const { name, sha256 } = file;
    if (typeof name !== 'string' || typeof sha256 !== 'string' || !NAME.test(name)) throw new Error('no manifest');
    return { name, sha256 };
  });
}

async function load(folder: string, name: string, sha256: string): Promise<PageFile> {
  const plain = await readFile(join(folder, name));
  if (createHash('sha256').update(plain).digest('hex') !== sha256) throw new Error('not what was built');
  const packed = new Map<Encoding, Uint8Array>();
  for (const [encoding, ending] of [['br', 'br'], ['gzip', 'gz']] as const) {
    const bytes = await readFile(join(folder, `${name}.${ending}`)).catch(() => null);
    if (bytes !== null && bytes.length < plain.length) packed.set(encoding, bytes);
  }
  return { type: TYPES.get(name.slice(name.lastIndexOf('.') + 1)) ?? 'application/octet-stream', immutable: name.startsWith('assets/'), plain, packed };
}

/** The smallest form that the client takes. */
export function packedFor({ plain, packed }: PageFile, acceptEncoding: string): { readonly encoding: Encoding | null; readonly bytes: Uint8Array } {
  const accepted = new Set(acceptEncoding.split(',').map((part) => part.trim()).filter((part) => !/;\s*q=0(?:\.0*)?$/.test(part)).map((part) => part.split(';')[0]));
  for (const encoding of ['br', 'gzip'] as const) {
    const bytes = packed.get(encoding);
    if (bytes !== undefined && accepted.has(encoding)) return { encoding, bytes };
  }
  return { encoding: null, bytes: plain };
}
