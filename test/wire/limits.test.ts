import { test } from 'uvu';
import * as assert from 'uvu/assert';
import {
  COMMIT_CHANGES_MAX, COMMIT_RECORD_MAX, PROOFS_MAX, WireError, cidOf, decodeCells, decodeCommit, decodeError, decodeLoginAnswer, doWork, encodeCbor, encodeCommit, encodeError, encodeLoginAnswer, encodeRequest, hashBits,
  toLink, type CellChange, type CommitRecord, type ErrorCode, type Label, type MapKey,
} from '../../wire/index.ts';
import { seededRandom } from '../rig/random.ts';
import { fixed, makeSamples } from './samples.ts';

const random = seededRandom('limits');
const s = await makeSamples();

function refused(run: () => unknown, code: ErrorCode): void {
  assert.throws(run, (error: unknown) => error instanceof WireError && error.code === code);
}

const deletions = (count: number): CellChange[] => Array.from({ length: count }, () => [new Uint8Array(32) as MapKey, null]);

function withChanges(...counts: readonly number[]): CommitRecord {
  const [space] = s.commit.spaces;
  assert.ok(space);
  return { ...s.commit, spaces: counts.map((count) => ({ ...space, changes: deletions(count) })) };
}

/** Encodes without the encoder's own checks. */
function forced(commit: CommitRecord): Uint8Array {
  const spaces = commit.spaces.map((space) => ({ ...space, cover: space.cover && { ...space.cover, segments: space.cover.segments.map(toLink) } }));
  return encodeCbor({ ...commit, spaces });
}

test('a commit holds 8192 changes, however they are spread over its spaces', () => {
  for (const counts of [[COMMIT_CHANGES_MAX], [4096, 4096], [8000, 191, 1]]) assert.is(decodeCommit(encodeCommit(withChanges(...counts)).bytes).spaces.length, counts.length);
  for (const counts of [[COMMIT_CHANGES_MAX + 1], [4096, 4097], [8000, 192, 1]]) {
    refused(() => encodeCommit(withChanges(...counts)), 'too-large');
    refused(() => decodeCommit(forced(withChanges(...counts))), 'malformed');
  }
});

test('a commit record is at most one block', () => {
  const fragments = Array.from({ length: 5 }, () => cidOf('raw', random.bytes(9)));
  const [space] = s.commit.spaces;
  assert.ok(space);
  const commit = (count: number): CommitRecord => ({ ...s.commit, spaces: [{ ...space, changes: Array.from({ length: count }, () => [random.bytes(32) as MapKey, fragments]) }] });
  assert.ok(encodeCommit(commit(4000)).bytes.length <= COMMIT_RECORD_MAX);
  refused(() => encodeCommit(commit(5000)), 'too-large');
});

test('at most 16 spaces change in a commit', () => {
  assert.ok(decodeCommit(encodeCommit(withChanges(...Array.from({ length: 16 }, () => 0))).bytes));
  refused(() => decodeCommit(encodeCommit(withChanges(...Array.from({ length: 17 }, () => 0))).bytes), 'malformed');
});

test('labels and keys of one read are at most 64 together', () => {
  const request = (labels: number, prove: number): Uint8Array => encodeRequest({
    v: 1, space: fixed.writer.publicKey, root: null, bytes: 0, labels: Array.from({ length: labels }, () => random.bytes(32) as Label), prove: Array.from({ length: prove }, () => random.bytes(32) as MapKey),
  });
  for (const [labels, prove] of [[PROOFS_MAX, 0], [0, PROOFS_MAX], [32, 32], [0, 0]] as const) decodeCells(request(labels, prove));
  for (const [labels, prove] of [[PROOFS_MAX, 1], [1, PROOFS_MAX], [PROOFS_MAX + 1, 0]] as const) refused(() => decodeCells(request(labels, prove)), 'malformed');
});

test('a header lane comes in whole items', () => {
  const answer = (length: number): Uint8Array => encodeLoginAnswer({ v: 1, known: true, evaluated: new Uint8Array(32), scrypt: s.create.scrypt, lane: new Uint8Array(length), size: 3 });
  for (const length of [0, 256, 768]) assert.is(decodeLoginAnswer(answer(length)).lane.length, length);
  for (const length of [1, 255, 257]) refused(() => decodeLoginAnswer(answer(length)), 'malformed');
});

test('an error keeps code, message and detail; a code from a later version is an internal error', () => {
  const error = decodeError(encodeError(s.detailed));
  assert.equal([error.code, error.message, error.detail], [s.detailed.code, s.detailed.message, s.detailed.detail]);
  for (const code of ['new-in-2031', 'constructor', '__proto__', '']) assert.is(decodeError(encodeCbor({ code, message: 'No.', detail: null })).code, 'internal');
});

test('work is found, counted, and given up when it is no longer wanted', async () => {
  const challenge = random.bytes(20);
  const nonce = await doWork(challenge, 10);
  assert.is(nonce.length, 8);
  assert.ok(hashBits(challenge, nonce) >= 10);
  assert.ok(hashBits(random.bytes(20), nonce) < 40);
  const stop = new AbortController();
  const endless = doWork(challenge, 60, stop.signal).then(() => 'found', () => 'given up');
  setTimeout(() => { stop.abort(); }, 30);
  assert.is(await endless, 'given up');
});

test.run();
