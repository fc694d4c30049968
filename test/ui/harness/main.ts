import { connectWorker, type Api, type UiEvent } from '../../../ui/api.ts';

/** What a test finds in the page: the Api, the events so far, and how long the page's own thread was kept at most. */
export interface Harness {
  readonly api: Api;
  readonly events: UiEvent[];
  /** Milliseconds. */
  longestTask: number;
}

declare global {
  var harness: Harness;
}

const api = connectWorker();
const events: UiEvent[] = [];
globalThis.harness = { api, events, longestTask: 0 };
api.subscribe((event) => { events.push(event); });
new PerformanceObserver((list) => {
  for (const { duration } of list.getEntries()) harness.longestTask = Math.max(harness.longestTask, duration);
}).observe({ type: 'longtask', buffered: true });
