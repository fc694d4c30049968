import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { randomBytes } from '../../crypto/index.ts';
import { Person } from '../rig/cli.ts';
import { startDaemon, type RunningDaemon } from '../rig/daemon.ts';

interface World { daemon: RunningDaemon; desk: Person; lap: Person; at: string }
const nobody = undefined as unknown as Person;
const test = suite<World>('two agents', { daemon: undefined as unknown as RunningDaemon, desk: nobody, lap: nobody, at: '' });

test.before(async (world) => {
  world.daemon = await startDaemon();
  const node = `unix:${world.daemon.localSocket}`;
  world.desk = await Person.make('seven lamps under water', { node });
  world.lap = await Person.make('seven lamps under water', { node });
  world.at = await mkdtemp('/tmp/uk-');
  await world.desk.signUp('alice');
  await world.lap.unlock('alice');
});
test.after(async ({ daemon, desk, lap, at }) => {
  await Promise.all([desk.end(), lap.end()]);
  await daemon.stop();
  await rm(at, { recursive: true, force: true });
});

const names = (answer: Readonly<Record<string, unknown>>): string[] => (answer['entries'] as { name: string }[]).map(({ name }) => name).sort();

test('two agents of one account that write at the same time both succeed', async ({ desk, lap, at }) => {
  for (const who of ['desk', 'lap']) {
    await mkdir(join(at, who));
    for (let index = 0; index < 30; index++) await writeFile(join(at, who, `${who} ${index}`), randomBytes(5000));
  }
  const work = async (person: Person, who: string): Promise<void> => {
    for (let index = 0; index < 6; index++) await person.demand('put', join(at, who, `${who} ${index}`), '/');
    await person.demand('put', join(at, who), '/');
    await person.demand('mkdir', `/made by ${who}`);
  };
  await Promise.all([work(desk, 'desk'), work(lap, 'lap')]);
  const all = names(await desk.demand('ls', '/'));
  assert.equal(names(await lap.demand('ls', '/')), all);
  assert.is(all.length, 16);
  for (const person of [desk, lap]) assert.is((await person.demand('check'))['clean'], true);
});

test('two writes to one name at the same time keep both', async ({ desk, lap, at }) => {
  await mkdir(join(at, 'a'));
  await mkdir(join(at, 'b'));
  await desk.demand('mkdir', '/twice');
  await Promise.all([desk.demand('ls', '/twice'), lap.demand('ls', '/twice')]);
  await writeFile(join(at, 'a', 'note'), 'from the desk');
  await writeFile(join(at, 'b', 'note'), 'from the lap');
  await Promise.all([desk.demand('put', join(at, 'a', 'note'), '/twice'), lap.demand('put', join(at, 'b', 'note'), '/twice')]);
  const there = names(await desk.demand('ls', '/twice'));
  const contents = await Promise.all(there.map(async (name) => (await desk.run(['cat', `/twice/${name}`])).stdout));
  // Whoever came after the other had finished has replaced it, as a put does; at the same time both stay.
  assert.ok(there.length === 2 || there.length === 1, there.join());
  if (there.length === 2) assert.equal(contents.sort(), ['from the desk', 'from the lap']);
});

test('what one writes, the other sees at its next look', async ({ desk, lap, at }) => {
  await writeFile(join(at, 'fresh'), 'fresh');
  await desk.demand('put', join(at, 'fresh'), '/');
  assert.is((await lap.run(['cat', '/fresh'])).stdout, 'fresh');
  await lap.demand('rm', '/fresh');
  assert.is((await desk.run(['cat', '/fresh'])).code, 4);
});

test('the local TCP door lets in the data folder\'s own agent, and nobody without the key', async ({ daemon, desk }) => {
  const keyed = await Person.make('seven lamps under water', { node: daemon.url, data: daemon.dataDir });
  await keyed.unlock('alice');
  assert.ok(names(await keyed.demand('ls', '/')).length > 10);
  await keyed.run(['lock']);
  const foreign = await Person.make('seven lamps under water', { node: daemon.url });
  const refused = await foreign.refusal('unlock', 'alice', '--password-file', foreign.passwordFile);
  assert.equal([refused.exit, refused.code], [6, 'forbidden']);
  await foreign.end();
  assert.is((await desk.demand('whoami'))['login'], 'alice');
});

test.run();
