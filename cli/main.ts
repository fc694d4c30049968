/** The command line. Loads no more than the command at hand needs, so that asking a running agent is quick. */
import { enableCompileCache } from 'node:module';
import { join } from 'node:path';

if (!(Number.parseInt(process.versions.node, 10) >= 24)) {
  process.stderr.write(`underkeep: Node 24 or newer is needed, and this is ${process.versions.node}; run bin/underkeep, which brings its own.\n`);
  process.exit(1);
}
// Beside the modules, and never under /tmp, where others could leave compiled code for us to run. Processes that this one
// starts find it in their environment.
const cache = process.env['NODE_COMPILE_CACHE'] ?? join(import.meta.dirname, '../node_modules/.cache/compiled');
enableCompileCache(cache);
process.env['NODE_COMPILE_CACHE'] = cache;
const { main } = await import('./run.ts');
await main(process.argv.slice(2));
