import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { CliError } from './exit.ts';

/**
 * One agent a data folder: SQLite's exclusive file lock, which the kernel takes back when the process dies, however it
 * dies. Throws 'agent-running'. The result lets go.
 */
export function takeAgentLock(folder: string): () => void {
  const database = new DatabaseSync(join(folder, 'agent.lock'), { timeout: 0 });
  try {
    database.exec('PRAGMA locking_mode = EXCLUSIVE; PRAGMA journal_mode = MEMORY; BEGIN EXCLUSIVE;');
  } catch (error) {
    database.close();
    const code: unknown = error instanceof Error && 'errcode' in error ? error.errcode : undefined;
    // 5 is SQLITE_BUSY.
    if (code === 5) throw new CliError('agent-running', 'Another agent already runs on this data folder; run "underkeep lock" first, or give another folder with --data.');
    throw error;
  }
  return () => database.close();
}
