import type { Entry } from '../files/index.ts';
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

async function statOrNull(agent: Agent, path: string): Promise<Entry | null> {
  try {
    return await agent.drive.stat(path);
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'not-found') return null;
    throw error;
  }
}

/** An existing folder takes the sources; else the last part of the path is the new name of the one source. */
async function placeFor(agent: Agent, remote: string, sources: number): Promise<{ readonly folder: string; readonly rename: string | null }> {
  const { folder, name } = parent(remote);
  if (name === '') return { folder: '/', rename: null };
  const there = await statOrNull(agent, remote);
  if (there?.kind === 'folder') return { folder: remote, rename: null };
  if (remote.endsWith('/') || sources > 1) {
    throw new CliError(there === null ? 'not-found' : 'not-a-folder', `${remote} is not a folder of the drive; make it first with "underkeep mkdir ${remote}".`);
  }
  return { folder, rename: name };
}

/** `mv` and `cp` go into an existing folder, or to the new name. */
async function targetPath(agent: Agent, from: string, to: string): Promise<string> {
  const there = to === '/' ? 'folder' : (await statOrNull(agent, to))?.kind;
  return there === 'folder' ? `${to.replace(/\/+$/, '')}/${parent(from).name}` : to;
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
      const to = await targetPath(agent, args.text('from'), args.text('to'));
      await agent.drive.move(args.text('from'), to);
      return { to };
    }],
    ['cp', async ({ args }) => {
      const from = args.text('from');
      if (!args.flag('recursive') && (await agent.drive.stat(from)).kind === 'folder') throw new CliError('not-a-file', `${from} is a folder; give -r to copy it with everything in it.`);
      const to = await targetPath(agent, from, args.text('to'));
      await agent.drive.copy(from, to);
      return { to };
    }],
    ['rm', async ({ args }) => {
      for (const path of args.texts('paths')) await agent.drive.remove(path, { recursive: args.flag('recursive') });
      return { removed: args.texts('paths').length };
    }],
    ['put', async ({ args, signal, progress, warn }) => {
      const paths = args.texts('local');
      const { folder, rename } = await placeFor(agent, args.text('remote'), paths.length);
      const sources = await Promise.all(paths.map((path) => localSource(path, warn)));
      let total = 0;
      for (const path of paths) total += await totalSize(path);
      const done = await agent.drive.put(sources, folder, {
        ...(rename === null ? {} : { rename }),
        progress: (report) => progress({ ...report, total: Math.max(report.total, total) }),
        signal,
      });
      return { ...done, folder };
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
      const report = await agent.drive.check({ content: args.flag('content'), known: agent.session.stateLabels(), progress, signal });
      return { ...report, clean: report.problems.length === 0 };
    }],
  ]);
}

/** Brings what friends have sent, so that their folders are there to be listed. */
export async function collectNews(agent: Agent): Promise<Collected | null> {
  const people = await agent.people();
  return await people.identity() === null ? null : people.collect();
}
