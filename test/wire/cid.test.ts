import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { CID } from 'multiformats/cid';
import * as json from 'multiformats/codecs/json';
import { base58btc } from 'multiformats/bases/base58';
import { identity } from 'multiformats/hashes/identity';
import { sha512 } from 'multiformats/hashes/sha2';
import { fromHex, sha256, utf8 } from '../../crypto/index.ts';
import { cidBytes, cidCodec, cidDigest, cidFromBytes, cidOf, decodeCbor, encodeCbor, parseCid, schema, toLink, WireError } from '../../wire/index.ts';
import { seededRandom } from '../rig/random.ts';

const random = seededRandom('cid');

function refused(run: () => unknown): void {
  assert.throws(run, (error: unknown) => error instanceof WireError && error.code === 'malformed');
}

test('the empty raw block has the CID that IPFS gives it', () => {
  assert.is(cidOf('raw', new Uint8Array()), 'bafkreihdwdcefgh4dqkjv67uzcmw7ojee6xedzdetojuzjevtenxquvyku');
});

test('text, bytes and link forms lead back to one CID, and multiformats agrees', () => {
  for (const codec of ['raw', 'dag-cbor'] as const) {
    const block = random.bytes(random.int(200));
    const cid = cidOf(codec, block);
    const theirs = CID.parse(cid);
    assert.equal(cidBytes(cid), theirs.bytes);
    assert.is(theirs.code, codec === 'raw' ? 0x55 : 0x71);
    assert.is(parseCid(cid), cid);
    assert.is(cidFromBytes(cidBytes(cid)), cid);
    assert.is(cidCodec(cid), codec);
    assert.equal(cidDigest(cid), sha256(block));
    assert.is(schema.parse(schema.cid, encodeCbor(toLink(cid)), 'link'), cid);
  }
});

test('no other spelling of a CID is taken', () => {
  const cid = cidOf('raw', random.bytes(10));
  const last = cid.at(-1) ?? '';
  const spare = 'abcdefghijklmnopqrstuvwxyz234567'['abcdefghijklmnopqrstuvwxyz234567'.indexOf(last) + 1] ?? 'b';
  const others = [
    '', 'b', cid.slice(0, -1), `${cid}a`, `${cid}=`, ` ${cid.slice(1)}`, cid.toUpperCase(), `B${cid.slice(1)}`, `z${cid.slice(1)}`,
    cid.slice(0, -1) + spare, `${cid.slice(0, 20)}1${cid.slice(21)}`, `${cid.slice(0, 20)}\u{1F600}${cid.slice(22)}`,
    CID.parse(cid).toString(base58btc), '\0'.repeat(59),
  ];
  for (const other of others) refused(() => parseCid(other));
});

test('no other version, codec, hash or digest length is taken, in bytes or as a link', async () => {
  const digest = CID.parse(cidOf('raw', utf8('x'))).multihash;
  const foreign = [
    CID.createV0(digest as Parameters<typeof CID.createV0>[0]), CID.createV1(0x70, digest), CID.createV1(json.code, digest),
    CID.createV1(0x55, await sha512.digest(utf8('x'))), CID.createV1(0x55, identity.digest(new Uint8Array(32))),
  ];
  for (const cid of foreign) {
    refused(() => cidFromBytes(cid.bytes));
    refused(() => parseCid(cid.toString()));
    refused(() => schema.parse(schema.cid, encodeCbor(cid), 'link'));
  }
});

test('each flipped bit of the four leading bytes is refused or is the other codec', () => {
  const cid = cidOf('raw', utf8('x'));
  for (let bit = 0; bit < 32; bit++) {
    const bytes = cidBytes(cid).slice();
    bytes[bit >> 3] = (bytes[bit >> 3] ?? 0) ^ (1 << (bit & 7));
    refused(() => cidFromBytes(bytes));
  }
  refused(() => cidFromBytes(cidBytes(cid).subarray(0, 35)));
  refused(() => cidFromBytes(new Uint8Array()));
});

test('a link with a long varint, a missing prefix or bytes behind it is refused', () => {
  const body = `01551220${'00'.repeat(32)}`;
  const link = (inner: string): Uint8Array => fromHex(`d82a58${(inner.length / 2).toString(16).padStart(2, '0')}${inner}`);
  assert.ok(decodeCbor(link(`00${body}`)));
  for (const inner of [body, `01${body}`, `00${body}00`, `0081005512${body.slice(6)}`, `0001d5001220${'00'.repeat(32)}`, '00', '0001']) {
    refused(() => schema.parse(schema.cid, link(inner), 'link'));
  }
});

test('what only looks like a link is none', () => {
  for (const value of [null, 1, 'bafkrei', new Uint8Array(36), [], new Map([['/', new Uint8Array(36)]]), new Map([['asCID', 1]])]) {
    refused(() => schema.cid(value, 'link'));
  }
});

test.run();
