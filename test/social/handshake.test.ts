import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { equalBytes } from '../../crypto/index.ts';
import { recordHash, signIdentity } from '../../wire/index.ts';
import { signingKey } from '../../crypto/index.ts';
import { SocialError } from '../../social/index.ts';
import { authenticate, decodeMessage, encodeBody, TYPE, type MessageId } from '../../social/message.ts';
import { answerSecret, pairKey, requestKey } from '../../social/pair.ts';
import { acceptIncoming, askToFollow, declineIncoming, incomingOf, recordFound, takeBack, undecided } from '../../social/protocol.ts';
import { kemKey } from '../../pq/index.ts';
import { seededRandom } from '../rig/random.ts';
import { befriend, Person } from './persons.ts';

const random = seededRandom('handshake');
const people = (...names: string[]): Person[] => names.map((name) => new Person(name, random));
const pair = (): [Person, Person] => [new Person('alice', random), new Person('bob', random)];

function refused(code: string, run: () => unknown): void {
  assert.throws(run, (error: unknown) => error instanceof SocialError && error.code === code);
}

test('a request, its answer and its confirmation give both the same key', () => {
  const [alice, bob] = pair();
  assert.equal(bob.receives(alice.asks(bob, 'hello')).news, [{ kind: 'request', from: 'alice', note: 'hello' }]);
  assert.is(alice.status(bob), 'requested');
  const answers = bob.accepts(alice);
  assert.is(bob.status(alice), 'unverified');
  assert.equal(alice.receives(...answers).news, [{ kind: 'friend', from: 'bob' }]);
  assert.is(alice.status(bob), 'confirmed');
  assert.equal(bob.receives(...alice.empties()).news, [{ kind: 'friend', from: 'alice' }]);
  assert.is(bob.status(alice), 'confirmed');
  const [mine, theirs] = [alice.state.friends.get(bob.name)?.pair, bob.state.friends.get(alice.name)?.pair];
  assert.ok(mine && theirs && equalBytes(mine.key.expose(), theirs.key.expose()));
  assert.equal(undecided(bob.state), []);
});

test('the pair key depends on both secrets and both records, and not on who asked', () => {
  const [a, b, one, two] = [random.bytes(32), random.bytes(32), random.bytes(32), random.bytes(32)];
  const key = (...given: Parameters<typeof pairKey>): Uint8Array => pairKey(...given).expose();
  const records = [one, two] as unknown as Parameters<typeof pairKey>[2];
  const swapped = [two, one] as unknown as Parameters<typeof pairKey>[2];
  const other = [one, one] as unknown as Parameters<typeof pairKey>[2];
  assert.ok(equalBytes(key(a, b, records), key(a, b, swapped)));
  for (const different of [key(b, a, records), key(a, a, records), key(a, b, other)]) assert.not(equalBytes(key(a, b, records), different));
});

test('an impostor who sends another\'s record in a request of his own making gets nowhere', () => {
  const [alice, bob, eve] = people('alice', 'bob', 'eve') as [Person, Person, Person];
  const secret = random.bytes(32);
  const id = random.bytes(16) as MessageId;
  const forged = { type: TYPE.request, body: encodeBody('request', { v: 1, id, record: alice.record, secret, note: null }) };
  bob.receives(forged);
  const answers = bob.accepts(alice);
  // The answer is sealed to Alice's key, so she alone reads it, and asked nothing.
  assert.is(alice.receives(...answers).ignored, 1);
  assert.is(alice.empties().length, 0);
  assert.is(bob.status(alice), 'unverified');
  // Eve, who knows her own secret but not the answer's, cannot confirm, whatever she guesses.
  const [mine, theirs] = [recordHash(bob.record), recordHash(alice.record)];
  for (const guess of [new Uint8Array(32), secret, answerSecret(eve.own.seed, { id, secret }, { name: alice.name, record: theirs }, mine)]) {
    const key = pairKey(secret, guess, [mine, theirs]);
    const fields = { v: 1, id: random.bytes(16) as MessageId, re: id, from: alice.name, secret, sender: theirs, recipient: mine } as const;
    assert.is(bob.receives({ type: TYPE.confirm, body: authenticate('confirm', fields, key, fields) }).ignored, 1);
  }
  assert.is(bob.status(alice), 'unverified');
});

test('a pretender\'s requests, before or after, do not keep the real one from being answered', () => {
  const [alice, bob] = pair();
  const forge = (): { type: number; body: Uint8Array } => ({
    type: TYPE.request, body: encodeBody('request', { v: 1, id: random.bytes(16) as MessageId, record: alice.record, secret: random.bytes(32), note: null }),
  });
  for (let count = 0; count < 20; count++) bob.receives(forge());
  bob.accepts(alice);
  for (let count = 0; count < 20; count++) bob.receives(forge());
  bob.empties();
  bob.receives(alice.asks(bob));
  alice.receives(...bob.empties());
  bob.receives(...alice.empties());
  assert.is(alice.status(bob), 'confirmed');
  assert.is(bob.status(alice), 'confirmed');
});

test('a confirmation under one friend\'s handshake does not confirm another', () => {
  const [alice, bob, carol] = people('alice', 'bob', 'carol') as [Person, Person, Person];
  bob.receives(alice.asks(bob));
  bob.receives(carol.asks(bob));
  bob.accepts(carol);
  alice.receives(...bob.accepts(alice));
  const message = decodeMessage(TYPE.confirm, alice.takes('confirm', bob.name).body);
  assert.ok(message?.kind === 'confirm');
  const key = alice.state.friends.get(bob.name)?.pair?.key;
  assert.ok(key);
  const { mac: _, ...fields } = message.body;
  const swapped = { ...fields, from: carol.name };
  assert.is(bob.receives({ type: TYPE.confirm, body: authenticate('confirm', swapped, key, swapped) }).ignored, 1);
  assert.is(bob.status(carol), 'unverified');
});

test('two who ask each other at once become friends by one answer', () => {
  for (let round = 0; round < 4; round++) {
    const [alice, bob] = pair();
    const [fromAlice, fromBob] = [alice.asks(bob), bob.asks(alice)];
    alice.receives(fromBob);
    bob.receives(fromAlice);
    const [a, b] = [alice.empties(), bob.empties()];
    assert.is(a.length + b.length, 1);
    alice.receives(...b);
    bob.receives(...a);
    const [c, d] = [alice.empties(), bob.empties()];
    alice.receives(...d);
    bob.receives(...c);
    assert.is(alice.status(bob), 'confirmed');
    assert.is(bob.status(alice), 'confirmed');
  }
});

test('asking again sends the same request with the same secret', () => {
  const [alice, bob] = pair();
  const first = alice.asks(bob);
  const again = alice.asks(bob);
  assert.equal(again.body, first.body);
  bob.receives(first);
  assert.is(bob.receives(again).ignored, 1);
  assert.is(undecided(bob.state).length, 1);
  assert.is(undecided(bob.state)[0]?.requests.length, 1);
});

test('a request whose record the directory does not confirm is not answered, and waits again', () => {
  const [alice, bob, eve] = people('alice', 'bob', 'alice') as [Person, Person, Person];
  bob.receives(eve.asks(bob));
  const [chosen] = incomingOf(bob.state, alice.name);
  assert.ok(chosen);
  bob.state = acceptIncoming(bob.state, chosen, null, bob.chance);
  assert.is(bob.state.outbox.length, 1);
  assert.is(bob.state.friends.get(alice.name)?.checked, false);
  refused('fingerprint-mismatch', () => recordFound(bob.state, alice.name, alice.record));
  bob.state = takeBack(bob.state, alice.name);
  assert.equal(bob.state.outbox, []);
  assert.is(bob.status(alice), 'none');
  assert.is(undecided(bob.state).length, 1);
});

test('other keys for a known name are refused; a later record by the same holder is taken', () => {
  const [alice, bob, eve] = people('alice', 'bob', 'bob') as [Person, Person, Person];
  alice.asks(bob);
  refused('fingerprint-mismatch', () => recordFound(alice.state, bob.name, eve.record));
  const kem = kemKey(random.bytes(32)).publicKey;
  const later = signIdentity(signingKey(bob.own.seed.expose()), { name: bob.name, kem, bucket: 0, sequence: 2 });
  const taken = recordFound(alice.state, bob.name, later);
  assert.equal(taken.friends.get(bob.name)?.record, later);
  // The directory going back to the earlier one changes nothing.
  assert.equal(recordFound(taken, bob.name, bob.record).friends.get(bob.name)?.record, later);
  const sameSequence = signIdentity(signingKey(bob.own.seed.expose()), { name: bob.name, kem, bucket: 0, sequence: 1 });
  refused('fingerprint-mismatch', () => recordFound(alice.state, bob.name, sameSequence));
});

test('an answer with a wrong MAC, an unknown request, another\'s name or other keys is ignored', () => {
  const [alice, bob, eve] = people('alice', 'bob', 'bob') as [Person, Person, Person];
  bob.receives(alice.asks(bob));
  const [answer] = bob.accepts(alice);
  assert.ok(answer);
  const message = decodeMessage(answer.type, answer.body);
  const asked = alice.state.friends.get(bob.name)?.asked;
  assert.ok(message?.kind === 'answer' && asked);
  const { mac, ...fields } = message.body;
  const key = requestKey(asked.secret.expose());
  const direction = { sender: recordHash(bob.record), recipient: asked.mine };
  const bodies = [
    encodeBody('answer', { ...fields, mac: mac.map((byte, at) => (at === 0 ? byte ^ 1 : byte)) }),
    encodeBody('answer', { ...fields, secret: random.bytes(32), mac }),
    authenticate('answer', { ...fields, re: random.bytes(16) as MessageId }, key, direction),
    authenticate('answer', fields, requestKey(random.bytes(32)), direction),
    authenticate('answer', fields, key, { sender: direction.recipient, recipient: direction.sender }),
    authenticate('answer', { ...fields, record: eve.record }, key, { ...direction, sender: recordHash(eve.record) }),
  ];
  for (const body of bodies) assert.is(alice.receives({ type: TYPE.answer, body }).ignored, 1);
  assert.is(alice.status(bob), 'requested');
  assert.is(alice.receives(answer).ignored, 0);
  assert.is(alice.receives(answer).ignored, 1);
});

test('a decline reaches only who knows the request\'s secret, and ends the request', () => {
  const [alice, bob] = pair();
  bob.receives(alice.asks(bob));
  bob.state = declineIncoming(bob.state, alice.name, true, bob.chance);
  assert.equal(undecided(bob.state), []);
  const [told] = bob.empties();
  assert.ok(told);
  const body = told.body.slice();
  const last = body.length - 1;
  body[last] = (body[last] ?? 0) ^ 1;
  assert.is(alice.receives({ type: told.type, body }).ignored, 1);
  assert.equal(alice.receives(told).news, [{ kind: 'declined', from: 'bob' }]);
  assert.is(alice.status(bob), 'none');
  refused('no-request', () => declineIncoming(bob.state, alice.name, false, bob.chance));
});

test('whoever got a message could have made each byte of it', () => {
  const [alice, bob] = pair();
  const request = alice.asks(bob);
  bob.receives(request);
  const asked = decodeMessage(request.type, request.body);
  assert.ok(asked?.kind === 'request');
  // Of a request, all but random bytes is a record that the directory gives to anybody.
  const { id, secret } = asked.body;
  assert.equal(encodeBody('request', { v: 1, id, record: alice.record, secret, note: null }), request.body);
  alice.receives(...bob.accepts(alice));
  const confirm = alice.takes('confirm', bob.name);
  bob.receives(confirm);
  const got = decodeMessage(confirm.type, confirm.body);
  const shared = bob.state.friends.get(alice.name)?.pair;
  assert.ok(got?.kind === 'confirm' && shared);
  const { mac: _, ...fields } = got.body;
  assert.equal(authenticate('confirm', fields, shared.key, { sender: shared.theirs, recipient: shared.mine }), confirm.body);
});

test('friends are not asked, nor is oneself; a contact link must fit what was seen', () => {
  const [alice, bob, eve] = people('alice', 'bob', 'bob') as [Person, Person, Person];
  befriend(alice, bob);
  refused('already-friends', () => alice.asks(bob));
  refused('already-friends', () => alice.asks(alice));
  const carol = new Person('carol', random);
  carol.asks(bob);
  const print = random.bytes(32) as NonNullable<Parameters<typeof askToFollow>[1]['fingerprint']>;
  refused('fingerprint-mismatch', () => askToFollow(carol.state, { name: bob.name, fingerprint: print }, null, carol.chance));
  const fresh = new Person('dave', random);
  fresh.state = askToFollow(fresh.state, { name: bob.name, fingerprint: print }, null, fresh.chance);
  refused('fingerprint-mismatch', () => recordFound(fresh.state, bob.name, eve.record));
});

test('requests beyond the limits are dropped, and those that wait stay', () => {
  const bob = new Person('bob', random);
  const first = new Person('first', random);
  bob.receives(first.asks(bob));
  const mallory = new Person('mallory', random);
  const seed = mallory.own.seed.expose();
  const kem = kemKey(mallory.own.holds[0]?.kem.expose() ?? seed).publicKey;
  for (let count = 0; count < 300; count++) {
    const record = signIdentity(signingKey(seed), { name: mallory.name, kem, bucket: 0, sequence: count + 1 });
    bob.receives({ type: TYPE.request, body: encodeBody('request', { v: 1, id: random.bytes(16) as MessageId, record, secret: random.bytes(32), note: null }) });
  }
  assert.is(bob.state.incoming.length, 256);
  assert.is(bob.state.incoming[0]?.name, 'first');
});

test.run();
