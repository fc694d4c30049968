import type { Drive, Entry, PutOptions, PutResult, PutSource } from '../files/index.ts';
import type { Collected } from '../social/index.ts';
import type { Agent } from './agent-core.ts';
import { getItem, itemAt } from './agent-get.ts';
import { placeOf, type Place } from './agent-place.ts';
import type { Call, Handler, Result } from './agent-server.ts';
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
export async function putInto(drive: Drive, sources: readonly PutSource[], remote: string, options: PutOptions): Promise<PutResult> {
  const { folder, name } = parent(remote);
  try {
    return await drive.put(sources, remote, options);
  } catch (error) {
    if (name === '' || !hasCode(error, 'not-found', 'not-a-folder')) throw error;
    if (!remote.endsWith('/') && sources.length === 1) return drive.put(sources, folder, { ...options, rename: name });
    throw new CliError(hasCode(error, 'not-found') ? 'not-found' : 'not-a-folder', `${remote} is not a folder of the drive; make it first with "underkeep mkdir ${remote}".`);
  }
}

/** Within a drive as the drive does it; from one drive to another by content. */
async function copy(from: Place, to: Place, { args, progress, signal }: Call): Promise<void> {
  if (!args.flag('recursive') && (await from.drive.stat(from.path)).kind === 'folder') throw new CliError('not-a-file', `${args.text('from')} is a folder; give -r to copy it with everything in it.`);
  if (from.drive === to.drive) await from.drive.copy(from.path, to.path, { progress, signal });
  else await putInto(to.drive, [await from.drive.source(from.path)], to.path, { progress, signal });
}

/** Between drives nothing is moved: what waits in a hidden vault could be lost when its other copy is gone already. */
async function move(from: Place, to: Place): Promise<void> {
  if (from.drive !== to.drive) throw new CliError('hidden', 'Nothing is moved from one vault to another; copy it with "cp", and remove the other copy once "vault status" says that nothing waits.');
  await from.drive.move(from.path, to.path);
}

export function driveHandlers(agent: Agent): ReadonlyMap<string, Handler> {
  const at = ({ args }: Call, name: string): Place => placeOf(agent.session, args, args.text(name));
  const all = ({ args }: Call): Place[] => args.texts('paths').map((path) => placeOf(agent.session, args, path));
  return new Map<string, Handler>([
    ['ls', async (call) => {
      const { drive, path, vault } = at(call, 'path');
      if (vault === null && path.startsWith('/@')) await collectNews(agent);
      return { path: call.args.text('path'), entries: (await drive.list(path)).map(described) };
    }],
    ['mkdir', async (call) => {
      const made: Result[] = [];
      for (const { drive, path } of all(call)) made.push(described(await drive.mkdir(path, { parents: call.args.flag('parents') })));
      return { made };
    }],
    ['mv', async (call) => {
      await move(at(call, 'from'), at(call, 'to'));
      return { moved: true };
    }],
    ['cp', async (call) => {
      await copy(at(call, 'from'), at(call, 'to'), call);
      return { copied: true };
    }],
    ['rm', async (call) => {
      const places = all(call);
      for (const { drive, path } of places) await drive.remove(path, { recursive: call.args.flag('recursive') });
      return { removed: places.length };
    }],
    ['put', async (call) => {
      const { args, signal, progress, warn } = call;
      const { drive, path } = at(call, 'remote');
      const paths = args.texts('local');
      const sources = await Promise.all(paths.map((local) => localSource(local, warn)));
      let total = 0;
      for (const local of paths) total += await totalSize(local);
      return { ...await putInto(drive, sources, path, { progress: (report) => progress({ ...report, total: Math.max(report.total, total) }), signal }) };
    }],
    ['get', async (call) => {
      const { args, signal, progress, warn } = call;
      const { drive, path } = at(call, 'remote');
      const entry = await drive.stat(path);
      return { ...await getItem(itemAt(drive, path, entry), args.text('local'), { force: args.flag('force'), signal, progress, warn }) };
    }],
    ['cat', async (call) => {
      const { drive, path } = at(call, 'path');
      const { entry, bytes: content } = await drive.read(path, { signal: call.signal });
      for await (const chunk of content) await call.bytes(chunk);
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
