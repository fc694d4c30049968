/**
 * Builds the page: `node bin/build-ui.ts [--force]`. What it makes, `ui/dist`, is the same for the same checkout, byte for
 * byte, and listed in `manifest.json` with sha256 sums; nothing is done while no source has changed.
 */
import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { brotliCompressSync, constants, gzipSync } from 'node:zlib';
import { build } from 'vite';

const root = join(import.meta.dirname, '..');
const dist = join(root, 'ui/dist');
/** What a change of makes a new build. */
const SOURCES = ['ui', 'crypto', 'pq', 'wire', 'node', 'files', 'hidden', 'vault', 'social', 'bin/build-ui.ts', 'package-lock.json', 'tsconfig.json'];

const sha256 = (data: string | Uint8Array): string => createHash('sha256').update(data).digest('hex');

function filesUnder(path: string): string[] {
  if (!existsSync(path) || path === dist) return [];
  const entries = readdirSync(path, { withFileTypes: true }).sort((a, b) => (a.name < b.name ? -1 : 1));
  return entries.flatMap((entry) => (entry.isDirectory() ? filesUnder(join(path, entry.name)) : entry.isFile() ? [join(path, entry.name)] : []));
}

function sourceHash(): string {
  const hash = createHash('sha256');
  for (const source of SOURCES) {
    const path = join(root, source);
    const files = /\.\w+$/.test(source) ? [path] : filesUnder(path);
    for (const file of files) hash.update(`${relative(root, file)}\0${sha256(readFileSync(file))}\n`);
  }
  return hash.digest('hex');
}

async function bundle(source: string, outDir: string): Promise<void> {
  const output = { entryFileNames: 'assets/[name]-[hash].js', chunkFileNames: 'assets/[name]-[hash].js', assetFileNames: 'assets/[name]-[hash][extname]' };
  /** How long plugins took is nobody's business here. */
  const checks = { pluginTimings: false };
  await build({
    configFile: false,
    root: source,
    base: '/',
    publicDir: false,
    logLevel: 'warn',
    oxc: { jsx: { runtime: 'automatic', importSource: 'preact' } },
    worker: { format: 'es', rolldownOptions: { output, checks } },
    build: {
      outDir,
      emptyOutDir: true,
      target: 'es2023',
      // Nothing inline: the page's policy allows no data: URLs and no inline scripts or styles.
      assetsInlineLimit: 0,
      modulePreload: false,
      sourcemap: false,
      reportCompressedSize: false,
      chunkSizeWarningLimit: 2000,
      rolldownOptions: { output, checks },
    },
  });
}

/** Compressed once, here, so that no node compresses for each visitor. */
function compress(path: string): void {
  if (!/\.(html|js|css|svg|json|txt|wasm)$/.test(path)) return;
  const bytes = readFileSync(path);
  writeFileSync(`${path}.br`, brotliCompressSync(bytes, { params: { [constants.BROTLI_PARAM_QUALITY]: 11, [constants.BROTLI_PARAM_SIZE_HINT]: bytes.length } }));
  writeFileSync(`${path}.gz`, gzipSync(bytes, { level: 9 }));
}

/** Builds the page whose `index.html` is in `source` into `outDir`, which must not be there: bundles, their compressed forms, and the manifest. */
export async function buildPage(source: string, outDir: string): Promise<void> {
  await bundle(source, outDir);
  const files = filesUnder(outDir).map((path) => ({ name: relative(outDir, path), bytes: readFileSync(path) }));
  for (const { name } of files) compress(join(outDir, name));
  const listed = files.map(({ name, bytes }) => ({ name, bytes: bytes.length, sha256: sha256(bytes) }));
  writeFileSync(join(outDir, 'manifest.json'), `${JSON.stringify({ v: 1, files: listed }, null, 1)}\n`);
}

/** Builds `ui/dist` where it is not current; it changes all at once. */
async function main(): Promise<void> {
  const stamp = `${sourceHash()}\n`;
  const stampFile = join(dist, '.stamp');
  const isCurrent = existsSync(stampFile) && readFileSync(stampFile, 'utf8') === stamp;
  if (isCurrent && !process.argv.includes('--force')) return;
  const [fresh, old] = [join(root, `ui/.dist-${process.pid}`), join(root, `ui/.dist-old-${process.pid}`)];
  try {
    await buildPage(join(root, 'ui'), fresh);
    writeFileSync(join(fresh, '.stamp'), stamp);
    if (existsSync(dist)) renameSync(dist, old);
    renameSync(fresh, dist);
  } finally {
    for (const folder of [fresh, old]) rmSync(folder, { recursive: true, force: true });
  }
}

if (import.meta.main) await main();
