import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { equalBytes } from '../../crypto/index.ts';
import { encodeCbor, recordHash } from '../../wire/index.ts';
import { authenticate, decodeMessage, encodeBody, type Body, type ShareId } from '../../social/message.ts';
import { requestKey } from '../../social/pair.ts';
import { shareParcel, unshareParcel } from '../../social/parcel.ts';
import { seededRandom } from '../rig/random.ts';
import { befriend, entryOf, ONION, Person } from './persons.ts';

const random = seededRandom('deniability');

test('whoever got a message could have made each byte of it', () => {
  const [alice, bob] = [new Person('alice', random), new Person('bob', random)];
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

test('an answer can be made by whoever asked, and what friends send by whoever got it', () => {
  const [alice, bob] = [new Person('alice', random), new Person('bob', random)];
  const request = alice.asks(bob);
  bob.receives(request);
  const asked = alice.state.friends.get(bob.name)?.asked;
  const [answer] = bob.accepts(alice);
  assert.ok(asked && answer);
  const got = decodeMessage(answer.type, answer.body);
  assert.ok(got?.kind === 'answer');
  const { mac: _, ...fields } = got.body;
  // Alice's own secret and Bob's public record are all that the MAC takes; the answerer's secret might as well be random.
  assert.equal(authenticate('answer', fields, requestKey(asked.secret.expose()), { sender: recordHash(bob.record), recipient: asked.mine }), answer.body);

  const [carol, dave] = [new Person('carol', random), new Person('dave', random)];
  befriend(carol, dave);
  const [theirs, mine] = [carol.state.friends.get(dave.name)?.pair, dave.state.friends.get(carol.name)?.pair];
  assert.ok(theirs && mine);
  const mark = { id: random.bytes(16) as ShareId, sequence: 1 };
  for (const parcel of [shareParcel(carol.name, dave.name, theirs, mark, entryOf('x', ONION), carol.chance), unshareParcel(carol.name, dave.name, theirs, mark, carol.chance)]) {
    const message = decodeMessage(parcel.type, parcel.body);
    assert.ok(message?.kind === 'share' || message?.kind === 'unshare');
    const { mac: _mac, ...body } = message.body as Body<'share'>;
    assert.equal(authenticate(message.kind, body, mine.key, { sender: mine.theirs, recipient: mine.mine }), parcel.body);
  }
});

test('no message holds a signature but those in the public records', () => {
  const [alice, bob] = [new Person('alice', random), new Person('bob', random)];
  const request = alice.asks(bob);
  bob.receives(request);
  const answers = bob.accepts(alice);
  alice.receives(...answers);
  const all = [request, ...answers, ...alice.empties()];
  assert.is(all.length, 3);
  for (const { type, body } of all) {
    const message = decodeMessage(type, body);
    assert.ok(message);
    for (const [field, value] of Object.entries(message.body)) {
      if (field === 'record') assert.ok([alice, bob].some(({ record }) => equalBytes(encodeCbor(record), encodeCbor(value))));
      else assert.not(value instanceof Uint8Array && value.length >= 64);
    }
  }
});

test.run();
