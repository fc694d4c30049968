import { concat, oprfBlind, randomBytes } from '../crypto/index.ts';
import type { NodeClient, SpaceHead } from '../node/index.ts';
import { append, checkFrontier, EMPTY_FRONTIER, HEADER_ITEM, leafHash, WireError, type Name, type ScryptCost } from '../wire/index.ts';
import { VaultError } from './error.ts';
import { findHeader, type Found } from './header.ts';
import { beginAttempt } from './login-key.ts';

/** What the first step of a login brings, before anything was opened. */
export interface LoginKeys {
  readonly known: boolean;
  readonly key: Uint8Array;
  /** By which the session knows this password again. */
  readonly check: Uint8Array;
  readonly cost: ScryptCost;
  /** Every item of the lane, the ones held before included. */
  readonly lane: Uint8Array;
}

export interface KeyOptions {
  /** For an account that is about to be made; else the node says what the account's is. */
  readonly cost?: ScryptCost;
  readonly signal?: AbortSignal;
}

/**
 * Asks the node while scrypt runs. What is sent, its sizes and order, and the number of scrypt calls depend on the
 * account and on `held` alone, never on the password.
 */
export async function requestKeys(client: NodeClient, login: Name, password: string, held: Uint8Array, options: KeyOptions = {}): Promise<LoginKeys> {
  const { signal } = options;
  const attempt = beginAttempt(password, login);
  const answer = await client.login({ login, blinded: attempt.blinded, lane: held.length / HEADER_ITEM }, signal);
  const [{ key, check }, lane] = await Promise.all([
    attempt.finish(answer.evaluated, options.cost ?? answer.scrypt),
    restOfLane(client, login, concat(held, wholeItems(answer.lane)), answer.size, signal),
  ]);
  return { known: answer.known, key, check, cost: answer.scrypt, lane };
}

/** Items of a header lane; one comes with each commit of the home space. */
const LANE_MAX = 1_000_000;

/** Very long lanes come in several answers. */
async function restOfLane(client: NodeClient, login: Name, first: Uint8Array, size: number, signal?: AbortSignal): Promise<Uint8Array> {
  // What the node says is checked once all is here: it must not keep anybody waiting for ever.
  if (size > LANE_MAX) throw new WireError('too-large', 'The node claims that the account has more headers than an account can have; ask the node\'s keeper.');
  let lane = first;
  while (lane.length < size * HEADER_ITEM) {
    const { blinded } = oprfBlind(randomBytes(32));
    const answer = await client.login({ login, blinded, lane: lane.length / HEADER_ITEM }, signal);
    if (answer.lane.length === 0) throw new WireError('malformed', 'The node left out items of the header lane.');
    lane = concat(lane, wholeItems(answer.lane));
  }
  if (lane.length > size * HEADER_ITEM) {
    throw new VaultError('rolled-back', 'The node shows fewer headers of this account than this device has seen: it lost data, or it cheats. Nothing was changed; ask the node\'s keeper.');
  }
  return lane;
}

function wholeItems(lane: Uint8Array): Uint8Array {
  if (lane.length % HEADER_ITEM !== 0) throw new WireError('malformed', 'Malformed login answer: expected whole items of the header lane.');
  return lane;
}

/** Brings items that were appended since `lane` was fetched. */
export async function extendLane(client: NodeClient, login: Name, lane: Uint8Array, size: number, signal?: AbortSignal): Promise<Uint8Array> {
  return lane.length >= size * HEADER_ITEM ? lane : restOfLane(client, login, lane, size, signal);
}

/** The header that `key` opens. Throws 'wrong-password' when there is none. */
export async function openLane(lane: Uint8Array, key: Uint8Array): Promise<Found> {
  const found = await findHeader(lane, key);
  if (found === null) throw new VaultError('wrong-password', 'The password is wrong; try again. Nothing was changed.');
  return found;
}

/** Throws 'rolled-back' unless the lane is the one that the home space's signed root covers. */
export function checkLane(lane: Uint8Array, head: SpaceHead): void {
  const signed = head.root.cover?.lane;
  if (signed === undefined) throw new VaultError('corrupt', 'The account\'s home space has no header lane; the node shows another space than was signed up with.');
  const leaves = Array.from({ length: lane.length / HEADER_ITEM }, (_, index) => leafHash(lane.subarray(index * HEADER_ITEM, (index + 1) * HEADER_ITEM)));
  try {
    checkFrontier(append(EMPTY_FRONTIER, leaves), signed);
  } catch {
    throw new VaultError('rolled-back', 'The node shows other headers than the account signed: it lost data, or it cheats. Nothing was changed; ask the node\'s keeper.');
  }
}
