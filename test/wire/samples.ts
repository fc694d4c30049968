import { cellKey, concat, hmacSha256, sealBoxes, sealCell, signingKey, utf8 } from '../../crypto/index.ts';
import { kemKey, sealEnvelope } from '../../pq/index.ts';
import {
  COVER_ENTRY, CellMap, EMPTY_FRONTIER, HEADER_ITEM, WireError, append, cellHash, cidOf, encodeCommit, fragmentCells, label, leafHash, logHead, mapKey, openIdentity, parseName, recordHash, rootHash,
  signAuthority, signCreate, signIdentity, signMirror, signPointer, signRetire, type CellsAnswer, type CommitRecord, type Label, type NodeInfo, type SpaceState,
} from '../../wire/index.ts';
import { withCountingBytes } from '../rig/counting.ts';

const filled = (length: number, byte: number): Uint8Array => new Uint8Array(length).fill(byte);

/** Keys and contents of the written-down examples: nothing here is random. */
export const fixed = {
  account: signingKey(filled(32, 1)),
  writer: signingKey(filled(32, 2)),
  person: signingKey(filled(32, 3)),
  kem: kemKey(filled(32, 4)),
  cellKey: cellKey(filled(32, 5)),
  labels: [6, 7, 8, 9].map((byte): Label => label(filled(32, byte))),
  boxKey: filled(32, 10),
  tagKey: filled(32, 11),
  plaintext: utf8('Underkeep'),
  time: 1_800_000_000,
  drop: { bucket: 77, epoch: 20_833 },
};

async function sealed() {
  const cell = await withCountingBytes(() => sealCell(fixed.cellKey, fixed.plaintext));
  const [header] = await withCountingBytes(() => sealBoxes([{ key: fixed.boxKey, plaintext: new Uint8Array(HEADER_ITEM - 40) }]));
  const [box] = await withCountingBytes(() => sealBoxes([{ key: fixed.boxKey, plaintext: new Uint8Array(COVER_ENTRY - 56) }]));
  if (header === undefined || box === undefined) throw new Error('nothing was sealed');
  const nonce = box.subarray(0, 24);
  return { cell, header, entry: concat(nonce, hmacSha256(fixed.tagKey, nonce).subarray(0, 16), box.subarray(24)) };
}

function states(home: SpaceState, friend: SpaceState) {
  const cells: CellsAnswer = { v: 1, ...home, frontiers: null, cells: [[cidOf('raw', fixed.plaintext)], null], included: 1 };
  return { home, friend, cells };
}

/** One valid value of each format. */
export async function makeSamples() {
  const { cell, header, entry } = await sealed();
  const [fragments = []] = await fragmentCells([cell]);
  const cids = fragments.map(({ cid }) => cid);
  const keys = fixed.labels.map(mapKey);
  const value = cellHash(cids);
  const [first] = keys;
  if (first === undefined) throw new Error('no key');
  const map = CellMap.empty().apply([{ key: first, value }]);
  const branched = CellMap.empty().apply(keys.map((key) => ({ key, value })));

  const lane = append(EMPTY_FRONTIER, [leafHash(header)]);
  const entries = append(EMPTY_FRONTIER, [entry, entry, entry].map(leafHash));
  const root = { v: 1, map: map.root, cover: { entries: logHead(entries), lane: logHead(lane) } } as const;
  const pointer = signPointer(fixed.writer, { sequence: 1, previous: null, root: rootHash(root) });
  const segment = concat(entry, entry, entry);

  const identity = signIdentity(fixed.person, { name: parseName('alice'), kem: fixed.kem.publicKey, bucket: fixed.drop.bucket, sequence: 1 });
  const envelope = await withCountingBytes(() => sealEnvelope({ key: fixed.kem.publicKey, recordHash: recordHash(identity) }, fixed.drop, { type: 1, body: utf8('hello') }));

  const create = signCreate(fixed.account, { login: parseName('alice'), invitation: filled(16, 12), scrypt: { N: 131_072, r: 8, p: 1 } });
  const authority = signAuthority(fixed.account, fixed.writer.publicKey, { home: true, terms: null });
  const commit: CommitRecord = {
    v: 1, account: fixed.account.publicKey, create,
    spaces: [{ pointer, root, changes: [[first, cids]], cover: { header, entries: 3, segments: [cidOf('raw', segment)] }, authority, prove: [first] }],
    retire: [],
  };
  const linkRoot = { v: 1, map: branched.root, cover: null } as const;
  const link = signPointer(fixed.person, { sequence: 1, previous: null, root: rootHash(linkRoot) });
  const linkAuthority = signAuthority(fixed.account, fixed.person.publicKey, { home: false, terms: { expires: fixed.time, opens: 3 } });
  const second: CommitRecord = {
    ...commit, create: null, retire: [signRetire(fixed.account, fixed.person.publicKey)],
    spaces: [{ pointer: link, root: linkRoot, changes: keys.map((key, index) => [key, index === 3 ? null : cids] as const), cover: null, authority: linkAuthority, prove: [] }],
  };
  const home = { pointer, root, frontiers: { entries, lane }, proof: map.prove([first]) };
  const friend = { pointer: link, root: linkRoot, frontiers: null, proof: branched.prove(keys) };
  const nodeInfo: NodeInfo = { v: 1, software: 'underkeep/0.1.0', time: fixed.time, signUp: 'invitation', directory: `http://${'a'.repeat(56)}.onion`, onion: null };

  return {
    cell, header, entry, segment, fragments, cids, keys, value, map, branched, lane, entries, root, linkRoot, pointer, link, identity, person: openIdentity(identity), envelope, create, authority, commit, second,
    commitBlocks: [...fragments, { cid: cidOf('raw', segment), bytes: segment }], record: encodeCommit(commit), ...states(home, friend), mirror: signMirror(fixed.writer, fixed.time), nodeInfo,
    error: new WireError('not-found', 'There is no such thing here.'), detailed: new WireError('work-required', 'The node asks for work first.', Uint8Array.of(0xa1, 0x64, 0x62, 0x69, 0x74, 0x73, 0x14)),
  };
}

export type Samples = Awaited<ReturnType<typeof makeSamples>>;
