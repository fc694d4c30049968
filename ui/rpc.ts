import type { Api, UiEvent } from './contract.ts';
import { DoorKey } from './door-key.ts';
import type { Reply, Request, Start } from './protocol.ts';
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
  readonly method: string;
  resolve(value: unknown): void;
  reject(error: unknown): void;
}

/** The page's end of the line. Each lock ends the thread that held the session, memory and all, and begins a new one. */
class Line {
  readonly #url: string;
  readonly #door = new DoorKey();
  readonly #waiting = new Map<number, Waiting>();
  readonly #listeners = new Set<(event: UiEvent) => void>();
  #worker: Worker;
  #next = 0;
  /** Of the account that was open last in this page; in memory alone. */
  lastLogin: string | null = null;

  constructor(url: string) {
    this.#url = url;
    const opened = this.#door.take();
    this.#worker = this.#begin();
    void this.#start(opened);
  }

  /** Where the page came without a token or key, an open tab may have one. Calls wait in the worker until then. */
  async #start(opened: { readonly token: string | null; readonly key: string | null }): Promise<void> {
    const isLocal = !location.hostname.endsWith('.onion');
    const key = isLocal && opened.token === null ? await this.#door.borrow() : opened.key;
    this.#worker.postMessage({ kind: 'start', origin: location.origin, token: opened.token, key, used: false } satisfies Start);
  }

  call(method: string, args: readonly unknown[]): Promise<unknown> {
    const id = this.#next++;
    return new Promise((resolve, reject) => {
      this.#waiting.set(id, { method, resolve, reject });
      this.#worker.postMessage({ kind: 'call', id, method, args } satisfies Request);
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
    const blob = await this.call(method, [paths, target]);
    if (blob instanceof Blob) saveBlob(blob, name);
  }

  /** The thread ends, and every key with it; nothing is waited for. */
  async panic(): Promise<void> {
    this.#worker.terminate();
    this.#door.forget();
    this.#fail((method) => new UiError('locked', `The session ended during ${method}.`));
    this.#tell({ type: 'locked', reason: 'panic' });
    await fetch('/v1/page/forget', { method: 'POST', keepalive: true }).catch(() => undefined);
  }

  #begin(): Worker {
    const worker = new Worker(scriptAddress(this.#url), { type: 'module', name: 'underkeep' });
    worker.addEventListener('message', ({ data }: MessageEvent<Reply>) => { if (worker === this.#worker) this.#take(data); });
    worker.addEventListener('error', () => { this.#fail(() => new UiError('worker-failed', 'The part of the page that holds the session could not start; reload the page.')); });
    return worker;
  }

  #take(reply: Reply): void {
    if (reply.kind === 'event') {
      if (reply.event.type === 'locked') this.#beginAnew();
      this.#tell(reply.event);
    } else if (reply.kind === 'key') {
      this.#door.keep(reply.key);
    } else {
      const waiting = this.#waiting.get(reply.id);
      this.#waiting.delete(reply.id);
      if (reply.kind === 'result') waiting?.resolve(reply.value);
      else waiting?.reject(new UiError(reply.code, reply.message));
    }
  }

  /** The session was wiped: what is left of it in the thread's memory goes with the thread. */
  #beginAnew(): void {
    this.#worker.terminate();
    for (const [id, { method, resolve }] of this.#waiting) {
      if (method !== 'lock') continue;
      this.#waiting.delete(id);
      resolve(undefined);
    }
    this.#fail(() => new UiError('locked', 'The account was locked meanwhile; unlock it, then try again.'));
    this.#worker = this.#begin();
    this.#worker.postMessage({ kind: 'start', origin: location.origin, token: null, key: this.#door.key, used: true } satisfies Start);
  }

  #tell(event: UiEvent): void {
    for (const listener of this.#listeners) listener(event);
  }

  #fail(errorFor: (method: string) => UiError): void {
    const waiting = [...this.#waiting.values()];
    this.#waiting.clear();
    for (const { method, reject } of waiting) reject(errorFor(method));
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
    lastLogin: async () => line.lastLogin,
    unlock: async (login, password) => {
      await line.call('unlock', [login, password]);
      line.lastLogin = login;
    },
    signUp: async (init) => {
      await line.call('signUp', [init]);
      line.lastLogin = init.login ?? init.name;
    },
  };
  return new Proxy(own, {
    get: (target, name) => {
      if (typeof name !== 'string' || name === 'then') return undefined;
      return target[name as keyof Api] ?? ((...args: unknown[]) => line.call(name, args));
    },
  }) as Api;
}
