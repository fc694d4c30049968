/** One node, one clock and one transcript, in which persons act. */
import { TransportError, type Isolation } from '../../transport/index.ts';
import type { CarrierFetch } from '../../wire/index.ts';
import { computing, currentProcess, inProcess, reseed } from './chance.ts';
import { awaited, calm, Clock, passing, useClock } from './clock.ts';
import { openNode, type LocalNode } from './local-node.ts';
import { Transcript } from './transcript.ts';

/** What the node is called; nothing resolves it. */
export const BASE = 'http://node';
/** How long a request takes on the simulator's clock. */
const REQUEST_MS = 20;

export interface WorldOptions {
  /** Of all randomness; null draws real randomness. */
  readonly seed: number | null;
  readonly keepBodies?: boolean;
}

export class World {
  readonly clock: Clock;
  readonly transcript: Transcript;
  readonly node: LocalNode;
  /** Other work that is under way outside of this thread. */
  readonly #others = new Set<() => boolean>();

  private constructor(clock: Clock, transcript: Transcript, node: LocalNode) {
    this.clock = clock;
    this.transcript = transcript;
    this.node = node;
  }

  static async open({ seed, keepBodies = false }: WorldOptions): Promise<World> {
    reseed(seed);
    const clock = new Clock(currentProcess);
    const node = await openNode(() => clock.now());
    useClock(clock);
    return new World(clock, new Transcript(keepBodies), node);
  }

  /** The way of one process to the node. */
  carrier(isAlive: () => boolean): (isolation: Isolation) => CarrierFetch {
    return (isolation) => {
      const recorded = this.transcript.recorded(async (url, request) => inProcess('node', () => this.node.fetch(url, request)), isolation, this.clock, BASE);
      return async (url, request) => {
        if (!isAlive()) throw new TransportError('closed', 'The carrier was closed; open the session again.');
        this.clock.pass(REQUEST_MS);
        const response = await recorded(url, request);
        if (!isAlive()) throw new TransportError('closed', 'The carrier was closed; open the session again.');
        return response;
      };
    };
  }

  readonly busy = (): boolean => this.transcript.underWay || computing() || [...this.#others].some((busy) => busy());

  /** Has the clock wait for this too. */
  waitFor(busy: () => boolean): void {
    this.#others.add(busy);
  }

  async run<T>(work: Promise<T>): Promise<T> {
    return awaited(this.clock, work, this.busy);
  }

  async pass(ms: number): Promise<void> {
    await passing(this.clock, ms, this.busy);
  }

  async calm(): Promise<void> {
    await calm(this.busy);
  }

  async close(): Promise<void> {
    useClock(null);
    await this.node.close();
  }
}
