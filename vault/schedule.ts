import { COMMIT_MAX_LOCAL } from '../wire/index.ts';

/** Between two ticks of an open session, in milliseconds. */
export const TICK_MS = 60_000;
/** Between two requests for the cover log, on a local door and over a carrier. */
export const LOG_LOCAL_MS = 1000;
export const LOG_CARRIED_MS = 4000;

/** Delays in milliseconds; whatever the composition root has. */
export interface Timers {
  setTimeout(run: () => void, ms: number): unknown;
  clearTimeout(handle: unknown): void;
}

export interface ScheduleOptions {
  /** Between two ticks; the node sees it. */
  readonly tickMs?: number;
  readonly logMs?: number;
  /** Told what a tick or a step failed with; the next comes all the same. */
  readonly onError?: (error: unknown) => void;
}

export interface Scheduled {
  /** Unix milliseconds; the times are counted from here. */
  readonly start: number;
  readonly commitBytes: number;
  now(): number;
  tick(): Promise<void>;
  /** One request for the log. */
  step(): Promise<void>;
  readonly isLogDue: () => boolean;
  /** Has a function called when the log becomes due again. */
  onLogDue(run: () => void): void;
}

/**
 * Starts ticks at `start + n × tickMs`, and requests for the log, the first at once and the others at `start + n × logMs` as
 * long as something is due. Returns what ends it.
 */
export function startSchedule(of: Scheduled, timers: Timers, options: ScheduleOptions = {}): () => void {
  const { tickMs = TICK_MS, logMs = of.commitBytes >= COMMIT_MAX_LOCAL ? LOG_LOCAL_MS : LOG_CARRIED_MS, onError = () => undefined } = options;
  const handles = new Map<string, unknown>();
  let over = false;
  const at = (name: string, ms: number, run: () => void): void => {
    if (over || handles.has(name)) return;
    handles.set(name, timers.setTimeout(() => {
      handles.delete(name);
      if (!over) run();
    }, ms));
  };
  // Timers may fire a little early: what is nearest to the time now has been.
  const left = (every: number): number => (Math.floor((of.now() - of.start) / every + 0.5) + 1) * every - (of.now() - of.start);
  const tick = (): void => {
    of.tick().catch(onError);
    at('tick', left(tickMs), tick);
  };
  let isStepping = false;
  const step = (): void => {
    if (!of.isLogDue()) return;
    if (!isStepping) {
      isStepping = true;
      of.step().catch(onError).finally(() => { isStepping = false; });
    }
    at('log', left(logMs), step);
  };
  at('tick', left(tickMs), tick);
  at('log', 0, step);
  of.onLogDue(() => { at('log', left(logMs), step); });
  return () => {
    over = true;
    for (const handle of handles.values()) timers.clearTimeout(handle);
    handles.clear();
  };
}
