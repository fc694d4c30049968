/**
 * `npm run lint`: the type check, the type-aware lint, the import table and the look for package sources, one after the other.
 * `node test/lint.ts sources [FOLDER]` is the last of them alone.
 */
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { checksOf, configuredHosts, sourceBreaches } from './runner/checks.ts';

const [only, folder] = process.argv.slice(2);
const root = folder ?? join(import.meta.dirname, '..');

if (only === 'sources') {
  const found = sourceBreaches(root, configuredHosts(process.env));
  for (const line of found) console.log(line);
  process.exitCode = found.length > 0 ? 1 : 0;
} else {
  for (const { name, command: [command, ...args] } of checksOf(root)) {
    const { status } = spawnSync(command, args, { stdio: 'inherit', cwd: root });
    if (status !== 0) process.exitCode = 1;
    console.log(`${status === 0 ? 'ok  ' : 'FAIL'} ${name}`);
  }
}
