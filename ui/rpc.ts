import type { Api, UiEvent } from './contract.ts';
import { DoorKey } from './door-key.ts';
import type { Reply, Request } from './protocol.ts';
import { chooseTarget, saveBlob } from './save.ts';
import { scriptAddress } from './script-address.ts';

/** A refusal of the worker: a stable `code`, and one sentence in English for where the code has no text of its own. */
export class UiError extends Error {
  readonly code: string;

  constructor(code: string, message: string) {
    super(message);
    this.name = 'UiError';
    this.code = code;
  }
}

interface Waiting {
  resolve(value: unknown): void;
  reject(error: unknown): void;
}

/** The page's end of the line. */
class Line {
  readonly #worker: Worker;
  readonly #door = new DoorKey();
  readonly #waiting = new Map<number, Waiting>();
  readonly #listeners = new Set<(event: UiEvent) => void>();
  #next = 0;

  constructor(url: string) {
    this.#worker = new Worker(scriptAddress(url), { type: 'module', name: 'underkeep' });
    this.#worker.addEventListener('message', ({ data }: MessageEvent<Reply>) => { this.#take(data); });
    this.#worker.addEventListener('error', () => { this.#fail(new UiError('worker-failed', 'The part of the page that holds the session could not start; reload the page.')); });
    this.#post({ kind: 'start', origin: location.origin, ...this.#door.take() });
  }

  call(method: string, args: readonly unknown[], transfer: Transferable[] = []): Promise<unknown> {
    const id = this.#next++;
    return new Promise((resolve, reject) => {
      this.#waiting.set(id, { resolve, reject });
      this.#post({ kind: 'call', id, method, args }, transfer);
    });
  }

  subscribe(listener: (event: UiEvent) => void): () => void {
    this.#listeners.add(listener);
    return () => { this.#listeners.delete(listener); };
  }

  async download(method: string, paths: readonly string[]): Promise<void> {
    const name = await this.call(`${method}Name`, [paths]) as string;
    const target = await chooseTarget(name);
    if (target === 'none') return;
    const blob = await this.call(method, [paths, target], target === null ? [] : [target]);
    if (blob instanceof Blob) saveBlob(blob, name);
  }

  /** The thread ends, and every key with it; nothing is waited for. */
  async panic(): Promise<void> {
    this.#worker.terminate();
    this.#door.forget();
    for (const listener of this.#listeners) listener({ type: 'locked', reason: 'panic' });
    await fetch('/v1/page/forget', { method: 'POST', keepalive: true }).catch(() => undefined);
  }

  #post(request: Request, transfer: Transferable[] = []): void {
    this.#worker.postMessage(request, transfer);
  }

  #take(reply: Reply): void {
    if (reply.kind === 'event') {
      for (const listener of this.#listeners) listener(reply.event);
    } else if (reply.kind === 'key') {
      this.#door.keep(reply.key);
    } else {
      const waiting = this.#waiting.get(reply.id);
      this.#waiting.delete(reply.id);
      if (reply.kind === 'result') waiting?.resolve(reply.value);
      else waiting?.reject(new UiError(reply.code, reply.message));
    }
  }

  #fail(error: UiError): void {
    for (const { reject } of this.#waiting.values()) reject(error);
    this.#waiting.clear();
  }
}

/** Starts the worker, and answers every method of the Api by asking it. */
export function connect(url: string): Api {
  const line = new Line(url);
  const own: Partial<Api> = {
    subscribe: (listener) => line.subscribe(listener),
    download: (paths) => line.download('download', paths),
    downloadLink: (paths) => line.download('downloadLink', paths),
    panic: () => line.panic(),
  };
  return new Proxy(own, {
    get: (target, name) => {
      if (typeof name !== 'string' || name === 'then') return undefined;
      return target[name as keyof Api] ?? ((...args: unknown[]) => line.call(name, args));
    },
  }) as Api;
}
