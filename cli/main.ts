/** The command line. Loads no more than the command at hand needs, so that asking a running agent is quick. */
import { enableCompileCache } from 'node:module';

if (!(Number.parseInt(process.versions.node, 10) >= 24)) {
  process.stderr.write(`underkeep: Node 24 or newer is needed, and this is ${process.versions.node}; run bin/underkeep, which brings its own.\n`);
  process.exit(1);
}
enableCompileCache();
const { main } = await import('./run.ts');
await main(process.argv.slice(2));
