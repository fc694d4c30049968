import { join } from 'node:path';
import { fromBase32 } from '../crypto/index.ts';
import type { Drive } from '../files/index.ts';
import { Meter } from '../node/index.ts';
import { People } from '../social/index.ts';
import { parseOnionAddress } from '../transport/index.ts';
import { Session, type Timers } from '../vault/index.ts';
import { parseName } from '../wire/index.ts';
import { Ways, type ConnectConfig } from './agent-connect.ts';
import { FolderDevice } from './agent-device.ts';
import { ScopedMeter } from './agent-meter.ts';
import type { Handler } from './agent-server.ts';
import { CliError } from './exit.ts';
import { agentFolder } from './paths.ts';

export interface AgentConfig extends ConnectConfig {
  readonly idleMinutes: number;
  /** Between two commits that come whether there is anything to store or not. */
  readonly tickSeconds: number;
}

interface Open {
  readonly session: Session;
  readonly ways: Ways;
  readonly device: FolderDevice;
  /** Ends the ticks and the reading of the log. */
  readonly stop: () => void;
  /** `performance.now()` when the ticks began. */
  readonly since: number;
  people: Promise<People> | null;
}

const TIMERS: Timers = {
  setTimeout: (run, ms) => setTimeout(run, ms),
  clearTimeout: (handle) => clearTimeout(handle as NodeJS.Timeout),
};
const COLLECT_MS = 4 * 60_000;
const REFRESH_MS = 20_000;
const REFRESH_BYTES = 64 * 1024 * 1024;

/** Holds at most one unlocked account, counts what its work costs, and locks it when nobody asks for long. */
export class Agent {
  readonly config: AgentConfig;
  readonly #ended: () => void;
  readonly #meter = new ScopedMeter();
  #open: Open | null = null;
  #opening = false;
  #active = 0;
  #visible = 0;
  #idle: NodeJS.Timeout | null = null;
  #background: NodeJS.Timeout | null = null;
  #toRefresh = true;

  /** `ended` is called once the session is wiped: the process has nothing left to do. */
  constructor(config: AgentConfig, ended: () => void) {
    this.config = config;
    this.#ended = ended;
  }

  get unlocked(): boolean {
    return this.#open !== null;
  }

  get session(): Session {
    return this.#live().session;
  }

  get drive(): Drive {
    return this.session.drive;
  }

  get ways(): Ways {
    return this.#live().ways;
  }

  /** The circle of people; made at the first use, since it has to ask the node where its directory is. */
  people(): Promise<People> {
    const open = this.#live();
    open.people ??= makePeople(open).catch((error: unknown) => {
      open.people = null;
      throw error;
    });
    return open.people;
  }

  unlock(login: string, password: string, signal: AbortSignal): Promise<Session> {
    return this.#enter(login, (init) => Session.unlock({ ...init, password, signal }));
  }

  signUp(login: string, password: string, invitation: string | null, signal: AbortSignal): Promise<Session> {
    return this.#enter(login, (init) => Session.signUp({ ...init, password, invitation: invitation === null ? null : parseInvitation(invitation), signal }));
  }

  /** Wipes the keys and ends the process that holds them. */
  async lock(): Promise<void> {
    const open = this.#open;
    this.#open = null;
    this.#stopTimers();
    if (open !== null) {
      await settle(open);
      open.stop();
      await open.session.wipe();
      await open.ways.close();
      await open.device.close();
    }
    this.#ended();
  }

  /** Starts what a session does by the clock alone: ticks, and bringing the log. Gives what ends it. */
  schedule(session: Session): () => void {
    return this.#meter.apart(() => session.schedule(TIMERS, { tickMs: this.config.tickSeconds * 1000 }));
  }

  /** Until the next commit that comes whether there is anything to store or not. */
  secondsToTick(): number {
    const { tickSeconds } = this.config;
    return tickSeconds - (((performance.now() - this.#live().since) / 1000) % tickSeconds);
  }

  /** Friends may still know secrets of what was taken back: re-encrypt it when there is time. */
  refreshSoon(): void {
    this.#toRefresh = true;
    this.#schedule(REFRESH_MS);
  }

  /**
   * Runs a command: counts its cost, holds the idle clock, and leaves the newest pin on the device. What is done in hidden
   * vaults alone never makes the background work of the visible account wait.
   */
  measured(handler: Handler, hidden = false): Handler {
    return async (call) => {
      const started = performance.now();
      const meter = new Meter();
      const visible = hidden || call.args.namesHidden() ? 0 : 1;
      this.#active++;
      this.#visible += visible;
      this.#stopIdle();
      try {
        const result = await this.#meter.scope(meter, () => handler(call));
        if (visible > 0) await this.#open?.session.keep();
        return { ...result, cost: { ...meter.snapshot(), ms: Math.round((performance.now() - started) * 10) / 10 } };
      } finally {
        this.#active--;
        this.#visible -= visible;
        this.restartIdle();
      }
    };
  }

  /** From now on the idle time counts; before the first unlocking, the agent gives up sooner. */
  restartIdle(): void {
    this.#stopIdle();
    if (this.#active > 0) return;
    const minutes = this.#open === null ? 1 : this.config.idleMinutes;
    this.#idle = setTimeout(() => void this.lock(), minutes * 60_000);
  }

  #live(): Open {
    if (this.#open === null) throw new CliError('locked', 'The agent is locked; run "underkeep unlock NAME".');
    return this.#open;
  }

  async #enter(login: string, open: (init: { login: ReturnType<typeof parseName>; connect: Ways; device: FolderDevice }) => Promise<Session>): Promise<Session> {
    if (this.#open !== null || this.#opening) throw new CliError('agent-running', 'An account is already unlocked on this data folder; run "underkeep lock" first, or give another folder with --data.');
    this.#opening = true;
    const ways = new Ways(this.config, login, this.#meter);
    try {
      const device = new FolderDevice(join(agentFolder(this.config.data), 'device'), ways.homeNode.base);
      const session = await open({ login: parseName(login), connect: ways, device });
      this.#open = { session, ways, device, stop: this.schedule(session), since: performance.now(), people: null };
      session.mounts = { list: async () => (await this.people()).mounts.list() };
      this.#schedule(REFRESH_MS);
      return session;
    } catch (error) {
      await ways.close();
      throw error;
    } finally {
      this.#opening = false;
    }
  }

  /** Between commands only: whoever waits for one comes first. */
  #schedule(ms: number): void {
    if (this.#background !== null) clearTimeout(this.#background);
    const due = (): void => {
      this.#background = null;
      void this.#rest().catch(() => undefined).finally(() => {
        if (this.#open !== null) this.#schedule(this.#toRefresh ? REFRESH_MS : COLLECT_MS * (0.5 + Math.random()));
      });
    };
    this.#background = this.#meter.apart(() => setTimeout(due, ms));
  }

  async #rest(): Promise<void> {
    if (this.#open === null || this.#visible > 0) return;
    if (this.#toRefresh) {
      const { left } = await this.drive.refresh(undefined, { bytes: REFRESH_BYTES });
      this.#toRefresh = left > 0;
    }
    if (this.#open === null || this.#visible > 0) return;
    const people = await this.people();
    if (await people.identity() !== null) await people.collect();
    await this.#open?.session.keep();
  }

  #stopIdle(): void {
    if (this.#idle !== null) clearTimeout(this.#idle);
    this.#idle = null;
  }

  #stopTimers(): void {
    this.#stopIdle();
    if (this.#background !== null) clearTimeout(this.#background);
    this.#background = null;
  }
}

const SETTLE_MS = 2000;

/** What waits for a next commit goes along with one now, where the node answers soon. */
async function settle({ people }: Open): Promise<void> {
  if (people === null) return;
  const soon = new Promise((resolve) => setTimeout(resolve, SETTLE_MS).unref());
  await Promise.race([people.then((circle) => circle.settle()).catch(() => undefined), soon]);
}

async function makePeople({ session, ways }: Open): Promise<People> {
  const info = await ways.info();
  const directory = info.directory ?? ways.homeNode.base;
  return new People(session, {
    directory: ways.node(directory, 'directory'),
    bucket: ways.node(directory, 'bucket'),
    envelope: () => ways.once(directory, 'envelope'),
    hostUrl: async () => onionBase((await ways.info()).onion),
  });
}

/** The node may name its onion with or without the scheme. */
function onionBase(onion: string | null): string | null {
  return onion === null ? null : `http://${parseOnionAddress(onion.replace(/^http:\/\//, '').replace(/\/$/, ''))}`;
}

/** The text that `underkeep invite` printed. */
function parseInvitation(text: string): Uint8Array {
  try {
    return fromBase32(text.trim().toLowerCase());
  } catch {
    throw new CliError('invitation-required', 'This is no whole invitation; copy it again as "underkeep invite" printed it.');
  }
}
