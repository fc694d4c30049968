/** Short runs of one visible script, with and without hidden work, as whoever keeps everything has them. */
import { mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { FolderDevice } from '../../cli/agent-device.ts';
import { Session } from '../../vault/index.ts';
import { randomFrom, type Random } from '../rig/random.ts';
import { drawnFor } from './chance.ts';
import { counted, imageOf, type Image } from './disk.ts';
import { Features, featuresOf } from './features.ts';
import { memoryFolder } from './local-node.ts';
import { HiddenHand } from './hand.ts';
import { connectTo, EmptyHand, Person, VISIBLE_PASSWORD } from './person.ts';
import { plantIn, type Leak } from './leaks.ts';
import { featuresOfImages, featuresOfKeys } from './seizure.ts';
import { randomScript, type Script } from './script.ts';
import { World } from './world.ts';

export interface Run {
  readonly template: number;
  readonly label: 0 | 1;
  /** Of the transcript alone. */
  readonly operator: Features;
  /** Of the transcript, the decoy password's keys and the disk. */
  readonly coercer: Features;
}

/** The number of a step after every script's last. */
const AFTER_ALL = 1000;
const TEMPLATES = 12;
const TEMPLATE_SEED = 0x5eed;

/** The visible scripts that runs are made of. Passwords do not change in them: a decoy's has to be at hand at the end. */
export function templates(): Script[] {
  return Array.from({ length: TEMPLATES }, (_, index) => {
    const script = randomScript(randomFrom(TEMPLATE_SEED + index), { steps: 5, devices: 1, people: false, largest: 150_000, short: true });
    const steps = script.steps.filter((step) => step.kind !== 'act' || (step.action.do !== 'change-password' && step.action.do !== 'wrong-password'));
    // Half way, the account is opened anew, with whatever password.
    steps.splice(-3, 0, { kind: 'act', device: 0, action: { do: 'login' }, pause: 5000 }, { kind: 'idle', ms: 62_000 });
    return { ...script, steps: steps.map((step, at) => (step.kind === 'idle' || at % 4 === 3 ? step : { ...step, pause: Math.max(400, step.pause) })) };
  });
}

export interface RunOptions {
  readonly template: number;
  readonly script: Script;
  readonly label: 0 | 1;
  readonly random: Random;
  readonly leak?: Leak;
}

export async function makeRun({ template, script, label, random, leak }: RunOptions): Promise<Run> {
  const world = await World.open({ seed: null, keepBodies: true });
  const folder = await memoryFolder();
  const working = { count: 0 };
  const folders = [join(folder, 'first'), join(folder, 'second')];
  world.waitFor(() => working.count > 0);
  try {
    for (const at of folders) await mkdir(at);
    const device = (number: number): FolderDevice => counted(new FolderDevice(folders[number] ?? folder, 'node'), working);
    const person = new Person(world, { hand: label === 1 ? new HiddenHand(world, random, { eager: 3, devoted: true }) : new EmptyHand(), device });
    plantIn({ world, random, label }, leak ?? null, person.hand);
    const images = await playTemplate(world, person, script, () => imageOf(folder));
    const operator = featuresOf(world.transcript);
    const coercer = featuresOf(world.transcript);
    featuresOfImages(images, coercer);
    plantIn({ world, random, label }, null, person.hand);
    await coerce(world, device, person, coercer);
    world.check();
    return { template, label, operator, coercer };
  } finally {
    await world.close();
    await rm(folder, { recursive: true, force: true });
  }
}

async function playTemplate(world: World, person: Person, script: Script, image: () => Promise<Image>): Promise<Image[]> {
  const images: Image[] = [];
  world.transcript.begin(0);
  await world.run(person.signUp());
  const often = Math.max(2, Math.floor(script.steps.length / 3));
  for (const [index, step] of script.steps.entries()) {
    // Without a pause there is no time for anything between.
    if (step.kind === 'idle' || step.pause > 0) {
      await drawnFor('hidden', () => person.hand.between());
      await world.calm();
    }
    if (index % often === 0) {
      await world.calm();
      images.push(await image());
    }
    await person.play(step, index + 1);
  }
  await world.pass(30_000);
  await world.run(person.lock(0));
  images.push(await image());
  return images;
}

/** The visible password is given up, and the device with it. */
async function coerce(world: World, device: (number: number) => FolderDevice, person: Person, into: Features): Promise<void> {
  const seen = world.transcript.exchanges.length;
  world.transcript.begin(AFTER_ALL);
  const life = { over: false };
  const connect = connectTo(world, person.login, life);
  const kept = device(0);
  const session = await world.run(Session.unlock({ connect, login: person.login, password: VISIBLE_PASSWORD, device: kept }));
  await world.run(featuresOfKeys({ session, login: person.login, password: VISIBLE_PASSWORD, transcript: world.transcript }, into));
  into.add('keys: requests', world.transcript.exchanges.length - seen);
  into.add('keys: received', world.transcript.exchanges.slice(seen).reduce((sum, { received }) => sum + received, 0));
  await world.run(session.wipe());
  life.over = true;
  await kept.close();
}
