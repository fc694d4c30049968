/** Accounts with public names on one real node, which is also the directory; onion URLs of the test lead to its local door. */
import { People, SocialError } from '../../social/index.ts';
import { parseNodeUrl, TransportError } from '../../transport/index.ts';
import { Session } from '../../vault/index.ts';
import { parseName, type CarrierFetch } from '../../wire/index.ts';
import { login, MemoryDevice, recorded, type Recorded } from '../rig/session.ts';
import { ONION } from './persons.ts';

const LATENCY = 60;
const PASSWORD = 'correct horse battery staple';

export interface Account {
  readonly session: Session;
  readonly people: People;
  readonly connect: Recorded;
  /** Paths of requests that do not get through for now. */
  readonly broken: Set<string>;
  /** Milliseconds by which this account's clock is wrong. */
  readonly clock: { off: number };
  /** Serial round trips of some work, counted where a request takes longer than what is computed meanwhile. */
  rounds(work: () => Promise<unknown>): Promise<number>;
  /** The same account on another device, or later. */
  again(): Promise<Account>;
  close(): Promise<void>;
}

async function open(socket: string, name: string, enter: 'signUp' | 'unlock'): Promise<Account> {
  const broken = new Set<string>();
  const clock = { off: 0 };
  let latency = 0;
  const { base } = parseNodeUrl(`unix:${socket}`);
  const tamper = (fetch: CarrierFetch): CarrierFetch => async (url, request) => {
    if (broken.has(url.slice(base.length))) throw new TransportError('unreachable', 'The connection broke off; try again.');
    const [response] = await Promise.all([fetch(url, request), new Promise((resolve) => { setTimeout(resolve, latency); })]);
    return response;
  };
  const ways = recorded(socket, tamper);
  const connect: Recorded = { ...ways, node: (url, purpose) => ways.node(url === ONION ? base : url, purpose), now: () => Date.now() + clock.off };
  const session = await Session[enter]({ connect, login: login(name), password: PASSWORD, device: new MemoryDevice() });
  const people = new People(session, { directory: connect.node(base, 'directory'), bucket: connect.node(base, 'bucket'), hostUrl: async () => ONION });
  session.mounts = people.mounts;
  return {
    session, people, connect, broken, clock,
    rounds: async (work) => {
      const before = connect.meter.rounds;
      latency = LATENCY;
      try {
        await work();
      } finally {
        latency = 0;
      }
      return connect.meter.rounds - before;
    },
    again: async () => open(socket, name, 'unlock'),
    close: async () => {
      await session.wipe();
      await connect.close();
    },
  };
}

/** A new account whose public name is its login name. */
export async function newcomer(socket: string, name: string): Promise<Account> {
  const account = await open(socket, name, 'signUp');
  await account.people.createIdentity(parseName(name));
  return account;
}

export async function befriended(a: Account, b: Account, nameOfA: string, nameOfB: string): Promise<void> {
  await a.people.follow(nameOfB);
  await b.people.collect();
  await b.people.accept(nameOfA);
  await a.people.collect();
  await b.people.collect();
}

export async function codeOf(work: Promise<unknown>): Promise<string> {
  try {
    await work;
    return 'done';
  } catch (error) {
    return error instanceof Error && 'code' in error ? String(error.code) : String(error);
  }
}

export async function messageOf(work: Promise<unknown>): Promise<string> {
  try {
    await work;
    return 'done';
  } catch (error) {
    return error instanceof SocialError ? error.message : String(error);
  }
}
