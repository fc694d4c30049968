import { setTimeout as sleep } from 'node:timers/promises';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { DEFAULT_SCRYPT, oprfBlind, oprfFinalize, useEngine, utf8 } from '../../crypto/index.ts';
import { GuessLimit, SpentWork } from '../../daemon/index.ts';
import { nodeEngine } from '../../engines/index.ts';
import { decodeLoginAnswer, decodeWorkDetail, doWork, encodeRequest, loginChallenge, parseName, type LoginAnswer } from '../../wire/index.ts';
import { demand, refusal } from '../rig/ask.ts';
import { startDaemon } from '../rig/daemon.ts';
import { SpaceWriter } from '../rig/space-writer.ts';

await useEngine(nodeEngine());
const daemon = await startDaemon({ freeGuesses: 5, guessSeconds: 3600, workBitsMax: 10 });
test.after(async () => daemon.stop());

interface Attempt { readonly answer: LoginAnswer; readonly output: Uint8Array }

async function login(name: string, password: string, lane = 0): Promise<Attempt> {
  const input = utf8(password);
  const { blind, blinded } = oprfBlind(input);
  const answer = decodeLoginAnswer(await demand(daemon, '/v1/login', { body: encodeRequest({ v: 1, login: parseName(name), blinded, lane, work: null }), via: 'onion' }));
  return { answer, output: oprfFinalize(input, blind, answer.evaluated) };
}

test('the same name and password give the same secret, other ones another, whatever was blinded', async () => {
  const [first, again, otherPassword, otherName] = [await login('alice', 'pw'), await login('alice', 'pw'), await login('alice', 'pw2'), await login('bob', 'pw')];
  assert.equal(first.output, again.output);
  assert.not.equal(first.answer.evaluated, again.answer.evaluated);
  assert.not.equal(first.output, otherPassword.output);
  assert.not.equal(first.output, otherName.output);
});

test('an unknown name is answered as a new one would be: with a secret of its own, the default cost and no items', async () => {
  const { answer } = await login('nobody', 'pw');
  const { N, r, p } = DEFAULT_SCRYPT;
  assert.equal({ ...answer, evaluated: null }, { v: 1, known: false, evaluated: null, scrypt: { N, r, p }, lane: new Uint8Array(), size: 0 });
  const later = await login('nobody', 'pw');
  const writer = new SpaceWriter();
  await demand(daemon, '/v1/commit', { body: (await writer.draft([[writer.home, []]], { create: { login: 'nobody' } })).body() });
  const known = await login('nobody', 'pw');
  assert.is(known.answer.known, true);
  assert.equal(known.output, later.output, 'signing up does not change it');
});

test('a log-in brings the header lane from where the device is', async () => {
  const writer = new SpaceWriter();
  const headers: Uint8Array[] = [];
  for (let turn = 0; turn < 4; turn++) {
    const draft = await writer.draft([[writer.home, []]], turn === 0 ? { create: { login: 'lane', scrypt: { N: 262_144, r: 8, p: 1 } } } : {});
    headers.push(draft.commit.spaces[0]?.cover?.header ?? new Uint8Array());
    await demand(daemon, '/v1/commit', { body: draft.body() });
    draft.accept();
  }
  const { answer } = await login('lane', 'pw');
  assert.is(answer.size, 4);
  assert.ok(Buffer.concat(headers).equals(answer.lane));
  assert.is(answer.scrypt.N, 262_144);
  const rest = await login('lane', 'pw', 3);
  assert.ok(Buffer.from(headers[3] ?? []).equals(rest.answer.lane));
  assert.is((await login('lane', 'pw', 4)).answer.lane.length, 0);
});

test('many guesses at one name cost work that grows, are never locked out, and cost other names nothing', async () => {
  // Levels fall with each second: all of this fits into one.
  await sleep(1005 - Date.now() % 1000);
  for (let turn = 0; turn < 5; turn++) await login('target', `guess ${turn}`);
  const { blinded } = oprfBlind(utf8('guess'));
  const request = { v: 1, login: parseName('target'), blinded, lane: 0, work: null } as const;
  const refused = await refusal(daemon, '/v1/login', { body: encodeRequest(request) });
  assert.is(refused.code, 'work-required');
  const bits = decodeWorkDetail(refused.detail ?? new Uint8Array());
  assert.is(bits, 8);
  assert.is((await refusal(daemon, '/v1/login', { body: encodeRequest({ ...request, work: new Uint8Array(8) }) })).code, 'work-required');
  const stolen = await doWork(loginChallenge({ login: parseName('other'), blinded }), bits);
  assert.is((await refusal(daemon, '/v1/login', { body: encodeRequest({ ...request, work: stolen }) })).code, 'work-required', 'work for another name does not count');
  const work = await doWork(loginChallenge(request), bits);
  assert.is(decodeLoginAnswer(await demand(daemon, '/v1/login', { body: encodeRequest({ ...request, work }) })).known, false);
  assert.is((await refusal(daemon, '/v1/login', { body: encodeRequest({ ...request, work }) })).code, 'work-required', 'work counts once');
  await login('another', 'pw');
});

test('the work grows to its limit and is forgotten with time', () => {
  const limit = new GuessLimit({ free: 3, seconds: 10, bitsMax: 12 });
  const asked: number[] = [];
  for (let turn = 0; turn < 30; turn++) {
    asked.push(limit.bits('name', 100));
    limit.count('name', 100);
  }
  assert.equal(asked.slice(0, 4), [0, 0, 0, 8]);
  assert.is(Math.max(...asked), 12);
  assert.is(limit.bits('other', 100), 0);
  assert.is(limit.bits('name', 100 + 30 * 10), 0);
  assert.is(limit.bits('name', 50), 12, 'a clock that goes back forgets nothing');
});

test('work that was used is forgotten after ten minutes', () => {
  const spent = new SpentWork();
  const [one, other] = [utf8('one'), utf8('other')];
  assert.equal([spent.take(one, 0), spent.take(one, 1), spent.take(other, 599), spent.take(one, 599)], [true, false, true, false]);
  assert.ok(spent.take(utf8('third'), 600));
  assert.equal([spent.take(one, 600), spent.take(other, 600)], [true, false]);
});

test.run();
