/** A person who plays a script: an account, its devices, and whatever a hand does in hiding. */
import { Meter, NodeClient } from '../../node/index.ts';
import { People } from '../../social/index.ts';
import { Cover, Session, type Connect, type Device } from '../../vault/index.ts';
import { COMMIT_MAX_CARRIED, parseName, type Name } from '../../wire/index.ts';
import { bytesOf, fileSource, folderSource } from '../rig/drive-session.ts';
import { randomFrom } from '../rig/random.ts';
import { MemoryDevice } from '../rig/session.ts';
import { drawnFor, inProcess, scryptsCalled } from './chance.ts';
import type { Action, DeviceNumber, Script, Step } from './script.ts';
import { BASE, type World } from './world.ts';

const ONION = `http://${'a'.repeat(56)}.onion`;
export const VISIBLE_PASSWORD = 'lighthouse anchor velvet drum';
const WRONG_PASSWORD = 'not any password of this account';

// What fills entries and headers draws apart from visible work, in every run alike.
const { fill, header, entries } = Cover.prototype;
Cover.prototype.fill = function fillApart(this: Cover) { return drawnFor('cover', () => fill.call(this)); };
Cover.prototype.header = function headerApart(this: Cover) { return drawnFor('cover', () => header.call(this)); };
Cover.prototype.entries = function entriesApart(this: Cover, count: number) { return drawnFor('cover', () => entries.call(this, count)); };

/** What is done in hiding while a script is played. Nothing of it is waited for by the script. */
export interface Hand {
  /** What this device opens the account with. */
  password(device: number): string;
  /** The password was changed by the script; gives the new one, which must be like the visible one's. */
  changed(device: number, next: string): void;
  opened(device: number, session: Session): Promise<void>;
  /** Between two steps, while the person pauses. */
  between(): Promise<void>;
  /** At the same time as a step. */
  beside(): Promise<void>;
  /** The session is about to end; after a crash nobody is asked. */
  ended(device: number): void;
}

/** Somebody who hides nothing. */
export class EmptyHand implements Hand {
  #password = VISIBLE_PASSWORD;
  password(): string {
    return this.#password;
  }
  changed(_device: number, next: string): void {
    this.#password = next;
  }
  async opened(): Promise<void> {}
  async between(): Promise<void> {}
  async beside(): Promise<void> {}
  ended(): void {}
}

/** One process with an open session. */
interface Opened {
  readonly session: Session;
  readonly people: People;
  readonly process: string;
  readonly life: { over: boolean };
}

/** What is not done with a session, but to it. */
type OfSessions = Action & { readonly do: 'login' | 'crash' | 'wrong-password' | 'change-password' };

export interface PersonOptions {
  readonly login?: string;
  readonly hand?: Hand;
  readonly device?: (number: number) => Device;
}

export class Person {
  readonly world: World;
  readonly hand: Hand;
  readonly login: Name;
  readonly #devices: readonly Device[];
  readonly #open: (Opened | null)[] = [null, null];
  #processes = 0;

  constructor(world: World, options: PersonOptions = {}) {
    this.world = world;
    this.login = parseName(options.login ?? 'ada');
    this.hand = options.hand ?? new EmptyHand();
    const make = options.device ?? (() => new MemoryDevice());
    this.#devices = [make(0), make(1)];
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
      const [outcomes] = await this.world.run(Promise.all([Promise.all(acts), this.hand.beside()]));
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
  }

  /** Ends the process of a device from outside. */
  kill(device: DeviceNumber): void {
    const open = this.#open[device] ?? null;
    if (open === null) return;
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
      const connect = this.#connect(life);
      const session = await Session[enter]({ connect, login: this.login, password, device: this.#devices[device] ?? new MemoryDevice() });
      const people = new People(session, { directory: connect.node(BASE, 'directory'), bucket: connect.node(BASE, 'bucket'), hostUrl: async () => ONION });
      session.mounts = people.mounts;
      const open = { session, people, process, life };
      this.#open[device] = open;
      await drawnFor('hidden', () => this.hand.opened(device, session));
      return open;
    });
  }

  #connect(life: { over: boolean }): Connect {
    const carrier = this.world.carrier(() => !life.over);
    const meter = new Meter();
    const node = (url: string, purpose: string): NodeClient =>
      new NodeClient({ url: url === ONION ? BASE : url, meter, fetch: carrier({ account: this.login, purpose, peer: BASE }) });
    return { home: node(BASE, 'home'), node, commitBytes: COMMIT_MAX_CARRIED, meter, now: () => this.world.clock.now() };
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
        const { session } = await this.#opened(device);
        const next = `${VISIBLE_PASSWORD} ${number}`;
        await session.changePassword(this.hand.password(device), next);
        this.hand.changed(device, next);
        break;
      }
      default: await act(await this.#opened(device), action, number);
    }
  }
}

/** One visible action; what it writes follows from the step's number. */
async function act({ session: { drive }, people }: Opened, action: Exclude<Action, OfSessions>, number: number): Promise<void> {
  const random = randomFrom(number + 1);
  switch (action.do) {
    case 'put':
      await drive.put(action.files.map(({ name, size }) => fileSource(name, random.bytes(size))), action.folder);
      break;
    case 'put-folder': {
      const files = Array.from({ length: action.files }, (_, index) => fileSource(`file ${index}`, random.bytes(random.int(3000))));
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
    await hand.between();
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
