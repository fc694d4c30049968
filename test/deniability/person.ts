/** A person who plays a script: an account, its devices, and whatever a hand does in hiding. */
import { Meter, NodeClient } from '../../node/index.ts';
import { People } from '../../social/index.ts';
import { Cover, Session, type Connect, type Device, type Timers } from '../../vault/index.ts';
import { HiddenVaults } from '../../vault/hidden-vaults.ts';
import { COMMIT_MAX_CARRIED, parseName, type Name } from '../../wire/index.ts';
import { bytesOf, fileSource, folderSource } from '../rig/drive-session.ts';
import { randomFrom } from '../rig/random.ts';
import { MemoryDevice } from '../rig/session.ts';
import { drawnFor, inProcess, scryptsCalled, type Purpose } from './chance.ts';
import type { Action, DeviceNumber, Script, Step } from './script.ts';
import { BASE, type World } from './world.ts';

const ONION = `http://${'a'.repeat(56)}.onion`;
export const VISIBLE_PASSWORD = 'lighthouse anchor velvet drum';
const WRONG_PASSWORD = 'not any password of this account';

// What fills entries and headers, and hidden work wherever it is set off, draw apart from visible work, in every run alike.
apart('cover', Cover.prototype, ['fill', 'renew', 'header', 'entries', 'settled']);
apart('hidden', HiddenVaults.prototype, ['add', 'arrived']);

function apart<T extends object>(purpose: Purpose, prototype: T, names: readonly (keyof T)[]): void {
  for (const name of names) {
    const method = prototype[name] as (...args: unknown[]) => unknown;
    Object.defineProperty(prototype, name, {
      value(this: T, ...args: unknown[]) { return drawnFor(purpose, () => method.apply(this, args)); },
    });
  }
}

/** What is done in hiding while a script is played. Nothing of it is waited for by the script. */
export interface Hand {
  /** What this device opens the account with. */
  password(device: number): string;
  /** The visible password, which the script may change. */
  visible: string;
  opened(device: number, session: Session): void;
  /** Between two steps, while the person pauses. */
  between(): Promise<void>;
  /** At the same time as a step. */
  beside(): Promise<void>;
  /** The session is about to end, or has ended by itself. */
  ended(device: number): void;
}

/** Somebody who hides nothing. */
export class EmptyHand implements Hand {
  visible = VISIBLE_PASSWORD;
  password(): string {
    return this.visible;
  }
  opened(): void {}
  async between(): Promise<void> {}
  async beside(): Promise<void> {}
  ended(): void {}
}

/** How often an open session commits by itself. */
const TICK_MS = 60_000;
const TIMERS: Timers = {
  setTimeout: (run, ms) => setTimeout(run, ms),
  clearTimeout: (handle) => clearTimeout(handle as NodeJS.Timeout),
};

/** A device that has something open, such as files. */
type Closing = Device & { close?(): Promise<void> };

interface Opened {
  readonly session: Session;
  readonly people: People;
  readonly process: string;
  readonly device: Closing;
  readonly life: { over: boolean };
}

/** What is not done with a session, but to it. */
const OF_SESSIONS = ['login', 'crash', 'wrong-password', 'change-password', 'cover'] as const;
type OfSessions = Extract<Action, { readonly do: (typeof OF_SESSIONS)[number] }>;

function isOfSessions(action: Action): action is OfSessions {
  return OF_SESSIONS.some((name) => name === action.do);
}

export interface PersonOptions {
  readonly login?: string;
  readonly hand?: Hand;
  readonly device?: (number: number) => Closing;
}

export class Person {
  readonly world: World;
  readonly hand: Hand;
  readonly login: Name;
  readonly #device: (number: number) => Closing;
  readonly #open: (Opened | null)[] = [null, null];
  #processes = 0;

  constructor(world: World, options: PersonOptions = {}) {
    this.world = world;
    this.login = parseName(options.login ?? 'ada');
    this.hand = options.hand ?? new EmptyHand();
    const memory = [new MemoryDevice(), new MemoryDevice()];
    this.#device = options.device ?? ((number) => memory[number] ?? new MemoryDevice());
  }

  async signUp(): Promise<Session> {
    return (await this.#enter(0, 'signUp')).session;
  }

  /** The session on this device, opened where it is not. */
  async session(device: DeviceNumber): Promise<Session> {
    return (await this.#opened(device)).session;
  }

  async people(device: DeviceNumber): Promise<People> {
    return (await this.#opened(device)).people;
  }

  /** Does one step, and notes what came of it. */
  async play(step: Step, number: number): Promise<void> {
    const { transcript, clock } = this.world;
    if (step.kind === 'idle') {
      transcript.begin(number);
      await this.world.pass(step.ms);
    } else {
      await this.world.pass(step.pause);
      transcript.begin(number);
      const acts = step.kind === 'both'
        ? step.actions.map(async (action, device) => this.#act(device as DeviceNumber, action, number))
        : [this.#act(step.device, step.action, number)];
      drawnFor('hidden', () => this.hand.beside()).catch((error: unknown) => { this.world.fault(error); });
      const outcomes = await this.world.run(Promise.all(acts));
      transcript.notes.push(`${number} ${clock.now()} ${outcomes.join(' ')} scrypt ${scryptsCalled()}`);
    }
  }

  /** Locks every device that is open. */
  async lock(device: DeviceNumber): Promise<void> {
    const open = this.#open[device] ?? null;
    if (open === null) return;
    this.hand.ended(device);
    this.#open[device] = null;
    await open.people.settle().catch(() => undefined);
    await open.session.wipe();
    this.#end(open);
    await open.device.close?.();
  }

  /** Ends the process of a device from outside. */
  kill(device: DeviceNumber): void {
    const open = this.#open[device] ?? null;
    if (open === null) return;
    this.hand.ended(device);
    this.#open[device] = null;
    this.#end(open);
  }

  isOpen(device: DeviceNumber): boolean {
    return (this.#open[device] ?? null) !== null;
  }

  #end(open: Opened): void {
    open.life.over = true;
    this.world.clock.end(open.process);
  }

  async #opened(device: DeviceNumber): Promise<Opened> {
    return this.#open[device] ?? this.#enter(device, 'unlock');
  }

  async #enter(device: DeviceNumber, enter: 'signUp' | 'unlock', password = this.hand.password(device)): Promise<Opened> {
    const life = { over: false };
    const process = `${this.login} ${device} ${this.#processes++}`;
    return inProcess(process, async () => {
      const connect = connectTo(this.world, this.login, life);
      const kept = this.#device(device);
      const session = await Session[enter]({ connect, login: this.login, password, device: kept });
      const people = new People(session, { directory: connect.node(BASE, 'directory'), bucket: connect.node(BASE, 'bucket'), hostUrl: async () => ONION });
      session.mounts = people.mounts;
      const open = { session, people, process, life, device: kept };
      this.#open[device] = open;
      session.schedule(TIMERS, { tickMs: TICK_MS });
      this.hand.opened(device, session);
      return open;
    });
  }

  /** Gives what a script's step came to: `done`, or the code of its error. */
  async #act(device: DeviceNumber, action: Action, number: number): Promise<string> {
    return inProcess(this.#open[device]?.process ?? 'nobody', async () => {
      try {
        await this.#do(device, action, number);
        return 'done';
      } catch (error) {
        return error instanceof Error && 'code' in error ? String(error.code) : `fault: ${String(error)}`;
      }
    });
  }

  async #do(device: DeviceNumber, action: Action, number: number): Promise<void> {
    if (isOfSessions(action)) await this.#doToSession(device, action, number);
    else await act(await this.#opened(device), action, number);
  }

  async #doToSession(device: DeviceNumber, action: OfSessions, number: number): Promise<void> {
    switch (action.do) {
      case 'wrong-password':
        await this.#enter(device, 'unlock', WRONG_PASSWORD);
        throw new Error('a wrong password opened the account');
      case 'login':
        await this.lock(device);
        await this.#opened(device);
        break;
      case 'crash':
        this.kill(device);
        await this.#opened(device);
        break;
      case 'change-password': {
        await this.lock(device);
        const { session } = await this.#enter(device, 'unlock', this.hand.visible);
        const next = `${VISIBLE_PASSWORD} ${number}`;
        await session.changePassword(this.hand.visible, next);
        this.hand.visible = next;
        await this.lock(device);
        await this.#opened(device);
        break;
      }
      case 'cover':
        await (await this.session(device)).setCover(action.share);
        break;
    }
  }
}

/** Bytes that differ for different seeds, and cost little. */
export function content(seed: number, size: number): Uint8Array {
  const piece = randomFrom(seed).bytes(Math.min(size, 512));
  const out = new Uint8Array(size);
  for (let at = 0; at < size; at += 512) out.set(piece.subarray(0, Math.min(512, size - at)), at);
  return out;
}

/** The ways of one process, which end with it. */
export function connectTo(world: World, login: Name, life: { readonly over: boolean }): Connect {
  const carrier = world.carrier(() => !life.over);
  const meter = new Meter();
  const node = (url: string, purpose: string): NodeClient =>
    new NodeClient({ url: url === ONION ? BASE : url, meter, fetch: carrier({ account: login, purpose, peer: BASE }) });
  return { home: node(BASE, 'home'), node, commitBytes: COMMIT_MAX_CARRIED, meter, now: () => world.clock.now() };
}

/** One visible action; what it writes follows from the step's number. */
async function act({ session: { drive }, people }: Opened, action: Exclude<Action, OfSessions>, number: number): Promise<void> {
  const random = randomFrom(number + 1);
  switch (action.do) {
    case 'put':
      await drive.put(action.files.map(({ name, size }) => fileSource(name, content(number, size))), action.folder);
      break;
    case 'put-folder': {
      const files = Array.from({ length: action.files }, (_, index) => fileSource(`file ${index}`, content(index, random.int(3000))));
      await drive.put([folderSource(action.name, files)], action.folder);
      break;
    }
    case 'mkdir': await drive.mkdir(action.path); break;
    case 'remove': await drive.remove(action.path, { recursive: true }); break;
    case 'list': await drive.list(action.path); break;
    case 'read': await bytesOf((await drive.read(action.path)).bytes); break;
    case 'move': await drive.move(action.from, action.to); break;
    case 'copy': await drive.copy(action.from, action.to); break;
    case 'link': await people.link(action.path); break;
    case 'unlink': await people.unlink(action.path); break;
    case 'share': await people.share(action.path, FRIEND); break;
    case 'unshare': await people.unshare(action.path, FRIEND); break;
    case 'collect': await people.collect(); break;
  }
}

const FRIEND = 'bob';

/** Plays a whole script in a world, from the sign-up on. */
export async function playScript(world: World, script: Script, hand: Hand = new EmptyHand()): Promise<Person> {
  const person = new Person(world, { hand });
  world.transcript.begin(0);
  await world.run(person.signUp());
  if (script.people) await world.run(befriend(world, person));
  for (const [index, step] of script.steps.entries()) {
    await drawnFor('hidden', () => hand.between());
    await world.calm();
    await person.play(step, index + 1);
  }
  await world.pass(60_000);
  for (const device of [0, 1] as const) await world.run(person.lock(device));
  return person;
}

async function befriend(world: World, person: Person): Promise<void> {
  const friend = new Person(world, { login: FRIEND });
  await friend.signUp();
  const [ada, bob] = [await person.people(0), await friend.people(0)];
  await ada.createIdentity(person.login);
  await bob.createIdentity(friend.login);
  await ada.follow(FRIEND);
  await bob.collect();
  await bob.accept(person.login);
  await ada.collect();
  await bob.collect();
  await friend.lock(0);
}
