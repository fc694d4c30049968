/** A clock that the simulator turns, and timers that run by it: what waits for a time of day waits for this one. */
import { AsyncLocalStorage, AsyncResource } from 'node:async_hooks';

/** Delays up to this many milliseconds only let others go first. */
const AT_ONCE_MS = 1;

/** A request's way over the shortest network there is: what goes on behind a commit has that long before the next. */
const WAY_MS = 1;
/** A real pause in place of a long one, so that what fires next does so out of a quiet process, as it would. */
const QUIET_MS = 2;

/** Turns the event loop so long; finer than its timers are. */
async function really(ms: number): Promise<void> {
  const end = performance.now() + ms;
  do await turn(); while (performance.now() < end);
}

const firing = new AsyncLocalStorage<number>();

/** When the timer fired that set the present code off, in real milliseconds; 0 where a person did. */
export function firedAt(): number {
  return firing.getStore() ?? 0;
}

interface Waiting {
  readonly id: number;
  readonly due: number;
  readonly every: number | null;
  /** Whose process asked. */
  readonly owner: string;
  readonly run: () => void;
}

const real = { setTimeout: globalThis.setTimeout, clearTimeout: globalThis.clearTimeout, setInterval: globalThis.setInterval, clearInterval: globalThis.clearInterval };
const turn = (): Promise<void> => new Promise((resolve) => { setImmediate(resolve); });

/**
 * `whole`: all timers are the clock's, and fire one after the other when nothing is under way, so that one seed makes one
 * course of events. `long`: those that only let others go first are real, so that what competes for the thread does so.
 */
export type ClockKind = 'whole' | 'long';

export class Clock {
  readonly kind: ClockKind;
  #now: number;
  readonly #owner: () => string;
  readonly #short = new Set<unknown>();
  #ids = 0;
  #waiting: Waiting[] = [];

  constructor(kind: ClockKind, owner: () => string, start = 1_800_000_000_000) {
    this.kind = kind;
    this.#now = start;
    this.#owner = owner;
  }

  /** Unix milliseconds. */
  now(): number {
    return this.#now;
  }

  /** Something real is about to happen. */
  get isShort(): boolean {
    return this.#short.size > 0;
  }

  /** Resolves after so many milliseconds of the clock; after a real one, where the clock keeps long times only. */
  async sleep(ms: number): Promise<void> {
    if (this.kind === 'whole') {
      await new Promise<void>((resolve) => { setTimeout(resolve, ms); });
      return;
    }
    this.#now += ms;
    await this.hold(WAY_MS);
  }

  /** Real time, for which the clock stands still. */
  async hold(ms: number): Promise<void> {
    const held = {};
    this.#short.add(held);
    await really(ms);
    this.#short.delete(held);
  }

  /** A real timer, which the clock waits for. */
  startShort(run: () => void): unknown {
    const handle = real.setTimeout(() => {
      this.#short.delete(handle);
      run();
    }, 0);
    this.#short.add(handle);
    return handle;
  }

  stopShort(handle: unknown): void {
    this.#short.delete(handle);
  }

  start(run: () => void, ms: number, every: boolean): Handle {
    const id = ++this.#ids;
    this.#add({ id, due: this.#now + Math.ceil(ms), every: every ? ms : null, owner: this.#owner(), run: AsyncResource.bind(() => { firing.run(performance.now(), run); }) });
    return new Handle(id);
  }

  stop(id: number): void {
    this.#waiting = this.#waiting.filter((timer) => timer.id !== id);
  }

  /** Runs the next timer, and moves the clock to it; false where none is due by `until`. */
  fire(until: number): boolean {
    const [next] = this.#waiting;
    if (next === undefined || next.due > until) return false;
    this.#waiting.shift();
    this.#now = Math.max(this.#now, next.due);
    if (next.every !== null) this.#add({ ...next, due: next.due + Math.max(1, next.every) });
    next.run();
    return true;
  }

  /** Drops the timers of a process that ended. */
  end(owner: string): void {
    this.#waiting = this.#waiting.filter((timer) => timer.owner !== owner);
  }

  reach(time: number): void {
    this.#now = Math.max(this.#now, time);
  }

  /** By time, and those of one time in the order of asking. */
  #add(timer: Waiting): void {
    const at = this.#waiting.findIndex(({ due }) => due > timer.due);
    this.#waiting.splice(at < 0 ? this.#waiting.length : at, 0, timer);
  }
}

/** What `setTimeout` gives. */
class Handle {
  readonly id: number;
  constructor(id: number) {
    this.id = id;
  }
  ref(): this {
    return this;
  }
  unref(): this {
    return this;
  }
  hasRef(): boolean {
    return false;
  }
}

let current: Clock | null = null;

/** From now on every timer of this process runs by this clock; null gives the real ones back. */
export function useClock(clock: Clock | null): void {
  current = clock;
  const begin = (native: (...args: never[]) => unknown, every: boolean) => (run: (...args: unknown[]) => void, ms = 0, ...args: unknown[]): unknown => {
    if (current === null) return (native as unknown as (run: () => void, ms: number) => unknown)(() => run(...args), ms);
    if (current.kind === 'long' && ms <= AT_ONCE_MS && !every) return current.startShort(() => run(...args));
    return current.start(() => run(...args), ms, every);
  };
  const end = (native: (handle: never) => void) => (handle: unknown): void => {
    if (handle instanceof Handle) {
      current?.stop(handle.id);
      return;
    }
    current?.stopShort(handle);
    native(handle as never);
  };
  Object.assign(globalThis, clock === null ? real : {
    setTimeout: begin(real.setTimeout, false), setInterval: begin(real.setInterval, true),
    clearTimeout: end(real.clearTimeout), clearInterval: end(real.clearInterval),
  });
}

/** Turns of the event loop without anything under way, after which whoever still waits must be waiting for the clock. */
const CALM_TURNS = 6;
const STUCK_TURNS = 20_000;

/** Waits for `work`; where it waits for a timer, the clock moves on to that. `busy` says whether something real is under way. */
export async function awaited<T>(clock: Clock, work: Promise<T>, busy: () => boolean): Promise<T> {
  const state = { done: false };
  const end = (): void => { state.done = true; };
  work.then(end, end);
  for (let calm = 0; !state.done; ) {
    await turn();
    calm = busy() || clock.isShort ? 0 : calm + 1;
    if (state.done || calm <= CALM_TURNS) continue;
    await quiet(clock);
    if (clock.fire(Number.MAX_SAFE_INTEGER)) calm = 0;
    if (calm > STUCK_TURNS) throw new Error('work waits for nothing that could come');
  }
  return work;
}

/** Lets `ms` pass: everything that is due meanwhile happens at its time, and is over before the next. */
export async function passing(clock: Clock, ms: number, busy: () => boolean): Promise<void> {
  const end = clock.now() + ms;
  do {
    await calm(clock, busy);
    await quiet(clock);
  } while (clock.fire(end));
  clock.reach(end);
}

/** Before time passes at once that really would pass slowly. */
export async function quiet(clock: Clock): Promise<void> {
  if (clock.kind === 'long') await really(QUIET_MS);
}

/** Until nothing is under way any more. */
export async function calm(clock: Clock, busy: () => boolean): Promise<void> {
  for (let turns = 0; turns <= CALM_TURNS; ) {
    await turn();
    turns = busy() || clock.isShort ? 0 : turns + 1;
    if (turns > CALM_TURNS && clock.fire(clock.now())) turns = 0;
  }
}
