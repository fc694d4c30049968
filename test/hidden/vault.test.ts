// timeout: 600
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { concat, randomBytes, toHex, useEngine } from '../../crypto/index.ts';
import { nodeEngine } from '../../engines/index.ts';
import { HiddenVault, MemoryLog } from '../../hidden/index.ts';
import { seededRandom, type Random } from '../rig/random.ts';
import { Model } from './model.ts';
import { expectCell, Log, Visitor } from './world.ts';

const random = seededRandom('hidden vaults');
await useEngine(nodeEngine());

const WORLDS = 24;
const STEPS = 90;

interface World {
  readonly log: Log;
  /** Deepest first. */
  readonly secrets: readonly [Uint8Array, Uint8Array];
  readonly labels: readonly Uint8Array[];
}

function newWorld(): World {
  return { log: new Log(), secrets: [randomBytes(32), randomBytes(32)], labels: Array.from({ length: 8 }, () => random.bytes(32)) };
}

async function visit({ log, secrets }: World, copy?: MemoryLog): Promise<Visitor> {
  const visitor = new Visitor(log, random, copy);
  if (copy === undefined && random.int(2) === 0) await visitor.bring(false);
  const limits = { checkpointEvery: random.pick([2, 6, 40, 1000]), checkpointShare: 1, remembered: random.pick([0, 2048]), liveFloor: 2 ** 30 };
  await visitor.open(random.int(3) > 0 ? secrets : secrets.slice(1), limits);
  return visitor;
}

async function step(world: World, visitors: Visitor[]): Promise<void> {
  const at = random.int(visitors.length);
  const visitor = visitors[at];
  const kind = random.int(20);
  if (visitor === undefined || kind === 0) {
    if (visitor !== undefined) visitor.end(random.int(2) === 0);
    visitors[at] = await visit(world, random.int(2) === 0 ? visitor?.copy : undefined);
  } else if (kind < 8) await visitor.write(random.int(visitor.vaults.length), random.shuffled(world.labels).slice(0, 1 + random.int(3)));
  else if (kind < 15) await visitor.commit(1 + random.int(12));
  else await visitor.bring(random.int(3) === 0);
}

async function models({ log, secrets }: World): Promise<[Model, Model]> {
  const made: [Model, Model] = [new Model(secrets[0]), new Model(secrets[1])];
  for (const model of made) await model.read(log.entries);
  return made;
}

/** The model of the vault at place `of` in a visitor's list. */
function modelOf([deep, shallow]: readonly [Model, Model], visitor: Visitor, of: number): Model {
  return visitor.vaults.length === 2 && of === 0 ? deep : shallow;
}

test('whatever sessions do at the same time, and however they end, nothing that has drained is lost', async () => {
  let [drained, checkpoints] = [0, 0];
  for (let round = 0; round < WORLDS; round++) {
    const world = newWorld();
    const first = new Visitor(world.log, random);
    while (world.log.entries.length === 0) await first.commit(3);
    const visitors = await Promise.all(Array.from({ length: 1 + random.int(3) }, () => visit(world)));
    for (let count = 0; count < STEPS; count++) {
      await step(world, visitors);
      if (count % 15 !== 14) continue;
      const looking = random.pick(visitors);
      await looking.bring(true);
      const both = await models(world);
      for (const of of looking.vaults.keys()) await looking.check(of, modelOf(both, looking, of), world.labels);
    }
    for (const visitor of visitors) await visitor.drain();
    const both = await models(world);
    for (const [number, meant] of world.log.meant.entries()) assert.is(both.some((model) => model.owns(number)), meant, 'filler is nobody\'s, and what was meant to be more is somebody\'s');
    for (const visitor of visitors) {
      await visitor.bring(true);
      for (const of of visitor.vaults.keys()) await visitor.check(of, modelOf(both, visitor, of), world.labels);
    }
    await openAnew(world, both, visitors);
    drained += both[0].state().all.size + both[1].state().all.size;
    checkpoints += both[0].checkpoints + both[1].checkpoints;
  }
  console.log(`${WORLDS} logs, ${drained} versions, ${checkpoints} checkpoints`);
  assert.ok(drained > 500 && checkpoints > 50);
});

/** In whatever order the log comes, the vault that opens is the one that the whole log tells of. */
async function openAnew(world: World, both: readonly [Model, Model], visitors: readonly Visitor[]): Promise<void> {
  for (const [of, secret] of world.secrets.entries()) {
    const { live } = (both[of] ?? both[0]).state();
    for (const order of ['newest first', 'any order', 'at once'] as const) {
      const copy = new MemoryLog();
      const vault = await HiddenVault.open(secret, copy, { liveFloor: 2 ** 30 });
      for (const [from, to] of pieces(random, world.log.entries.length, order)) {
        await copy.write(from, world.log.slice(from, to));
        await vault.arrived();
      }
      assert.ok(vault.ready);
      for (const label of world.labels) await expectCell(vault, label, live.get(toHex(label)) ?? new Map());
      for (const visitor of visitors) {
        const same = visitor.vaults.at(of - 2);
        if (same !== undefined) assert.is(same.status.liveBytes, vault.status.liveBytes);
      }
    }
  }
}

function pieces(of: Random, length: number, order: 'newest first' | 'any order' | 'at once'): [number, number][] {
  if (order === 'at once') return [[0, length]];
  const cuts: [number, number][] = [];
  for (let to = length; to > 0;) {
    const from = Math.max(0, to - 1 - of.int(50));
    cuts.push([from, to]);
    to = from;
  }
  return order === 'newest first' ? cuts : of.shuffled(cuts);
}

test('bytes on the way are told apart from bytes that are there', async () => {
  const world = newWorld();
  const visitor = new Visitor(world.log, random);
  while (world.log.entries.length === 0) await visitor.commit(2);
  await visitor.bring(true);
  await visitor.open([world.secrets[0]], {});
  const [vault] = visitor.vaults;
  const [label] = world.labels;
  assert.ok(vault && label);
  await vault.write([{ label, content: random.bytes(10_000), replaces: [] }]);
  assert.is(vault.status.waitingFrames, 3);
  assert.ok(vault.status.waitingBytes > 10_000 && vault.status.waitingBytes < 10_300);
  const other = await HiddenVault.open(world.secrets[0], visitor.copy);
  assert.is(other.versions(label).versions.length, 0);
  const [entry] = vault.next(1);
  assert.ok(entry);
  entry.settle({ kind: 'committed', at: 2 });
  assert.is(vault.status.waitingFrames, 2);
  assert.ok(vault.status.waitingBytes > 10_000, 'a part of a batch saves nothing of it');
});

test('after the keys are wiped nothing is handed out, read or written', async () => {
  const world = newWorld();
  const copy = new MemoryLog();
  await copy.write(0, concat(random.bytes(4096)));
  const vault = await HiddenVault.open(world.secrets[0], copy);
  const [label] = world.labels;
  assert.ok(label);
  await vault.write([{ label, content: random.bytes(10_000), replaces: [] }]);
  const { versions } = vault.versions(label);
  const [version] = versions;
  assert.ok(version);
  const folder = vault.folderSecret;
  const [entry] = vault.next(1);
  assert.ok(entry);
  vault.wipe();
  assert.equal(vault.next(10), []);
  assert.ok([entry.tagKey, entry.boxKey, folder].every((key) => key.every((byte) => byte === 0)));
  entry.settle({ kind: 'committed', at: 1 });
  const isLocked = (error: unknown): boolean => error instanceof Error && 'code' in error && error.code === 'locked';
  assert.throws(() => vault.versions(label), isLocked);
  assert.throws(() => vault.status, isLocked);
  const attempts = [() => vault.read(version), () => vault.write([{ label, content: null, replaces: versions }]), () => vault.arrived()];
  for (const attempt of attempts) assert.ok(isLocked(await attempt().catch((error: unknown) => error)));
});

test.run();
