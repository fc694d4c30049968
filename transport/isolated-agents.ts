import { setMaxListeners } from 'node:events';
import type { Agent } from 'node:http';
import { TransportError } from './errors.ts';
import { socksCredentials } from './isolation.ts';
import type { Isolation, SocksCredentials } from './isolation.ts';

/** Milliseconds that an unused connection is kept; servers behind carriers keep theirs longer (300 s). */
export const KEPT_ALIVE_MS = 90_000;

const AGENTS_MAX = 256;

/** One connection pool for each isolation, so that no connection is ever shared by two. */
export class IsolatedAgents {
  readonly #make: (credentials: SocksCredentials) => Agent;
  readonly #agents = new Map<string, Agent>();
  readonly #closing = new AbortController();

  constructor(make: (credentials: SocksCredentials) => Agent) {
    this.#make = make;
    setMaxListeners(0, this.#closing.signal); // each request under way listens
  }

  /** Fires on `close`, with the TransportError that all requests under way shall reject with. */
  get closing(): AbortSignal {
    return this.#closing.signal;
  }

  /** The isolation's pool. Throws TransportError('closed') after `close`. */
  of(isolation: Isolation): Agent {
    this.#closing.signal.throwIfAborted();
    const credentials = socksCredentials(isolation);
    const kept = this.#agents.get(credentials.username);
    const agent = kept ?? this.#make(credentials);
    this.#agents.delete(credentials.username);
    this.#agents.set(credentials.username, agent);
    if (kept === undefined) this.#forgetIdle();
    return agent;
  }

  close(): void {
    this.#closing.abort(new TransportError('closed', 'The carrier was closed; open the session again.'));
    for (const agent of this.#agents.values()) agent.destroy();
    this.#agents.clear();
  }

  #forgetIdle(): void {
    for (const [name, agent] of this.#agents) {
      if (this.#agents.size <= AGENTS_MAX) return;
      if (Object.keys(agent.sockets).length > 0 || Object.keys(agent.requests).length > 0) continue;
      agent.destroy();
      this.#agents.delete(name);
    }
  }
}
