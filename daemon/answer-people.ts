import {
  COLLECT_MAX, decodeBucket, decodeDirectory, encodeCollected, encodeDirectoryPage, encodeDone, encodePrefixDetail, encodeWorkDetail, dropChallenge, EPOCH_SECONDS, hashBits, nameHash, openIdentity, PREFIX_BITS_MAX, WireError,
  type BucketRequest, type DirectoryRequest, type Name, type SignedIdentity,
} from '../wire/index.ts';
import type { Services } from './services.ts';

/**
 * Pages hold 128 to 256 records on average: by chance one may hold fewer, but hardly ever (about one in 10^9) fewer than the 64
 * among which a look-up hides at least, and without which clients refuse a page.
 */
const PAGE_AVERAGE_MAX = 256;
const PAGE_MAX = 4096;
/** Names that a page lets in; the rest is for those that are let in at the same moment. */
const PAGE_ROOM = 4000;

const DROP_BITS_MIN = 8;

type People = Pick<Services['store']['rows'], 'records' | 'page'>;

/** The shortest prefix whose pages hold at most 256 records on average. */
export function pageBits(records: number): number {
  return records <= PAGE_AVERAGE_MAX ? 0 : Math.ceil(Math.log2(records / PAGE_AVERAGE_MAX));
}

function checkRole({ config }: Services): void {
  if (config.join !== null) {
    throw new WireError('not-found', 'This node keeps no directory and no buckets: ask the node that GET /v1/node names as its directory.');
  }
}

/** `POST /v1/directory`. Throws `malformed`, `bad-signature`, `name-taken`, `prefix-too-short`, `too-busy`, and `not-found` where another node is the directory. */
export async function answerDirectory(services: Services, body: Uint8Array): Promise<Uint8Array> {
  const request = decodeDirectory(body);
  checkRole(services);
  return request.op === 'page' ? page(services, request) : publish(services, request);
}

async function page({ store, config }: Services, request: Extract<DirectoryRequest, { op: 'page' }>): Promise<Uint8Array> {
  const bits = pageBits(await store.rows.records());
  if (request.bits < bits) throw new WireError('prefix-too-short', `A directory page needs ${bits} bits of the name's hash now.`, encodePrefixDetail(bits));
  return encodeDirectoryPage({ v: 1, bits, records: await pageOf(store.rows, bits, request.prefix), bucketBits: config.bucketBits });
}

async function pageOf(rows: People, bits: number, hash: Uint8Array, limit = PAGE_MAX): Promise<readonly SignedIdentity[]> {
  const width = 2 ** (32 - bits);
  const from = Math.floor(new DataView(hash.buffer, hash.byteOffset, 4).getUint32(0) / width) * width;
  return rows.page(from, from + width, limit);
}

/**
 * Anybody can make names that begin like another's, and a name beyond a page's length could not be found any more: so none
 * is let in that has no room on its page. Pages only get narrower later. Throws `too-busy`.
 */
export async function checkRoom(rows: People, name: Name): Promise<void> {
  const hash = nameHash(name);
  if ((await pageOf(rows, pageBits(await rows.records()), hash, PAGE_ROOM)).length < PAGE_ROOM) return;
  const alike = await pageOf(rows, PREFIX_BITS_MAX, hash);
  if (alike.some((record) => openIdentity(record).name === name)) return;
  throw new WireError('too-busy', 'Too many names in this directory begin alike: choose another name.');
}

async function publish({ store, config }: Services, request: Extract<DirectoryRequest, { op: 'publish' }>): Promise<Uint8Array> {
  const identity = openIdentity(request.record);
  checkBucket(identity.bucket, config.bucketBits);
  await checkRoom(store.rows, identity.name);
  const held = await store.rows.publish(identity.name, nameHash(identity.name), identity.ed25519, identity.sequence, request.record);
  if (!held) throw new WireError('name-taken', 'This name is taken in the directory, or a newer record of it is published: choose another name, or publish with a higher sequence.');
  return encodeDone();
}

/** `POST /v1/bucket`. Throws `malformed`, `clock-skew`, `work-required`, and `not-found` where another node keeps the buckets. */
export async function answerBucket(services: Services, body: Uint8Array): Promise<Uint8Array> {
  const request = decodeBucket(body);
  checkRole(services);
  checkBucket(request.bucket, services.config.bucketBits);
  return request.op === 'collect' ? collect(services, request) : put(services, request);
}

function checkBucket(bucket: number, bits: number): void {
  if (bucket >= 2 ** bits) throw new WireError('not-found', 'There is no such bucket: read a directory page for how many there are.');
}

/** The leading zero bits that one more envelope costs a bucket of `cap` that holds `held`: none until it is half full, then ever more. */
export function dropBits(held: number, cap: number, bitsMax: number): number {
  const over = (2 * held - cap) / cap;
  return over < 0 ? 0 : Math.min(bitsMax, DROP_BITS_MIN + Math.floor(over * Math.max(0, bitsMax - DROP_BITS_MIN)));
}

async function put(services: Services, request: Exclude<BucketRequest, { op: 'collect' }>): Promise<Uint8Array> {
  const { store, config, now } = services;
  const { bucket, epoch, envelope } = request;
  if (Math.abs(epoch - Math.floor(now() / EPOCH_SECONDS)) > 1) {
    throw new WireError('clock-skew', 'Your clock and the clock of the node are more than a day apart: set the one that is wrong.');
  }
  checkWork(services, request, dropBits(await store.rows.countEnvelopes(bucket), config.bucketCap, config.workBitsMax));
  await store.rows.putEnvelope(bucket, epoch, envelope, now(), config.bucketCap);
  return encodeDone();
}

/** A full bucket loses its oldest envelope for each new one: whoever wants to empty it so has to work for each. */
function checkWork({ spent, now }: Services, request: Exclude<BucketRequest, { op: 'collect' }>, bits: number): void {
  if (bits === 0) return;
  const challenge = dropChallenge(request);
  if (request.op === 'worked' && hashBits(challenge, request.work) >= bits && spent.take(challenge, now())) return;
  throw new WireError('work-required', 'This bucket is filling up: an envelope costs some seconds of computing first.', encodeWorkDetail(bits));
}

async function collect({ store }: Services, { bucket, after }: Extract<BucketRequest, { op: 'collect' }>): Promise<Uint8Array> {
  const found = await store.rows.envelopes(bucket, after, COLLECT_MAX + 1);
  const envelopes = found.slice(0, COLLECT_MAX);
  return encodeCollected({
    v: 1, cursor: envelopes.at(-1)?.id ?? after, more: found.length > COLLECT_MAX, envelopes: envelopes.map(({ epoch, envelope }) => ({ epoch, envelope })),
  });
}
