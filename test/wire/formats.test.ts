import { readFileSync } from 'node:fs';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { concat, openBoxes, openCell, utf8 } from '../../crypto/index.ts';
import { openEnvelopes } from '../../pq/index.ts';
import * as wire from '../../wire/index.ts';
import {
  append, cidBytes, encodeCar, encodeCbor, encodeCellsAnswer, encodeCollected, encodeCommitAnswer, encodeDirectoryPage, encodeDone, encodeError, encodeLoginAnswer, encodeNodeInfo, encodeRequest, encodeRoot, encodeSegmentAnswer, encodeSpineAnswer,
  encodeWorkDetail, fingerprint, hashBits, httpStatus, isErrorCode, leafHash, loginChallenge, logRoot, mapKey, nameHash, parseName, pointerHash, recordHash, rootHash, toLink,
} from '../../wire/index.ts';
import { bytesExample, cborExample, checkExamples, partsExample, piecesExample, tablesWith, textExample, type Example } from '../rig/formats.ts';
import { fixed, makeSamples } from './samples.ts';

const s = await makeSamples();
const [cid] = s.cids;
const [label] = fixed.labels;
if (cid === undefined || label === undefined) throw new Error('the samples hold no cell');
const firstOf = (proof: readonly Uint8Array[]): Uint8Array => proof[0] ?? new Uint8Array();
const parts = (bytes: Uint8Array, ...layout: readonly (readonly [name: string, length: number])[]): Example => {
  let at = 0;
  return partsExample(layout.map(([name, length]) => [name, bytes.subarray(at, (at += length))]));
};
const cborHeadless = (value: unknown): Example => ({ ...cborExample(encodeCbor(value)), fields: null });
const login = { v: 1, login: parseName('alice'), blinded: new Uint8Array(32).fill(13), lane: 0, work: null } as const;
const work = Uint8Array.of(0, 0, 0, 0, 0, 0, 2, 105);
const carPieces = [...encodeCar(s.record, s.commitBlocks)];
const carHead = wire.carHeader(s.record.cid);
const recordHead = wire.sectionHead(s.record.cid, s.record.bytes.length);
const three = append(wire.EMPTY_FRONTIER, ['', 'a', 'b'].map((entry) => leafHash(utf8(entry))));

const examples = new Map<string, Example>([
  ['wire/cid', parts(cidBytes(cid), ['version', 1], ['codec', 1], ['hash', 1], ['length', 1], ['digest', 32])],
  ['wire/cid-text', textExample(cid)],
  ['wire/cell', parts(s.cell, ['nonce', 24], ['commitment', 32], ['tag', 16], ['ciphertext', 9])],
  ['wire/fragments', cborHeadless(s.cids.map(toLink))],
  ['wire/cell-hash', bytesExample(s.value)],
  ['wire/map-key', bytesExample(mapKey(label))],
  ['wire/bucket', cborHeadless([0, [[s.keys[0], s.value]]])],
  ['wire/branch', { ...cborExample(firstOf(s.branched.prove(s.keys))), fields: null }],
  ['wire/map-root', bytesExample(s.branched.root)],
  ['wire/log-root', bytesExample(logRoot(three))],
  ['wire/log-head', cborExample(encodeCbor(wire.logHead(three)))],
  ['wire/frontier', cborExample(encodeCbor(three))],
  ['wire/root', cborExample(encodeRoot(s.root))],
  ['wire/root-hash', bytesExample(rootHash(s.root))],
  ['wire/pointer', cborExample(s.pointer.pointer)],
  ['wire/signed-pointer', cborExample(encodeCbor(s.pointer))],
  ['wire/pointer-hash', bytesExample(pointerHash(s.pointer))],
  ['wire/header-item', parts(s.header, ['nonce', 24], ['tag', 16], ['ciphertext', 216])],
  ['wire/cover-entry', parts(s.entry, ['nonce', 24], ['mark', 16], ['tag', 16], ['ciphertext', 4040])],
  ['wire/authority', cborExample(encodeCbor({ space: fixed.writer.publicKey, home: true, terms: null }))],
  ['wire/account', cborExample(encodeCbor({ account: fixed.account.publicKey, login: s.create.login, invitation: s.create.invitation, scrypt: s.create.scrypt }))],
  ['wire/commit-record', cborExample(s.record.bytes)],
  ['wire/commit-car', piecesExample([
    ['header', carHead], ['section of the record: length, CID', recordHead], ['the record', s.record.bytes],
    ...s.commitBlocks.flatMap(({ cid: of, bytes }, index) => [[index === 0 ? 'section of the fragment: length, CID' : 'section of the cover segment', wire.sectionHead(of, bytes.length)], ['its block', bytes]] as const),
  ])],
  ['wire/commit-answer', cborExample(encodeCommitAnswer({ v: 1, spaces: [s.home] }))],
  ['wire/cells-request', cborExample(encodeRequest({ v: 1, space: fixed.writer.publicKey, root: null, labels: [label], prove: [], bytes: 1_048_576 }))],
  ['wire/cells-answer', cborExample(encodeCellsAnswer({ v: 1, ...s.home, cells: [s.cids], included: 1 }).bytes)],
  ['wire/login-request', cborExample(encodeRequest(login))],
  ['wire/login-answer', cborExample(encodeLoginAnswer({ v: 1, known: true, evaluated: new Uint8Array(32).fill(14), scrypt: s.create.scrypt, lane: s.header, size: 1 }))],
  ['wire/spine-request', cborExample(encodeRequest({ v: 1, op: 'spine', space: fixed.writer.publicKey }))],
  ['wire/segment-request', cborExample(encodeRequest({ v: 1, op: 'segment', space: fixed.writer.publicKey, index: 0, from: 0 }))],
  ['wire/spine', cborExample(encodeSpineAnswer({ v: 1, ...s.home, proof: [], segments: [], tail: [leafHash(s.entry)] }))],
  ['wire/segment', cborExample(encodeSegmentAnswer({ v: 1, entries: s.entry }))],
  ['wire/work', partsExample([['label', utf8('underkeep/work/1')], ['challenge', loginChallenge(login)], ['nonce', work]])],
  ['wire/directory-page-request', cborExample(encodeRequest({ v: 1, op: 'page', bits: 4, prefix: nameHash(parseName('alice')).slice(0, 4) }))],
  ['wire/directory-publish-request', cborExample(encodeRequest({ v: 1, op: 'publish', record: s.identity }))],
  ['wire/directory-page', cborExample(encodeDirectoryPage({ v: 1, bits: 0, records: [s.identity], bucketBits: 8 }))],
  ['wire/bucket-put', cborExample(encodeRequest({ v: 1, op: 'put', ...fixed.drop, envelope: s.envelope }))],
  ['wire/bucket-collect', cborExample(encodeRequest({ v: 1, op: 'collect', bucket: fixed.drop.bucket, after: 0 }))],
  ['wire/collected', cborExample(encodeCollected({ v: 1, cursor: 1, more: false, envelopes: [{ epoch: fixed.drop.epoch, envelope: s.envelope }] }))],
  ['wire/mirror-request', cborExample(encodeRequest(s.mirror))],
  ['wire/node-information', cborExample(encodeNodeInfo(s.nodeInfo))],
  ['wire/done', cborExample(encodeDone())],
  ['wire/error', cborExample(encodeError(s.detailed))],
  ['wire/bits', cborExample(encodeWorkDetail(20))],
  ['wire/identity-record', cborExample(s.identity.identity)],
  ['wire/signed-identity', cborExample(encodeCbor(s.identity))],
  ['wire/record-hash', bytesExample(recordHash(s.identity))],
  ['wire/fingerprint', bytesExample(fingerprint(s.person))],
  ['wire/name-hash', bytesExample(nameHash(parseName('alice')))],
  ['wire/envelope', parts(s.envelope, ['ml-kem', 1088], ['x25519', 32], ['ciphertext', 7056], ['tag', 16])],
]);

test('docs/formats.md shows each format of the wire byte for byte, with its fields', () => checkExamples('wire', examples));

test('the commit\'s CAR on the page is the body that is sent', () => {
  const shown = examples.get('wire/commit-car');
  assert.equal(shown?.bytes, concat(...carPieces));
});

test('what is sealed on the page opens to what the page says', async () => {
  assert.equal(await openCell(fixed.cellKey, s.cell), utf8('Underkeep'));
  const { cover } = s.root;
  assert.equal(cover.lane.root, leafHash(s.header));
  const [item, entry] = await openBoxes([s.header, concat(s.entry.subarray(0, 24), s.entry.subarray(40))].map((box) => ({ key: fixed.boxKey, box })));
  assert.equal(item, new Uint8Array(216));
  assert.equal(entry, new Uint8Array(4040));
  assert.equal(await openEnvelopes(fixed.kem, recordHash(s.identity), fixed.drop, [s.envelope]), [{ type: 1, body: utf8('hello') }]);
});

test('the work on the page counts', () => assert.ok(hashBits(loginChallenge(login), work) >= 8));

test('each error code and its status is on the page, and no other', () => {
  const [table = []] = tablesWith('code', 'status');
  const declared = /const STATUS = \{([\s\S]*?)\}/.exec(readFileSync(new URL('../../wire/errors.ts', import.meta.url), 'utf8'))?.[1] ?? '';
  const codes = [...declared.matchAll(/^\s+'?([a-z-]+)'?: \d+,/gm)].map(([, code]) => code);
  assert.equal(table.map(([code]) => code), codes);
  for (const [code = '', status] of table) assert.is(isErrorCode(code) && httpStatus(code), Number(status));
});

test('each limit on the page is the one in the code', () => {
  const [table = []] = tablesWith('limit', 'value');
  const exported = new Map(Object.entries(wire));
  assert.ok(table.length > 10);
  for (const [limit = '', value = ''] of table) assert.is(exported.get(limit), Number(value.replaceAll(',', '')), limit);
});

test('each label that the wire hashes or signs under is on the page', () => {
  const page = readFileSync(new URL('../../docs/formats.md', import.meta.url), 'utf8');
  const rooms = ['answers', 'car', 'cell', 'commit', 'identity', 'map-node', 'pointer', 'requests', 'root', 'work'];
  const labels = rooms.flatMap((file) => [...readFileSync(new URL(`../../wire/${file}.ts`, import.meta.url), 'utf8').matchAll(/'(underkeep\/[a-z-]+\/\d+)'/g)].map(([, found]) => found ?? ''));
  assert.ok(labels.length >= 10);
  for (const one of labels) assert.ok(page.includes(`\`${one}\``), `${one} is not on the page`);
});

test.run();
