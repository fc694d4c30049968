import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { checkSocketPath, OnionKey, parseNodeUrl, parseOnionAddress, parseRequestUrl, parseSocksEndpoint, TransportError } from '../../transport/index.ts';

// From rend-spec-v3, section 6, and the Tor Project's own site.
const KNOWN = [
  'pg6mmjiyjmcrsslvykfwnntlaru7p5svn6y2ymmju6nubxndf4pscryd.onion',
  'sp3k262uwy4r2k3ycr5awluarykdpag6a7y33jxop4cs2lu5uz5sseqd.onion',
  'xa4r2iadxm55fbnqgwwi5mymqdcofiu3w6rpbtqn7b2dyn7mgwj64jyd.onion',
  '2gzyxa5ihm7nsggfxnu52rck2vv4rvmdlkiu3zzui5du4xyclen53wid.onion',
];

function refuses(parse: () => unknown, code = 'bad-address'): void {
  try {
    parse();
  } catch (error) {
    assert.ok(error instanceof TransportError && error.code === code, `got ${String(error)}`);
    return;
  }
  assert.unreachable('it should have been refused');
}

test('known onion addresses are read, in either case', () => {
  for (const address of KNOWN) {
    assert.is(parseOnionAddress(address), address);
    assert.is(parseOnionAddress(address.toUpperCase()), address);
    assert.equal(parseNodeUrl(`http://${address}`), { kind: 'onion', address, base: `http://${address}` });
  }
});

test('one wrong character in an onion address is noticed, wherever it is', () => {
  const [address = ''] = KNOWN;
  for (let i = 0; i < 56; i++) refuses(() => parseOnionAddress(address.slice(0, i) + (address[i] === 'a' ? 'b' : 'a') + address.slice(i + 1)));
});

test('what is no version 3 onion address is refused', () => {
  const [address = ''] = KNOWN;
  for (const text of ['', '.onion', 'expyuzz4wqqyqhjn.onion', address.slice(1), `x${address}`, `www.${address}`, address.replace('.onion', ''), `${address}.`, address.replace('a', '1')]) {
    refuses(() => parseOnionAddress(text));
  }
});

test("localhost is this machine's number, so that no resolver is asked", () => {
  assert.equal(parseNodeUrl('http://localhost:8080/'), { kind: 'local', host: '127.0.0.1', port: 8080, base: 'http://127.0.0.1:8080' });
  assert.equal(parseNodeUrl('http://[::1]:8080'), { kind: 'local', host: '::1', port: 8080, base: 'http://[::1]:8080' });
  assert.equal(parseRequestUrl('http://localhost:80/v1/login?a=b'), { node: parseNodeUrl('http://127.0.0.1:80'), path: '/v1/login?a=b' });
});

test('a Unix socket has a base that paths are put behind', () => {
  const node = parseNodeUrl('unix:/run/user/1/uk/local.sock');
  assert.is(node.base, 'unix:/run/user/1/uk/local.sock:');
  assert.equal(parseRequestUrl(`${node.base}/v1/login`), { node, path: '/v1/login' });
});

test('every way to the clearnet is refused', () => {
  const [address = ''] = KNOWN;
  const urls = [
    'http://example.com', 'https://example.com', `https://${address}`, 'http://198.51.100.1', 'http://198.51.100.1:80', 'http://localhost', 'http://localhost:0',
    'http://localhost:65536', 'http://localhost.example.com:80', 'http://127.0.0.2:80', 'http://0.0.0.0:80', 'http://[::]:80', 'http://2130706433:80', 'http://127.1:80',
    `http://user@${address}`, `http://user:pass@localhost:80`, `http://${address}:81`, `http://${address}@example.com`, `http://${address}.example.com`, `http://example.com#.${address}`,
    `http://example.com?.${address}`, `http://www.${address}`, 'file:///etc/passwd', 'unix:relative', 'ftp://localhost:21', '//localhost:80', '', 'http://', ' http://localhost:80', 'http://localhost:80 ',
    'http://localhost:80\\@example.com', 'http://localhost:80\r\n',
  ];
  for (const url of urls) {
    refuses(() => parseNodeUrl(url));
    refuses(() => parseRequestUrl(`${url}/path`));
  }
  for (const path of ['/a b', '/a\r\nb', '/#fragment', '/ü', '', 'x']) refuses(() => parseRequestUrl(`http://localhost:80${path}`));
});

test('a socket path that the kernel would cut is refused with its length', () => {
  checkSocketPath(`/${'x'.repeat(106)}`, 'The door');
  refuses(() => checkSocketPath(`/${'x'.repeat(107)}`, 'The door'), 'socket-path');
  refuses(() => checkSocketPath(`/${'ü'.repeat(54)}`, 'The door'), 'socket-path');
  refuses(() => checkSocketPath('relative', 'The door'), 'socket-path');
  refuses(() => checkSocketPath('/a\nSocksPort 9', 'The door'), 'socket-path');
  assert.throws(() => checkSocketPath(`/${'x'.repeat(119)}`, 'The door'), /The door is 120 bytes long and the system allows 107/);
});

test("tor's sockets are Unix sockets or on this machine", () => {
  assert.equal(parseSocksEndpoint('/run/tor/socks'), { path: '/run/tor/socks' });
  assert.equal(parseSocksEndpoint('unix:/run/tor/socks'), { path: '/run/tor/socks' });
  assert.equal(parseSocksEndpoint('9050'), { host: '127.0.0.1', port: 9050 });
  assert.equal(parseSocksEndpoint('localhost:9050'), { host: '127.0.0.1', port: 9050 });
  assert.equal(parseSocksEndpoint('[::1]:9050'), { host: '::1', port: 9050 });
  for (const text of ['198.51.100.1:9050', 'tor.example.com:9050', '0', '65536', 'x', '']) refuses(() => parseSocksEndpoint(text));
});

test('an onion key keeps its address through its text, and does not print', () => {
  const key = OnionKey.generate();
  assert.is(OnionKey.parse(`${key.expose()}\n`).address, key.address);
  assert.is(parseOnionAddress(key.address), key.address);
  assert.is(String(key), '[redacted onion-key]');
  assert.is(JSON.stringify({ key }), '{"key":"[redacted onion-key]"}');
  for (const text of ['', 'ED25519-V3:', key.expose().slice(1), key.expose().slice(0, -1), `${key.expose()} Flags=x`, `ED25519-V3:${Buffer.alloc(64).toString('base64')}`]) {
    refuses(() => OnionKey.parse(text));
  }
});

test.run();
