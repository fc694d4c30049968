/** One node, one clock and one transcript, in which persons act. */
import { TransportError, type Isolation } from '../../transport/index.ts';
import type { CarrierFetch } from '../../wire/index.ts';
import { computing, currentProcess, inProcess, reseed } from './chance.ts';
import { awaited, calm, Clock, passing, useClock } from './clock.ts';
import { openNode, type LocalNode } from './local-node.ts';
import { Transcript } from './transcript.ts';

/** What the node is called; nothing resolves it. */
export const BASE = 'http://node';
/** How long a request is on its way, and its answer, on the simulator's clock. */
const WAY_MS = 10;

export interface WorldOptions {
  /** Of all randomness; null draws real randomness. */
  readonly seed: number | null;
  readonly keepBodies?: boolean;
}

export class World {
  readonly clock: Clock;
  readonly transcript: Transcript;
  readonly node: LocalNode;
  /** What went wrong where nobody waited for it. */
  readonly #faults: unknown[] = [];
  /** Other work that is under way outside of this thread. */
  readonly #others = new Set<() => boolean>();

  private constructor(clock: Clock, transcript: Transcript, node: LocalNode) {
    this.clock = clock;
    this.transcript = transcript;
    this.node = node;
  }

  static async open({ seed, keepBodies = false }: WorldOptions): Promise<World> {
    reseed(seed);
    const clock = new Clock(seed === null ? 'long' : 'whole', currentProcess);
    const node = await openNode(() => clock.now());
    useClock(clock);
    return new World(clock, new Transcript(keepBodies), node);
  }

  /** The way of one process to the node. */
  carrier(isAlive: () => boolean): (isolation: Isolation) => CarrierFetch {
    return (isolation) => {
      const recorded = this.transcript.recorded(async (url, request) => inProcess('node', () => this.node.fetch(url, request)), isolation, this.clock, BASE);
      return async (url, request) => {
        await this.#way(isAlive);
        const response = await recorded(url, request);
        await this.#way(isAlive);
        return response;
      };
    };
  }

  /** A process that ended neither sends nor hears. */
  async #way(isAlive: () => boolean): Promise<void> {
    if (isAlive()) await this.clock.sleep(WAY_MS);
    if (!isAlive()) throw new TransportError('closed', 'The carrier was closed; open the session again.');
  }

  readonly busy = (): boolean => this.transcript.underWay || computing() || [...this.#others].some((busy) => busy());

  fault(error: unknown): void {
    this.#faults.push(error);
  }

  /** Throws what went wrong unseen. */
  check(): void {
    const [first] = this.#faults;
    if (first !== undefined) throw new Error('something went wrong in the background', { cause: first });
  }

  /** Has the clock wait for this too. */
  waitFor(busy: () => boolean): void {
    this.#others.add(busy);
  }

  async run<T>(work: Promise<T>): Promise<T> {
    return awaited(this.clock, work, this.busy);
  }

  /** Goes on with local work as far as it gets without the clock; the rest of it follows when its time comes. */
  async meanwhile(work: Promise<unknown>): Promise<void> {
    const quiet = work.catch((error: unknown) => { this.fault(error); });
    await Promise.race([quiet, this.calm()]);
    await this.calm();
  }

  async pass(ms: number): Promise<void> {
    await passing(this.clock, ms, this.busy);
  }

  async calm(): Promise<void> {
    await calm(this.clock, this.busy);
  }

  async close(): Promise<void> {
    useClock(null);
    await this.node.close();
  }
}
