import type { Entry, PutOptions, PutResult, PutSource } from '../files/index.ts';
import type { Collected } from '../social/index.ts';
import type { Agent } from './agent-core.ts';
import { getItem, itemAt } from './agent-get.ts';
import type { Handler, Result } from './agent-server.ts';
import { localSource, totalSize } from './agent-source.ts';
import { CliError } from './exit.ts';

/** What a listing says of an item; never its secret. */
export function described(entry: Entry): Result {
  const { name, kind, size, modified, created, exposed } = entry;
  return { name, kind, size, modified, created, shared: entry.target !== null, exposed };
}

function parent(path: string): { readonly folder: string; readonly name: string } {
  const clean = path.replace(/\/+$/, '');
  const at = clean.lastIndexOf('/');
  return { folder: at <= 0 ? '/' : clean.slice(0, at), name: clean.slice(at + 1) };
}

function hasCode(error: unknown, ...codes: readonly string[]): boolean {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' && codes.includes(error.code);
}

/**
 * As `cp` reads its last argument: an existing folder takes the sources, else it is the new name of the one source. Tried
 * in that order, so that putting into a known folder asks nothing first.
 */
async function putInto(agent: Agent, sources: readonly PutSource[], remote: string, options: PutOptions): Promise<PutResult> {
  const { folder, name } = parent(remote);
  try {
    return await agent.drive.put(sources, remote, options);
  } catch (error) {
    if (name === '' || !hasCode(error, 'not-found', 'not-a-folder')) throw error;
    if (!remote.endsWith('/') && sources.length === 1) return agent.drive.put(sources, folder, { ...options, rename: name });
    throw new CliError(hasCode(error, 'not-found') ? 'not-found' : 'not-a-folder', `${remote} is not a folder of the drive; make it first with "underkeep mkdir ${remote}".`);
  }
}

export function driveHandlers(agent: Agent): ReadonlyMap<string, Handler> {
  return new Map<string, Handler>([
    ['ls', async ({ args }) => {
      const path = args.text('path');
      if (path.startsWith('/@')) await collectNews(agent);
      return { path, entries: (await agent.drive.list(path)).map(described) };
    }],
    ['mkdir', async ({ args }) => {
      const made: Result[] = [];
      for (const path of args.texts('paths')) made.push(described(await agent.drive.mkdir(path, { parents: args.flag('parents') })));
      return { made };
    }],
    ['mv', async ({ args }) => {
      await agent.drive.move(args.text('from'), args.text('to'));
      return { moved: true };
    }],
    ['cp', async ({ args, progress, signal }) => {
      const from = args.text('from');
      if (!args.flag('recursive') && (await agent.drive.stat(from)).kind === 'folder') throw new CliError('not-a-file', `${from} is a folder; give -r to copy it with everything in it.`);
      await agent.drive.copy(from, args.text('to'), { progress, signal });
      return { copied: true };
    }],
    ['rm', async ({ args }) => {
      for (const path of args.texts('paths')) await agent.drive.remove(path, { recursive: args.flag('recursive') });
      return { removed: args.texts('paths').length };
    }],
    ['put', async ({ args, signal, progress, warn }) => {
      const paths = args.texts('local');
      const sources = await Promise.all(paths.map((path) => localSource(path, warn)));
      let total = 0;
      for (const path of paths) total += await totalSize(path);
      return { ...await putInto(agent, sources, args.text('remote'), { progress: (report) => progress({ ...report, total: Math.max(report.total, total) }), signal }) };
    }],
    ['get', async ({ args, signal, progress, warn }) => {
      const path = args.text('remote');
      const entry = await agent.drive.stat(path);
      return { ...await getItem(itemAt(agent.drive, path, entry), args.text('local'), { force: args.flag('force'), signal, progress, warn }) };
    }],
    ['cat', async ({ args, signal, bytes }) => {
      const { entry, bytes: content } = await agent.drive.read(args.text('path'), { signal });
      for await (const chunk of content) await bytes(chunk);
      return { bytes: entry.size };
    }],
    ['check', async ({ args, signal, progress }) => {
      const report = await agent.drive.check({ content: !args.flag('quick'), repair: args.flag('repair'), known: agent.session.stateLabels(), progress, signal });
      return { ...report, clean: report.problems.length === 0 };
    }],
  ]);
}

/** Brings what friends have sent, so that their folders are there to be listed. */
export async function collectNews(agent: Agent): Promise<Collected | null> {
  const people = await agent.people();
  return await people.identity() === null ? null : people.collect();
}
