import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { encodeEntry, type Entry } from '../../files/index.ts';
import { kemKey, parseKemPublicKey, sealEnvelope, openEnvelopes } from '../../pq/index.ts';
import { encodeCbor, openIdentity, recordHash } from '../../wire/index.ts';
import { authenticate, decodeMessage, encodeBody, inward, outward, TYPE, type MessageId, type ShareId } from '../../social/message.ts';
import { shareParcel, unshareParcel } from '../../social/parcel.ts';
import { seededRandom } from '../rig/random.ts';
import { receive } from '../../social/receive.ts';
import { peopleCodec } from '../../social/state-codec.ts';
import { befriend, entryOf, NOW, ONION, Person } from './persons.ts';

const random = seededRandom('messages');
const shareId = (): ShareId => random.bytes(16) as ShareId;

function friends(): { alice: Person; bob: Person; share: (id: ShareId, sequence: number, entry: Entry) => { type: number; body: Uint8Array }; unshare: (id: ShareId, sequence: number) => { type: number; body: Uint8Array } } {
  const [alice, bob] = [new Person('alice', random), new Person('bob', random)];
  befriend(alice, bob);
  const pair = alice.state.friends.get(bob.name)?.pair;
  assert.ok(pair);
  return {
    alice, bob,
    share: (id, sequence, entry) => shareParcel(alice.name, bob.name, pair, { id, sequence }, entry, alice.chance),
    unshare: (id, sequence) => unshareParcel(alice.name, bob.name, pair, { id, sequence }, alice.chance),
  };
}

const sharesOf = (person: Person, other: Person): readonly { name: string | undefined; gone: boolean }[] =>
  (person.state.friends.get(other.name)?.shares ?? []).map(({ entry, gone }) => ({ name: entry?.name, gone }));

test('a share arrives once, is replaced by a newer word about it alone, and ends', () => {
  const { alice, bob, share, unshare } = friends();
  const id = shareId();
  const first = share(id, 1, entryOf('photos', ONION));
  assert.is(bob.receives(first).news[0]?.kind, 'share');
  assert.is(bob.receives(first).ignored, 1);
  const newer = share(id, 3, entryOf('pictures', ONION));
  assert.is(bob.receives(newer).ignored, 0);
  assert.is(bob.receives(share(id, 2, entryOf('older', ONION))).ignored, 1);
  assert.is(bob.receives(unshare(id, 3)).ignored, 1);
  assert.equal(sharesOf(bob, alice), [{ name: 'pictures', gone: false }]);
  assert.equal(bob.receives(unshare(id, 4)).news, [{ kind: 'unshare', from: 'alice', name: 'pictures' }]);
  assert.equal(sharesOf(bob, alice), [{ name: 'pictures', gone: true }]);
  assert.is(bob.receives(newer).ignored, 1);
});

test('the end of a share that comes before its beginning wins', () => {
  const { alice, bob, share, unshare } = friends();
  const id = shareId();
  assert.equal(bob.receives(unshare(id, 2)), { news: [], ignored: 0 });
  assert.is(bob.receives(share(id, 1, entryOf('photos', ONION))).ignored, 1);
  assert.equal(sharesOf(bob, alice), [{ name: undefined, gone: true }]);
});

test('what one friend sends does not count as another\'s, in neither direction', () => {
  const { alice, bob, share } = friends();
  const carol = new Person('carol', random);
  befriend(carol, bob);
  const mine = share(shareId(), 1, entryOf('photos', ONION));
  assert.is(carol.receives(mine).ignored, 1);
  assert.is(alice.receives(mine).ignored, 1);
  const message = decodeMessage(mine.type, mine.body);
  const pair = alice.state.friends.get(bob.name)?.pair;
  assert.ok(message?.kind === 'share' && pair);
  const { mac, ...fields } = message.body;
  const swapped = [
    encodeBody('share', { ...fields, from: carol.name, mac }),
    authenticate('share', { ...fields, from: carol.name }, pair.key, outward(pair)),
    authenticate('share', fields, pair.key, inward(pair)),
    encodeBody('share', { ...fields, sequence: 2, mac }),
    encodeBody('share', { ...fields, id: random.bytes(16) as MessageId, mac }),
  ];
  for (const body of swapped) assert.is(bob.receives({ type: TYPE.share, body }).ignored, 1);
  // The same bytes under another type's number are no message of that type.
  assert.is(bob.receives({ type: TYPE.unshare, body: mine.body }).ignored, 1);
  assert.equal(sharesOf(bob, alice), []);
});

test('an entry that leads anywhere but to an onion service, or has no space, is ignored', () => {
  const { alice, bob, share } = friends();
  const hosts = [
    'http://127.0.0.1:8642', 'https://example.org', `https://${'a'.repeat(56)}.onion`, `http://${'a'.repeat(56)}.onion/`, `http://${'a'.repeat(56)}.onion:80`,
    `http://user@${'a'.repeat(56)}.onion`, `http://x.${'a'.repeat(56)}.onion`, `http://${'a'.repeat(55)}.onion`, `http://${'A'.repeat(56)}.onion`,
    `http://${'a'.repeat(56)}.onion.example.org`, `http://${'a'.repeat(56)}.onion#`, 'unix:/run/x.sock', '', `http://${'a'.repeat(56)}.onion\n`,
  ];
  for (const host of hosts) assert.is(bob.receives(share(shareId(), 1, entryOf('x', host))).ignored, 1, host);
  assert.is(bob.receives(share(shareId(), 1, { ...entryOf('x', ONION), target: null })).ignored, 1);
  assert.equal(sharesOf(bob, alice), []);
});

test('hostile names come out as names that can be shown and saved, and take nothing with them', () => {
  const { alice, bob, share } = friends();
  const names = ['constructor', '__proto__', 'toString', '../x', 'a/b', '\u0000', '\u202egnp.exe', '.', '..', '', 'x'.repeat(700)];
  for (const name of names) assert.is(bob.receives(share(shareId(), 1, entryOf(name, ONION))).ignored, 0, JSON.stringify(name));
  const shown = sharesOf(bob, alice).map(({ name }) => name ?? '');
  assert.is(shown.length, names.length);
  assert.equal(shown.slice(0, 3), ['constructor', '__proto__', 'toString']);
  for (const name of shown) {
    // oxlint-disable-next-line no-control-regex
    assert.not.match(name, /[\u0000-\u001f/\u202a-\u202e\u2066-\u2069]/);
    assert.ok(name.length > 0 && name.length < 300 && name !== '.' && name !== '..');
  }
  // 100,000 characters fit no envelope.
  const pair = bob.state.friends.get(alice.name)?.pair;
  assert.ok(pair);
  const entry = encodeEntry(entryOf('x'.repeat(100_000), ONION));
  const body = authenticate('share', { v: 1, id: random.bytes(16) as MessageId, from: alice.name, share: shareId(), sequence: 1, entry }, pair.key, inward(pair));
  assert.is(bob.receives({ type: TYPE.share, body }).ignored, 1);
});

test('a friend called like a property of every object is a friend like any other', () => {
  for (const name of ['constructor', 'tostring', 'hasownproperty', 'valueof']) {
    const [them, bob] = [new Person(name, random), new Person('bob', random)];
    befriend(them, bob);
    assert.is(bob.status(them), 'confirmed');
    assert.is(new Person('carol', random).status(them), 'none');
  }
});

test('write access is not taken from an envelope', () => {
  const { bob, alice, share } = friends();
  const entry = entryOf('photos', ONION);
  assert.ok(entry.target);
  bob.receives(share(shareId(), 1, { ...entry, target: { ...entry.target, write: random.bytes(32) } }));
  assert.is(bob.state.friends.get(alice.name)?.shares[0]?.entry?.target?.write, null);
});

test('more shares than the limit drop ended ones first, and live ones never', () => {
  const { alice, bob, share, unshare } = friends();
  const ended = shareId();
  bob.receives(share(ended, 1, entryOf('ended', ONION)));
  bob.receives(unshare(ended, 2));
  for (let count = 0; count < 260; count++) bob.receives(share(shareId(), 1, entryOf(`item ${count}`, ONION)));
  const shown = sharesOf(bob, alice);
  assert.is(shown.length, 256);
  assert.is(shown[0]?.name, 'item 0');
  assert.ok(shown.every(({ gone }) => !gone));
});

test('the state stays below what a cell holds, whatever friends send', () => {
  const bob = new Person('bob', random);
  const longest = '\u{1F600}'.repeat(63);
  for (let friend = 0; friend < 10; friend++) {
    const other = new Person(`friend${friend}`, random);
    befriend(other, bob);
    const pair = other.state.friends.get(bob.name)?.pair;
    assert.ok(pair);
    const parcels = Array.from({ length: 300 }, (_, index) => shareParcel(other.name, bob.name, pair, { id: shareId(), sequence: 1 }, entryOf(`${longest}${index}`, ONION), other.chance));
    bob.state = receive(bob.state, parcels, { now: NOW, chance: bob.chance }).state;
  }
  const held = [...bob.state.friends.values()].reduce((sum, { shares }) => sum + shares.length, 0);
  assert.is(held, 2048);
  assert.ok(peopleCodec.encode(bob.state).length < 2.5 * 1024 * 1024);
});

test('mutated and random bodies of every type are ignored and never throw', () => {
  const { alice, bob, share, unshare } = friends();
  const carol = new Person('carol', random);
  const answers = [carol.asks(bob)];
  bob.receives(...answers);
  const samples = [share(shareId(), 1, entryOf('photos', ONION)), unshare(shareId(), 1), ...answers, ...bob.accepts(carol)];
  const before = JSON.stringify(sharesOf(bob, alice));
  for (let round = 0; round < 400; round++) {
    const sample = random.pick(samples);
    const body = sample.body.slice();
    for (let flips = 1 + random.int(3); flips > 0; flips--) {
      const at = random.int(body.length);
      body[at] = random.int(256);
    }
    const cut = random.int(4) === 0 ? body.subarray(0, random.int(body.length)) : body;
    if (cut.length === sample.body.length && cut.every((byte, at) => byte === sample.body[at])) continue;
    bob.receives({ type: sample.type, body: cut });
    bob.receives({ type: random.int(256), body: random.bytes(random.int(200)) });
  }
  for (const value of [null, 1, 'x', [], {}, { v: 1 }, { v: 2 }, [[[[]]]], new Uint8Array(7000)]) {
    for (let type = 0; type < 9; type++) bob.receives({ type, body: encodeCbor(value) });
  }
  assert.is(JSON.stringify(sharesOf(bob, alice)), before);
  assert.is(bob.status(alice), 'confirmed');
});

test('an envelope to an earlier record of one\'s own still opens', async () => {
  const bob = new Person('bob', random);
  const identity = openIdentity(bob.record);
  const to = { key: parseKemPublicKey(identity.kem), recordHash: recordHash(bob.record) };
  const envelope = await sealEnvelope(to, { bucket: 0, epoch: 20_000 }, { type: TYPE.request, body: random.bytes(10) });
  const fresh = { kem: random.bytes(32), record: random.bytes(32) };
  const holds = [fresh, ...bob.own.holds.map(({ kem, record }) => ({ kem: kem.expose(), record }))];
  const opened = await Promise.all(holds.map(async ({ kem, record }) => openEnvelopes(kemKey(kem), record, { bucket: 0, epoch: 20_000 }, [envelope])));
  assert.is(opened.flat().filter((message) => message !== null).length, 1);
});

test.run();
