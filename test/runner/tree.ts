import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';

/** Files by path; a path under `bin/` is made executable. */
export type Files = Readonly<Record<string, string>>;

const planted = new Set<string>();
process.on('exit', () => {
  for (const root of planted) rmSync(root, { recursive: true, force: true });
});

/** A temporary folder with these files in it; it is removed when the process ends. */
export function plant(files: Files): string {
  const root = mkdtempSync(join(tmpdir(), 'uk-'));
  planted.add(root);
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    writeFileSync(join(root, path), text);
    if (/(^|\/)bin\//.test(path)) chmodSync(join(root, path), 0o755);
  }
  return root;
}
