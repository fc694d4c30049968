/** A store in this process, on a folder of its own, with a clock that the test turns. */
import { mkdtemp, rm } from 'node:fs/promises';
import { Store } from '../../store/index.ts';
import { decodeCommitAnswer, WireError, type CommitAnswer, type ErrorCode } from '../../wire/index.ts';
import type { Draft } from './space-writer.ts';

export interface OpenStore {
  store: Store;
  readonly dataDir: string;
  /** Turns the clock forward. */
  pass(seconds: number): void;
  now(): number;
  /** An orderly end and a new start. */
  reopen(): Promise<void>;
  /** Collects until there is nothing more to do. */
  collectAll(): Promise<void>;
  close(): Promise<void>;
}

export async function openStore({ quota = 2 ** 30 }: { quota?: number } = {}): Promise<OpenStore> {
  const dataDir = await mkdtemp('/tmp/uk-');
  let time = 1_800_000_000;
  const options = { now: () => time, quota };
  const open: OpenStore = {
    store: await Store.open(dataDir, options),
    dataDir,
    pass: (seconds) => { time += seconds; },
    now: () => time,
    reopen: async () => {
      await open.store.close();
      open.store = await Store.open(dataDir, options);
    },
    collectAll: async () => { while (await open.store.collect()); },
    close: async () => {
      await open.store.close();
      await rm(dataDir, { recursive: true });
    },
  };
  return open;
}

/** Sends a commit by the local door, or by one that demands invitations. */
export async function send({ store }: OpenStore, draft: Pick<Draft, 'body'>, demandsInvitation = false): Promise<CommitAnswer> {
  return decodeCommitAnswer(await store.commit(stream(draft.body()), { demandsInvitation }));
}

/** Sends a commit that must be taken, and moves the writer on. */
export async function deliver(open: OpenStore, draft: Draft, demandsInvitation = false): Promise<CommitAnswer> {
  const answer = await send(open, draft, demandsInvitation);
  draft.accept();
  return answer;
}

/** The error of a commit, or of any other work, that must be refused with this code. */
export async function refused(code: ErrorCode, work: () => Promise<unknown>): Promise<WireError> {
  try {
    await work();
  } catch (error) {
    if (error instanceof WireError && error.code === code) return error;
    throw error;
  }
  throw new Error(`not refused, and ${code} was due`);
}

export async function* stream(pieces: Iterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  yield* pieces;
}
