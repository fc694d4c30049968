import {
  COMMIT_BODY_MAX, decodeCar, encodeCommitAnswer, PROOFS_MAX, WireError, CellMap,
  type Block, type MapKey, type SpaceState,
} from '../wire/index.ts';
import { BlockMemory } from './block-memory.ts';
import { checkRecord, type CheckedCommit, type CheckedSpace } from './commit-check.ts';
import { continues, keysAfterConflict, planAdvance, planMap, type Arrived, type PlannedMap } from './commit-plan.ts';
import { retired } from './errors.ts';
import { Intake } from './intake.ts';
import { withMap } from './map-reading.ts';
import { Reservation, type CommitParts } from './reservation.ts';
import type { Account, Advance, Id, NewAccount, Rows, Space, StoredBlock } from './rows.ts';

type Received = Arrived & { readonly blocks: StoredBlock[] };

/** Takes commits in: the record is judged before a block is kept, and all is durable before the answer. */
export class Commits {
  readonly #parts: CommitParts;
  /** Bytes on their way in, by account. */
  readonly #reserved = new Map<string, number>();
  readonly #memory = new BlockMemory();

  constructor(parts: CommitParts) {
    this.#parts = parts;
  }

  /**
   * One `POST /v1/commit`: the CAR in, the encoded CommitAnswer out. `demandsInvitation` is the door's. Throws
   * WireError; a `conflict` carries a CommitAnswer, and like `missing-block` leaves the blocks waiting for an hour.
   */
  async take(body: AsyncIterable<Uint8Array>, demandsInvitation: boolean): Promise<Uint8Array> {
    const car = decodeCar(body, COMMIT_BODY_MAX, this.#memory.allocate);
    const first = await car.next();
    if (first.done === true) throw new WireError('malformed', 'Malformed commit: it has no record.');
    const commit = checkRecord(first.value);
    const known = await this.#parts.rows.answer(commit.cid);
    if (known !== null) return drained(car, known);
    const account = await this.#admit(commit, demandsInvitation);
    return this.#receive(commit, car, account, demandsInvitation);
  }

  /** What can be refused before the blocks come. */
  async #admit(commit: CheckedCommit, demandsInvitation: boolean): Promise<Account | null> {
    const { rows } = this.#parts;
    const account = await rows.account(commit.record.account);
    const { create } = commit.record;
    if (create === null && account === null) throw new WireError('unknown-account', 'The node has no such account.');
    if (create !== null) {
      if (demandsInvitation && (create.invitation === null || !(await rows.isInvited(create.invitation)))) {
        throw new WireError('invitation-required', 'This node takes new accounts by invitation: ask its host for one that was not used yet.');
      }
      if (account !== null || (await rows.accountOfLogin(create.login)) !== null) throw new WireError('name-taken', 'This login name is taken on this node: choose another.');
    }
    await this.#current(commit, account);
    return account;
  }

  async #receive(commit: CheckedCommit, car: AsyncIterable<Block>, account: Account | null, demandsInvitation: boolean): Promise<Uint8Array> {
    const { held, rows, exclusive, now } = this.#parts;
    const holder = new Reservation(this.#parts, this.#reserved, commit.record.account, account);
    const intake = new Intake(commit, {
      blocks: this.#parts.blocks,
      giveBack: (bytes) => { this.#memory.giveBack(bytes); },
      reserve: async (cid, size) => holder.reserve(cid, size),
      spill: async (blocks) => {
        if (account !== null) await rows.wait(account.id, blocks, now());
        return account !== null;
      },
    });
    let kept = false;
    try {
      for await (const block of car) await intake.take(block);
      const received = await intake.finish();
      const answer = await exclusive.run(async () => this.#conclude(commit, received, account, demandsInvitation));
      kept = true;
      return answer;
    } finally {
      await intake.stop();
      holder.release();
      if (!kept) await held.dropUnknown(intake.files());
    }
  }

  async #conclude(commit: CheckedCommit, received: Received, account: Account | null, demandsInvitation: boolean): Promise<Uint8Array> {
    const { rows, now } = this.#parts;
    for (;;) {
      const known = await rows.answer(commit.cid);
      if (known !== null) return known;
      const current = await this.#current(commit, account);
      if (current === null) throw await this.#conflict(commit, received, account);
      const { advances, states } = await this.#plan(commit, current, received);
      const retire = await this.#retirable(commit, account);
      const answer = encodeCommitAnswer({ v: 1, spaces: states });
      const batch = {
        account: account?.id ?? this.#newAccount(commit, demandsInvitation), blocks: received.blocks, spaces: advances, retire, record: commit.cid, answer, now: now(),
      };
      if (await this.#apply(batch, account)) return answer;
    }
  }

  async #apply(batch: Parameters<Rows['apply']>[0], account: Account | null): Promise<boolean> {
    try {
      return await this.#parts.rows.apply(batch);
    } catch (error) {
      // What did arrive need not be sent again.
      if (error instanceof WireError && error.code === 'missing-block' && account !== null) await this.#parts.rows.wait(account.id, batch.blocks, batch.now);
      throw error;
    }
  }

  /** The spaces as they are, in the record's order; null where one of them has moved on. */
  async #current({ spaces }: CheckedCommit, account: Account | null): Promise<(Space | null)[] | null> {
    const current = await Promise.all(spaces.map(async ({ pointer }) => this.#parts.rows.space(pointer.writer)));
    const continued = spaces.map((space, index) => continues(space, current[index] ?? null, account?.id ?? null));
    return continued.every(Boolean) ? current : null;
  }

  async #plan(commit: CheckedCommit, current: readonly (Space | null)[], received: Received): Promise<{ advances: Advance[]; states: SpaceState[] }> {
    const advances: Advance[] = [];
    const states: SpaceState[] = [];
    for (const [index, checked] of commit.spaces.entries()) {
      const space = current[index] ?? null;
      const { advance, state } = planAdvance(checked, space, await this.#planMap(checked, space), received);
      advances.push(advance);
      states.push(state);
    }
    return { advances, states };
  }

  async #planMap(checked: CheckedSpace, space: Space | null): Promise<PlannedMap> {
    if (space === null) return planMap(checked, CellMap.empty());
    const keys = [...checked.commit.changes.map(([key]) => key), ...checked.commit.prove];
    return withMap(async (hashes) => this.#parts.rows.nodes(space.id, hashes), space.root.map, keys, (map) => planMap(checked, map));
  }

  async #retirable({ record }: CheckedCommit, account: Account | null): Promise<Id[]> {
    const ids: Id[] = [];
    for (const { space: writer } of record.retire) {
      const space = await this.#parts.rows.space(writer);
      if (space === null) throw new WireError('unknown-space', 'The node has no such space.');
      if (space.account !== account?.id) throw new WireError('forbidden', 'This space belongs to another account.');
      if (space.home) throw new WireError('forbidden', 'A home space cannot be withdrawn.');
      ids.push(space.id);
    }
    return ids;
  }

  async #conflict(commit: CheckedCommit, received: Received, account: Account | null): Promise<WireError> {
    const { rows, now } = this.#parts;
    if (account !== null) await rows.wait(account.id, received.blocks, now());
    const states: SpaceState[] = [];
    for (const checked of commit.spaces) {
      const space = await rows.space(checked.pointer.writer);
      if (space !== null) states.push(await stateOf(rows, space, keysAfterConflict(checked, PROOFS_MAX)));
    }
    const detail = encodeCommitAnswer({ v: 1, spaces: states });
    return new WireError('conflict', 'Another session of this account was faster: make the change again on the new state.', detail);
  }

  #newAccount({ record }: CheckedCommit, demandsInvitation: boolean): NewAccount {
    const { create, account } = record;
    if (create === null) throw new WireError('unknown-account', 'The node has no such account.');
    const invitation = demandsInvitation ? create.invitation ?? new Uint8Array() : null;
    return { key: account, login: create.login, scrypt: create.scrypt, quota: this.#parts.quota, invitation };
  }
}

/** Where a space stands now, with proofs for `keys`. */
async function stateOf(rows: Rows, space: Space, keys: readonly MapKey[]): Promise<SpaceState> {
  if (space.retired) throw retired();
  const proof = await withMap(async (hashes) => rows.nodes(space.id, hashes), space.root.map, keys, (map) => map.prove(keys));
  return { pointer: space.pointer, root: space.root, frontiers: space.frontiers, proof };
}

async function drained(car: AsyncIterable<Block>, answer: Uint8Array): Promise<Uint8Array> {
  for await (const block of car) void block;
  return answer;
}

