import { readdirSync, readFileSync } from 'node:fs';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { concat, equalBytes, Secret, toHex } from '../../crypto/index.ts';
import type { Entry, FolderSecret } from '../../files/index.ts';
import { kemKey } from '../../pq/index.ts';
import { fingerprint, openIdentity, parseName, recordHash, signIdentity } from '../../wire/index.ts';
import { signingKey } from '../../crypto/index.ts';
import { contactOf, formatLink, parseLink, type HostUrl } from '../../social/index.ts';
import { linkCell } from '../../social/link.ts';
import { authenticate, encodeBody, type MessageId, type ShareId } from '../../social/message.ts';
import { answerSecret, pairKey, requestKey } from '../../social/pair.ts';
import { requestParcel, shareParcel, unshareParcel } from '../../social/parcel.ts';
import { linksCodec, markOf, sharesCodec } from '../../social/shares.ts';
import { peopleCodec } from '../../social/state-codec.ts';
import { newFriend, NO_PEOPLE, type Asked, type Own } from '../../social/state.ts';
import { fixed, makeSamples } from '../wire/samples.ts';
import { bytesExample, cborExample, checkExamples, partsExample, textExample, type Example } from '../rig/formats.ts';

const filled = (length: number, byte: number): Uint8Array => new Uint8Array(length).fill(byte);
const { identity: aliceRecord, person: alice } = await makeSamples();
const [name, bobName] = [alice.name, parseName('bob')];
const bobSeed = Secret.of(filled(32, 17), 'identity-seed');
const bobRecord = signIdentity(signingKey(filled(32, 17)), { name: bobName, kem: kemKey(filled(32, 18)).publicKey, bucket: fixed.drop.bucket, sequence: 1 });
const [aliceHash, bobHash] = [recordHash(aliceRecord), recordHash(bobRecord)];
const [id, re, share] = [filled(16, 20) as MessageId, filled(16, 21) as MessageId, filled(16, 22) as ShareId];
const asked: Asked = { id: re, secret: Secret.of(filled(32, 19), 'request-secret'), mine: aliceHash, note: null };
const secret = asked.secret.expose();
const answered = answerSecret(bobSeed, { id: re, secret }, { name, record: aliceHash }, bobHash);
const pair = { key: pairKey(secret, answered, [aliceHash, bobHash]), mine: aliceHash, theirs: bobHash };
const toAlice = { sender: bobHash, recipient: aliceHash };
const toBob = { sender: aliceHash, recipient: bobHash };
const own: Own = {
  name, seed: Secret.of(filled(32, 3), 'identity-seed'), record: aliceRecord, published: true,
  holds: [{ kem: Secret.of(filled(32, 4), 'kem-seed'), record: aliceHash }], boxes: [{ bucket: fixed.drop.bucket, cursor: 0 }],
};
const host = `http://${'a'.repeat(56)}.onion` as HostUrl;
const entry: Entry = {
  id: toHex(filled(16, 23)), name: 'photos', kind: 'folder', size: 0, modified: 0, created: 0, secret: filled(32, 24) as FolderSecret,
  target: { space: fixed.writer.publicKey, write: null, node: host }, exposed: false,
};
const mark = { id: share, sequence: 1 };
const chance = (): Uint8Array => id;
const key = filled(32, 25);
const link = { host, space: fixed.writer.publicKey, key, password: true };
const place = await linkCell(key, null);
const told = markOf(entry);
const parcel = requestParcel(own, bobName, asked);

const examples = new Map<string, Example>([
  ['social/contact-link', textExample(contactOf(alice).link)],
  ['social/words', textExample(contactOf(alice).words.join(' '))],
  ['social/answer-secret', bytesExample(answered)],
  ['social/pair-key', bytesExample(pair.key.expose())],
  ['social/request', cborExample(encodeBody('request', { v: 1, id, record: aliceRecord, secret, note: null }))],
  ['social/answer', cborExample(authenticate('answer', { v: 1, id, re, record: bobRecord, secret: answered }, requestKey(secret), toAlice))],
  ['social/confirm', cborExample(authenticate('confirm', { v: 1, id, re, from: name, secret, ...toBob }, pair.key, toBob))],
  ['social/decline', cborExample(authenticate('decline', { v: 1, id, re }, requestKey(secret), toAlice))],
  ['social/share', cborExample(shareParcel(name, bobName, pair, mark, entry, chance).body)],
  ['social/unshare', cborExample(unshareParcel(name, bobName, pair, { ...mark, sequence: 2 }, chance).body)],
  ['social/link-parts', partsExample([['space', link.space], ['key', key], ['flags', Uint8Array.of(1)]])],
  ['social/link-text', textExample(formatLink(link))],
  ['social/link-label', bytesExample(place.label)],
  ['social/link-label-password', bytesExample((await linkCell(key, 'tangerine')).label)],
  ['social/people', cborExample(peopleCodec.encode({
    ...NO_PEOPLE, own, friends: new Map([[bobName, { ...newFriend(bobName), record: bobRecord, checked: true, asked }]]), outbox: [parcel],
  }))],
  ['social/shares', cborExample(sharesCodec.encode([{ entry: entry.id, path: '/photos', space: link.space, share, sequence: 1, with: [bobName], told }]))],
  ['social/links', cborExample(linksCodec.encode([{
    id: '1a1a1a1a1a1a1a1a', entry: entry.id, path: '/photos', item: link.space, writer: Secret.of(filled(32, 27), 'signing-seed'), space: signingKey(filled(32, 27)).publicKey,
    linkKey: Secret.of(key, 'link-key'), ...place, password: false, terms: { expires: null, opens: 3 }, told, created: 0,
  }]))],
]);

test('docs/formats.md shows each format of social/ byte for byte, with its fields', () => checkExamples('social', examples));

test('the link on the page leads to its parts', () => {
  const parsed = parseLink(formatLink(link));
  assert.equal(concat(parsed.space, parsed.key, Uint8Array.of(1)), examples.get('social/link-parts')?.bytes);
  assert.ok(equalBytes(fingerprint(openIdentity(aliceRecord)), fingerprint(alice)));
});

test('each label that social/ derives under is on the page', () => {
  const page = readFileSync(new URL('../../docs/formats.md', import.meta.url), 'utf8');
  const room = new URL('../../social/', import.meta.url);
  const labels = readdirSync(room).flatMap((file) => [...readFileSync(new URL(file, room), 'utf8').matchAll(/'(underkeep\/[a-z-]+\/\d+)'/g)].map(([, found]) => found ?? ''));
  assert.ok(labels.length >= 7);
  for (const one of labels) assert.ok(page.includes(`\`${one}\``), `${one} is not on the page`);
});

test.run();
