import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { recordHash } from '../../wire/index.ts';
import { SocialError } from '../../social/index.ts';
import { authenticate, decodeMessage, encodeBody, TYPE, type MessageId } from '../../social/message.ts';
import { answerSecret, pairKey } from '../../social/pair.ts';
import { acceptIncoming, incomingOf, recordFound, takeBack, undecided } from '../../social/protocol.ts';
import { seededRandom } from '../rig/random.ts';
import { Person } from './persons.ts';

const random = seededRandom('impostor');
const people = (...names: string[]): Person[] => names.map((name) => new Person(name, random));
const pair = (): [Person, Person] => [new Person('alice', random), new Person('bob', random)];

function refused(code: string, run: () => unknown): void {
  assert.throws(run, (error: unknown) => error instanceof SocialError && error.code === code);
}

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

test.run();
