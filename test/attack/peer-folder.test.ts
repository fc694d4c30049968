import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { getItem, itemOf } from '../../cli/agent-get.ts';
import { randomBytes } from '../../crypto/index.ts';
import {
  checkFileName, decodeEntry, encodeEntry, FilesError, folderSecret, generateFileSecret, generateFolderSecret, readOnly, transact, type Entry, type FolderSecret,
} from '../../files/index.ts';
import { entryValue, type StoredEntry } from '../../files/entry.ts';
import { folderPlace } from '../../files/keys.ts';
import { newId } from '../../files/put-plan.ts';
import { padded } from '../../files/padded.ts';
import { encodeCbor, WireError } from '../../wire/index.ts';
import { startDaemon } from '../rig/daemon.ts';
import { fileSource, folderSource, readText, TestSession } from '../rig/drive-session.ts';
import { seededRandom } from '../rig/random.ts';

const random = seededRandom('malicious peer');
const daemon = await startDaemon();
const sessions: TestSession[] = [];

async function signUp(): Promise<TestSession> {
  const session = await TestSession.signUp(daemon);
  sessions.push(session);
  return session;
}

const mallory = await signUp();
const victim = await signUp();

/** A share of Mallory's whose folder cells are whatever `cells` says, by prefix. */
async function trap(cells: (secret: FolderSecret) => readonly (readonly [prefix: readonly number[], plaintext: Uint8Array])[]): Promise<Entry> {
  const name = newId();
  await mallory.drive.put([folderSource(name, [])], '/');
  const entry = await mallory.drive.detach(`/${name}`);
  if (entry.target === null) throw new Error('not detached');
  const space = mallory.space(entry.target);
  const secret = folderSecret(entry.secret);
  await transact(mallory, async (tx) => {
    for (const [prefix, plaintext] of cells(secret)) {
      const { label, key } = folderPlace(secret, Uint8Array.from(prefix));
      tx.write(space, label, key, plaintext);
    }
  });
  const share = decodeEntry(encodeEntry(readOnly(entry, null)));
  victim.drive.mounts = { list: async () => [{ name: 'mallory', entries: [{ ...share, name: 'trap' }] }] };
  return share;
}

const leaf = (entries: readonly StoredEntry[]): Uint8Array => padded(encodeCbor({ v: 1, entries: [...entries].sort((a, b) => (a.id < b.id ? -1 : 1)).map(entryValue) }));
const branch = padded(encodeCbor({ v: 1, entries: null }));

function entry(name: string, more: Partial<StoredEntry> = {}): StoredEntry {
  return { id: newId(), name, kind: 'file', size: 0, modified: 0, created: 0, secret: generateFileSecret(), target: null, exposed: false, ...more };
}

async function codeOf(work: () => Promise<unknown>): Promise<string> {
  try {
    await work();
  } catch (error) {
    if (error instanceof WireError || error instanceof FilesError) return error.code;
    throw error;
  }
  return 'not noticed';
}

async function walked(path: string): Promise<number> {
  let count = 0;
  for await (const _ of victim.drive.walk(path)) count++;
  return count;
}

const NAMES = [
  'constructor', '__proto__', 'toString', 'hasOwnProperty', '../x', '..', '.', '', '/', '/etc/passwd', 'a/b', 'nul\0byte', 'x'.repeat(100_000), '/'.repeat(100_000),
  'line\nbreak', '\u001b[2Jcleared', 'photo\u202Egpj.exe', 'mark\u200Fed', '\u2066isolated\u2069', 'e\u0301', '\uFEFFbom', 'con', 'a\\b', '\u{1F600}'.repeat(500), '@other',
];

test('hostile names come out safe, hide no neighbour, and can be read by the name that is shown', async () => {
  await trap(() => [[[], leaf([...NAMES.map((name) => entry(name)), entry('plain'), entry('plain'), entry('plain')])]]);
  const list = await victim.drive.list('/@mallory/trap');
  assert.is(list.length, NAMES.length + 3);
  assert.is(new Set(list.map(({ name }) => name)).size, list.length, 'two entries are shown under one name');
  for (const { name } of list) {
    assert.is(checkFileName(name), name);
    assert.is(await readText(victim.drive, `/@mallory/trap/${name}`), '');
  }
  for (const kept of ['constructor', '__proto__', 'toString', 'plain', 'plain (2)', 'plain (3)']) assert.ok(list.some(({ name }) => name === kept), kept);
});

test('what one puts oneself is refused by the same rule', async () => {
  for (const name of NAMES) {
    const code = await codeOf(() => victim.drive.put([fileSource(name, 'x')], '/'));
    const fit = ['constructor', '__proto__', 'toString', 'hasOwnProperty', 'e\u0301', 'con', 'a\\b'].includes(name);
    assert.is(code, fit ? 'not noticed' : 'bad-name', JSON.stringify(name.slice(0, 20)));
  }
  assert.is((await victim.drive.stat('/constructor')).size, 1);
  assert.is((await victim.drive.stat('/\u00e9')).size, 1);
  await victim.drive.remove('/__proto__');
});

test('a name that is not even UTF-8 hides no neighbour', async () => {
  const value = { ...(entryValue(entry('x')) as object), name: Uint8Array.of(0xff, 0xfe, 0x80, 0x2f) };
  await trap(() => [[[], padded(encodeCbor({ v: 1, entries: [value] }))]]);
  const [shown] = await victim.drive.list('/@mallory/trap');
  assert.is(checkFileName(shown?.name ?? ''), shown?.name);
});

test('a folder that is its own child ends every walk with an error', async () => {
  await trap((secret) => [[[], leaf([entry('again', { kind: 'folder', secret }), entry('file')])]]);
  assert.is((await victim.drive.list('/@mallory/trap')).length, 2);
  assert.is(await codeOf(() => victim.drive.list('/@mallory/trap/again')), 'too-deep');
  assert.is(await codeOf(() => victim.drive.list('/@mallory/trap/again/again/again/again')), 'too-deep');
  assert.is(await codeOf(() => walked('/@mallory/trap')), 'too-deep');
  assert.is(await codeOf(() => victim.drive.copy('/@mallory/trap', '/copied')), 'too-deep');
});

test('a link to a folder that is its own child is not fetched for ever', async () => {
  const share = await trap((secret) => [[[], leaf([entry('again', { kind: 'folder', secret }), entry('file')])]]);
  const folder = await mkdtemp(join(tmpdir(), 'uk-'));
  const options = { force: false, signal: new AbortController().signal, progress: () => undefined, warn: () => undefined };
  assert.is(await codeOf(() => getItem(itemOf(victim.drive, { ...share, name: 'trap' }), join(folder, 'got'), options)), 'too-deep');
  await rm(folder, { recursive: true, force: true });
});

test('folders that lead to each other, or fan out without end, end with an error soon', async () => {
  const [a, b] = [generateFolderSecret(), generateFolderSecret()];
  const share = await trap(() => [[[], leaf([entry('a', { kind: 'folder', secret: a }), entry('b', { kind: 'folder', secret: b })])]]);
  const at = share.target;
  if (at === null) throw new Error('no target');
  const many = (secret: FolderSecret): StoredEntry[] => Array.from({ length: 16 }, (_, index) => entry(`${index}`, { kind: 'folder', secret }));
  await transact(mallory, async (tx) => {
    for (const [own, other] of [[a, b], [b, a]] as const) {
      const { label, key } = folderPlace(own);
      tx.write(mallory.space(at), label, key, leaf(many(other)));
    }
  });
  const started = Date.now();
  assert.is(await codeOf(() => walked('/@mallory/trap')), 'too-deep');
  assert.is(await codeOf(() => victim.drive.list(`/@mallory/trap/a/1/2/3`)), 'too-deep');
  assert.is(await codeOf(() => victim.drive.copy('/@mallory/trap', '/c2')), 'too-deep');
  assert.ok(Date.now() - started < 5000);
});

test('a tree of branches without end is not followed', async () => {
  await trap(() => Array.from({ length: 9 }, (_, depth) => [Array.from({ length: depth }, () => 0), branch] as const));
  assert.is(await codeOf(() => victim.drive.list('/@mallory/trap')), 'too-large');
  assert.is(await codeOf(() => victim.drive.stat('/@mallory/trap/x')), 'too-large');
});

test('cells that are not what they should be are refused as corrupt', async () => {
  const good = leaf([entry('a'), entry('b')]);
  const twice = entry('a');
  const bad: Uint8Array[] = [
    new Uint8Array(0), new Uint8Array(4096), randomBytes(4096), good.subarray(0, 4095), new Uint8Array([...good, 0]),
    padded(encodeCbor({ v: 2, entries: [] })), padded(encodeCbor({ v: 1, entries: [1] })), padded(encodeCbor([])),
    padded(encodeCbor({ v: 1, entries: [entryValue(twice), entryValue(twice)] })),
    padded(encodeCbor({ v: 1, entries: [{ ...(entryValue(twice) as object), more: 1 }] })),
    padded(encodeCbor({ v: 1, entries: [{ ...(entryValue(twice) as object), size: -1 }] })),
    padded(encodeCbor({ v: 1, entries: [{ ...(entryValue(twice) as object), size: 2 ** 53 - 1 }] })),
    padded(encodeCbor({ v: 1, entries: [{ ...(entryValue(twice) as object), kind: 'link' }] })),
    padded(encodeCbor({ v: 1, entries: [{ ...(entryValue(twice) as object), name: 'text' }] })),
    good.with(good.length - 1, 1),
  ];
  for (const plaintext of bad) {
    await trap(() => [[[], plaintext]]);
    assert.is(await codeOf(() => victim.drive.list('/@mallory/trap')), 'corrupt');
  }
});

test('mutated cells are refused or give fit entries, and nothing else happens', async () => {
  const good = leaf(Array.from({ length: 5 }, (_, index) => entry(`name ${index}`, { size: random.int(1000) })));
  for (let turn = 0; turn < 60; turn++) {
    const bytes = good.slice(0, 4096);
    for (let flip = 0; flip <= random.int(3); flip++) bytes[random.int(900)] = random.int(256);
    await trap(() => [[[], bytes]]);
    const code = await codeOf(async () => {
      for (const { name } of await victim.drive.list('/@mallory/trap')) assert.is(checkFileName(name), name);
    });
    assert.ok(['corrupt', 'not noticed'].includes(code), code);
  }
});

test('an entry that lies about its size gives out nothing but what is there', async () => {
  await mallory.drive.put([folderSource('real', [fileSource('f', 'twelve bytes')])], '/');
  const share = await mallory.drive.detach('/real');
  const [file] = await mallory.drive.list('/real');
  const readers = [0, 1, 10, 13, 4096, 6_000_000, 2 ** 50].map((size): Entry => ({ ...share, ...file, size, target: share.target }));
  for (const lie of readers) {
    let given = 0;
    const code = await codeOf(async () => { for await (const bytes of victim.drive.readEntry(decodeEntry(encodeEntry(readOnly(lie, null))))) given += bytes.length; });
    if (lie.size === 0) assert.is(code, 'not noticed');
    else assert.ok(['corrupt', 'changed'].includes(code), `${lie.size}: ${code}`);
    assert.is(given, 0);
  }
});

test('a folder leads to no node but its own, and hands out no writer key in the clear', async () => {
  for (const node of ['http://127.0.0.1:22', `http://${'a'.repeat(56)}.onion`]) {
    const target = { space: mallory.home.writer, write: randomBytes(32), node };
    await trap(() => [[[], leaf([entry('inner', { kind: 'folder', target })])]]);
    const [inner] = await victim.drive.list('/@mallory/trap');
    assert.is(inner?.target?.node, null);
    assert.is(inner?.target?.write, null);
  }
});

test('entries of shares are parsed to the letter', () => {
  const good = encodeEntry({ ...entry('x'), target: { space: mallory.home.writer, write: null, node: null } });
  assert.is(decodeEntry(good).name, 'x');
  for (let turn = 0; turn < 300; turn++) {
    const bytes = good.slice();
    bytes[random.int(bytes.length)] = random.int(256);
    try {
      const { name } = decodeEntry(turn % 4 === 0 ? bytes.subarray(0, random.int(bytes.length)) : bytes);
      assert.is(checkFileName(name), name);
    } catch (error) {
      assert.ok(error instanceof WireError, String(error));
      assert.is(error.code, 'malformed');
    }
  }
});

test('a damaged folder of one\'s own can be removed, and its leftovers are found and removed', async () => {
  const owner = await signUp();
  await owner.drive.put([folderSource('d', [fileSource('a', 'A'), fileSource('b', 'B')])], '/');
  const secret = folderSecret((await owner.drive.stat('/d')).secret);
  await transact(owner, async (tx) => {
    const { label, key } = folderPlace(secret);
    tx.write(owner.home, label, key, randomBytes(4096));
  });
  const report = await owner.drive.check({ known: [] });
  assert.equal(report.problems, [{ code: 'corrupt', path: '/d' }]);
  await owner.drive.remove('/d', { recursive: true });
  assert.is((await owner.drive.check({ known: [] })).orphans, 3);
  assert.is((await owner.drive.check({ known: [], repair: true })).orphans, 3);
  assert.equal(await owner.drive.check({ known: [] }), { folders: 1, files: 0, cells: 0, bytes: 0, problems: [], orphans: 0 });
});

test.after(async () => {
  await Promise.all(sessions.map((session) => session.close()));
  await daemon.stop();
});

test.run();
