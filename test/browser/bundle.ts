import { build } from 'esbuild';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { isomorphic } from '../runner/table.ts';

export const root = join(import.meta.dirname, '../..');

/** The rooms that run in a browser, as far as they are built. */
export const browserRooms: readonly string[] = [...isomorphic].filter((room) => existsSync(join(root, room, 'index.ts')));

/** Bundles rooms, and the page's own script, for a browser. Rejects when anything in them needs Node. */
export async function bundle(rooms: readonly string[]): Promise<string> {
  const contents = [
    ...rooms.map((room) => `import * as ${room} from './${room}/index.ts';`),
    "import { start } from './test/browser/page.ts';",
    `start({ ${rooms.join(', ')} });`,
  ].join('\n');
  const { outputFiles } = await build({
    stdin: { contents, resolveDir: root, loader: 'ts', sourcefile: 'entry.ts' },
    bundle: true,
    write: false,
    platform: 'browser',
    format: 'esm',
    target: 'es2023',
    logLevel: 'silent',
  });
  return outputFiles[0]?.text ?? '';
}
