import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';

/** A look at the whole checkout. It runs as a command, so that one that crashes fails alone. */
export interface Check {
  readonly name: string;
  readonly command: readonly [string, ...string[]];
}

/** The checks of a checkout, in the order in which they run. */
export function checksOf(root: string): Check[] {
  const bin = (name: string): string => join(root, 'node_modules/.bin', name);
  const node = process.execPath;
  return [
    { name: 'check/types', command: [bin('tsc'), '-p', root] },
    { name: 'check/lint', command: [bin('oxlint'), '--type-aware', '--report-unused-disable-directives', '--deny-warnings', root] },
    { name: 'check/imports', command: [node, join(root, 'test/imports.ts'), root] },
    { name: 'check/sources', command: [node, join(root, 'test/lint.ts'), 'sources', root] },
  ];
}

const registryHost = /\bregistry\.(?:npmjs|yarnpkg|npmmirror)\./i;

/**
 * Where packages are fetched from is each machine's own affair: the lockfile holds hashes, and neither addresses nor host names.
 * `hosts` are further names that must not occur. Returns one line a breach.
 */
export function sourceBreaches(root: string, hosts: readonly string[]): string[] {
  const found: string[] = [];
  const tracked = execFileSync('git', ['ls-files', '-z'], { cwd: root, encoding: 'utf8', maxBuffer: 1 << 26 }).split('\0').filter(Boolean);
  for (const path of tracked) {
    const text = textOf(join(root, path));
    if (registryHost.test(text) || hosts.some((host) => text.includes(host))) found.push(`${path}: names a package registry's host`);
    if (path.endsWith('package-lock.json') && /"resolved": *"https?:/.test(text)) found.push(`${path}: has a "resolved" address`);
  }
  return found;
}

/** A tracked file that was just deleted, or is a link to a folder, holds nothing to look at. */
function textOf(path: string): string {
  try {
    return readFileSync(path, 'latin1');
  } catch {
    return '';
  }
}

/** The host of the registry that npm uses here, when it is told one. */
export function configuredHosts(env: NodeJS.ProcessEnv): string[] {
  const address = env['npm_config_registry'] ?? env['NPM_CONFIG_REGISTRY'];
  return address !== undefined && URL.canParse(address) ? [new URL(address).host] : [];
}
