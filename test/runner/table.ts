/** The rooms of the house and what each may import; a room that is not named here may not exist. */
export const rooms: ReadonlyMap<string, readonly string[]> = new Map([
  ['crypto', []],
  ['pq', ['crypto']],
  ['wire', ['crypto']],
  ['engines', ['crypto', 'pq']],
  ['store', ['wire', 'crypto']],
  ['transport', ['wire', 'crypto']],
  ['daemon', ['store', 'transport', 'wire', 'crypto']],
  ['node', ['wire', 'crypto']],
  ['files', ['node', 'wire', 'crypto']],
  ['hidden', ['node', 'wire', 'crypto']],
  ['vault', ['hidden', 'files', 'node', 'wire', 'pq', 'crypto']],
  ['social', ['vault', 'files', 'node', 'wire', 'pq', 'crypto']],
  ['cli', ['transport', 'social', 'vault', 'hidden', 'files', 'node', 'wire', 'pq', 'crypto']],
  ['bridge', ['files', 'node']],
  ['ui', ['social', 'vault', 'files', 'node', 'wire', 'pq', 'crypto']],
]);

/** Folders outside the house: they may enter any room, and no room may enter them. */
export const outside: ReadonlySet<string> = new Set(['test', 'bench', 'bin']);

/** Rooms that run in a browser as they are: no Node built-ins, no Node globals, no packages for Node alone. */
export const isomorphic: ReadonlySet<string> = new Set(['crypto', 'pq', 'wire', 'node', 'files', 'hidden', 'vault', 'social', 'ui']);

/** Globals that Node has and a browser has not. */
export const nodeGlobals: ReadonlySet<string> = new Set(['Buffer', 'process', 'NodeJS', 'require', 'global', 'setImmediate', '__dirname', '__filename']);

/** Packages that need Node. */
export const nodePackages: ReadonlySet<string> = new Set(['@hono/node-server', 'socks-proxy-agent', 'sodium-native']);

/**
 * Files that choose the engines for a process: the daemon's main and the agent (`cli/agent.ts` and `cli/agent-*.ts`).
 * They alone, within the house, may import `engines/`.
 */
export const isCompositionRoot = (path: string): boolean => /^(daemon\/main|cli\/agent(-[a-z0-9-]+)?)\.ts$/.test(path);
