import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { toBase32 } from '../../crypto/index.ts';
import { decodeCbor, encodeCbor, fingerprint, openIdentity, type Fingerprint } from '../../wire/index.ts';
import { contactOf, fingerprintWords, parseContact, parseHost, SocialError, WORDS } from '../../social/index.ts';
import { peopleCodec } from '../../social/state-codec.ts';
import { seededRandom } from '../rig/random.ts';
import { befriend, entryOf, ONION, Person } from './persons.ts';
import { post, shareParcel } from '../../social/parcel.ts';
import type { ShareId } from '../../social/message.ts';

const random = seededRandom('contact');

function refused(code: string, run: () => unknown): void {
  assert.throws(run, (error: unknown) => error instanceof SocialError && error.code === code);
}

test('there are 256 words, short, apart in their first four letters', () => {
  assert.is(WORDS.length, 256);
  assert.is(new Set(WORDS.map((word) => word.slice(0, 4))).size, 256);
  for (const word of WORDS) assert.match(word, /^[a-z]{3,8}$/);
});

test('twelve words say the first twelve bytes of a fingerprint', () => {
  const print = random.bytes(32) as Fingerprint;
  const words = fingerprintWords(print);
  assert.is(words.length, 12);
  assert.equal(words.map((word) => WORDS.indexOf(word)), [...print.subarray(0, 12)]);
});

test('a contact link leads back to name and fingerprint', () => {
  const identity = openIdentity(new Person('alice', random).record);
  const { link, name } = contactOf(identity);
  assert.is(link, `alice#${toBase32(fingerprint(identity))}`);
  assert.equal(parseContact(link), { name, fingerprint: fingerprint(identity) });
  assert.equal(parseContact('alice'), { name: 'alice', fingerprint: null });
});

test('whatever is no name and no whole link is refused', () => {
  const print = toBase32(random.bytes(32));
  const bad = ['', 'Alice', '1alice', 'a'.repeat(33), 'a b', '__proto__', 'alice#', `alice#${print.slice(1)}`, `alice#${print}a`, `alice#${print.toUpperCase()}`,
    `#${print}`, `Alice#${print}`, `alice##${print}`, `alice#${print}#`, ' alice', 'alice\n', 'alicé', '\u202ealice'];
  for (const text of bad) refused('bad-contact', () => parseContact(text));
});

test('only the base URL of an onion service is a host', () => {
  assert.is(parseHost(ONION), ONION);
  for (const url of ['', 'http://x', `${ONION}/`, `${ONION}:80`, ONION.toUpperCase(), ` ${ONION}`, ONION.replace('http', 'https'), ONION.slice(0, 62)]) refused('malformed', () => parseHost(url));
});

test('the state of people survives being written, and takes no other shape', () => {
  const [alice, bob, carol] = ['alice', 'bob', 'carol'].map((name) => new Person(name, random)) as [Person, Person, Person];
  befriend(alice, bob);
  bob.receives(carol.asks(bob));
  const pair = alice.state.friends.get(bob.name)?.pair;
  assert.ok(pair);
  const parcel = shareParcel(alice.name, bob.name, pair, { id: random.bytes(16) as ShareId, sequence: 1 }, entryOf('photos', ONION), alice.chance);
  bob.receives(parcel);
  bob.state = post(bob.state, { ...parcel, to: alice.name });
  const bytes = peopleCodec.encode(bob.state);
  assert.equal(peopleCodec.encode(peopleCodec.decode(bytes)), bytes);
  assert.equal(peopleCodec.decode(peopleCodec.encode(peopleCodec.empty)), peopleCodec.empty);
  const coded = (error: unknown): boolean => error instanceof Error && 'code' in error;
  for (let round = 0; round < 100; round++) {
    // A flipped byte within a key or a record is a state still; nothing else but a coded refusal may come of it.
    const mutated = bytes.slice();
    mutated[random.int(bytes.length)] = random.int(256);
    try {
      peopleCodec.decode(mutated);
    } catch (error) {
      assert.ok(coded(error), String(error));
    }
    assert.throws(() => peopleCodec.decode(bytes.subarray(0, random.int(bytes.length))), coded);
  }
  const shape = decodeCbor(bytes) as Map<string, unknown>;
  for (const key of shape.keys()) {
    assert.throws(() => peopleCodec.decode(encodeCbor(new Map([...shape].filter(([other]) => other !== key)))), coded);
    assert.throws(() => peopleCodec.decode(encodeCbor(new Map([...shape, [key, 'x']]))), coded);
    assert.throws(() => peopleCodec.decode(encodeCbor(new Map([...shape, [`${key}x`, 1]]))), coded);
  }
});

test('no seed, request secret or pair key shows when the state is printed', () => {
  const [alice, bob] = [new Person('alice', random), new Person('bob', random)];
  befriend(alice, bob);
  const carol = new Person('carol', random);
  alice.asks(carol);
  const { own, friends } = alice.state;
  const json = JSON.stringify([own?.seed, own?.holds, [...friends.values()].map(({ pair, asked }) => [pair?.key, asked?.secret])]);
  assert.is(json.match(/redacted/g)?.length, 4);
});

test.run();
