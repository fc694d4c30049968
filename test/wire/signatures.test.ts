import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { sign, signingKey, verify, type DomainLabel, type Signature } from '../../crypto/index.ts';
import {
  KEM_PUBLIC_KEY, WireError, checkAuthority, checkCreate, checkMirror, checkRetire, cidBytes, cidOf, encodeCbor, fingerprint, openIdentity, openPointer, parseName,
  recordHash, signAuthority, signCreate, signIdentity, signMirror, signPointer, signRetire,
  type Authority, type CreateAccount, type MirrorRequest, type PointerHash, type Retire, type RootHash, type SignedIdentity, type SignedPointer,
} from '../../wire/index.ts';
import { seededRandom } from '../rig/random.ts';
import { bitFlipped, withField } from './forging.ts';

const random = seededRandom('signatures');
const key = signingKey(random.bytes(32));
const other = signingKey(random.bytes(32));
const flip = <T extends Uint8Array>(bytes: T): T => bitFlipped(random, bytes);

function refused(run: () => unknown): void {
  assert.throws(run, (error: unknown) => error instanceof WireError && ['bad-signature', 'malformed'].includes(error.code));
}

const root = random.bytes(32) as RootHash;
const previous = random.bytes(32) as PointerHash;
const pointer = signPointer(key, { sequence: 2, previous, root });

const identity = signIdentity(key, { name: parseName('alice'), kem: random.bytes(KEM_PUBLIC_KEY), bucket: 77, sequence: 1 });

test('no field of an identity record can be changed, and no bit of its signature', () => {
  const opened = openIdentity(identity);
  const changes: Record<string, unknown[]> = {
    v: [2], name: ['alicf', 'Alice', 'ali ce', '', 'a'.repeat(33), '__proto__', 'al\u0131ce', null], ed25519: [other.publicKey, new Uint8Array(32)],
    kem: [flip(opened.kem), opened.kem.subarray(1)], bucket: [78, 2 ** 16, -1], sequence: [2, 0],
  };
  assert.equal(Object.keys(changes).sort(), Object.keys(opened).sort());
  for (const [field, values] of Object.entries(changes)) for (const value of values) refused(() => openIdentity({ ...identity, identity: withField(identity.identity, field, value) }));
  for (let round = 0; round < 30; round++) refused(() => openIdentity({ ...identity, signature: flip(identity.signature) }));
});

test('a fingerprint is the name and keys, not bucket or sequence; a record hash is all of it', () => {
  const opened = openIdentity(identity);
  const moved = signIdentity(key, { ...opened, bucket: 3, sequence: 9 });
  assert.equal(fingerprint(openIdentity(moved)), fingerprint(opened));
  assert.not.equal(recordHash(moved), recordHash(identity));
  assert.not.equal(fingerprint({ ...opened, name: parseName('alicf') }), fingerprint(opened));
  assert.not.equal(fingerprint({ ...opened, ed25519: other.publicKey }), fingerprint(opened));
  assert.not.equal(fingerprint({ ...opened, kem: flip(opened.kem) }), fingerprint(opened));
});

test('an account\'s word for a space holds for that space, those terms and that account only', () => {
  const space = other.publicKey;
  const good = signAuthority(key, space, { home: false, terms: { expires: 1000, opens: 3 } });
  assert.ok(checkAuthority(key.publicKey, space, good));
  const bad: Authority[] = [
    { ...good, home: true }, { ...good, terms: null }, { ...good, terms: { expires: 1001, opens: 3 } }, { ...good, terms: { expires: 1000, opens: 4 } },
    { ...good, terms: { expires: null, opens: 3 } }, { ...good, terms: { expires: 1000, opens: null } }, { ...good, terms: { expires: 3, opens: 1000 } }, { ...good, signature: flip(good.signature) },
  ];
  for (const authority of bad) assert.not(checkAuthority(key.publicKey, space, authority));
  assert.not(checkAuthority(other.publicKey, space, good));
  assert.not(checkAuthority(key.publicKey, key.publicKey, good));
});

test('a retirement holds for one space of one account', () => {
  const good: Retire = signRetire(key, other.publicKey);
  assert.ok(checkRetire(key.publicKey, good));
  assert.not(checkRetire(other.publicKey, good));
  assert.not(checkRetire(key.publicKey, { ...good, space: key.publicKey }));
  assert.not(checkRetire(key.publicKey, { ...good, signature: flip(good.signature) }));
});

test('an account is made with the login name, invitation and cost that it was signed with', () => {
  const good: CreateAccount = signCreate(key, { login: parseName('alice'), invitation: random.bytes(16), scrypt: { N: 131072, r: 8, p: 1 } });
  assert.ok(checkCreate(key.publicKey, good));
  const bad: CreateAccount[] = [
    { ...good, login: parseName('bob') }, { ...good, invitation: null }, { ...good, invitation: flip(good.invitation ?? random.bytes(1)) }, { ...good, scrypt: { ...good.scrypt, N: 65536 } },
    { ...good, scrypt: { ...good.scrypt, r: 1 } }, { ...good, scrypt: { ...good.scrypt, p: 2 } }, { ...good, signature: flip(good.signature) },
  ];
  for (const create of bad) assert.not(checkCreate(key.publicKey, create));
  assert.not(checkCreate(other.publicKey, good));
});

test('a mirror request holds for one space at one time', () => {
  const good: MirrorRequest = signMirror(key, 1_700_000_000);
  assert.ok(checkMirror(good));
  assert.not(checkMirror({ ...good, at: 1_700_000_001 }));
  assert.not(checkMirror({ ...good, space: other.publicKey }));
  assert.not(checkMirror({ ...good, signature: flip(good.signature) }));
});

/** Every label that something is signed under, with the bytes that are signed and the check that takes the signature. */
const roles: readonly { readonly label: DomainLabel; readonly message: Uint8Array; readonly takes: (signature: Signature) => boolean }[] = (() => {
  const space = key.publicKey;
  const opens = (run: () => unknown): boolean => {
    try {
      run();
      return true;
    } catch {
      return false;
    }
  };
  const terms = null;
  const create = { login: parseName('alice'), invitation: null, scrypt: { N: 1, r: 1, p: 1 } };
  return [
    { label: 'underkeep/pointer/1', message: pointer.pointer, takes: (signature) => opens(() => openPointer({ pointer: pointer.pointer, signature })) },
    { label: 'underkeep/identity/1', message: identity.identity, takes: (signature) => opens(() => openIdentity({ identity: identity.identity, signature })) },
    { label: 'underkeep/space/1', message: encodeCbor({ space, home: true, terms }), takes: (signature) => checkAuthority(key.publicKey, space, { home: true, terms, signature }) },
    { label: 'underkeep/retire/1', message: space, takes: (signature) => checkRetire(key.publicKey, { space, signature }) },
    { label: 'underkeep/account/1', message: encodeCbor({ account: space, ...create }), takes: (signature) => checkCreate(key.publicKey, { ...create, signature }) },
    { label: 'underkeep/mirror/1', message: encodeCbor({ space, at: 5 }), takes: (signature) => checkMirror({ v: 1, space, at: 5, signature }) },
  ];
})();

test('a signature under one label counts under no other, even over the same bytes', () => {
  for (const { label, message, takes } of roles) {
    assert.ok(takes(sign(key, label, message)), label);
    for (const foreign of roles) if (foreign.label !== label) assert.not(takes(sign(key, foreign.label, message)), `${foreign.label} for ${label}`);
    assert.not(takes(sign(key, 'underkeep/pointer/2', message)));
    assert.not(takes(sign(other, label, message)));
    assert.not(verify(key.publicKey, label, message.subarray(1), sign(key, label, message)));
  }
});

test('what is signed for one purpose is not even of the form that another takes', () => {
  const asPointer = (signed: SignedIdentity): SignedPointer => ({ pointer: signed.identity, signature: signed.signature });
  refused(() => openPointer(asPointer(identity)));
  refused(() => openIdentity({ identity: pointer.pointer, signature: pointer.signature }));
  const cell = cidBytes(cidOf('raw', random.bytes(5)));
  refused(() => openPointer({ pointer: cell, signature: sign(key, 'underkeep/pointer/1', cell) }));
});

test('names are a to z, digits, hyphen and underscore, from a letter on, at most 32', () => {
  for (const name of ['a', 'alice', 'a-b_c9', 'a'.repeat(32), 'constructor']) assert.is(parseName(name), name);
  for (const name of ['', 'A', '9a', '-a', '_a', 'a b', 'a\n', 'a\0', 'a.b', 'a/b', '__proto__', 'é', 'а', 'a'.repeat(33), 'a\u202e']) refused(() => parseName(name));
});

test.run();
