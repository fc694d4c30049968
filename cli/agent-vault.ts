import type { Agent } from './agent-core.ts';
import { exportAll } from './agent-export.ts';
import { vaultPath } from './agent-place.ts';
import type { Call, Handler, Result } from './agent-server.ts';
import { CliError } from './exit.ts';

/** Bytes of a vault's records that one entry of the log carries. */
const ENTRY_PAYLOAD = 4026;
const TICK_ENTRIES = 2;
const COUNT_MS = 250;

/** Bytes of cover for each visible byte. */
const COVERS: ReadonlyMap<string, number> = new Map([['1/8', 1 / 8], ['1/4', 1 / 4], ['1/2', 1 / 2], ['1', 1]]);

function coverName(share: number): string {
  return [...COVERS].find(([, value]) => value === share)?.[0] ?? String(share);
}

/**
 * What the open hidden vaults hold and what waits in them. Of vaults that are not open nothing is known here, so that a
 * session of the first password says what it would say if there were none. Nothing is asked of the node for it.
 */
function status({ session, config }: Agent): Result {
  const { share } = session.cover;
  return {
    vaults: session.vaults().map(({ drive, status: { waitingBytes, waitingFrames, liveBytes, limit, unknown }, missing }, index) => ({
      path: vaultPath(index), ready: drive !== null, missing, waitingBytes, waitingEntries: waitingFrames, liveBytes, limit, unknown,
    })),
    waiting: session.waiting(),
    log: { entries: session.home.head?.root.cover?.entries.size ?? 0 },
    cover: coverName(share),
    tickSeconds: config.tickSeconds,
    drain: { tickBytes: TICK_ENTRIES * ENTRY_PAYLOAD, mibBytes: Math.floor((2 ** 20 * share) / 4096) * ENTRY_PAYLOAD },
  };
}

/** Counts down to the next tick while `work` waits for it. */
export async function untilTick<T>(agent: Agent, { progress }: Call, work: () => Promise<T>): Promise<T> {
  const total = agent.config.tickSeconds;
  const tell = (): void => progress({ done: total - agent.secondsToTick(), total, name: 'Goes with the next tick, in', unit: 'seconds' });
  tell();
  const timer = setInterval(tell, COUNT_MS);
  try {
    return await work();
  } finally {
    clearInterval(timer);
  }
}

export function vaultHandlers(agent: Agent): ReadonlyMap<string, Handler> {
  return new Map<string, Handler>([
    ['vault-status', async () => status(agent)],
    ['vault-add', async (call) => {
      await untilTick(agent, call, () => agent.session.addVault(call.args.text('password')));
      return { added: true, path: vaultPath(0) };
    }],
    ['vault-cover', async (call) => {
      const share = COVERS.get(call.args.text('cover'));
      if (share === undefined) throw new CliError('usage', `The cover is one of ${[...COVERS.keys()].join(', ')}.`);
      await agent.session.setCover(share);
      return status(agent);
    }],
    ['vault-export', (call) => exportAll(agent, call)],
  ]);
}
