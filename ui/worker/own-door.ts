import { browserFetch, WayError } from './ask.ts';
import type { CarrierFetch } from '../../wire/index.ts';

const KEY_HEADER = 'x-underkeep-key';

/** What the local door says of its node. */
export interface NodeStatus {
  readonly carrier: string;
  readonly percent: number;
  readonly summary: string;
  readonly advice: string | null;
  readonly onion: string | null;
  readonly reachable: boolean | null;
  /** How many accounts the node has, their bytes in all, and how many each may have; null where it does not say. */
  readonly accounts: number | null;
  readonly bytes: number | null;
  readonly quota: number | null;
}

/** The door that this page came through: the local one, which wants a key, or an onion service. */
export class OwnDoor {
  readonly origin: string;
  readonly local: boolean;
  readonly #ready: Promise<string | null>;

  /** `token` is exchanged for a key, which `keep` is told; `key` is one from before a reload. */
  constructor(init: { readonly origin: string; readonly token: string | null; readonly key: string | null; readonly keep: (key: string | null) => void }) {
    this.origin = init.origin;
    this.local = !new URL(init.origin).hostname.endsWith('.onion');
    this.#ready = this.#enter(init);
    this.#ready.catch(() => undefined);
  }

  /** Requests to the node that served this page. */
  readonly fetch: CarrierFetch = async (url, request) => {
    const key = await this.#ready;
    if (this.local && key === null) throw noKey();
    const response = await browserFetch({ home: true, headers: key === null ? {} : { [KEY_HEADER]: key } })(url, request);
    return response;
  };

  /** What only a local door tells. */
  async status(signal?: AbortSignal): Promise<NodeStatus> {
    const response = await this.fetch(`${this.origin}/v1/status`, { method: 'GET', ...(signal === undefined ? {} : { signal }) });
    let text = '';
    const decoder = new TextDecoder();
    for await (const piece of response.body) text += decoder.decode(piece, { stream: true });
    if (response.status === 403) throw noKey();
    return statusOf(JSON.parse(text));
  }

  /** Asks the browser, by way of the node, to drop what it cached. */
  async clear(): Promise<void> {
    await fetch(`${this.origin}/v1/page/lock`, { method: 'POST', cache: 'no-store' });
  }

  async #enter({ origin, token, key, keep }: { origin: string; token: string | null; key: string | null; keep: (key: string | null) => void }): Promise<string | null> {
    if (!this.local || token === null) return key;
    const response = await fetch(`${origin}/v1/page/open`, { method: 'POST', body: token, cache: 'no-store' }).catch(() => {
      throw new WayError('unreachable', true, 'Your node does not answer; see whether it still runs.');
    });
    const answer: unknown = response.ok ? await response.json() : null;
    const given: unknown = typeof answer === 'object' && answer !== null && 'key' in answer ? answer.key : null;
    if (typeof given !== 'string') return key;
    keep(given);
    return given;
  }
}

function noKey(): WayError {
  return new WayError('no-key', true, 'This page has no key for your node: run "underkeep open" on this computer, which opens it with one.');
}

function statusOf(value: unknown): NodeStatus {
  const fields = new Map<string, unknown>(typeof value === 'object' && value !== null ? Object.entries(value) : []);
  const text = (name: string): string | null => {
    const field = fields.get(name);
    return typeof field === 'string' ? field : null;
  };
  const number = (name: string): number | null => {
    const field = fields.get(name);
    return typeof field === 'number' && Number.isFinite(field) ? field : null;
  };
  const reachable = fields.get('reachable');
  return {
    carrier: text('carrier') ?? 'none', percent: number('percent') ?? 0, summary: text('summary') ?? '', advice: text('advice'), onion: text('onion'),
    reachable: typeof reachable === 'boolean' ? reachable : null, accounts: number('accounts'), bytes: number('bytes'), quota: number('quota'),
  };
}
