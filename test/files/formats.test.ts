import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { fromHex, signingKey, u64be } from '../../crypto/index.ts';
import { decodeEntry, encodeEntry, fileSecret, folderSecret, type Entry } from '../../files/index.ts';
import { CHUNK, chunkCount, chunkLength } from '../../files/chunks.ts';
import { decodeFolderCell, encodeBranch, encodeLeaf } from '../../files/folder-cell.ts';
import { chunkPlace, fingerprintHash, folderPlace, innerWriterKey, nameHash, pendingPlace } from '../../files/keys.ts';
import { unpadded } from '../../files/padded.ts';
import { decodePending, encodePending } from '../../files/pending.ts';
import { decodeCbor, encodeCbor } from '../../wire/index.ts';
import { bytesExample, cborExample, checkExamples, partsExample, piecesExample, type Example } from '../rig/formats.ts';

const repeated = (byte: number, length = 32): Uint8Array => new Uint8Array(length).fill(byte);
const file = fileSecret(repeated(0x31));
const folder = folderSecret(repeated(0x32));
const root = folderSecret(repeated(0x33));
const writer = signingKey(repeated(0x02));
const TIME = 1_700_000_000_000;

const photo: Entry = {
  id: '35'.repeat(16), name: 'photo.jpg', kind: 'file', size: 1_000_000, modified: TIME, created: TIME, secret: file, target: null, exposed: false,
};
const shared: Entry = {
  id: '34'.repeat(16), name: 'Été', kind: 'folder', size: 0, modified: TIME, created: TIME, secret: folder, exposed: false,
  target: { space: writer.publicKey, write: null, node: null },
};
const pending = {
  uploads: [{ fingerprint: fingerprintHash(root, 'a local file'), space: writer.publicKey, secret: file, size: 100_000_000, since: TIME }],
  sweeps: [{ space: null, kind: 'folder' as const, secret: folder, size: 0 }],
};
const leaf = encodeLeaf([photo, shared]) ?? new Uint8Array();

function examples(): ReadonlyMap<string, Example> {
  const chunk = chunkPlace(file, 1);
  const cell = folderPlace(folder, Uint8Array.of(7));
  const record = pendingPlace(root);
  return new Map<string, Example>([
    ['files/chunk-keys', piecesExample([['label of chunk 1', chunk.label], ['key of chunk 1', chunk.key]])],
    ['files/folder-keys', piecesExample([['label at prefix 7', cell.label], ['key at prefix 7', cell.key], ['hash of photo.jpg', nameHash(folder, 'photo.jpg')]])],
    ['files/entry', cborExample(encodeEntry(photo))],
    ['files/target', cborExample(targetOf(encodeEntry(shared)))],
    ['files/inner-writer-key', bytesExample(innerWriterKey(repeated(0x02), writer.publicKey))],
    ['files/padded', partsExample([['length', leaf.subarray(0, 4)], ['value', unpadded(leaf)], ['zeros', leaf.subarray(4 + unpadded(leaf).length)]])],
    ['files/leaf', cborExample(unpadded(leaf))],
    ['files/branch', cborExample(unpadded(encodeBranch()))],
    ['files/pending-keys', piecesExample([['label of the record', record.label], ['key of the record', record.key]])],
    ['files/pending', cborExample(unpadded(encodePending(pending)))],
    ['files/upload', cborExample(itemOf(unpadded(encodePending(pending)), 'uploads'))],
    ['files/sweep', cborExample(itemOf(unpadded(encodePending(pending)), 'sweeps'))],
  ]);
}

test('docs/formats.md shows the formats of this room byte for byte', () => {
  checkExamples('files', examples());
});

test('the examples are read back as what they were', () => {
  assert.equal(decodeEntry(encodeEntry(photo)), photo);
  assert.equal(decodeEntry(encodeEntry(shared)), shared);
  assert.equal(decodeFolderCell(leaf), { kind: 'leaf', entries: [shared, photo] });
  assert.equal(decodeFolderCell(encodeBranch()), { kind: 'branch' });
  assert.equal(decodePending(encodePending(pending)), pending);
});

test('a file is cut as the page says', () => {
  assert.is(CHUNK, 5_242_808);
  assert.equal([0, 1, CHUNK, CHUNK + 1, 100_000_000].map(chunkCount), [0, 1, 2, 2, 20]);
  assert.is(chunkLength(1_000_000, 0), 1_015_808);
  assert.equal(u64be(1), fromHex('0000000000000001'));
});

/** The record under a key of the encoded one, encoded again. */
function targetOf(entry: Uint8Array): Uint8Array {
  return encodeCbor((decodeCbor(entry) as Map<string, unknown>).get('target'));
}
function itemOf(record: Uint8Array, list: string): Uint8Array {
  return encodeCbor(((decodeCbor(record) as Map<string, unknown>).get(list) as unknown[])[0]);
}

test.run();
