import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { equalBytes } from '../../crypto/index.ts';
import { recordHash, signIdentity } from '../../wire/index.ts';
import { signingKey } from '../../crypto/index.ts';
import { SocialError } from '../../social/index.ts';
import { authenticate, decodeMessage, encodeBody, TYPE, type MessageId } from '../../social/message.ts';
import { pairKey, requestKey } from '../../social/pair.ts';
import { askToFollow, declineIncoming, recordFound, undecided } from '../../social/protocol.ts';
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
