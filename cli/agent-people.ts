import { collectNews, described } from './agent-drive.ts';
import type { Agent } from './agent-core.ts';
import { getItem, itemOf } from './agent-get.ts';
import type { Handler } from './agent-server.ts';

export function peopleHandlers(agent: Agent): ReadonlyMap<string, Handler> {
  return new Map<string, Handler>();
}
void collectNews; void described; void getItem; void itemOf;
