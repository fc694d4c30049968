import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { Drive, type Entry } from '../../files/index.ts';
import { formatLink, openLink, parseLink } from '../../social/index.ts';
import { Guest } from '../../vault/index.ts';
import { startDaemon, type RunningDaemon } from '../rig/daemon.ts';
import { readText, source, textOf } from './files.ts';
import { befriended, codeOf, newcomer, type Account } from './world.ts';

interface World { daemon: RunningDaemon; alice: Account; bob: Account }
const nobody = undefined as unknown;
const test = suite<World>('links', { daemon: nobody as RunningDaemon, alice: nobody as Account, bob: nobody as Account });
test.before(async (world) => {
  world.daemon = await startDaemon();
  world.alice = await newcomer(world.daemon.localSocket, 'alice');
  world.bob = await newcomer(world.daemon.localSocket, 'bob');
  await befriended(world.alice, world.bob, 'alice', 'bob');
});
test.after(async ({ daemon, alice, bob }) => {
  await Promise.all([alice.close(), bob.close()]);
  await daemon.stop();
});

let count = 0;
async function folder({ session: { drive } }: Account): Promise<string> {
  const name = `trip${++count}`;
  await drive.put([source(name, [source('one.txt', `first of ${name}`)])], '/');
  return `/${name}`;
}

/** Whoever holds the link, without an account: ways to nodes and nothing else. */
const openHere = async ({ connect }: Account, link: string, password?: string): Promise<Entry> =>
  openLink(link, { node: connect.node }, password === undefined ? {} : { password });

async function readLink({ connect }: Account, entry: Entry, name = 'one.txt'): Promise<string> {
  const drive = new Drive(new Guest(connect));
  const found = (await drive.listEntry(entry)).find((child) => child.name === name);
  if (found === undefined) return 'not there';
  return textOf(drive.readEntry(found));
}

test('a link opens without an account, in one round trip, and shows what comes later', async ({ alice }) => {
  const path = await folder(alice);
  const { link } = await alice.people.link(path);
  assert.match(link, /^http:\/\/[a-z2-7]{56}\.onion\/#v1\.[\w-]{87}$/);
  const entries: Entry[] = [];
  assert.is(await alice.rounds(async () => entries.push(await openHere(alice, link))), 1);
  const [entry] = entries;
  assert.ok(entry);
  assert.is(entry.target?.write, null);
  assert.is(await readLink(alice, entry), `first of ${path.slice(1)}`);
  await alice.session.drive.put([source('two.txt', 'second')], path);
  assert.is(await readLink(alice, entry, 'two.txt'), 'second');
});

test('a link with a password opens with it alone, and wrong ones use up no opening', async ({ alice }) => {
  const path = await folder(alice);
  const { link } = await alice.people.link(path, { password: 'tangerine', opens: 1 });
  assert.is(await codeOf(openHere(alice, link)), 'password-needed');
  for (const wrong of ['', 'Tangerine', 'tangerine ']) assert.is(await codeOf(openHere(alice, link, wrong)), 'wrong-password');
  // Whoever strips the flag from the text gets no further.
  assert.is(await codeOf(openHere(alice, formatLink({ ...parseLink(link), password: false }))), 'bad-link');
  assert.is(await readLink(alice, await openHere(alice, link, 'tangerine')), `first of ${path.slice(1)}`);
  assert.is(await codeOf(openHere(alice, link, 'tangerine')), 'link-expired');
});

test('a link ends at its time, and after so many openings', async ({ alice }) => {
  const path = await folder(alice);
  const now = Math.floor(Date.now() / 1000);
  const { link: past } = await alice.people.link(path, { expires: now - 1 });
  assert.is(await codeOf(openHere(alice, past)), 'link-expired');
  const { link: twice } = await alice.people.link(path, { opens: 2, expires: now + 3600 });
  await openHere(alice, twice);
  await openHere(alice, twice);
  assert.is(await codeOf(openHere(alice, twice)), 'link-expired');
  const infos = (await alice.people.links()).filter((info) => info.path === path);
  assert.equal(infos.map(({ expires, opens, password }) => ({ expires, opens, password })), [
    { expires: now - 1, opens: null, password: false }, { expires: now + 3600, opens: 2, password: false },
  ]);
  assert.equal(infos.map(({ link }) => link), [past, twice]);
});

test('a withdrawn link opens nothing, and who opened it before reads nothing new; friends and other links go on', async ({ alice, bob }) => {
  const path = await folder(alice);
  await alice.people.share(path, 'bob');
  const [{ link, id }, { link: other }] = [await alice.people.link(path), await alice.people.link(path, { password: 'tangerine' })];
  const before = await openHere(alice, link);
  await alice.people.unlink(id);
  assert.is(await codeOf(openHere(alice, link)), 'link-expired');
  await alice.session.drive.put([source('new.txt', 'for friends')], path);
  assert.is(await codeOf(readLink(alice, before, 'new.txt')), 'retired');
  await bob.people.collect();
  assert.is(await readText(bob.session.drive, `/@alice${path}/new.txt`), 'for friends');
  assert.is(await readLink(alice, await openHere(alice, other, 'tangerine'), 'new.txt'), 'for friends');
  assert.is(await codeOf(alice.people.unlink(id)), 'not-found');
});

test('unsharing leaves links as they are, also beside one that has ended', async ({ alice, bob }) => {
  const path = await folder(alice);
  await alice.people.share(path, 'bob');
  const { link: once } = await alice.people.link(path, { opens: 1 });
  const { link: always } = await alice.people.link(path);
  await openHere(alice, once);
  // A later session has to find out that the first of them is spent.
  const later = await alice.again();
  await later.people.unshare(path, 'bob');
  assert.is(await readLink(alice, await openHere(alice, always)), `first of ${path.slice(1)}`);
  assert.is((await later.people.links()).filter((info) => info.path === path).length, 1);
  await bob.people.collect();
  assert.is(await codeOf(readText(bob.session.drive, `/@alice${path}/one.txt`)), 'retired');
  await later.close();
});

test('all links of a path end at once, also after it was moved', async ({ alice }) => {
  const path = await folder(alice);
  const links = [await alice.people.link(path), await alice.people.link(path, { opens: 5 })];
  await alice.session.drive.mkdir(`/away${count}`);
  await alice.session.drive.move(path, `/away${count}`);
  const [first, second] = links;
  assert.ok(first && second);
  await openHere(alice, first.link);
  await alice.people.unlink(first.id);
  assert.is(await codeOf(openHere(alice, first.link)), 'link-expired');
  await openHere(alice, second.link);
  await alice.people.unlink(`/away${count}${path}`);
  assert.is(await codeOf(openHere(alice, second.link)), 'link-expired');
  assert.is(await codeOf(alice.people.unlink(`/away${count}${path}`)), 'no-link');
});

test('a link to a file gives that file', async ({ alice }) => {
  await alice.session.drive.put([source('note.txt', 'one')], '/');
  const { link } = await alice.people.link('/note.txt');
  const guest = new Drive(new Guest(alice.connect));
  assert.is(await textOf(guest.readEntry(await openHere(alice, link))), 'one');
  await alice.session.drive.put([source('note.txt', 'another')], '/');
  await alice.people.collect();
  assert.is(await textOf(guest.readEntry(await openHere(alice, link))), 'another');
});

test('terms that are no whole numbers are refused before anything is made', async ({ alice }) => {
  const path = await folder(alice);
  for (const terms of [{ opens: 0 }, { opens: 1.5 }, { opens: Number.NaN }, { expires: -1 }, { expires: 1e300 }]) assert.is(await codeOf(alice.people.link(path, terms)), 'malformed');
  assert.equal((await alice.people.links()).filter((info) => info.path === path), []);
});

test('an item has eight links at most', async ({ alice }) => {
  const path = await folder(alice);
  for (let made = 0; made < 8; made++) await alice.people.link(path);
  assert.is(await codeOf(alice.people.link(path)), 'too-many');
});

test.run();
