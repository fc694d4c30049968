import type { Secret } from '../crypto/index.ts';
import type { NodeClient } from '../node/index.ts';
import { kemKey, openEnvelopes, parseKemPublicKey, sealEnvelope } from '../pq/index.ts';
import { EPOCH_SECONDS, openIdentity, recordHash, WireError, type CollectedEnvelope, type SignedIdentity } from '../wire/index.ts';
import { SocialError } from './error.ts';
import type { Arrival } from './receive.ts';
import type { Box, Own, Parcel } from './state.ts';

/** Days since 1970. */
export function epochAt(now: number): number {
  return Math.floor(now / (1000 * EPOCH_SECONDS));
}

/** Seals a parcel to a record and leaves it in that person's bucket. Throws 'clock-skew', or what the network did. */
export async function deposit(client: NodeClient, record: SignedIdentity, parcel: Pick<Parcel, 'type' | 'body'>, now: number, signal?: AbortSignal): Promise<void> {
  const { bucket, kem } = openIdentity(record);
  const epoch = epochAt(now);
  const envelope = await sealEnvelope({ key: parseKemPublicKey(kem), recordHash: recordHash(record) }, { bucket, epoch }, parcel);
  try {
    await client.putEnvelope(bucket, epoch, envelope, signal);
  } catch (error) {
    if (!(error instanceof WireError) || error.code !== 'clock-skew') throw error;
    throw await clockSkew(client, now, error);
  }
}

async function clockSkew(client: NodeClient, now: number, cause: WireError): Promise<SocialError> {
  const { time } = await client.info();
  const hours = Math.round((now / 1000 - time) / 3600);
  const apart = hours === 0 ? 'disagree about the day' : `are ${Math.abs(hours)} hours apart: this computer's is ${hours > 0 ? 'ahead' : 'behind'}`;
  return new SocialError('clock-skew', `The clocks of this computer and of the node ${apart}; set the clock, then repeat the command. Nothing is lost.`, { cause });
}

/** Pages of one bucket in one collection; the rest comes with the next one. */
const PAGES_MAX = 8;

export interface Collection {
  readonly box: Box;
  readonly arrivals: readonly Arrival[];
  readonly envelopes: number;
  readonly more: boolean;
}

/** Brings what a bucket holds since the cursor, all of it, and tries every envelope with every key that is held. */
export async function collectBox(client: NodeClient, own: Own, box: Box, signal?: AbortSignal): Promise<Collection> {
  const arrivals: Arrival[] = [];
  let { cursor } = box;
  let more = true;
  let envelopes = 0;
  for (let page = 0; more && page < PAGES_MAX; page++) {
    const collected = await client.collect(box.bucket, cursor, signal);
    arrivals.push(...await openAll(own, box.bucket, collected.envelopes));
    envelopes += collected.envelopes.length;
    more = collected.more && collected.cursor > cursor;
    cursor = Math.max(cursor, collected.cursor);
  }
  return { box: { bucket: box.bucket, cursor }, arrivals, envelopes, more };
}

async function openAll(own: Own, bucket: number, envelopes: readonly CollectedEnvelope[]): Promise<Arrival[]> {
  const opened: Arrival[] = [];
  for (const [epoch, ofEpoch] of Map.groupBy(envelopes, ({ epoch }) => epoch)) {
    for (const hold of own.holds) opened.push(...await openWith(hold.kem, hold.record, { bucket, epoch }, ofEpoch));
  }
  return opened;
}

async function openWith(kem: Secret<'kem-seed'>, record: Uint8Array, where: { bucket: number; epoch: number }, envelopes: readonly CollectedEnvelope[]): Promise<Arrival[]> {
  const messages = await openEnvelopes(kemKey(kem.expose()), record, where, envelopes.map(({ envelope }) => envelope));
  return messages.filter((message) => message !== null);
}

export function parcelIds(parcels: readonly Parcel[]): ReadonlySet<string> {
  return new Set(parcels.map(({ id }) => id));
}

