import { connect } from './rpc.ts';
import type { Api } from './contract.ts';
// The bundler makes this module: the address of the worker's bundle.
// oxlint-disable-next-line import/default
import workerUrl from './worker/main.ts?worker&url';

export type * from './contract.ts';
export { UiError } from './rpc.ts';

/** Starts the worker that holds the session. One a page. */
export function connectWorker(): Api {
  return connect(workerUrl);
}
