/**
 * The import table: which room may import which, doors, one-way rooms, isomorphic rooms, declared packages.
 * `node test/imports.ts [FOLDER]` prints each breach and exits 1 when there is one.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { isBuiltin } from 'node:module';
import { dirname, join, normalize } from 'node:path/posix';
import { readSource, type Source } from './runner/source.ts';
import { isCompositionRoot, isomorphic, nodeGlobals, nodePackages, outside, rooms } from './runner/table.ts';

interface Packages {
  /** What a room may import. */
  readonly rooms: ReadonlySet<string>;
  /** What tests, benchmarks and scripts may import. */
  readonly outside: ReadonlySet<string>;
}

type Breach = string | null;

const roomOf = (path: string): string => path.slice(0, Math.max(0, path.indexOf('/')));

/** Every TypeScript or JavaScript file of the tree, as paths relative to `root`; `node_modules`, dot folders and the built page left out. */
function sourceFiles(root: string, folder = ''): string[] {
  return readdirSync(join(root, folder), { withFileTypes: true })
    .sort((a, b) => (a.name < b.name ? -1 : 1))
    .flatMap((entry) => {
      const path = join(folder, entry.name);
      if (entry.name.startsWith('.') || entry.name === 'node_modules' || path === 'ui/dist') return [];
      if (entry.isDirectory()) return sourceFiles(root, path);
      return /\.[cm]?[jt]sx?$/.test(entry.name) ? [path] : [];
    });
}

function declaredPackages(root: string): Packages {
  const manifest = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as Record<string, Record<string, string> | undefined>;
  const names = (section: string): string[] => Object.keys(manifest[section] ?? {});
  return { rooms: new Set(names('dependencies')), outside: new Set([...names('dependencies'), ...names('devDependencies')]) };
}

function packageBreach(room: string, specifier: string, packages: Packages): Breach {
  const [first = '', second = ''] = specifier.split('/');
  const name = first.startsWith('@') ? `${first}/${second}` : first;
  const declared = outside.has(room) ? packages.outside : packages.rooms;
  if (!declared.has(name)) return `imports the package ${name}, which package.json does not declare for it`;
  if (isomorphic.has(room) && nodePackages.has(name)) return `imports ${name}, which needs Node, in an isomorphic room`;
  return null;
}

function enteringBreach(from: string, to: string): Breach {
  const room = roomOf(from);
  const target = roomOf(to);
  if (to.startsWith('../')) return `imports ${to}, which is outside the house`;
  if (room === target || outside.has(room)) return null;
  if (target === 'engines' && isCompositionRoot(from)) return to === 'engines/index.ts' ? null : `enters engines/ past its door, by ${to}`;
  if (!rooms.get(room)?.includes(target)) return `imports ${target || to}/, which ${room}/ may not`;
  if (to !== `${target}/index.ts`) return `enters ${target}/ past its door, by ${to}`;
  return null;
}

function importBreach(from: string, specifier: string | null, packages: Packages): Breach {
  const room = roomOf(from);
  if (specifier === null) return outside.has(room) ? null : 'has a computed import, which nobody can check';
  if (isBuiltin(specifier) || specifier.startsWith('node:')) {
    if (isomorphic.has(room)) return `imports ${specifier} in an isomorphic room`;
    return specifier.startsWith('node:') ? null : `imports ${specifier}: write node:${specifier}`;
  }
  if (/^\.\.?\//.test(specifier)) return enteringBreach(from, normalize(join(dirname(from), specifier)));
  if (/^[/#]|^[a-z]+:/.test(specifier)) return `imports ${specifier}, which is neither a file here nor a package`;
  return packageBreach(room, specifier, packages);
}

function fileBreaches(path: string, source: Source, packages: Packages): string[] {
  const room = roomOf(path);
  if (!rooms.has(room) && !outside.has(room)) return [`${path}: ${room || 'the top folder'} is not a room of the table`];
  const found: string[] = [];
  for (const { line, specifier } of source.imports) {
    const breach = importBreach(path, specifier, packages);
    if (breach !== null) found.push(`${path}:${line}: ${breach}`);
  }
  for (const { line, name } of source.names) {
    if (isomorphic.has(room) && nodeGlobals.has(name)) found.push(`${path}:${line}: uses ${name}, which only Node has, in an isomorphic room`);
  }
  return found;
}

/** Import cycles among the files of one room, each once, as `a -> b -> a`. Tests and benchmarks may go round. */
function cycles(sources: ReadonlyMap<string, Source>): string[] {
  const found: string[] = [];
  const done = new Set<string>();
  const walk = (path: string, trail: readonly string[]): void => {
    const at = trail.indexOf(path);
    if (at >= 0) found.push(`${path}: a cycle inside ${roomOf(path)}/: ${[...trail.slice(at), path].join(' -> ')}`);
    if (at >= 0 || done.has(path)) return;
    for (const { specifier } of sources.get(path)?.imports ?? []) {
      const to = specifier?.startsWith('.') ? normalize(join(dirname(path), specifier)) : '';
      if (sources.has(to) && roomOf(to) === roomOf(path)) walk(to, [...trail, path]);
    }
    done.add(path);
  };
  for (const path of sources.keys()) if (rooms.has(roomOf(path))) walk(path, []);
  return found;
}

/** Checks the tree under `root`; returns one line a breach, `path:line: what`, and none when the table holds. */
export function importBreaches(root: string): string[] {
  const packages = declaredPackages(root);
  const sources = new Map(sourceFiles(root).map((path) => [path, readSource(path, readFileSync(join(root, path), 'utf8'))]));
  return [...[...sources].flatMap(([path, source]) => fileBreaches(path, source, packages)), ...cycles(sources)];
}

if (import.meta.main) {
  const found = importBreaches(process.argv[2] ?? join(import.meta.dirname, '..'));
  for (const line of found) console.log(line);
  process.exitCode = found.length > 0 ? 1 : 0;
}
