import type { CarrierFetch, CarrierResponse } from '../wire/index.ts';

/** Circuits beside one another to one peer: more streams on one circuit bring nothing, isolated circuits do. */
export const STRIPES = 4;

/**
 * Spreads requests that run side by side over several ways; one after another they all take the first, whose circuit is
 * warm. A way is busy until its answer has been read to the end or given up.
 */
export function striped(ways: readonly [CarrierFetch, ...CarrierFetch[]]): CarrierFetch {
  const busy = ways.map(() => 0);
  return async (url, request) => {
    const index = busy.indexOf(Math.min(...busy));
    const way = ways[index] ?? ways[0];
    const done = once(() => { busy[index] = (busy[index] ?? 1) - 1; });
    busy[index] = (busy[index] ?? 0) + 1;
    try {
      return watched(await way(url, request), done);
    } catch (error) {
      done();
      throw error;
    }
  };
}

function watched(response: CarrierResponse, done: () => void): CarrierResponse {
  const { status, body } = response;
  return { status, header: (name) => response.header(name), body: watchedBody(body, done) };
}

async function* watchedBody(body: AsyncIterable<Uint8Array>, done: () => void): AsyncGenerator<Uint8Array> {
  try {
    yield* body;
  } finally {
    done();
  }
}

function once(work: () => void): () => void {
  let due = true;
  return () => {
    if (due) work();
    due = false;
  };
}
