import type { Reply, Request } from '../protocol.ts';
import { asUiError } from './error.ts';
import { makeHandlers, type Handlers } from './handlers.ts';

/** The worker that holds the session: the page sends it calls and gets results, refusals and events. */
const send = (reply: Reply, transfer: Transferable[] = []): void => {
  (globalThis as unknown as { postMessage(message: Reply, transfer: Transferable[]): void }).postMessage(reply, transfer);
};

/** Calls that come before the start wait for it. */
const { promise: started, resolve: start } = Promise.withResolvers<Handlers>();

async function answer(id: number, method: string, args: readonly unknown[]): Promise<void> {
  try {
    const handler = (await started).get(method);
    if (handler === undefined) throw new Error(`no method ${method}`);
    const value: unknown = await handler(...args as never[]);
    send({ kind: 'result', id, value }, value instanceof Uint8Array && value.buffer instanceof ArrayBuffer && value.byteLength === value.buffer.byteLength ? [value.buffer] : []);
  } catch (error) {
    const { code, message } = asUiError(error);
    send({ kind: 'error', id, code, message });
  }
}

addEventListener('message', ({ data }: MessageEvent<Request>) => {
  if (data.kind === 'call') {
    void answer(data.id, data.method, data.args);
  } else {
    start(makeHandlers(data, { event: (event) => { send({ kind: 'event', event }); }, key: (key) => { send({ kind: 'key', key }); } }));
  }
});
