import { cp, mkdtemp, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { FileBlocks, SqliteRows } from '../../store/index.ts';
import { compliance, type Pair } from './compliance.ts';

/** A copy of the folder as it is while the first one runs is what a crash would leave. */
async function open(dataDir: string): Promise<Pair> {
  const rows = new SqliteRows(join(dataDir, 'underkeep.db'));
  const close = async (): Promise<void> => {
    await rows.close();
    await rm(dataDir, { recursive: true });
  };
  return {
    rows,
    blocks: await FileBlocks.open(dataDir),
    close,
    restart: async () => {
      const copy = await mkdtemp('/tmp/uk-');
      await cp(dataDir, copy, { recursive: true });
      await close();
      return open(copy);
    },
  };
}

compliance('SQLite and files', async () => open(await mkdtemp('/tmp/uk-'))).run();
