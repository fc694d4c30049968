import type { UiEvent } from '../contract.ts';
import type { Request } from '../protocol.ts';

export type Handlers = ReadonlyMap<string, (...args: unknown[]) => unknown>;

export interface Out {
  event(event: UiEvent): void;
  key(key: string | null): void;
}

export async function makeHandlers(_start: Extract<Request, { kind: 'start' }>, _out: Out): Promise<Handlers> {
  return new Map([['state', () => 'new']]);
}
