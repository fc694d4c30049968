import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { TransportError } from '../../transport/index.ts';
import { ControlCommand, pair, quoted, token } from '../../transport/control-command.ts';
import { ControlReplyParser, keyValues } from '../../transport/control-reply.ts';
import { seededRandom } from '../rig/random.ts';

const utf8 = (text: string): Uint8Array => new TextEncoder().encode(text);

const TRANSCRIPT = [
  '250-version=0.4.9.11', '250 OK',
  '250+config-text=', 'Nickname x', '..dotted', '', '.', '250 OK',
  '650 STATUS_CLIENT NOTICE BOOTSTRAP PROGRESS=85 TAG=ap SUMMARY="Connecting to \\"x\\""',
  '650+CONF_CHANGED', 'a=b', '.', '650 OK',
  '552 Unrecognized key "x"',
  '',
].join('\r\n');

const REPLIES = [
  { code: 250, lines: [{ text: 'version=0.4.9.11' }, { text: 'OK' }] },
  { code: 250, lines: [{ text: 'config-text=', data: 'Nickname x\n.dotted\n' }, { text: 'OK' }] },
  { code: 650, lines: [{ text: 'STATUS_CLIENT NOTICE BOOTSTRAP PROGRESS=85 TAG=ap SUMMARY="Connecting to \\"x\\""' }] },
  { code: 650, lines: [{ text: 'CONF_CHANGED', data: 'a=b' }, { text: 'OK' }] },
  { code: 552, lines: [{ text: 'Unrecognized key "x"' }] },
];

test('replies are the same however the bytes are cut', () => {
  for (const size of [1, 2, 3, 7, 64, 10_000]) {
    const parser = new ControlReplyParser();
    const whole = utf8(TRANSCRIPT);
    const replies = [];
    for (let at = 0; at < whole.length; at += size) replies.push(...parser.push(whole.subarray(at, at + size)));
    assert.equal(replies, REPLIES);
  }
});

test('what is no reply is refused, and mutated replies never do worse', () => {
  for (const text of ['hello\r\n', '250\r\n', '2500 OK\r\n', '250-a\r\n550 b\r\n', 'HTTP/1.1 400 Bad Request\r\n', '950 x\r\n']) {
    assert.throws(() => new ControlReplyParser().push(utf8(text)), (error: unknown) => error instanceof TransportError && error.code === 'tor-control');
  }
  assert.throws(() => new ControlReplyParser().push(new Uint8Array(17 * 1024 * 1024).fill(97)), (error: unknown) => error instanceof TransportError);
  const random = seededRandom('mutated replies');
  for (let round = 0; round < 2000; round++) {
    const bytes = utf8(TRANSCRIPT);
    for (let i = 0; i < 3; i++) bytes[random.int(bytes.length)] = random.int(256);
    try {
      new ControlReplyParser().push(bytes);
    } catch (error) {
      assert.instance(error, TransportError);
    }
  }
});

test('keys and values are read out of a line, escapes undone', () => {
  const pairs = keyValues('AUTH METHODS=COOKIE,SAFECOOKIE COOKIEFILE="/home/\\303\\274 \\"x\\" \\\\/cookie" X= NOTE="a B=c"');
  assert.equal([...pairs], [['METHODS', 'COOKIE,SAFECOOKIE'], ['COOKIEFILE', '/home/ü "x" \\/cookie'], ['X', ''], ['NOTE', 'a B=c']]);
});

test('no value can end its line, open a second command, or leave its quotes', () => {
  const evil = ['a\r\nSIGNAL HALT', 'a\nb', 'a\rb', 'a b', 'a"b', 'a\\b', 'a\0b', 'ü', ''];
  for (const value of evil) {
    assert.throws(() => token(value), (error: unknown) => error instanceof TransportError && error.code === 'tor-control');
    assert.throws(() => pair('Port', `${value} `), (error: unknown) => error instanceof TransportError);
  }
  for (const value of ['a\r\nb', 'a\nb', 'a\0b', '\u007f']) assert.throws(() => quoted(value), (error: unknown) => error instanceof TransportError);
  assert.is(ControlCommand.of('GETINFO', quoted('a" SIGNAL "\\')).encode(), 'GETINFO "a\\" SIGNAL \\"\\\\"\r\n');
  assert.is(ControlCommand.of('DEL_ONION', token('abc')).encode(), 'DEL_ONION abc\r\n');
});

test.run();
